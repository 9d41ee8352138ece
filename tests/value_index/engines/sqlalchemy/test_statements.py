"""The parser that stands before an engine of which nothing is known."""

from __future__ import annotations

import pytest

from tests.value_index.engines.sqlalchemy.hostile import HARMLESS, REFUSED, TABLES
from value_index.engines.sqlalchemy.statements import MAX_SQL_CHARS, refusal


@pytest.mark.parametrize("sql", REFUSED)
def test_what_may_change_something_is_refused(sql: str) -> None:
    found = refusal(sql, TABLES)
    assert found is not None and found.outcome == "refused", found


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_only_reads_is_not(sql: str) -> None:
    assert refusal(sql, TABLES) is None


@pytest.mark.parametrize("sql", ["", " ; ", "-- x", "SELECT " + "1, " * MAX_SQL_CHARS])
def test_what_is_no_statement_is_an_error(sql: str) -> None:
    found = refusal(sql, TABLES)
    assert found is not None and found.outcome == "error"
