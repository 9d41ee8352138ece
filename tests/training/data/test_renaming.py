"""A twin has the rows, the keys and the utterances of its original, and other names; bad input is one line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.datasets import load
from eval.demo.build import DEMO_DATA, SOURCE, build
from training.data.renaming.twin import write_twin
from turnsql import app
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import TurnSQLError

NAMES = SOURCE / "other_names.toml"
SHOP = """
CREATE TABLE town (id INTEGER PRIMARY KEY, name TEXT, "size" INTEGER);
CREATE TABLE shop (id INTEGER PRIMARY KEY, name TEXT, town_id INTEGER REFERENCES town (id));
CREATE INDEX by_town ON shop (town_id);
INSERT INTO town VALUES (1, 'Lyon', 9), (2, 'Oslo', 4);
INSERT INTO shop VALUES (1, 'Nord', 2), (2, 'Sud', 1), (3, 'Est', 1);
"""
TURNS = [
    ("Which shops are there?", "SELECT name FROM shop ORDER BY name"),
    ("And how many in each town?", "SELECT T1.name, count(*) FROM town T1 JOIN shop T2 ON T1.id = T2.town_id GROUP BY T1.id"),
    ("Pardon?", "SELECT mayor FROM shop"),
]  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder of one database and one dialogue, without a tables.json."""
    folder = tmp_path / "data"
    (folder / "database" / "shops").mkdir(parents=True)
    with closing(sqlite3.connect(folder / "database" / "shops" / "shops.sqlite")) as connection:
        connection.executescript(SHOP)
    turns = [{"utterance": said, "query": query} for said, query in TURNS]
    (folder / "sql_state_tracking").mkdir()
    rows = json.dumps([{"database_id": "shops", "interaction": turns, "final": {"query": "SELECT name FROM shop"}}])
    (folder / "sql_state_tracking" / "cosql_dev.json").write_text(rows)
    return folder


def names_file(folder: Path, text: str) -> Path:
    path = folder / "names.toml"
    path.write_text(text)
    return path


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def test_the_demo_has_a_twin_of_all_its_turns(tmp_path: Path) -> None:
    build()
    twin = write_twin(DEMO_DATA, NAMES, tmp_path / "twin")
    assert (twin.turns, twin.databases, twin.left_out, twin.unnamed) == (72, 3, [], [])
    original, renamed = load("cosql", DEMO_DATA, "dev"), load("cosql", tmp_path / "twin", "dev")
    for old, new in zip(original.dialogues, renamed.dialogues, strict=True):
        assert [turn.utterance for turn in old.turns] == [turn.utterance for turn in new.turns]
        assert all(one.query != other.query for one, other in zip(old.turns, new.turns, strict=True))
    for database_id in original.database_ids:
        one, other = original.open_database(database_id).schema, renamed.open_database(database_id).schema
        assert len(one.foreign_keys) == len(other.foreign_keys)
        for table, twin_table in zip(one.tables, other.tables, strict=True):
            assert table.name != twin_table.name and len(table.primary_key) == len(twin_table.primary_key)
            assert [column.declared_type for column in table.columns] == [c.declared_type for c in twin_table.columns]
    original.close()
    renamed.close()


def test_natural_names_are_those_of_a_reader_who_has_nothing_else(tmp_path: Path) -> None:
    build()
    write_twin(DEMO_DATA, NAMES, tmp_path / "twin")
    (entry,) = (entry for entry in read(tmp_path / "twin" / "tables.json") if entry["db_id"] == "bookshop")
    assert "tbl_cust" in entry["table_names_original"] and "customer" in entry["table_names"]
    place = entry["column_names_original"].index([entry["table_names_original"].index("tbl_cust"), "cust_nm"])
    assert entry["column_names"][place][1] == "customer name"


def test_keys_indexes_and_rows_stay_and_two_columns_may_change_places(data: Path, tmp_path: Path) -> None:
    names = names_file(
        tmp_path, '[shops]\ntown = "place"\n"town.name" = "size"\n"town.size" = "name"\n"shop.town_id" = "place id"'
    )
    twin = write_twin(data, names, tmp_path / "twin")
    database = SQLiteDatabase.open(tmp_path / "twin" / "database" / "shops" / "shops.sqlite")
    assert database.execute("SELECT id, size, name FROM place").rows == ((1, "Lyon", 9), (2, "Oslo", 4))
    (key,) = database.schema.foreign_keys
    assert (key.source.column, key.target.table, key.target.column) == ("place id", "place", "id")
    (index,) = database.execute("SELECT sql FROM sqlite_master WHERE type = 'index'").rows
    assert "place id" in str(index[0])
    assert twin.left_out == ["0/2 (shops): the gold does not run: no such column: mayor"]
    queries = [
        turn["query"] for turn in read(tmp_path / "twin" / "sql_state_tracking" / "cosql_dev.json")[0]["interaction"]
    ]
    assert queries == [
        "SELECT name FROM shop ORDER BY name",
        'SELECT T1.size, COUNT(*) FROM place AS T1 JOIN shop AS T2 ON T1.id = T2."place id" GROUP BY T1.id',
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[shops]\ntown = 1", "shops.town"),
        ("[shops", "cannot read"),
        ('[shop]\ntown = "place"', "names no database of these dialogues (shops)"),
        ('[shops]\nvillage = "place"', "has no table 'village'"),
        ('[shops]\n"town.mayor" = "boss"', "has no column 'mayor' in table 'town'"),
        ('[shops]\ntown = "Shop"', "two tables would be called 'shop'"),
        ('[shops]\n"town.name" = "ID"', "two columns of 'town' would be called 'ID'"),
        ('[shops]\ntown = " "', "is no name"),
        ('[shops]\ntown = "sqlite_town"', "SQLite keeps for itself"),
    ],
    ids=lambda value: " ".join(value.split()),
)
def test_a_bad_names_file_is_one_line_and_writes_nothing(data: Path, tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(TurnSQLError) as refused:
        write_twin(data, names_file(tmp_path, text), tmp_path / "twin")
    assert problem in str(refused.value) and "\n" not in str(refused.value)
    assert not (tmp_path / "twin").exists()


def test_the_command_says_what_it_left_out_and_refuses_a_folder_that_is_taken(data: Path, tmp_path: Path) -> None:
    names = names_file(tmp_path, '[shops]\ntown = "place"')
    words = ["data", "rename", "--data", str(data), "--names", str(names), "--out", str(tmp_path / "twin")]
    shown = CliRunner().invoke(app, [*words, "--dialogues", "0:1", "--database", "shops"])
    assert shown.exit_code == 0 and "2 turns over 1 databases, 1 left out" in shown.output
    assert "left out: 0/2 (shops)" in shown.output
    again = CliRunner().invoke(app, words)
    assert again.exit_code != 0 and "is not empty" in str(again.exception)
