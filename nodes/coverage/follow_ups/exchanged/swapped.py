"""swapped: one value, year or column of the turn before exchanged for another by name ("swap retail for finance")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED
from nodes.lexical.comparisons import number_of
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Condition, LiteralTerm, Plan, PlanModel, Predicate
from nodes.plan.traversal import predicates, rewrite

_WHAT = r"(?:(?:the|all|those|these) )?(?P<{0}>[^,;?!]+?)"
_TAIL = r"(?: (?:please|instead|now|then|again|and keep (?:the rest|everything else)))*\W*$"
_SWAP = re.compile(
    rf"\b(?:swap|switch|exchange|replace|change|trade|substitute) {_WHAT.format('one')} (?:for|with|by|to|into) {_WHAT.format('other')}{_TAIL}",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    rf"^\W*(?:(?:and|so|now|ok|okay|then|no|but|please|show|give|make|take|use|me|it|that|i want|with|for|in|only|just|what about|how about)\b\W*)*"
    rf"{_WHAT.format('one')} (?:instead of|in place of|rather than|not) {_WHAT.format('other')}{_TAIL}",
    re.IGNORECASE,
)
HALF_NAMED = 0.5
"""Score of a mention by a part of a column's name: "the hiring date" of hired_on."""
_YEAR = re.compile(r"(?:19|20)\d\d$")


def swapped(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with what the words take out in one place exchanged for what they put in.

    "Swap retail for finance" after `WHERE industry = 'retail' AND year = 2020`: `industry = 'finance' AND year = 2020`.
    Whichever of the two the plan before holds is taken out: "swap finance for retail" says the same.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    swap, instead = _SWAP.search(text), _INSTEAD.match(text)
    found = swap or instead
    if before is None or found is None:
        return
    one, other = (demand.inquiry.utterance.span(*found.span(name)) for name in ("one", "other"))
    for old, new in ((one, other), (other, one)) if swap else ((other, one),):
        for change in (_value_changed, _year_changed, _column_changed):
            if (changed := change(before, old, new, demand)) is not None and changed != before:
                yield changed
                return


def _value_changed(plan: Plan, old: tuple[int, int], new: tuple[int, int], demand: Demand) -> Plan | None:
    """Return a plan with a value that it compares exchanged; None if it compares none that the words say."""
    for leaf in _compared(plan):
        assert isinstance(leaf.left, ColumnTerm)
        for term in leaf.right:
            if isinstance(term, LiteralTerm) and _says(term.value, old, demand):
                put_in = _value_of(leaf.left, term.value, new, demand)
                if put_in is not None:
                    return rewrite(plan, partial(_literal_in, column=leaf.left, old=term.value, new=put_in))
    return None


def _compared(plan: Plan) -> Iterator[Predicate]:
    """Yield the comparisons of columns by which a plan chooses rows or groups."""
    conditions: tuple[Condition | None, ...] = (plan.where, plan.having)
    for leaf in (each for condition in conditions for each in predicates(condition)):
        if isinstance(leaf.left, ColumnTerm):
            yield leaf


def _says(value: object, span: tuple[int, int], demand: Demand) -> bool:
    """Tell whether words say a value: all of its words, or a number."""
    words = demand.inquiry.utterance.words[slice(*span)]
    if isinstance(value, int | float):
        return any(number_of(word.text) == value for word in words)
    said = {word.stem for word in words}
    return bool(said) and {stem(each) for each in re.findall(r"\w+", str(value).lower())} <= said


def _value_of(column: ColumnTerm, old: object, span: tuple[int, int], demand: Demand) -> str | int | float | None:
    """Return what words put in the place of a value of a column."""
    if isinstance(old, int | float):
        numbers = (number_of(word.text) for word in demand.inquiry.utterance.words[slice(*span)])
        return next((number for number in numbers if number is not None), None)
    for match in demand.inquiry.matches:
        start, end = demand.inquiry.span(match.mention)
        if match.column == column.ref and isinstance(match.value, str) and span[0] <= start and end <= span[1]:
            return match.value
    return None


def _literal_in(part: PlanModel, column: ColumnTerm, old: object, new: str | int | float) -> PlanModel:
    if not isinstance(part, Predicate) or part.left != column:
        return part
    right = tuple(LiteralTerm(value=new) if term == LiteralTerm(value=_scalar(old)) else term for term in part.right)
    return part.model_copy(update={"right": right})


def _scalar(value: object) -> str | int | float | None:
    return value if isinstance(value, str | int | float) else None


def _year_changed(plan: Plan, old: tuple[int, int], new: tuple[int, int], demand: Demand) -> Plan | None:
    """Return a plan with the bounds of a year moved to another: both ends by as many years."""
    words = demand.inquiry.utterance.words
    years = [[int(w.text) for w in words[slice(*span)] if _YEAR.match(w.text)] for span in (old, new)]
    if [len(each) for each in years] != [1, 1]:
        return None
    (one,), (other,) = years
    change: Callable[[PlanModel], PlanModel] = partial(_moved, year=one, by=other - one)
    starts = [t for leaf in _compared(plan) for t in leaf.right if isinstance(t, LiteralTerm) and _begins(t, one)]
    return plan.model_copy(update={"where": rewrite(plan, change).where}) if starts else None


def _begins(term: LiteralTerm, year: int) -> bool:
    return isinstance(term.value, str) and term.value.startswith(str(year))


def _moved(part: PlanModel, year: int, by: int) -> PlanModel:
    if isinstance(part, LiteralTerm) and (_begins(part, year) or _begins(part, year + 1)):
        text = str(part.value)
        return LiteralTerm(value=f"{int(text[:4]) + by}{text[4:]}")
    return part


def _column_changed(plan: Plan, old: tuple[int, int], new: tuple[int, int], demand: Demand) -> Plan | None:
    """Return a plan that shows another column in the place of one that it shows: "swap the phone for the email"."""
    gone, come = _named_in(old, NAMED, demand), _named_in(new, HALF_NAMED, demand)
    shown = [each for each in gone if each in plan.select]
    if not shown or not come or len(gone) > 1:
        return None
    joined = with_table(plan, come[0].table, demand.schema)
    select = tuple(come[0] if term == shown[0] else term for term in plan.select)
    return joined.model_copy(update={"select": select}) if joined is not None else None


def _named_in(span: tuple[int, int], score: float, demand: Demand) -> list[ColumnTerm]:
    named = (m for m in demand.evidence.named if span[0] <= m.start and m.end <= span[1])
    return [ColumnTerm.of(m.candidates[0][0]) for m in named if m.candidates[0][1] >= score]
