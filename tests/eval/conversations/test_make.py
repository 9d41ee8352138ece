"""Conversations by construction: every gold runs, tells failures apart, and the same seed makes the same suite."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.conversations.make import make_suite
from eval.conversations.making.templates import TEMPLATES, half
from eval.conversations.making.world import World
from eval.conversations.planted_faults import FAULTS, plant_faults
from eval.conversations.suite_file import SuiteError, SuiteFile
from eval.demo.build import build
from value_index.database import Database
from value_index.sqlite.database import SQLiteDatabase

MEANT = ("filter dropped", "stale filter", "count for list", "other column", "order ignored")
"""Faults that nearly every turn with a place for them must find."""


@pytest.fixture(scope="module", params=["air_network", "bookshop", "clinic"])
def database(request: pytest.FixtureRequest) -> Database:
    return SQLiteDatabase.open(next(path for path in build() if path.stem == request.param))


@pytest.fixture(scope="module")
def suite(database: Database) -> SuiteFile:
    return make_suite(database, turns=100, seed=1)


def test_many_behaviours_are_shown(suite: SuiteFile) -> None:
    shown = Counter(turn.behaviour for dialogue in suite.dialogues for turn in dialogue.turns)
    assert sum(shown.values()) >= 100 and len(shown) >= 40
    assert set(shown) <= set(TEMPLATES)


def test_every_gold_runs_and_returns_rows_that_are_not_those_of_the_turn_before(
    suite: SuiteFile, database: Database
) -> None:
    for dialogue in suite.dialogues:
        before = None
        for turn in dialogue.turns:
            if turn.fails:
                continue
            result = database.execute(turn.sql[0])
            assert result.ok and result.rows, turn.sql[0]
            rows = result.rows if "ORDER BY" in turn.sql[0] else sorted(map(repr, result.rows))
            assert rows != before or turn.behaviour in ("topic changed",), turn.ask
            before = rows


def test_utterances_have_no_placeholder_left(suite: SuiteFile) -> None:
    for dialogue in suite.dialogues:
        for turn in dialogue.turns:
            assert "{" not in turn.ask and "  " not in turn.ask and turn.ask.strip() == turn.ask


def test_the_same_seed_makes_the_same_suite(database: Database) -> None:
    assert make_suite(database, turns=20, seed=3) == make_suite(database, turns=20, seed=3)
    assert make_suite(database, turns=20, seed=3) != make_suite(database, turns=20, seed=4)


@pytest.mark.parametrize("behaviour", TEMPLATES)
def test_the_halves_of_the_templates_share_nothing(behaviour: str) -> None:
    first, second = half(behaviour, "a"), half(behaviour, "b")
    assert first and second and not set(first) & set(second)
    assert set(first) | set(second) == set(TEMPLATES[behaviour])


def test_typos_leave_letters_out(database: Database) -> None:
    plain, odd = make_suite(database, turns=20, seed=3), make_suite(database, turns=20, seed=3, typos=1.0)
    assert [d.turns[0].sql for d in plain.dialogues][:1] == [d.turns[0].sql for d in odd.dialogues][:1]
    assert plain.dialogues[0].turns[0].ask != odd.dialogues[0].turns[0].ask


def test_keys_that_are_not_declared_are_found(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "shop.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript("""
        CREATE TABLE customer(customer_id INTEGER PRIMARY KEY, name TEXT, town TEXT);
        CREATE TABLE bill(bill_no INTEGER PRIMARY KEY, title TEXT, customer_id INTEGER);
        INSERT INTO customer VALUES (1,'Ann','Bath'),(2,'Bo','Hull'),(3,'Cy','Bath'),(4,'Di','York'),(5,'Ed','Bath');
        INSERT INTO bill VALUES (1,'Oak',1),(2,'Elm',1),(3,'Fir',2),(4,'Ash',3);
    """)
    connection.commit()
    connection.close()
    database = SQLiteDatabase.open(path)
    bill = World.read(database).thing("bill")
    assert bill and [role for _, role in bill.parents] == ["customer"]
    assert make_suite(database, turns=20).dialogues


def test_behaviours_that_few_schemas_allow(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE item (item_id INTEGER PRIMARY KEY, name TEXT, quantity INTEGER, unit_price REAL, year INTEGER,"
            " is_fragile INTEGER, weight TEXT, colour TEXT)"
        )
        names = (
            "Lamp",
            "Chair",
            "Table",
            "Vase",
            "Clock",
            "Shelf",
            "Mirror",
            "Carpet",
            "Basket",
            "Candle",
            "Sofa",
            "Bed",
        )
        db.executemany(
            "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(n, name, 3 * n % 7 + 1, 5.5 * n, 1998 + 5 * n % 17, n % 2, str(10 * n), ("red", "blue", "green", "white")[n % 4])
             for n, name in enumerate(names)],
        )  # fmt: skip
    database = SQLiteDatabase.open(path)
    suite = make_suite(database, turns=200, seed=2)
    turns = [turn for dialogue in suite.dialogues for turn in dialogue.turns]
    rare = {
        "product of columns",
        "flag",
        "numeric text",
        "in a year",
        "since a year",
        "before a year",
        "either",
        "neither",
    }
    assert rare <= {turn.behaviour for turn in turns}
    since = next(turn for turn in turns if turn.behaviour == "since a year")
    assert "year >= " in since.sql[0] and database.execute(since.sql[0]).rows


def test_no_join_goes_by_half_of_a_key_of_two_columns(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "college.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE room (building TEXT, number TEXT, name TEXT, seats INTEGER, PRIMARY KEY (building, number))"
        )
        db.execute(
            "CREATE TABLE lesson (lesson_id INTEGER PRIMARY KEY, title TEXT, building TEXT, number TEXT,"
            " FOREIGN KEY (building, number) REFERENCES room (building, number))"
        )
        db.executemany(
            "INSERT INTO room VALUES (?, ?, ?, ?)", [("AB"[n % 2], str(n // 2), f"Hall {n}", 7 * n) for n in range(10)]
        )
        db.executemany(
            "INSERT INTO lesson VALUES (?, ?, ?, ?)", [(n, f"Lesson {n}", "AB"[n % 2], str(n % 5)) for n in range(12)]
        )
    world = World.read(SQLiteDatabase.open(path))
    assert not any(thing.parents for thing in world.things)


def test_a_database_without_things_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "bare.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t(a INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(SuiteError, match="has no table"):
        make_suite(SQLiteDatabase.open(path))


def test_planted_faults_are_found_by_the_behaviours_that_are_meant_to_find_them(
    suite: SuiteFile, database: Database
) -> None:
    planted = plant_faults(suite, database)
    found = {fault: sum(each.found for each in planted if each.fault == fault) for fault in FAULTS}
    given = {fault: sum(each.planted for each in planted if each.fault == fault) for fault in FAULTS}
    assert all(found[fault] >= 0.9 * given[fault] for fault in MEANT)
    assert given["filter dropped"] >= 10 and given["stale filter"] >= 1
