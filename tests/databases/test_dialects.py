"""What a plan is written as for an engine gives the rows that SQLite gives: small cases, the demo's golds, CoSQL dev's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from eval.demo.build import DEMO_DATA, build
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.databases.engine import Engine
from tests.databases.golds import compare_golds
from tests.nodes.sql.test_duckdb import SHOP, rows
from tests.nodes.sql.test_servers import CASES, Case
from value_index.connect import connect
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.databases


class Pair(NamedTuple):
    """One database in two engines."""

    sqlite: SQLiteDatabase
    copy: Database


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Pair]:
    """The shop."""
    path = tmp_path_factory.mktemp("shop") / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    opened = SQLiteDatabase.open(path)
    copy = connect([engine.copy(opened, "shop")])
    yield Pair(opened, copy)
    copy.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.sqlite[:50])
def test_what_differs_gives_the_same_rows(pair: Pair, engine: Engine, case: Case) -> None:
    if any(mark in case.sqlite for mark in engine.unsaid):
        pytest.skip(f"{engine.name} has no words for it")
    written = from_plan(to_plan(case.sqlite, pair.sqlite.schema), pair.copy.schema)
    assert pair.copy.check(written).ok
    if any(mark in case.sqlite for mark in engine.other_rows):
        return
    found = rows(pair.copy, written)
    found = found if "ORDER BY" in case.sqlite else sorted(found, key=repr)
    assert found == rows(pair.sqlite, case.sqlite)


def test_the_golds_of_the_demo_give_equal_rows(engine: Engine) -> None:
    build()
    found = compare_golds(engine, DEMO_DATA)
    assert all("LIMIT" in text or "FETCH" in text for text in found.others), (
        found
    )  # what ties there, an engine cuts where it likes
    assert found.compared - found.equal <= 2 and len(found.unwritten) <= engine.most_unwritten * (
        found.compared + len(found.unwritten)
    )


@pytest.mark.data
def test_the_golds_of_cosql_dev_give_equal_rows(engine: Engine, data_folder: Path) -> None:
    """Of the golds that a plan holds nearly all; the rest are ties at a limit, any row's columns, numbers kept as text."""
    found = compare_golds(engine, data_folder / "cosql_dataset")
    print(f"{engine.name}: {found.equal} of {found.compared} equal, {len(found.unwritten)} not written")
    assert found.compared > 400 and found.equal / found.compared > 0.97, found.others
    assert len(found.unwritten) <= engine.most_unwritten * (found.compared + len(found.unwritten)), found.unwritten
