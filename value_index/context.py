"""The words around a mention, and how well they speak of a column."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer

from value_index.fold import fold
from value_index.schema import ColumnRef, Schema
from value_index.text import Token

BEFORE = 4
"""Words before a mention that may name its column."""
AFTER = 3


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

    @classmethod
    def of(cls, schema: Schema, stem: Callable[[str], str]) -> Names:
        """Stem the natural names of a schema."""

        def stems(name: str) -> frozenset[str]:
            return frozenset(stem(word) for word in fold(name).split())

        columns = {ref: stems(schema.describe(ref).natural_name) for ref in schema.columns}
        tables = {table.name: stems(table.natural_name) for table in schema.tables}
        return cls(columns, tables, frozenset[str]().union(*columns.values(), *tables.values()))


@dataclass(frozen=True)
class Context:
    """An utterance as stems, with the tables that the conversation already uses."""

    stems: tuple[str, ...]
    tables: frozenset[str] = frozenset()
    """Case-folded names of tables used so far."""

    @classmethod
    def of(cls, words: tuple[Token, ...], tables: Collection[str], stem: Callable[[str], str]) -> Context:
        """Stem the words of an utterance."""
        return cls(tuple(stem(word.folded) for word in words), frozenset(table.lower() for table in tables))

    def near(self, first: int, last: int, name: frozenset[str]) -> float:
        """Return the share of a name's words that stand close before or after a mention."""
        around = {*self.stems[max(0, first - BEFORE) : first], *self.stems[last : last + AFTER]}
        return len(name & around) / len(name) if name else 0.0

    def anywhere(self, first: int, last: int, name: frozenset[str]) -> float:
        """Return the share of a name's words that stand anywhere outside the mention."""
        outside = {*self.stems[:first], *self.stems[last:]}
        return len(name & outside) / len(name) if name else 0.0
