"""Hostile statements over Firebird, by its superuser: nothing changes, and the connection can be used afterwards.

The fence is a parser and a rollback alone, so the same statements go through the parser without an engine in
tests/value_index/engines/sqlalchemy.
"""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.databases.firebird.copies import USER
from tests.value_index.engines.sqlalchemy.hostile import HARMLESS, REFUSED
from value_index.database import Database
from value_index.engines.sqlalchemy.address import OtherAddress
from value_index.engines.sqlalchemy.driver import make_engine
from value_index.engines.sqlalchemy.session import Session

pytestmark = pytest.mark.databases
SLOW = (
    "SELECT count(*) FROM many a, many b, many c",
    "SELECT a.word FROM many a, many b, many c ORDER BY a.word || b.word || c.word",
    "WITH RECURSIVE x (n) AS (SELECT 1 FROM farm UNION ALL SELECT n FROM x) SELECT count(*) FROM x",
)


def state(address: str) -> list[object]:
    """Return all that a statement could have changed."""
    import firebird.driver

    path = address.partition("@/")[2].partition("?")[0]
    with closing(firebird.driver.connect(path, user=USER)) as connection:
        cursor = connection.cursor()

        def ask(sql: str) -> list[object]:
            return [tuple(map(str, row)) for row in cursor.execute(sql).fetchall()]

        return [
            *(ask(f"SELECT count(*) FROM {table}") for table in ("farm", "animal", "many")),
            ask("SELECT name, organic FROM farm ORDER BY id"),
            ask("SELECT rdb$relation_name FROM rdb$relations ORDER BY 1"),
            ask("SELECT rdb$procedure_name FROM rdb$procedures ORDER BY 1"),
            ask("SELECT gen_id(counter, 0) FROM rdb$database"),
        ]


def test_no_hostile_statement_changes_anything(farm: Database, farm_address: str, tmp_path: Path) -> None:
    assert len(REFUSED) >= 60
    before = state(farm_address)
    for sql in REFUSED:
        started = time.monotonic()
        for ask in (farm.execute, farm.check):
            result = ask(sql.replace("OUT", str(tmp_path / "out")), deadline=2.0)
            assert result.outcome == "refused" and not result.rows, (sql, result)
        assert time.monotonic() - started < 10, sql
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)
    assert state(farm_address) == before and not (tmp_path / "out").exists()


def test_what_the_parser_lets_through_is_rolled_back(farm_address: str) -> None:
    address = OtherAddress.parse(farm_address, {})
    session = Session(make_engine(address), address)
    before = state(farm_address)
    for sql in ("SELECT gone FROM wipe", "SELECT touch() FROM farm", "DELETE FROM many"):
        session.fetch(sql, (10, 1000, 1000))
    session.close()
    assert state(farm_address) == before


@pytest.mark.parametrize("sql", SLOW)
def test_a_slow_statement_is_stopped(sql: str, farm: Database) -> None:
    started = time.monotonic()
    result = farm.execute(sql, deadline=0.5)
    assert result.outcome in ("timeout", "error"), result
    assert time.monotonic() - started < 10
    assert farm.execute("SELECT count(*) FROM farm").rows == ((2,),)


@pytest.mark.parametrize("sql", HARMLESS)
def test_what_looks_hostile_and_is_not_runs(sql: str, farm: Database) -> None:
    result = farm.execute(sql)
    assert result.outcome == "rows", result
