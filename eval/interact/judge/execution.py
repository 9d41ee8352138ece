"""run_statements: SQL on an open connection as the benchmark's judge runs it; the last statement's rows count."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from typing import Any

from eval.scoring.verdicts.interact import MAX_ROWS, without_comments
from value_index.database import Row
from value_index.engines.postgres.driver import load_driver
from value_index.models import FrozenModel

DEADLINE = 60.0
"""Seconds after which a submission has failed."""
_AFTER_SEMICOLON = re.compile(r"(?<=;)")
_NO_STATEMENT = re.compile(r"\s*(?:BEGIN|COMMIT|END)?(?:\s+TRANSACTION)?[\s;]*", re.IGNORECASE)
_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock."""


class Execution(FrozenModel):
    """What came of a list of statements."""

    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] | None = None
    """The first 10,000; None where the last statement gives no rows."""
    error: str = ""
    """One line; empty if all ran."""
    timed_out: bool = False

    @property
    def ok(self) -> bool:
        """Whether every statement ran in time."""
        return not self.error and not self.timed_out


def run_statements(connection: Any, statements: Sequence[str], deadline: float = DEADLINE) -> Execution:
    """Run texts of one or more statements each; each text is one transaction.

    Args:
        connection: of sqlite3 or psycopg.
        statements: what is run in turn, until one fails.
        deadline: seconds for each of them.
    """
    run = _run_sqlite if isinstance(connection, sqlite3.Connection) else _run_postgres
    last = Execution()
    for text in statements:
        if text.strip():
            last = run(connection, text, deadline)
            if not last.ok:
                return last
    return last


def single_statements(text: str) -> Iterator[str]:
    """Yield the statements of a text of SQLite's; what only opens or ends a transaction is none, for the text is one.

    >>> list(single_statements("BEGIN; SELECT ';'; SELECT 2 -- two"))
    ["SELECT ';';", 'SELECT 2 -- two']
    """
    current = ""
    for piece in (*_AFTER_SEMICOLON.split(text), ";"):
        current += piece
        if sqlite3.complete_statement(current):
            if not _NO_STATEMENT.fullmatch(without_comments(f"{current}\n")):
                yield current.removesuffix(";").strip() if piece == ";" else current.strip()
            current = ""


def _run_sqlite(connection: sqlite3.Connection, text: str, deadline: float) -> Execution:
    end = time.monotonic() + deadline
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        connection.execute("BEGIN")
        last = Execution()
        for statement in single_statements(text):
            last = _fetched(connection.execute(statement))
        if connection.in_transaction:
            connection.execute("COMMIT")
    except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
        if connection.in_transaction:
            connection.rollback()
        late = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
        return Execution(timed_out=late, error="" if late else _one_line(error))
    finally:
        connection.set_progress_handler(None, 0)
    return last


def _run_postgres(connection: Any, text: str, deadline: float) -> Execution:
    driver = load_driver()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(deadline * 1000)}")
            cursor.execute(text)
            while cursor.nextset():
                pass
            last = _fetched(cursor)
        connection.commit()
    except driver.Error as error:
        if not connection.closed:
            connection.rollback()
        late = isinstance(error, driver.errors.QueryCanceled)
        return Execution(timed_out=late, error="" if late else _one_line(error))
    return last


def _fetched(cursor: Any) -> Execution:
    if cursor.description is None:
        return Execution()
    columns = tuple(column[0] for column in cursor.description)
    return Execution(columns=columns, rows=tuple(map(tuple, cursor.fetchmany(MAX_ROWS))))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
