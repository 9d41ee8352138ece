"""Requirement: one condition that the words of a turn ask for, with the ways in which a plan may write it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nodes.plan import Condition
from value_index.schema import ColumnRef

RequirementKind = Literal["value", "name", "date", "number", "flag", "null", "pattern", "columns"]


@dataclass(frozen=True)
class Option:
    """One way to write a requirement: conditions on one column that hold together.

    "in 2024" on sale.sold_on: `sold_on >= '2024-01-01'` and `sold_on < '2025-01-01'`.
    """

    column: ColumnRef
    conditions: tuple[Condition, ...]
    weight: float
    """How well it fits the words, 0..1; the best option of a requirement has 1."""


@dataclass(frozen=True)
class Requirement:
    """One thing that the words name and a plan must cover."""

    kind: RequirementKind
    mention: str
    """The words that ask for it, as the user wrote them."""
    start: int
    """First word of the mention."""
    end: int
    """Word after the mention."""
    strength: float
    """How sure it is that the words ask for it, 0..1."""
    options: tuple[Option, ...]
    """Best first; never empty."""
    excludes: bool = False
    """True if rows that meet it are to be left out ("not British"); the options deny already."""
