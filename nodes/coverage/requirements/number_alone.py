"""number_alone: a number alone in the place of the one that the turn before compared: "What about ten minutes?"."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import exchanges
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.coverage.requirements.measured import in_units_of
from nodes.plan import RANGE_OPERATORS, ColumnTerm, LiteralTerm, Predicate
from nodes.plan.constraints import Constraint


def number_alone(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield the comparison of the turn before with the only number of this one, where no word compares it.

    "And over 20?" is a comparison of its own; "What about 20?" after `price > 10` is `price > 20`.
    """
    said, before = inquiry.only_number, [each for each in inquiry.evidence.constraints_before if _is_compared(each)]
    if len(before) != 1 or said is None or inquiry.evidence.cues.comparisons or not exchanges(inquiry):
        return
    if inquiry.evidence.values or inquiry.evidence.cues.superlatives:
        return
    (at, number), column = said, before[0].column
    assert column is not None
    literal = LiteralTerm(value=in_units_of(inquiry, column, number, at))
    condition = Predicate(left=ColumnTerm.of(column), operator=before[0].operator, right=(literal,))
    word = inquiry.utterance.words[at]
    mention = inquiry.utterance.text[word.start : word.end]
    yield Requirement("number", mention, at, at + 1, 0.9, (Option(column, (condition,), 1.0),))


def _is_compared(constraint: Constraint) -> bool:
    """Tell whether a constraint sets one bound to a column of numbers."""
    ranges = constraint.column is not None and constraint.aggregate is None and constraint.operator in RANGE_OPERATORS
    return ranges and len(constraint.values) == 1 and isinstance(constraint.values[0], int | float)
