"""Candidate: a mention read as a value of a column, and what is known of that column."""

from __future__ import annotations

from dataclasses import dataclass

from value_index.grounding.spans import Mention
from value_index.matches import MatchOperator, Provenance, StoredValue
from value_index.schema import ColumnRef


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What the schema and the data say of a column."""

    ref: ColumnRef
    distinct: int
    is_key: bool
    is_reference: bool
    """Whether it refers to another table."""
    is_referred: bool
    """Whether another table refers to it."""
    is_display: bool
    """Whether its name says that people read it: name, title."""
    is_time: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mention read as a value of a column."""

    mention: Mention
    column: ColumnFacts
    value: StoredValue
    kind: Provenance
    likeness: float
    """How alike the mention and the value are, 0..1."""
    operator: MatchOperator = "="
    via: ColumnRef | None = None
    is_part: bool = False
    """Whether the mention is some of the value's words."""
    says_column: bool = False
    """Whether the mention is the value and the name of its column: "Sonoma County" in a column `county`."""
