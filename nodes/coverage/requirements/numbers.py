"""number_requirements: numbers that the words compare with a column ("cost more than 20"), or that name a row ("store 2")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.measured import in_units_of, time_columns_named
from nodes.lexical.comparisons import NumberComparison, meant_operator, number_of
from nodes.lexical.lexicon import COMPARED
from nodes.lexical.utterance import stem
from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Cast,
    ColumnTerm,
    LiteralTerm,
    LiteralValue,
    Operator,
    Predicate,
    Term,
)
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef

_MIRRORED: dict[str, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_IN_TOTAL = re.compile(r"\b(?:in total|altogether|overall|in all|combined)\b", re.IGNORECASE)
_COMPARING = frozenset((
    "is", "are", "was", "were", "at", "least", "most", "up", "to", "over", "under", "above", "below", "beyond",
    "than", "more", "less", "fewer", "greater", "higher", "lower", "larger", "smaller", "longer", "shorter",
    "bigger", "exactly", "only", "of", "or", "the",
))  # fmt: skip
"""Words between a figure and the number that it is compared with."""
_OF_EACH = ("avg", "max", "min")
"""Figures that one row alone has not; what is summed of it may be the amount that it stores."""
_SPENT = frozenset(("spent", "spend", "spends", "paid", "pays", "pay"))
_AMOUNTS = frozenset(map(stem, ("amount", "amt", "total", "paid")))
_OF_BIRTH = frozenset(map(stem, ("birth", "born", "birthday", "birthdate", "dob")))
_NUMBERED = frozenset(("number", "no", "nr", "id", "#"))
NAMED_ROW = 0.8
"""Score of a table's name from which a number after it is that of a row."""


def number_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of a numeric column that is named close by, or that the words imply.

    "List products that cost more than 20" over texts: `CAST(price AS REAL) > 20`. "And store 2?": `store_id = 2`.
    """
    for comparison in inquiry.evidence.cues.comparisons:
        if comparison.position in inquiry.dated:
            continue
        counts = inquiry.evidence.cues.count_compared(comparison, inquiry.evidence.table_starts)
        options = _options(inquiry, comparison) or _of_age(inquiry, comparison) or _of_figure(inquiry, comparison)
        options = options or _of_shown(inquiry, comparison)
        if counts:  # "without the ones under 50 tracks", of a count that was shown
            left_out = meant_operator(inquiry.utterance, comparison) != comparison.operator
            options = _of_figure(inquiry, comparison) if left_out else ()
        if options:
            yield _requirement(inquiry, comparison.position, options)
    for at in inquiry.evidence.cues.bare_numbers:
        if at not in inquiry.dated and (options := _of_row(inquiry, at)):
            yield _requirement(inquiry, at, options, excludes=inquiry.is_denied(at))


def _requirement(inquiry: Inquiry, at: int, options: tuple[Option, ...], *, excludes: bool = False) -> Requirement:
    word = inquiry.utterance.words[at]
    mention = inquiry.utterance.text[word.start : word.end]
    return Requirement("number", mention, at, at + 1, 0.9, options, excludes=excludes)


def _options(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    words = inquiry.utterance.words
    implied = {stem(each) for word in words[comparison.start : comparison.end] for each in COMPARED.get(word.text, ())}
    start = _compared_from(inquiry, comparison)
    before = {word.text for word in words[max(0, start - 2) : start]}
    implied |= _AMOUNTS if before & _SPENT else frozenset()
    timed = time_columns_named(inquiry, comparison.position)
    function = "sum" if _IN_TOTAL.search(inquiry.utterance.text) else _figure_said(inquiry, start)
    operator = meant_operator(inquiry.utterance, comparison)
    found: list[tuple[float, ColumnRef]] = []
    whole = set[ColumnRef]()
    for ref in inquiry.schema.columns:
        profile = inquiry.profiles.of(ref)
        if ref in inquiry.keys or not (inquiry.schema.describe(ref).kind == "number" or profile.is_numeric_text):
            continue
        stems = inquiry.column_stems(ref)
        near = inquiry.near(ref, comparison.position, comparison.position + 1)
        speaks = stems & (implied | timed)
        if stems and stems == speaks:
            whole.add(ref)
        fit = max(near, 0.8 * bool(speaks))
        if fit >= 0.4:
            found.append((fit + 0.5 * inquiry.table_score(ref.table), ref))
    # "Longer than 3 hours" is of a column called length, where there is one, and of no rental duration.
    found = [(fit, ref) for fit, ref in found if ref in whole] or found
    # "Reorder those with stock below 5" is of the figure named right before it.
    beside = [m for m in inquiry.evidence.mentions.columns if m.end == start]
    found = [(fit, ref) for fit, ref in found if any(m.score(ref) for m in beside)] or found
    found.sort(key=lambda item: -item[0])
    return tuple(
        Option(ref, (_predicate(inquiry, ref, operator, comparison, function),), fit / found[0][0])
        for fit, ref in found[:4]
    )


def _figure_said(inquiry: Inquiry, start: int) -> AggregateFunction | None:
    """Return the figure of each thing that is compared: "departments whose average salary is above 8000".

    Args:
        start: the place of the first word of what compares the number.
    """
    words = inquiry.utterance.words
    for at, function in reversed(inquiry.evidence.aggregates):
        between = range(at + 1, start)
        named = {each for m in inquiry.evidence.mentions.columns for each in m.positions}
        idle = all(each in named or words[each].text in ("of", "the", "their", "its") for each in between)
        if at < start and idle and named & set(between) and function in _OF_EACH:
            return function
    return None


def _compared_from(inquiry: Inquiry, comparison: NumberComparison) -> int:
    """Return the place of the first word of what compares a number: "below" of "stock is below 5"."""
    words, at = inquiry.utterance.words, comparison.position
    while at > 0 and words[at - 1].text in _COMPARING:
        at -= 1
    return at


def _of_age(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    """Return a comparison of a date of birth, where an age is compared that no column stores.

    "Employees older than 60": `birth_date < '1966-11-29'`, sixty years ago.
    """
    words = inquiry.utterance.words[comparison.start : comparison.end + 3]
    aged = any("age" in COMPARED.get(word.text, ()) for word in words) or _follows_people(inquiry, comparison)
    if not aged or comparison.number != int(comparison.number):
        return ()
    years, operator = int(comparison.number), _MIRRORED[meant_operator(inquiry.utterance, comparison)]
    born = [
        ref
        for ref in inquiry.schema.columns
        if inquiry.column_stems(ref) & _OF_BIRTH and inquiry.profiles.of(ref).date_form in ("iso", "year")
    ]
    born.sort(key=lambda ref: -inquiry.table_score(ref.table))
    if not born or not 0 < years < date.today().year:
        return ()
    by_year = inquiry.profiles.of(born[0]).date_form == "year"
    day = date.today().year - years if by_year else _years_ago(years).isoformat()
    best = Predicate(left=ColumnTerm.of(born[0]), operator=operator, right=(LiteralTerm(value=day),))
    return (Option(born[0], (best,), 1.0),)


def _follows_people(inquiry: Inquiry, comparison: NumberComparison) -> bool:
    """Tell whether a number that says no more compares rows with a date of birth: "guests over 60"."""
    words, start = inquiry.utterance.words, _compared_from(inquiry, comparison)
    ends = {m.table for m in inquiry.named_tables if m.end == start}
    born = {ref.table for ref in inquiry.schema.columns if inquiry.column_stems(ref) & _OF_BIRTH}
    return bool(ends & born) and comparison.end == len(words)


def _years_ago(years: int) -> date:
    today = date.today()
    is_leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - years, day=28 if is_leap_day else today.day)


def _of_row(inquiry: Inquiry, at: int) -> tuple[Option, ...]:
    """Return the equality of a table's key with a number right after its name: "store 2", "order number 10248"."""
    words = inquiry.utterance.words
    number, end = number_of(words[at].text), at - (words[at - 1].text in _NUMBERED if at else 0)
    named = [m.table for m in inquiry.evidence.mentions.tables if m.end == end and m.score >= NAMED_ROW]
    table = inquiry.schema.table(named[0]) if named else None
    key = table.key if table is not None else None
    if key is None or not isinstance(number, int) or words[at - 1].text.endswith("s"):
        return ()
    if inquiry.schema.describe(key).kind != "number":
        return ()
    before = inquiry.evidence.previous_tables
    ends = sorted((key, *inquiry.key_partners(key)), key=lambda ref: ref.table not in before)
    operator: Operator = "!=" if inquiry.is_denied(at) else "="
    return tuple(
        Option(ref, (_compared(ref, operator, number),), 1.0 - 0.05 * rank) for rank, ref in enumerate(ends[:4])
    )


def _compared(ref: ColumnRef, operator: Operator, number: LiteralValue) -> Predicate:
    return Predicate(left=ColumnTerm.of(ref), operator=operator, right=(LiteralTerm(value=number),))


def _of_figure(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    """Return a comparison of the figure that the turn before showed for each of its groups, where no column is named.

    "Only those above 25" after the average price of each club: `HAVING avg(price) > 25`.
    """
    before = inquiry.evidence.previous
    figures = [term for term in before.select if isinstance(term, Aggregate)] if before else []
    groups = before.group_by if before else ()
    column = next((term for each in (*figures, *groups) for term in columns(each)), None)
    if len(figures) != 1 or not groups or column is None:
        return ()
    operator = meant_operator(inquiry.utterance, comparison)
    condition = Predicate(left=figures[0], operator=operator, right=(LiteralTerm(value=comparison.number),))
    return (Option(column.ref, (condition,), 1.0),)


def _of_shown(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    """Return a comparison of the only numbers that the turn before showed, where no column is named.

    "Under 10 pounds" after titles and prices: `price < 10`.
    """
    is_number = [ref for ref in inquiry.evidence.previous_shown if inquiry.evidence.is_ordered(ref)]
    shown = [ref for ref in is_number if inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys]
    if len(shown) != 1 or inquiry.profiles.of(shown[0]).date_form is not None:
        return ()
    operator = meant_operator(inquiry.utterance, comparison)
    return (Option(shown[0], (_predicate(inquiry, shown[0], operator, comparison, None),), 1.0),)


def _predicate(
    inquiry: Inquiry,
    ref: ColumnRef,
    operator: Operator,
    comparison: NumberComparison,
    function: AggregateFunction | None,
) -> Predicate:
    left: Term = ColumnTerm.of(ref)
    if inquiry.profiles.of(ref).is_numeric_text:
        left = Cast(argument=left, type="real")
    if function is not None:
        left = Aggregate(function=function, argument=left)
    number = in_units_of(inquiry, ref, comparison.number, comparison.position)
    return Predicate(left=left, operator=operator, right=(LiteralTerm(value=number),))
