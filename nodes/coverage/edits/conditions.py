"""missing_conditions: what the words ask for and a plan leaves out, put in."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.edits.stored_units import in_stored_units
from nodes.coverage.edits.value_groups import values_by_column
from nodes.coverage.plan_filters import PlanFilters
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.rows import row_key
from nodes.plan import (
    Aggregate,
    Call,
    Cast,
    ColumnTerm,
    Condition,
    Junction,
    LiteralTerm,
    Plan,
    Predicate,
    SubPlan,
    Term,
)
from nodes.plan.sources import folded_sources, reads_tables_only
from nodes.plan.traversal import (
    columns,
    conjunction,
    conjuncts,
    predicates,
)

COVERED = 0.75
"""Coverage from which a requirement is met."""
MOST_OPTIONS = 3
"""Ways to write a requirement that are tried."""


def missing_conditions(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with one of its missing conditions, and with all of them.

    "Only show the ones from France" after airlines to Boston: `... AND country_code = 'FR'`.
    """
    yield from in_stored_units(plan, demand)
    if not _is_plain(plan):
        return
    yield from values_by_column(plan, demand)
    filters = PlanFilters(plan)
    missing = [each for each in demand.requirements if filters.coverage(each) < COVERED]
    for requirement in missing:
        for option in _tried(plan, requirement):
            if (changed := with_condition(plan, option, requirement, demand)) is not None:
                yield changed
    if len(missing) > 1 and (whole := completed(plan, demand)) is not None:
        yield whole


def completed(plan: Plan, demand: Demand) -> Plan | None:
    """Return a plan with all of its missing conditions, each in its likeliest form; None if none is missing."""
    if not _is_plain(plan):
        return None
    filters = PlanFilters(plan)
    missing = [each for each in demand.requirements if filters.coverage(each) < COVERED]
    whole: Plan | None = plan
    for requirement in missing:
        whole = _first(whole, requirement, demand) if whole is not None else None
    return whole if missing else None


def _is_plain(plan: Plan) -> bool:
    return not plan.set_operations and reads_tables_only(plan)


def _tried(plan: Plan, requirement: Requirement) -> list[Option]:
    tables = folded_sources(plan)
    ranked = sorted(
        requirement.options, key=lambda option: -option.weight - 0.4 * (option.column.table.lower() in tables)
    )
    return ranked[:MOST_OPTIONS]


def _first(plan: Plan, requirement: Requirement, demand: Demand) -> Plan | None:
    found = (with_condition(plan, option, requirement, demand) for option in _tried(plan, requirement))
    return next((each for each in found if each is not None), None)


def with_condition(plan: Plan, option: Option, requirement: Requirement, demand: Demand) -> Plan | None:
    """Return a plan that holds an option: in the place of what it contradicts, else beside the rest.

    None if the column's table cannot be joined.
    """
    joined = with_table(plan, option.column.table, demand.schema)
    if joined is None:
        return None
    if any(isinstance(leaf.left, Aggregate) for each in option.conditions for leaf in predicates(each)):
        return _with_figure(joined, option, demand)
    kept: list[Condition] = []
    either: list[Condition] = []
    for each in conjuncts(joined.where):
        if _is_alternative(each, option, demand):
            either.append(each)
        elif not _gives_way(each, option, requirement, demand):
            kept.append(each)
    new: tuple[Condition, ...] = option.conditions
    if either and len(new) == 1:
        known = tuple(c for each in either for c in (each.conditions if isinstance(each, Junction) else (each,)))
        new = (Junction(kind="or", conditions=(*known, *new)),)
    return joined.model_copy(update={"where": conjunction((*kept, *new))})


def _with_figure(plan: Plan, option: Option, demand: Demand) -> Plan | None:
    """Return a plan that compares a figure of each thing it shows: "spent more than 38 in total".

    None if it shows no things of which there could be a figure each.
    """
    shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
    if not plan.group_by and not shown:
        return None
    said = frozenset(value for each in option.conditions for leaf in predicates(each) for value in _literals(leaf))
    kept = tuple(c for c in conjuncts(plan.where) if not any(_literals(leaf) & said for leaf in predicates(c)))
    update = {
        "group_by": plan.group_by or (row_key(shown[0], demand.schema),), "distinct": False,
        "where": conjunction(kept), "having": conjunction((*conjuncts(plan.having), *option.conditions)),
    }  # fmt: skip
    return plan.model_copy(update=update)


def _is_alternative(condition: Condition, option: Option, demand: Demand) -> bool:
    """Tell whether both are equalities of one column that hold either way: "France or Spain", "and Spain too"."""
    found = list(predicates(condition))
    wanted = [leaf for each in option.conditions for leaf in predicates(each)]
    known = ("=", "in") if demand.adds_value else ("=",)
    if any(leaf.operator not in known for leaf in found) or any(leaf.operator != "=" for leaf in wanted):
        return False
    same = bool(found) and all(_column(leaf.left) == option.column.folded for leaf in found)
    return same and (demand.adds_value or all(_literals(leaf) & demand.literals for leaf in found))


def _gives_way(condition: Condition, option: Option, requirement: Requirement, demand: Demand) -> bool:
    """Tell whether a condition is to go: the same literal elsewhere, or the same column with what no word asks for now."""
    wanted = [leaf for each in option.conditions for leaf in predicates(each)]
    of_month = any(isinstance(leaf.left, Call) for leaf in wanted)
    if requirement.kind == "null" and _is_absence(condition):
        return True
    literals = _said_literals(option, requirement)
    for leaf in predicates(condition):
        column = _column(leaf.left)
        if requirement.kind == "flag" and column == option.column.folded:
            return True  # a flag is one of two: nothing else of it holds beside what is asked
        if _literals(leaf) and _literals(leaf) <= literals:
            return True
        domain = _same_domain(option, demand)
        if requirement.kind == "date":
            domain |= {other.column.folded for other in requirement.options}
        if of_month and isinstance(leaf.left, Call):
            return any(term.ref.folded in domain for term in columns(leaf.left))
        if of_month and all(bound.endswith("-01-01") for bound in _literals(leaf)):
            continue  # "only in March" stays within the year before
        if column in domain and not _literals(leaf) & demand.literals:
            return not any(isinstance(term, ColumnTerm) for term in leaf.right)
    return False


def _said_literals(option: Option, requirement: Requirement) -> frozenset[str]:
    """Return the literals that words of the turn stand for; a flag's 0 is no word, and says nothing of other columns that hold 0."""
    mention = requirement.mention.casefold()
    words = frozenset((mention, *(word for word in mention.split() if word.isdigit())))
    if requirement.kind == "flag":
        return words
    return words.union(*(_literals(leaf) for each in option.conditions for leaf in predicates(each)))


def _is_absence(condition: Condition) -> bool:
    """Tell whether a condition asks for rows that another table does not speak of: `id NOT IN (SELECT id FROM payment)`.

    "Not returned" is a missing date where there is a column of it, and says nothing of other tables.
    """
    inner = condition.right[0] if isinstance(condition, Predicate) and condition.right else None
    denies = isinstance(condition, Predicate) and condition.operator in ("not in", "not exists")
    return denies and isinstance(inner, SubPlan) and inner.plan.where is None


def _same_domain(option: Option, demand: Demand) -> set[tuple[str, str]]:
    """Return an option's column and those at the other ends of its keys: they hold the same values."""
    return {option.column.folded, *(ref.folded for ref in demand.inquiry.key_partners(option.column))}


def _column(term: Term | None) -> tuple[str, str] | None:
    if isinstance(term, Cast):
        return _column(term.argument)
    if isinstance(term, ColumnTerm):
        return term.table.lower(), term.column.lower()
    return None


def _literals(leaf: Predicate) -> frozenset[str]:
    return frozenset(str(term.value).casefold() for term in leaf.right if isinstance(term, LiteralTerm))
