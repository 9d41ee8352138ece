"""The words around a mention, and how well they speak of a column."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

from value_index.schema import ColumnRef, Schema
from value_index.text.folding import fold
from value_index.text.tokens import Token

BEFORE = 4
"""Words before a mention that may name its column."""
AFTER = 3
LINKING = frozenset({"is", "of", "as", "in", "at", "to", "name", "call", "equal", "be", "for", "the", "was", "are"})
"""Stems that stand between a column's name and its value."""

TOTALLED = 6
"""Words before a number that may say that it is compared with an average."""
_TOTALS = frozenset({"averag", "avg", "mean", "total", "sum"})
_SUPERLATIVES = frozenset({"most", "least", "top"})
_POINTING = (("them",), ("these",), ("those",))


def make_stem() -> Callable[[str], str]:
    """Return a stemmer of English words that remembers its answers."""
    return lru_cache(maxsize=20_000)(snowballstemmer.stemmer("english").stemWord)


@dataclass(frozen=True)
class Names:
    """The stems of the natural names of a schema."""

    columns: dict[ColumnRef, frozenset[str]]
    tables: dict[str, frozenset[str]]
    words: frozenset[str] = field(default_factory=frozenset[str])
    """Every stem of a name."""
    of_tables: frozenset[str] = field(default_factory=frozenset[str])
    """Every stem of a table's name."""
    long: Mapping[str, frozenset[frozenset[str]]] = field(default_factory=dict[str, frozenset[frozenset[str]]])
    """The names of columns that have several stems, by each of them."""

    @classmethod
    def of(cls, schema: Schema, stem: Callable[[str], str]) -> Names:
        """Stem the natural names of a schema."""

        def stems(name: str) -> frozenset[str]:
            return frozenset(stem(word) for word in fold(name).split())

        columns = {ref: stems(schema.describe(ref).natural_name) for ref in schema.columns}
        tables = {table.name: stems(table.natural_name) for table in schema.tables}
        of_tables = frozenset[str]().union(*tables.values())
        long: dict[str, set[frozenset[str]]] = {}
        for name in columns.values():
            for each in name if len(name) > 1 else ():
                long.setdefault(each, set()).add(name)
        return cls(
            columns,
            tables,
            of_tables.union(*columns.values()),
            of_tables,
            {each: frozenset(found) for each, found in long.items()},
        )

    def said(self, words: frozenset[str]) -> dict[str, frozenset[ColumnRef]]:
        """Return the columns whose names are all among the words, by table."""
        found: dict[str, list[ColumnRef]] = {}
        for ref, name in self.columns.items():
            if name and name <= words:
                found.setdefault(ref.table, []).append(ref)
        return {table: frozenset(refs) for table, refs in found.items()}


@dataclass(frozen=True)
class Context:
    """An utterance as stems, with the tables that the conversation already uses."""

    stems: tuple[str, ...]
    parts: tuple[frozenset[str], ...] = ()
    """The stems of each word: several of "student_id"."""
    words: tuple[str, ...] = ()
    """The words of the stems, folded."""
    has_capitals: bool = False
    """Whether a word after the first has a capital: then a name without one is less of a name."""
    tables: frozenset[str] = frozenset()
    """Case-folded names of tables that the conversation uses."""
    shown: frozenset[str] = frozenset()
    """Case-folded names of the tables that the last answer shows columns of: what "the ones from Rome" speaks of."""
    columns: frozenset[tuple[str, str]] = frozenset()
    """Case-folded names of columns that the conversation has compared with values."""
    said: Mapping[str, frozenset[ColumnRef]] = field(default_factory=dict[str, frozenset[ColumnRef]])
    """The columns of each table that the utterance names in full."""

    @classmethod
    def of(
        cls,
        words: tuple[Token, ...],
        names: Names,
        stem: Callable[[str], str],
        tables: Collection[str] = (),
        columns: Collection[ColumnRef] = (),
        shown: Collection[str] = (),
    ) -> Context:
        """Stem the words of an utterance."""
        parts = tuple(frozenset(map(stem, word.folded.split())) for word in words)
        return cls(
            tuple(stem(word.folded) for word in words),
            parts,
            tuple(word.folded for word in words),
            any(word.text[0].isupper() for word in words[1:]),
            frozenset(table.lower() for table in tables),
            frozenset(table.lower() for table in shown),
            frozenset(column.folded for column in columns),
            names.said(frozenset[str]().union(*parts)),
        )

    def near(self, first: int, last: int, name: frozenset[str]) -> float:
        """Return the share of a name's words that stand close before or after a mention."""
        around = frozenset[str]().union(*self.parts[max(0, first - BEFORE) : first], *self.parts[last : last + AFTER])
        return len(name & around) / len(name) if name else 0.0

    def adjacent(self, first: int, last: int, name: frozenset[str]) -> float:
        """Return 1 where a word of the name stands right before a mention, or before one linking word; .7 right after."""
        before = self.parts[max(0, first - 2) : first]
        if before and (before[-1] & name or (before[-1] & LINKING and before[0] & name)):
            return 1.0
        return 0.7 if self.parts[last : last + 1] and self.parts[last] & name else 0.0

    def support(self, ref: ColumnRef) -> float:
        """Return how many other columns of a column's table the utterance names in full, up to two."""
        return float(min(2, len(self.said.get(ref.table, frozenset()) - {ref})))

    def anywhere(self, first: int, last: int, name: frozenset[str]) -> float:
        """Return the share of a name's words that stand anywhere outside the mention."""
        outside = frozenset[str]().union(*self.parts[:first], *self.parts[last:])
        return len(name & outside) / len(name) if name else 0.0

    def is_in_name(self, first: int, last: int, names: Names) -> bool:
        """Whether a mention and a word beside it are words of one column's name: the poll of "poll source"."""
        said = frozenset[str]().union(*self.parts[first:last])
        beside = frozenset[str]().union(*self.parts[max(0, first - 1) : first], *self.parts[last : last + 1]) - said
        return any(said <= name and name & beside for each in said for name in names.long.get(each, ()))

    def extreme(self, first: int, last: int) -> float:
        """Return 1 where a superlative stands right before a mention ("longest time"), or right after ("3 youngest")."""
        return float(
            any(
                _is_superlative(word) for word in (*self.words[max(0, first - 1) : first], *self.words[last : last + 1])
            )
        )

    def counts_of(self, last: int) -> bool:
        """Whether what follows a mention makes it a count of what was spoken of: "10 of them"."""
        return self.words[last : last + 1] == ("of",) and self.words[last + 1 : last + 2] in _POINTING

    def totalled(self, first: int) -> bool:
        """Whether the words before a mention speak of an average or a total, which no row holds."""
        return bool(_TOTALS.intersection(self.stems[max(0, first - TOTALLED) : first]))


def _is_superlative(word: str) -> bool:
    return word in _SUPERLATIVES or (word.endswith("est") and len(word) > 4)
