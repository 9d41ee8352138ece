"""ENGINES: the clauses of a query as they differ from engine to engine; the writer of an engine writes its terms."""

from __future__ import annotations

from typing import Literal, NamedTuple

from nodes.sql.writing.ansi_terms import AnsiTermWriter
from nodes.sql.writing.duckdb_terms import DuckDBTermWriter
from nodes.sql.writing.mysql_terms import MySQLTermWriter
from nodes.sql.writing.postgres_terms import PostgresTermWriter
from nodes.sql.writing.typed_terms import TypedTermWriter
from value_index.schema import Dialect


class Engine(NamedTuple):
    """What a query has to say that SQLite takes as said, and what it cannot say."""

    terms: type[TypedTermWriter] | None
    """Writes terms; None for the plain writer."""
    null: Literal["smallest", "largest", "last", "unknown"]
    """What NULL is in an order that does not say it."""
    says_nulls: bool = True
    """Whether an order can say NULLS FIRST."""
    bare_offset: bool = True
    """Whether OFFSET may stand without LIMIT."""
    shown_orders: bool = False
    """Whether DISTINCT may be sorted by what is shown only."""
    star_anywhere: bool = True
    """Whether `*` may stand behind other columns."""
    alias_word: str = "AS "
    """What stands before the alias of a table."""
    fetch: bool = False
    """Whether a limit is said as FETCH FIRST."""
    full_join: bool = True
    """Whether there is FULL JOIN."""


ENGINES: dict[Dialect, Engine] = {
    "sqlite": Engine(None, "smallest", bare_offset=False),
    "duckdb": Engine(DuckDBTermWriter, "last"),
    "postgres": Engine(PostgresTermWriter, "largest", shown_orders=True),
    "mysql": Engine(
        MySQLTermWriter, "smallest", says_nulls=False, bare_offset=False, shown_orders=True,
        star_anywhere=False, full_join=False,
    ),
    "ansi": Engine(
        AnsiTermWriter, "unknown", shown_orders=True, star_anywhere=False, alias_word="", fetch=True,
    ),
}  # fmt: skip
