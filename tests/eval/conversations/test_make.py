"""Conversations by construction: every gold runs, tells failures apart, and the same seed makes the same suite."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest

from eval.conversations.make import Maker, make_suite
from eval.conversations.making.words.templates import TEMPLATES, half
from eval.conversations.making.world import World
from eval.conversations.planted_faults import FAULTS, plant_faults
from eval.conversations.suite_file import SuiteError, SuiteFile
from eval.demo.build import build
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase

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
            assert rows != before or turn.copies or turn.behaviour == "topic changed", turn.ask
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


def shop(path: Path, links: list[tuple[int, int]]) -> Database:
    """Write a shop whose orders hold items, each item at a price; `links` are the items on sale in a shop window."""
    import sqlite3

    with sqlite3.connect(path) as db:
        db.executescript(
            "CREATE TABLE item (item_id INTEGER PRIMARY KEY, name TEXT, price REAL);"
            "CREATE TABLE window (window_id INTEGER PRIMARY KEY, name TEXT, street TEXT);"
            "CREATE TABLE purchase (purchase_id INTEGER PRIMARY KEY, code_name TEXT, quantity TEXT, item_id INTEGER"
            " REFERENCES item (item_id));"
            "CREATE TABLE shown (item_id INTEGER REFERENCES item (item_id), window_id INTEGER REFERENCES window);"
        )
        names = ("Lamp", "Chair", "Table", "Vase", "Clock", "Shelf")
        db.executemany("INSERT INTO item VALUES (?, ?, ?)", [(n, name, 5.5 * n + 2) for n, name in enumerate(names)])
        db.executemany(
            "INSERT INTO window VALUES (?, ?, ?)", [(n, f"Window {'NESW'[n]}", "AB"[n % 2] + " Road") for n in range(4)]
        )
        db.executemany(
            "INSERT INTO purchase VALUES (?, ?, ?, ?)",
            [(n, f"Order {chr(65 + n)}", str(1 + 3 * n % 7), n % 6) for n in range(14)],
        )
        db.executemany("INSERT INTO shown VALUES (?, ?)", links)
    return SQLiteDatabase.open(path)


def test_a_product_may_take_its_price_from_a_parent(tmp_path: Path) -> None:
    database = shop(tmp_path / "shop.sqlite", [(n, n % 3) for n in range(6)])
    turns = [turn for dialogue in make_suite(database, turns=150, seed=1).dialogues for turn in dialogue.turns]
    product = next(turn for turn in turns if turn.behaviour == "product of columns")
    assert "the item's price" in product.ask and "CAST(" in product.sql[0]
    assert database.execute(product.sql[0]).rows


def test_what_leads_over_a_link_table_is_shown_and_followed(tmp_path: Path) -> None:
    links = [(0, 0), (1, 0), (3, 0), (3, 1), (4, 1), (5, 2), (3, 2), (3, 3)]
    database = shop(tmp_path / "shop.sqlite", links)
    dialogues = make_suite(database, turns=150, seed=1).dialogues
    led = [dialogue.turns for dialogue in dialogues if dialogue.turns[0].behaviour == "leading linked"]
    assert led and all(len(turns) > 1 for turns in led)


def test_what_is_linked_by_several_rows_is_not_counted(tmp_path: Path) -> None:
    links = [(0, 0), (0, 0), (0, 0), (3, 1), (4, 1), (5, 2), (1, 1), (2, 2), (2, 3)]
    database = shop(tmp_path / "shop.sqlite", links)
    turns = [turn for dialogue in make_suite(database, turns=150, seed=1).dialogues for turn in dialogue.turns]
    assert not {"leading linked", "count per linked"} & {turn.behaviour for turn in turns}


def test_every_behaviour_that_is_counted_as_shown_is_written(database: Database) -> None:
    maker = Maker(World.read(database), random.Random(3))
    written = Counter(turn.behaviour for dialogue in maker.dialogues(200) for turn in dialogue.turns)
    assert maker.shown is not None and +maker.shown == written


def test_numbers_are_said_to_be_unknown_and_codes_are_no_flags(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "court.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE judge (judge_id INTEGER PRIMARY KEY, name TEXT, cases INTEGER, gender INTEGER, is_retired"
            " INTEGER)"
        )
        names = ("Adams", "Brown", "Clark", "Davis", "Evans", "Frank", "Green", "Hill", "Irwin", "Jones")
        rows = [(n, name, None if n % 3 == 0 else 4 * n, n % 2, n // 5) for n, name in enumerate(names)]
        db.executemany("INSERT INTO judge VALUES (?, ?, ?, ?, ?)", rows)
    turns = [
        turn
        for dialogue in make_suite(SQLiteDatabase.open(path), turns=200, seed=1).dialogues
        for turn in dialogue.turns
    ]
    gaps = [turn.ask for turn in turns if turn.sql and "cases IS" in turn.sql[0] and turn.behaviour.endswith("missing")]
    assert gaps and not any(re.search(r"\b(no|have a|without|lacking) (a )?cases", ask) for ask in gaps)
    flags = [turn.sql[0] for turn in turns if turn.sql and turn.behaviour == "flag"]
    assert flags and all("is_retired = 1" in sql for sql in flags)
    assert not any("gender" in turn.sql[0] for turn in turns if turn.sql and turn.behaviour == "flag")


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
