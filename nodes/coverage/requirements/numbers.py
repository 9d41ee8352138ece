"""number_requirements: numbers that the words compare with a column ("cost more than 20")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.lexical.comparisons import NumberComparison
from nodes.lexical.lexicon import COMPARED
from nodes.lexical.utterance import stem
from nodes.plan import Cast, ColumnTerm, LiteralTerm, Operator, Predicate, Term
from value_index.schema import ColumnRef

_DENIED: dict[str, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_LEFT_OUT = frozenset(("exclude", "excluding", "leave", "remove", "omit", "without", "except"))


def number_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield a comparison of a numeric column that is named close by, or that the words imply.

    "List products that cost more than 20" over texts: `CAST(price AS REAL) > 20`.
    """
    words = inquiry.utterance.words
    for comparison in inquiry.evidence.cues.comparisons:
        if comparison.position in inquiry.dated:
            continue
        counts = inquiry.evidence.cues.count_compared(comparison, inquiry.evidence.table_starts)
        options = _options(inquiry, comparison)
        if options and not counts:
            word = words[comparison.position]
            mention = inquiry.utterance.text[word.start : word.end]
            yield Requirement("number", mention, comparison.position, comparison.position + 1, 0.9, options)


def _options(inquiry: Inquiry, comparison: NumberComparison) -> tuple[Option, ...]:
    words = inquiry.utterance.words
    implied = {stem(each) for word in words[comparison.start : comparison.end] for each in COMPARED.get(word.text, ())}
    out = any(word.text in _LEFT_OUT for word in words[: comparison.position])
    operator = _DENIED[comparison.operator] if out else comparison.operator
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


def _predicate(inquiry: Inquiry, ref: ColumnRef, operator: Operator, number: int | float) -> Predicate:
    left: Term = ColumnTerm.of(ref)
    if inquiry.profiles.of(ref).is_numeric_text:
        left = Cast(argument=left, type="real")
    return Predicate(left=left, operator=operator, right=(LiteralTerm(value=number),))
