"""What the requirements of a missing value share: how they are written, and how strong they are."""

from __future__ import annotations

import re

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Option, Requirement
from nodes.plan import ColumnTerm, Operator, Predicate
from value_index.schema import ColumnRef

DATED, UNDATED = 0.95, 0.7
"""Strength where the column records when something happened ("not shipped"), and of any other."""
SPOKEN_OF = 0.5
"""Score of a table that the turn names or goes on about."""
LEFT_OUT = re.compile(
    r"\b(?:leave out|exclude|excluding|remove|omit|drop|without|except(?: for)?|not (?:those|the ones))\b"
    r".* (?:who|that|which) (?:(?:have|has|had|are|is|were|was) )?(?:been |already )?$",
    re.IGNORECASE,
)


def null_requirement(inquiry: Inquiry, at: int, options: tuple[Option, ...], strength: float = UNDATED) -> Requirement:
    """Return what a word asks of columns that may have no value."""
    word = inquiry.utterance.words[at]
    return Requirement("null", inquiry.utterance.text[word.start : word.end], at, at + 1, strength, options)


def null_option(ref: ColumnRef, operator: Operator, weight: float) -> Option:
    """Return the condition that a column has a value, or none."""
    return Option(ref, (Predicate(left=ColumnTerm.of(ref), operator=operator),), weight)
