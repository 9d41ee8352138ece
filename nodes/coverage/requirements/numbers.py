"""number_requirements: numbers that the words compare with a column ("cost more than 20")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.comparisons import NumberComparison
from nodes.lexical.lexicon import COMPARED
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, Cast, ColumnTerm, LiteralTerm, Operator, Predicate, Term
from nodes.plan.traversal import columns
from value_index.schema import ColumnRef

_DENIED: dict[str, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LEFT_OUT = frozenset(
    ("exclude", "excluding", "leave", "remove", "omit", "without", "except", "drop", "skip", "ignore")
)


def number_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of a numeric column that is named close by, or that the words imply.

    "List products that cost more than 20" over texts: `CAST(price AS REAL) > 20`.
    """
    words = inquiry.utterance.words
    for comparison in inquiry.evidence.cues.comparisons:
        if comparison.position in inquiry.dated:
            continue
        counts = inquiry.evidence.cues.count_compared(comparison, inquiry.evidence.table_starts)
        options = _options(inquiry, comparison) or _of_figure(inquiry, comparison)
        if options and not counts:
            word = words[comparison.position]
            mention = inquiry.utterance.text[word.start : word.end]
            yield Requirement("number", mention, comparison.position, comparison.position + 1, 0.9, options)


def _options(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    words = inquiry.utterance.words
    implied = {stem(each) for word in words[comparison.start : comparison.end] for each in COMPARED.get(word.text, ())}
    operator = _operator(inquiry, comparison)
    found: list[tuple[float, ColumnRef]] = []
    for ref in inquiry.schema.columns:
        profile = inquiry.profiles.of(ref)
        if ref in inquiry.keys or not (inquiry.schema.describe(ref).kind == "number" or profile.is_numeric_text):
            continue
        near = inquiry.near(ref, comparison.position, comparison.position + 1)
        fit = max(near, 0.8 * bool(inquiry.column_stems(ref) & implied))
        if fit >= 0.4:
            found.append((fit + 0.5 * inquiry.table_score(ref.table), ref))
    found.sort(key=lambda item: -item[0])
    return tuple(
        Option(ref, (_predicate(inquiry, ref, operator, comparison.number),), fit / found[0][0])
        for fit, ref in found[:4]
    )


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
    operator = _operator(inquiry, comparison)
    condition = Predicate(left=figures[0], operator=operator, right=(LiteralTerm(value=comparison.number),))
    return (Option(column.ref, (condition,), 1.0),)


def _operator(inquiry: Inquiry, comparison: NumberComparison) -> Operator:
    """Return the operator that is asked for, turned where the words leave out what meets it."""
    words = inquiry.utterance.words
    out = any(word.text in _LEFT_OUT for word in words[: comparison.position])
    return _DENIED[comparison.operator] if out else comparison.operator


def _predicate(inquiry: Inquiry, ref: ColumnRef, operator: Operator, number: int | float) -> Predicate:
    left: Term = ColumnTerm.of(ref)
    if inquiry.profiles.of(ref).is_numeric_text:
        left = Cast(argument=left, type="real")
    return Predicate(left=left, operator=operator, right=(LiteralTerm(value=number),))
