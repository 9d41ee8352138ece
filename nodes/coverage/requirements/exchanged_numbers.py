"""exchanged_numbers: a number alone in the place of the one that the turn before compared: "What about ten minutes?"."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.references import exchanges
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.measured import in_units_of
from nodes.lexical.comparisons import NumberComparison, number_of
from nodes.plan import RANGE_OPERATORS, ColumnTerm, LiteralTerm, Predicate
from nodes.plan.constraints import Constraint


def exchanged_numbers(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield the comparison of the turn before with the only number of this one, where no word compares it.

    "And over 20?" is a comparison of its own; "What about 20?" after `price > 10` is `price > 20`.
    """
    words, before = (
        inquiry.utterance.words,
        [each for each in inquiry.evidence.constraints_before if _is_compared(each)],
    )
    numbers = [at for at, word in enumerate(words) if number_of(word.text) is not None and at not in inquiry.dated]
    if len(before) != 1 or len(numbers) != 1 or inquiry.evidence.cues.comparisons or not exchanges(inquiry):
        return
    if inquiry.evidence.values or inquiry.evidence.cues.superlatives:
        return
    at, column = numbers[0], before[0].column
    number = number_of(words[at].text)
    assert column is not None and number is not None
    said = NumberComparison(start=at, end=at + 1, operator=before[0].operator, number=number, position=at)
    literal = LiteralTerm(value=in_units_of(inquiry, column, said))
    condition = Predicate(left=ColumnTerm.of(column), operator=before[0].operator, right=(literal,))
    mention = inquiry.utterance.text[words[at].start : words[at].end]
    yield Requirement("number", mention, at, at + 1, 0.9, (Option(column, (condition,), 1.0),))


def _is_compared(constraint: Constraint) -> bool:
    """Tell whether a constraint sets one bound to a column of numbers."""
    ranges = constraint.column is not None and constraint.aggregate is None and constraint.operator in RANGE_OPERATORS
    return ranges and len(constraint.values) == 1 and isinstance(constraint.values[0], int | float)
