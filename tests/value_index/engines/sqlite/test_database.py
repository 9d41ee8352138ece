"""Database: what it reads, what it refuses to open, and what it survives."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nodes.prompts.schema_text import schema_text
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.engines.sqlite.reflection import column_kind
from value_index.errors import DatabaseError, TurnSQLError
from value_index.schema import ColumnRef
from value_index.text.natural_names import load_natural_names, split_identifier


def make(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()
    return path


SCHOOL = """
CREATE TABLE Town (id INTEGER PRIMARY KEY, townName VARCHAR(20) NOT NULL, founded DATE, open BOOL);
CREATE TABLE Class (year INT, letter CHAR(1), town REFERENCES town, PRIMARY KEY (year, letter));
CREATE TABLE Pupil (id INT, year INT, letter TEXT, home_town INT REFERENCES TOWN (ID), face BLOB,
                    FOREIGN KEY (year, letter) REFERENCES class);
CREATE VIEW Adults AS SELECT id, year AS class_year FROM Pupil;
"""


def test_schema_is_reflected(tmp_path: Path) -> None:
    schema = SQLiteDatabase.open(make(tmp_path / "school.sqlite", SCHOOL)).schema
    assert schema.database_id == "school"
    assert [table.name for table in schema.tables] == ["Town", "Class", "Pupil", "Adults"]
    town = schema.tables[0]
    assert [(c.natural_name, c.kind, c.not_null) for c in town.columns] == [
        ("id", "number", False), ("town name", "text", True), ("founded", "time", False), ("open", "boolean", False),
    ]  # fmt: skip
    assert schema.tables[1].primary_key == ("year", "letter")
    assert {(str(key.source), str(key.target)) for key in schema.foreign_keys} == {
        ("Class.town", "Town.id"),
        ("Pupil.home_town", "Town.id"),
        ("Pupil.year", "Class.year"),
        ("Pupil.letter", "Class.letter"),
    }
    assert "Town(id INTEGER primary key, townName VARCHAR(20)" in schema_text(schema)
    assert "Pupil.home_town -> Town.id" in schema_text(schema)


def test_natural_names_and_missing_keys_come_from_tables_json(tmp_path: Path) -> None:
    entry = {
        "db_id": "shop",
        "table_names": ["shop item"],
        "table_names_original": ["SI"],
        "column_names": [[-1, "*"], [0, "item number"], [0, "parent item"]],
        "column_names_original": [[-1, "*"], [0, "no"], [0, "par"]],
        "primary_keys": [1],
        "foreign_keys": [[2, 1]],
        "column_types": ["text", "number", "number"],
    }
    (tmp_path / "tables.json").write_text(json.dumps([entry]))
    names = load_natural_names(tmp_path / "tables.json")
    path = make(tmp_path / "a.sqlite", "CREATE TABLE si (No INT, par INT)")
    schema = SQLiteDatabase.open(path, database_id="shop", names=names["shop"]).schema
    table = schema.tables[0]
    assert (table.natural_name, table.primary_key) == ("shop item", ("No",))
    assert [column.natural_name for column in table.columns] == ["item number", "parent item"]
    assert [(str(key.source), str(key.target)) for key in schema.foreign_keys] == [("si.par", "si.No")]


@pytest.mark.parametrize("text", ["{", "{}", '[{"db_id": 1}]', '[{"db_id": "a"}]', "\x00"])
def test_foreign_tables_json_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "tables.json").write_text(text)
    with pytest.raises(TurnSQLError, match="not a Spider tables") as caught:
        load_natural_names(tmp_path / "tables.json")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "words"),
    [("homeTown", "home town"), ("HTTPServer_id", "http server id"), ("año_de_Nacimiento", "año de nacimiento"),
     ("address2", "address 2"), ("DÉPARTEMENTNom", "département nom"), ("__", "__"), ("order by", "order by")],
)  # fmt: skip
def test_identifiers_are_split_into_words(name: str, words: str) -> None:
    assert split_identifier(name) == words


@pytest.mark.parametrize(
    ("declared", "kind"),
    [("INTEGER", "number"), ("", "other"), ("datetime", "time"), ("Bit", "boolean"), ("nvarchar(max)", "text"),
     ("DECIMAL(10,2)", "number"), ("double precision", "number"), ("year", "time"), ("blob", "other")],
)  # fmt: skip
def test_column_kinds(declared: str, kind: str) -> None:
    assert column_kind(declared) == kind


def test_odd_identifiers_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "odd ?#%41 名.sqlite"
    make(path, 'CREATE TABLE "select" ("order by" TEXT, "a""b" TEXT, "größe" TEXT, "" TEXT, "x.y" TEXT);'
               """INSERT INTO "select" VALUES ('1', '2', '3', '4', '5')""")  # fmt: skip
    database = SQLiteDatabase.open(path)
    assert [column.name for column in database.schema.tables[0].columns] == ["order by", 'a"b', "größe", "", "x.y"]
    found = [database.distinct(ref, 5) for ref in database.schema.columns]
    assert found == [("1",), ("2",), ("3",), ("4",), ("5",)]


def test_two_thousand_tables(tmp_path: Path) -> None:
    script = "".join(
        f"CREATE TABLE t{i} (id INTEGER PRIMARY KEY, up REFERENCES t{max(i - 1, 0)});" for i in range(2000)
    )
    path = make(tmp_path / "wide.sqlite", script)
    started = time.monotonic()
    database = SQLiteDatabase.open(path)
    assert len(database.schema.tables) == 2000 and len(database.schema.foreign_keys) == 2000
    assert database.execute("SELECT count(*) FROM t1999").rows == ((0,),)
    assert time.monotonic() - started < 20


def test_undecodable_text_nul_bytes_and_long_cells(tmp_path: Path) -> None:
    path = tmp_path / "dirty.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x TEXT)")
    connection.execute("INSERT INTO t VALUES (CAST(x'ff66' AS TEXT)), (?), (?)", ("a\x00b", "y" * 10_000_000))
    connection.commit()
    connection.close()
    rows = SQLiteDatabase.open(path).execute("SELECT x FROM t").rows
    assert rows[0] == ("\ufffdf",) and rows[1] == ("a\x00b",) and len(rows[2][0]) == 10_000_000


def test_result_is_cut_by_bytes(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES ('abc'), ('def'), ('ghi')")
    result = SQLiteDatabase.open(path).execute("SELECT x FROM t", max_bytes=7)
    assert (result.outcome, result.rows) == ("truncated", (("abc",), ("def",)))
    assert SQLiteDatabase.open(path).execute("SELECT x FROM t", max_rows=3).outcome == "rows"


def test_several_threads_at_once(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES (1)"))
    slow = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
    with ThreadPoolExecutor(8) as pool:
        stopped = [pool.submit(database.execute, slow, deadline=0.3) for _ in range(3)]
        read = [pool.submit(database.execute, "SELECT x FROM t", deadline=20) for _ in range(200)]
        assert {future.result().outcome for future in stopped} == {"timeout"}
        assert {future.result().rows for future in read} == {((1,),)}
    database.close()
    assert database.execute("SELECT x FROM t").rows == ((1,),)


def test_abandoned_statement_leaves_the_database_usable(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES (1)"))
    bomb = "SELECT instr(printf('%.500000c', 'a'), printf('%.250000c', 'a') || 'b')"
    assert database.execute(bomb, deadline=0.1).outcome == "timeout"
    assert database.execute("SELECT x FROM t").rows == ((1,),)


def test_fingerprint_follows_the_file(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x)")
    database = SQLiteDatabase.open(path)
    first = database.fingerprint()
    assert first == database.fingerprint()
    make(path, "INSERT INTO t VALUES (1)")
    assert database.fingerprint() != first


def test_rows_written_meanwhile_are_seen(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
    database = SQLiteDatabase.open(path)
    assert database.execute("SELECT count(*) FROM t").rows == ((0,),)
    make(path, "INSERT INTO t VALUES (1)")
    assert database.execute("SELECT count(*) FROM t").rows == ((1,),)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no database at"), (b"", "an empty file"), (b"name,age\n" * 200, "is not a SQLite database"),
     (b"SQLite format 3\x00" + b"\xff" * 4000, "database")],
)  # fmt: skip
def test_what_is_no_database_is_one_line(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "x.sqlite"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatabaseError, match=message) as caught:
        SQLiteDatabase.open(path)
    assert "\n" not in str(caught.value)


def test_folder_and_impossible_path_are_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, Path("a\x00b"), tmp_path / ("n" * 300)):
        with pytest.raises(DatabaseError):
            SQLiteDatabase.open(path)


def test_corrupt_file_is_one_line(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", SCHOOL)
    content = path.read_bytes()
    path.write_bytes(content[:100] + b"\x5a" * (len(content) - 100))
    with pytest.raises(DatabaseError):
        SQLiteDatabase.open(path)


def test_corrupt_table_is_an_error_outcome(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES ('abc')")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    result = SQLiteDatabase.open(path).execute("SELECT * FROM t")
    assert result.outcome == "error" and "malformed" in result.message


def test_locked_file_is_one_line(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", SCHOOL)
    database = SQLiteDatabase.open(path)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseError, match="locked by another program"):
        SQLiteDatabase.open(path)
    assert database.execute("SELECT * FROM Town").outcome == "error"
    writer.close()
    assert database.execute("SELECT * FROM Town").outcome == "rows"


def test_no_tables_is_one_line(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); DROP TABLE t")
    with pytest.raises(DatabaseError, match="holds no tables"):
        SQLiteDatabase.open(path)


def test_view_whose_table_is_gone_is_left_out(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); CREATE VIEW v AS SELECT * FROM t; CREATE TABLE u (y);"
                "DROP TABLE t")  # fmt: skip
    assert [table.name for table in SQLiteDatabase.open(path).schema.tables] == ["u"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_settled_wal_file_in_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
    tmp_path.chmod(0o500)
    try:
        assert SQLiteDatabase.open(path).execute("SELECT count(*) FROM t").rows == ((0,),)
    finally:
        tmp_path.chmod(0o700)


def test_a_statement_left_behind_does_not_hold_the_process(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x)")
    code = (
        "import sys; from value_index.engines.sqlite.database import SQLiteDatabase;"
        "print(SQLiteDatabase.open(sys.argv[1]).execute(\"SELECT instr(printf('%.1000000c', 'a'), printf('%.500000c', 'a')"
        " || 'b')\", deadline=0.1).outcome)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "timeout\n" and time.monotonic() - started < 20


def test_distinct_skips_null_and_obeys_the_limit(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES ('a'), ('a'), (NULL), ('b'), ('c')")
    database = SQLiteDatabase.open(path)
    assert set(database.distinct(ColumnRef(table="t", column="x"), 9)) == {"a", "b", "c"}
    assert len(database.distinct(ColumnRef(table="t", column="x"), 2)) == 2
