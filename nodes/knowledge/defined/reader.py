"""Reader: what definitions in words say, over one schema: they build on each other and on the names of tables and columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from nodes.lexical.utterance import name_words, stem
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from value_index.knowledge.store import Knowledge
from value_index.schema import Column, Schema, Table, quoted

_ARTICLE = re.compile(r"^(?:(?:the|a|an|all|its|their|those|every|each|any|of|only)\s+)+", re.I)

_HELD = re.compile(r"\bwhose\s+(?P<what>[\w ]+?)\s+(?:is|are)\s+(?:not\s+)?(?P<values>[\w-]+(?:\s+or\s+[\w-]+)*)", re.I)
_MOST_WORDS = 5
"""Words among which the name of a figure may stand."""
_PLURAL = re.compile(r"(?<=s)[ei]s?$")


class Figure(NamedTuple):
    """A calculation that words say."""

    sql: str
    tables: tuple[str, ...]
    """The tables that it reads; the first is the one whose rows it is of, or goes over."""
    aggregated: bool
    """Whether it is a figure of many rows."""
    where: str = ""
    """Which rows alone it is of."""


class Group(NamedTuple):
    """Some rows of a table that words say."""

    table: str
    condition: str
    """"" if all rows are meant."""


@dataclass(frozen=True)
class Reader:
    """Names of one schema and of the knowledge about it."""

    schema: Schema
    knowledge: Knowledge
    busy: frozenset[str] = frozenset()
    """Definitions that are being read: none of them is read inside itself."""

    @cached_property
    def _meanings(self) -> dict[str, str]:
        return {_key(each.name): each.meaning for each in self.knowledge.definitions if each.meaning}

    def meaning(self, words: str) -> tuple[str, Reader] | None:
        """Return what a name is defined as, and the reader of that; None if nothing is called so."""
        key = _key(plain(words))
        text = self._meanings.get(key)
        return (text, replace(self, busy=self.busy | {key})) if text and key not in self.busy else None

    def table(self, words: str) -> Table | None:
        """Return the table that words call by its name, endings aside."""
        said = stems(words)
        return next(
            (each for each in self.schema.tables if said and said in _names(each.name, each.natural_name)), None
        )

    def column(self, words: str, table: Table) -> Column | None:
        """Return the one column that words call by its name, endings aside."""
        said = stems(words)
        named = [each for each in table.columns if said in _names(each.name, each.natural_name)]
        return named[0] if len(named) == 1 else None

    def measure(
        self, words: str, home: Table | None = None, tables: Sequence[Table] = ()
    ) -> tuple[Table, Column] | None:
        """Return the number column that words speak of, though more words stand beside its name, or a part of it alone.

        "unit price paid" is `unit_price` rather than a book's `price`, "list price" is that; "60 minutes" are of `delay_minutes`.

        Args:
            home: the table whose columns count first.
            tables: the only ones that count, unless empty.
        """
        said = set(stems(words))
        if not 0 < len(said) <= _MOST_WORDS:
            return None
        scored = [
            (self._nearness(said, column), table, column)
            for table in tables or self.schema.tables
            for column in self._figures(table)
        ]
        best = max((score for score, _, _ in scored), default=0.0)
        found = [(table, column) for score, table, column in scored if score == best > 0]
        near = [each for each in found if home is not None and each[0].name == home.name]
        return next((each[0] for each in (found, near) if len(each) == 1), None)

    @staticmethod
    def _nearness(said: set[str], column: Column) -> float:
        """Score a name by its words that are said: one that is said whole before all that are in part."""
        name = set(stems(column.natural_name))
        return 10.0 + len(name) if name <= said else len(name & said) / len(name) if name else 0.0

    def holder(self, value: str, table: Table) -> str | None:
        """Return the column of a table that a definition says to hold a value; None if none does."""
        for found in (each for text in self._meanings.values() for each in _HELD.finditer(text)):
            column = self.column(found["what"], table)
            if column and value.casefold() in re.split(r"\s+or\s+", found["values"].casefold()):
                return self.name(column, table)
        return None

    def name(self, column: Column | str, table: Table | str) -> str:
        """Write a column with its table."""
        named = column if isinstance(column, str) else column.name
        return f"{quoted(table if isinstance(table, str) else table.name)}.{quoted(named)}"

    def key(self, table: Table) -> str | None:
        """Write the one column that tells a table's rows apart; None if it takes several."""
        return self.name(table.key.column, table) if table.key is not None else None

    def keys(self, source: str, target: str) -> list[str]:
        """Return the columns by which a table refers to another."""
        return [
            key.source.column
            for key in self.schema.foreign_keys
            if key.source.table.lower() == source.lower() and key.target.table.lower() == target.lower()
        ]

    def rows_whose(self, table: Table, figure: Figure, comparison: str) -> str | None:
        """Write the condition that a figure of a table's row fulfils a comparison; None if the two are not joined."""
        if not figure.aggregated:
            return f"{figure.sql} {comparison}" if set(figure.tables) <= {table.name} else None
        if (key := self.key(table)) is None:
            return None
        tables = ", ".join(map(quoted, dict.fromkeys((table.name, *figure.tables))))
        where = f" WHERE {figure.where}" if figure.where else ""
        text = f"SELECT {key} FROM {tables}{where} GROUP BY {key} HAVING {figure.sql} {comparison}"
        try:
            plan = to_plan(text, self.schema).model_copy(update={"joins": None})
            return f"{key} IN ({from_plan(plan, self.schema)})"
        except SQLError:
            return None

    def _figures(self, table: Table) -> Iterable[Column]:
        keys = {key.source.column.lower() for key in self.schema.foreign_keys if key.source.table == table.name}
        keys |= {name.lower() for name in table.primary_key}
        return (each for each in table.columns if each.kind == "number" and each.name.lower() not in keys)


def plain(words: str) -> str:
    """Return words without articles before and marks behind them."""
    return _ARTICLE.sub("", words.strip(" .,;:()")).strip()


def stems(words: str) -> list[str]:
    """Return the stems of a name's words."""
    return [_PLURAL.sub("", stem(word)) for word in name_words(plain(words))]


def _key(words: str) -> str:
    return " ".join(stems(words))


def _names(*names: str) -> list[list[str]]:
    return [stems(name) for name in names]
