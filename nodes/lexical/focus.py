"""Focused: the words of a turn read with one table in mind."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.evidence import Evidence, display_columns
from nodes.lexical.interpretation import Item
from nodes.lexical.schema_mentions import ColumnMention
from value_index.schema import ColumnRef, Table


@dataclass(frozen=True)
class Named:
    """A column mention with the column that it is read as."""

    mention: ColumnMention
    column: ColumnRef
    asked: bool
    """Whether it stands where the utterance says what to show."""
    head: bool
    """Whether it stands before the conditions there."""
    filtered: bool
    """Whether a value of the column is named too."""


@dataclass(frozen=True)
class Focused:
    """One table, and every column mention read as the column that suits it best."""

    evidence: Evidence
    table: Table

    @cached_property
    def named(self) -> tuple[Named, ...]:
        """The column mentions in order."""
        filtered = frozenset(value.filter.column for value in self.evidence.values)
        start, end = self.evidence.asked
        return tuple(
            Named(
                mention,
                column := max(mention.candidates, key=lambda candidate: self._suits(*candidate))[0],
                asked=start <= mention.start < end,
                head=self.evidence.in_head(mention.start),
                filtered=column in filtered,
            )
            for mention in self.evidence.named
        )

    def _suits(self, column: ColumnRef, score: float) -> float:
        return (
            score
            + (0.3 if column.table == self.table.name else 0.0)
            + 0.2 * self.evidence.links.get(column, 0.0)
            + (0.1 if column.table in self.evidence.previous_tables else 0.0)
            + (0.1 if column.table in self._value_tables else 0.0)
            + 0.1 * self.evidence.mentions.table_score(column.table)
        )

    @cached_property
    def _value_tables(self) -> frozenset[str]:
        return frozenset(value.filter.column.table for value in self.evidence.values if value.filter.column)

    @cached_property
    def display(self) -> tuple[ColumnRef, ...]:
        """The columns that stand for a row of the table."""
        return display_columns(self.table)

    @cached_property
    def key(self) -> ColumnRef:
        """The key of the table; its first column where it has none."""
        name = self.table.primary_key[0] if self.table.primary_key else self.table.columns[0].name
        return ColumnRef(table=self.table.name, column=name)

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """The columns that stand for a row, as projections."""
        return tuple(Item(column=column) for column in self.display)

    @cached_property
    def heads(self) -> tuple[Item, ...]:
        """The columns named before any condition."""
        return self._items([n for n in self.named if n.head and n.mention.start < self._sort])

    @cached_property
    def asked(self) -> tuple[Item, ...]:
        """The columns named anywhere, but for those that a value compares or an order uses."""
        return self._items([n for n in self.named if n.asked and not n.filtered and n.mention.start < self._sort])

    @cached_property
    def _sort(self) -> int:
        cues = self.evidence.cues
        return cues.sort if cues.sort is not None else len(cues.utterance.words)

    def before(self, position: int) -> tuple[Item, ...]:
        """Return the unfiltered columns named before a word."""
        return self._items([n for n in self.named if n.mention.start < position and not n.filtered])

    def near(self, position: int) -> ColumnRef | None:
        """Return the column named at a word, else soon after it, else last before it."""
        after = [n.column for n in self.named if n.mention.end > position and n.mention.start <= position + 8]
        before = [n.column for n in self.named if n.mention.start < position and self.evidence.is_ordered(n.column)]
        return after[0] if after else before[-1] if before else None

    def _items(self, named: list[Named]) -> tuple[Item, ...]:
        """Return columns as projections; "the name" of a table with first and last names is both."""
        words = self.evidence.cues.utterance.words
        columns: list[ColumnRef] = []
        for each in named:
            whole = {words[at].stem for at in each.mention.positions} == {"name"} and each.column in self.display
            columns += self.display if whole else (each.column,)
        return tuple(Item(column=column) for column in dict.fromkeys(columns))
