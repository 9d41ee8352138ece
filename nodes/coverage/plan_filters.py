"""coverage: how far a plan meets a requirement, 0..1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import get_args

from nodes.coverage.requirement import Option, Requirement
from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Call,
    Cast,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Negation,
    Operator,
    Plan,
    PlanModel,
    Predicate,
    SetOperation,
    Star,
    SubPlan,
    Term,
)
from nodes.plan.traversal import children, predicates, walk

Compared = tuple[str, str, tuple[str, ...]]
"""What is compared, how, and with which literals; all folded."""
WRONG_COLUMN, WRONG_SENSE = 0.4, 0.3
_DENYING = frozenset(("!=", "not like", "not in", "not between", "is not", "is not null", "not exists"))

_TURNED: dict[Operator, Operator] = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class PlanFilters:
    """The comparisons of a plan with literals."""

    plan: Plan

    @cached_property
    def compared(self) -> frozenset[Compared]:
        """All comparisons."""
        return frozenset(_compared(part) for part in walk(self.plan) if isinstance(part, Predicate))

    @cached_property
    def predicates(self) -> frozenset[Predicate]:
        """All comparisons as they are, those of two columns from either side."""
        found = [part for part in walk(self.plan) if isinstance(part, Predicate)]
        return frozenset((*found, *(_turned(each) for each in found if each.operator in _TURNED)))

    @cached_property
    def excluded(self) -> frozenset[Compared]:
        """The comparisons that say which rows are taken away: inside NOT IN, NOT EXISTS, EXCEPT and NOT."""
        return frozenset(_compared(part) for part in _taken_away(self.plan) if isinstance(part, Predicate))

    @cached_property
    def by_column(self) -> dict[str, list[Compared]]:
        """The comparisons of each column."""
        found: dict[str, list[Compared]] = {}
        for each in self.compared:
            found.setdefault(each[0].rpartition("(")[2].rstrip(")"), []).append(each)
        return found

    @cached_property
    def literals(self) -> frozenset[str]:
        """All literals compared with."""
        return frozenset(value for _, _, values in self.compared for value in values)

    def coverage(self, requirement: Requirement) -> float:
        """Return how far the plan meets a requirement."""
        return max((self._of_option(option, requirement) for option in requirement.options), default=0.0)

    def keeps(self, requirement: Requirement) -> bool:
        """Tell whether a plan asks for the very rows that a requirement leaves out."""
        wanted = {
            _equal(_compared(each))
            for option in requirement.options
            for c in option.conditions
            for each in predicates(c)
        }
        return requirement.excludes and bool(wanted & (self.compared - self.excluded))

    def _of_option(self, option: Option, requirement: Requirement) -> float:
        if requirement.kind == "columns":
            return (0.5 + 0.5 * option.weight) * ({*leaves(option.conditions)} <= self.predicates)
        wanted = {_compared(each) for condition in option.conditions for each in predicates(condition)}
        if wanted <= self.compared - self.excluded:
            return 0.5 + 0.5 * option.weight
        if requirement.excludes and {_equal(each) for each in wanted} <= self.excluded:
            return 0.6 + 0.4 * option.weight
        there = self.by_column.get(f"{option.column.table}.{option.column.column}".lower(), [])
        if requirement.kind == "date":
            return (0.5 + 0.5 * option.weight) * _same_times(option, there)
        if requirement.kind in ("flag", "null"):
            return WRONG_SENSE * bool(there)
        if requirement.kind == "number":
            there = [each for each in there if _is_figure(each) == any(map(_is_figure, wanted))]
            return (0.5 + 0.5 * option.weight) * _same_side(wanted, there) or WRONG_SENSE * self._has_literals(wanted)
        return self._of_literals(wanted, there)

    def _has_literals(self, wanted: set[Compared]) -> bool:
        return {value for _, _, found in wanted for value in found} <= self.literals

    def _of_literals(self, wanted: set[Compared], there: list[Compared]) -> float:
        """Return the coverage by the literal alone: of another column, or in the opposite sense."""
        values = {value for _, _, found in wanted for value in found}
        if not values or not values <= self.literals:
            likes = [
                found[0].strip("%").strip() for _, operator, found in self.compared if operator == "like" and found
            ]
            return 0.8 if values and values <= {*likes, *(each.strip() for each in self.literals)} else 0.0
        denies = any(operator in _DENYING for _, operator, _ in wanted)
        right = [each for each in there if values & set(each[2])]
        if right:
            return 0.9 if any((operator in _DENYING) == denies for _, operator, _ in right) else WRONG_SENSE
        used = [each for each in self.compared if values & set(each[2])]
        return WRONG_COLUMN if any((operator in _DENYING) == denies for _, operator, _ in used) else WRONG_SENSE / 2


def leaves(conditions: Iterable[Condition]) -> Iterator[Predicate]:
    """Yield the leaf predicates of some conditions."""
    for condition in conditions:
        yield from predicates(condition)


def _turned(predicate: Predicate) -> Predicate:
    """Return a comparison of two terms from its other side."""
    return Predicate(left=predicate.right[0], operator=_TURNED[predicate.operator], right=(predicate.left or Star(),))


def _compared(predicate: Predicate) -> Compared:
    values = tuple(_folded(term.value) for term in predicate.right if isinstance(term, LiteralTerm))
    return _term_key(predicate.left), predicate.operator, values


def _is_figure(compared: Compared) -> bool:
    """Tell whether a figure of many rows is compared: `avg(price) > 25`."""
    return compared[0].partition("(")[0] in get_args(AggregateFunction) and "(" in compared[0]


def _equal(compared: Compared) -> Compared:
    column, _, values = compared
    return column, "=", values


def _taken_away(part: PlanModel, *, inside: bool = False) -> Iterator[PlanModel]:
    """Yield the parts of a plan that say which rows are taken away."""
    if inside:
        yield part
    denies = (
        isinstance(part, Negation)
        or (isinstance(part, Predicate) and part.operator in ("not in", "not exists"))
        or (isinstance(part, SetOperation) and part.operator == "except")
    )
    for child in children(part):
        nested = denies and (isinstance(part, Negation | SetOperation) or isinstance(child, SubPlan))
        yield from _taken_away(child, inside=inside or nested)


def _folded(value: object) -> str:
    text = str(value).strip().casefold()
    return text.removesuffix(".0") if isinstance(value, float) else text


def _term_key(term: Term | None) -> str:
    match term:
        case ColumnTerm():
            return f"{term.table}.{term.column}".lower()
        case Cast():
            return f"cast({_term_key(term.argument)})"
        case Aggregate():
            return f"{term.function}({_term_key(term.argument)})"
        case Call():
            return f"{term.function}({', '.join(_term_key(each) for each in term.arguments if not isinstance(each, LiteralTerm))})"
        case _:
            return ""


def _same_side(wanted: set[Compared], there: list[Compared]) -> float:
    """Return 1 where a number is compared from the side that is wanted, .8 where only the bound itself differs."""
    sides = {(operator[0], values) for _, operator, values in wanted}
    exact = {(operator, values) for _, operator, values in wanted}
    if any((operator, values) in exact and column.startswith("cast") for column, operator, values in there):
        return 1.0
    if any(column.startswith("cast") for column, _, _ in wanted):
        return 0.0
    if any((operator, values) in exact for _, operator, values in there):
        return 1.0
    return 0.8 * any((operator[0], values) in sides for _, operator, values in there)


def _same_times(option: Option, there: list[Compared]) -> float:
    """Return the share of probing days on which a plan's comparisons of a column say what an option says."""
    if not there:
        return 0.0
    wanted = [_compared(each) for each in leaves(option.conditions)]
    probes = sorted({probe for _, _, values in (*wanted, *there) for value in values for probe in _around(value)})
    if not probes:
        return 0.0
    either = any(isinstance(each, Junction) and each.kind == "or" for each in option.conditions)
    agree = [_holds(wanted, probe, either=either) == _holds(there, probe, either=False) for probe in probes]
    return 1.0 if all(agree) else 0.5 * sum(agree) / len(agree)


def _around(value: str) -> tuple[str, ...]:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return (str(int(value) - 1), value, str(int(value) + 1)) if value.isdigit() else ()
    return tuple((day + timedelta(days=step)).isoformat() for step in (-1, 0, 1))


def _holds(compared: list[Compared], probe: str, *, either: bool) -> bool:
    found = [_meets(operator, values, probe) for _, operator, values in compared]
    return any(found) if either else all(found)


def _meets(operator: str, values: tuple[str, ...], probe: str) -> bool:
    if not values:
        return operator == "is not null"
    first, last = values[0], values[-1]
    match operator:
        case "=" | "in":
            return probe in values
        case "!=" | "not in":
            return probe not in values
        case "<":
            return probe < first
        case "<=":
            return probe <= first
        case ">":
            return probe > first
        case ">=":
            return probe >= first
        case "between":
            return first <= probe <= last
        case "like":
            return first.strip("%") in probe
        case _:
            return False
