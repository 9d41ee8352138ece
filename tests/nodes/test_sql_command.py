"""`turnsql sql`: hostile statements leave the file as it was and come back typed, in time."""

from __future__ import annotations

import hashlib
import json
import resource
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.value_index.engines.sqlite.library import make_library
from turnsql import app

DEADLINE = 0.4
SLACK = 20.0
"""Seconds beyond the deadline that a busy machine may need."""
BOMB = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"

REFUSED = [
    "DELETE FROM song",
    "INSERT INTO song VALUES (9, 'x', 1.0)",
    "UPDATE song SET title = 'x'",
    "REPLACE INTO song VALUES (1, 'x', 1.0)",
    "INSERT INTO song VALUES (9, 'x', 1.0) RETURNING *",
    "WITH doomed AS (SELECT 1) DELETE FROM song",
    "DROP TABLE song",
    "ALTER TABLE song ADD COLUMN y",
    "CREATE TABLE t (x)",
    "CREATE TEMP TABLE t AS SELECT * FROM song",
    "CREATE TEMP VIEW v AS SELECT 1",
    "CREATE VIRTUAL TABLE t USING fts5(x)",
    "CREATE TRIGGER g AFTER INSERT ON song BEGIN DELETE FROM song; END",
    "CREATE INDEX i ON song (title)",
    "ATTACH DATABASE 'other.sqlite' AS other",
    "DETACH DATABASE main",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA hard_heap_limit = 0",
    "PRAGMA table_info(song)",
    "SELECT * FROM pragma_table_info('song')",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "SAVEPOINT s",
    "REINDEX",
    "ANALYZE",
    "SELECT load_extension('/tmp/evil.so')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "SELECT 1; DELETE FROM song",
    "SELECT 1; SELECT 2",
    "/* SELECT 1 */ DELETE FROM song -- SELECT 2",
    "--\nDROP/**/TABLE song",
    "SELECT /* ; */ 1; /* hidden */ UPDATE song SET title = 1",
    "EXPLAIN DELETE FROM song",
]
FAULTY = [
    "UPDATE sqlite_master SET sql = ''",
    "VACUUM INTO 'copy.sqlite'",
    "VACUUM",
    "SELECT writefile('x', 'y')",
    "SELECT readfile('/etc/passwd')",
    "SELECT zeroblob(2000000000)",
    "SELECT randomblob(2000000000)",
    "SELECT length(printf('%.2000000000c', 'a'))",
    "SELECT hex(hex(hex(hex(zeroblob(900000)))))",
    "SELECT replace(replace(hex(zeroblob(1000)), '0', hex(zeroblob(1000))), '0', hex(zeroblob(1000)))",
    f"{BOMB} SELECT group_concat(hex(zeroblob(10000))) FROM c",
    "SELECT " + "(" * 5000 + "1" + ")" * 5000,
    "SELECT " + "1," * 10_000 + "1",
    "SELECT x FROM (VALUES (1)) AS t WHERE x IN (SELECT ?)",
    "SELECT " + "'" * 3,
    "SELECT 1 " + " UNION ALL SELECT 1" * 5000,
    "SELECT '" + "x" * 300_000 + "'",
    "",
    "-- only a comment",
    ";",
    "not sql at all",
    "SELECT\x00 1",
]
SLOW = [
    f"{BOMB} SELECT count(*) FROM c",
    f"{BOMB} SELECT x FROM c WHERE x < 0",
    "SELECT count(*) FROM song a, song b, song c, song d, song e, song f, song g, song h, song i, song j, song k",
    "SELECT max(a.title || b.title || c.title || d.title) FROM song a, song b, song c, song d, song e, song f,"
    " song g, song h, song i ORDER BY random()",
    f"{BOMB} SELECT count(*) FROM (SELECT DISTINCT hex(randomblob(1000)) FROM c)",
    f"{BOMB} SELECT x FROM c ORDER BY x DESC",
    f"{BOMB}, d(y) AS (SELECT x FROM c ORDER BY 1) SELECT sum(y) OVER (ORDER BY y) FROM d",
    "SELECT instr(printf('%.1000000c', 'a'), printf('%.500000c', 'a') || 'b')",
    "SELECT length(replace(printf('%.1000000c', 'a'), printf('%.500000c', 'a') || 'b', ''))",
]


WHERE_VIRTUAL_TABLES_ARE = [
    "UPDATE sqlite_master SET sql = '' WHERE name = 'search'",
    "UPDATE sqlite_master SET type = 'table', name = 'x', tbl_name = 'x', rootpage = 0, sql = 'x' WHERE rowid = 1",
    "UPDATE sqlite_schema SET sql = ''",
    "DELETE FROM sqlite_master",
    "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0, '')",
    "PRAGMA writable_schema = ON",
    "PRAGMA trusted_schema = ON",
    "PRAGMA data_version",
    "/* */ EXPLAIN QUERY PLAN PRAGMA main.data_version",
    "PRAGMA page_size",
    "PRAGMA integrity_check",
    "PRAGMA table_list",
    "SELECT * FROM pragma_writable_schema",
    "SELECT * FROM pragma_data_version",
    "SELECT * FROM pragma_integrity_check",
    "INSERT INTO search (search) VALUES ('optimize')",
    "INSERT INTO search (search) VALUES ('delete-all')",
    "INSERT INTO search (search, rank) VALUES ('merge', 500)",
    "INSERT INTO search (search, rank) VALUES ('rank', 'bm25(10.0)')",
    "INSERT INTO search (title) VALUES ('x')",
    "INSERT INTO [old notes] ([old notes]) VALUES ('rebuild')",
    "DELETE FROM search WHERE rowid = 1",
    "UPDATE older SET note = 'x'",
    "INSERT INTO bed VALUES (2, 0, 1, 0, 1)",
    "DELETE FROM search_data",
    "UPDATE search_config SET v = 9",
    "INSERT INTO bed_node VALUES (9, x'00')",
    "DROP TABLE search_idx",
    "DROP TABLE search",
    "ALTER TABLE search RENAME TO found",
    "SELECT optimize([old notes]) FROM [old notes]",
    "SELECT * FROM (SELECT optimize(older) FROM older)",
    "SELECT fts3_tokenizer('simple')",
    "SELECT fts3_tokenizer('simple', x'0000000000000000')",
    "CREATE VIRTUAL TABLE v USING fts5vocab(search, row)",
    "CREATE VIRTUAL TABLE temp.v USING fts5vocab(main, search, row)",
    "CREATE TABLE search_extra (x)",
    "SELECT load_extension('x') FROM search WHERE search MATCH 'soups'",
    "SELECT * FROM by_loading",
    "SELECT * FROM by_tokenizer",
    "WITH x AS (SELECT * FROM search) INSERT INTO search (title) SELECT title FROM x",
    "SELECT * FROM sqlite_dbpage('main')",
    "SELECT title FROM search WHERE search MATCH '\"'",
    "SELECT title FROM search WHERE search MATCH ?",
]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    path = make_library(tmp_path / "library.sqlite")
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE VIEW by_loading AS SELECT load_extension('x') AS y;"
            "CREATE VIEW by_tokenizer AS SELECT fts3_tokenizer('simple', x'00') AS y;"
        )
    connection.close()
    return path


@pytest.mark.parametrize("statement", WHERE_VIRTUAL_TABLES_ARE)
def test_virtual_tables_are_read_and_nothing_else(library: Path, statement: str) -> None:
    before = digest(library)
    for options in ((), ("--check",)):
        answer = json.loads(run(library, statement, *options).stdout)
        bound = options and "MATCH" in statement  # what is wrong with it shows when it runs
        assert bound or answer["outcome"] in {"refused", "error"}, answer
        assert answer["rows"] == []
    assert digest(library) == before
    assert [file.name for file in library.parent.iterdir()] == [library.name]
    assert json.loads(run(library, "SELECT title FROM search WHERE search MATCH 'soups'").stdout)["outcome"] == "rows"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "music.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT, minutes REAL)")
        connection.executemany("INSERT INTO song VALUES (?, ?, 3.5)", [(i, f"Song {i}") for i in range(60)])
    connection.close()
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def run(path: Path, statement: str, *options: str) -> Result:
    return CliRunner().invoke(
        app, ["sql", "--db", str(path), "--deadline", str(DEADLINE), *options, "--json", "--", statement]
    )


@pytest.mark.parametrize(
    ("statement", "outcomes"),
    [(sql, {"refused"}) for sql in REFUSED]
    + [(sql, {"error", "refused", "timeout"}) for sql in FAULTY]
    + [(sql, {"timeout"}) for sql in SLOW],
)
def test_hostile_statement_changes_nothing(database: Path, statement: str, outcomes: set[str]) -> None:
    before, started = digest(database), time.monotonic()
    result = run(database, statement)
    assert time.monotonic() - started < DEADLINE + SLACK
    answer = json.loads(result.stdout)
    assert answer["outcome"] in outcomes, answer
    assert answer["rows"] == [] and answer["message"] and "\n" not in answer["message"]
    assert result.exit_code == 1
    assert digest(database) == before
    assert [file.name for file in database.parent.iterdir()] == [database.name]


@pytest.mark.parametrize("statement", [REFUSED[0], SLOW[7]])
def test_hostile_statement_in_a_process_of_its_own(database: Path, statement: str) -> None:
    before = digest(database)
    command = [sys.executable, "-m", "turnsql", "sql", "--db", str(database), "--deadline", "0.4", "--json", statement]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stderr == ""
    assert json.loads(done.stdout)["outcome"] in {"refused", "timeout", "error"}
    assert digest(database) == before


def test_wide_row_of_long_cells_stays_within_memory(database: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cells = ", ".join(["hex(zeroblob(500000))"] * 1500)
    answer = json.loads(run(database, f"SELECT {cells}", "--deadline", "20").stdout)
    assert answer["outcome"] == "error" and "memory" in answer["message"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_200_000  # KiB


def test_rows_are_capped(database: Path) -> None:
    result = run(database, f"{BOMB} SELECT x FROM c", "--deadline", "30")
    answer = json.loads(result.stdout)
    assert answer["outcome"] == "truncated" and len(answer["rows"]) == 100_000
    assert result.exit_code == 0


def test_rows_are_printed_as_json(database: Path) -> None:
    result = run(database, "SELECT id, title, x'00ff' AS raw, NULL AS gone, 9e999 AS big FROM song LIMIT 1")
    answer = json.loads(result.stdout)
    assert answer["columns"] == ["id", "title", "raw", "gone", "big"]
    assert answer["rows"] == [[0, "Song 0", "x'00ff'", None, "inf"]]
    assert (answer["outcome"], result.exit_code) == ("rows", 0)


@pytest.mark.parametrize(
    ("statement", "outcome"),
    [
        (f"{BOMB} SELECT x FROM c", "checked"),
        ("SELECT title FROM song", "checked"),
        ("SELECT nothing FROM song", "error"),
        ("DELETE FROM song", "refused"),
        ("SELECT 1; SELECT 2", "refused"),
        ("/* empty */ ;", "error"),
        ("QUERY PLAN SELECT 1", "error"),
    ],
)
def test_check_compiles_without_running(database: Path, statement: str, outcome: str) -> None:
    result = run(database, statement, "--check")
    assert json.loads(result.stdout)["outcome"] == outcome
    assert result.exit_code == (0 if outcome == "checked" else 1)


def test_violations_are_listed(database: Path) -> None:
    answer = json.loads(run(database, "SELECT titel FROM song", "--check").stdout)
    assert [(found["kind"], found["severity"]) for found in answer["violations"]] == [("unknown_column", "error")]
    assert json.loads(run(database, "SELECT title FROM song").stdout)["violations"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT title FROM search WHERE search MATCH 'soup*' ORDER BY rank",
        "SELECT s.title FROM search AS s JOIN article AS a ON a.id = s.rowid WHERE a.author = 'Ada Reed'",
        "SELECT note FROM [old notes] WHERE [old notes] MATCH 'roses'",
        "SELECT a.title, t.value FROM article a, json_each(a.tags) t WHERE t.type = 'text'",
        "SELECT count(*) FROM search_data",
    ],
)
def test_virtual_tables_and_their_hidden_columns_are_known(library: Path, statement: str) -> None:
    result = run(library, statement)
    answer = json.loads(result.stdout)
    assert (answer["outcome"], answer["violations"], result.exit_code) == ("rows", [], 0)


def test_a_view_that_cannot_be_read_is_not_called_unknown(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.executescript("CREATE VIEW chosen AS SELECT id FROM song WHERE my_rule(title)")
    connection.close()
    result = run(database, "SELECT id FROM chosen")
    answer = json.loads(result.stdout)
    assert (answer["outcome"], answer["message"]) == ("error", "no such function: my_rule")
    assert answer["violations"] == []
    assert "note: 'chosen' cannot be read: no such function: my_rule" in result.stderr


def test_table_escapes_what_would_drive_the_terminal(database: Path) -> None:
    statement = "SELECT char(27) || '[2J' AS a, '[red]plain[/red]' AS b, NULL AS c"
    result = CliRunner().invoke(app, ["sql", "--db", str(database), statement])
    assert "\x1b" not in result.stdout and "\\x1b" in result.stdout
    assert "[red]plain[/red]" in result.stdout and "NULL" in result.stdout


def test_missing_file_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "turnsql", "sql", "--db", str(tmp_path / "none.sqlite"), "SELECT 1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "no database at" in done.stderr
