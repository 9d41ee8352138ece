"""What a statement may take, which file it reads, and whose fault it is when it fails."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError, UnreadableError
from value_index.index import ValueIndex
from value_index.store import column_values

ENDLESS = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"


def make(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path


def city(path: Path, name: str) -> Path:
    return make(path, f"CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('{name}')")


def test_a_file_put_in_the_place_of_another_is_read(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    index = ValueIndex.open(database, tmp_path / "kept")
    assert database.execute("SELECT name FROM city").rows == (("Rome",),)
    os.replace(city(tmp_path / "b.sqlite", "Oslo"), database.path)
    assert database.execute("SELECT name FROM city").rows == (("Oslo",),)
    assert [match.value for match in index.lookup("oslo")] == ["Oslo"] and index.lookup("rome") == ()
    again = ValueIndex.open(SQLiteDatabase.open(database.path), tmp_path / "kept")
    assert [match.value for match in again.lookup("oslo")] == ["Oslo"]


def test_a_file_of_the_same_size_and_time_is_another(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    first, times = database.fingerprint(), database.path.stat()
    other = city(tmp_path / "b.sqlite", "Oslo")
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    os.replace(other, database.path)
    assert database.path.stat().st_mtime_ns == times.st_mtime_ns
    assert database.fingerprint() != first


def test_a_file_written_over_in_its_place_is_read(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    index, times = ValueIndex.open(database, tmp_path / "kept"), database.path.stat()
    assert database.execute("SELECT name FROM city").rows == (("Rome",),)
    database.path.write_bytes(city(tmp_path / "b.sqlite", "Oslo").read_bytes())
    os.utime(database.path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert database.execute("SELECT name FROM city").rows == (("Oslo",),)
    assert [match.value for match in index.lookup("oslo")] == ["Oslo"] and index.lookup("rome") == ()


def test_a_link_that_leads_elsewhere_now_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link.sqlite"
    link.symlink_to(city(tmp_path / "a.sqlite", "Rome"))
    database = SQLiteDatabase.open(link)
    assert database.execute("SELECT name FROM city").rows == (("Rome",),)
    link.unlink()
    link.symlink_to(city(tmp_path / "b.sqlite", "Oslo"))
    assert database.execute("SELECT name FROM city").rows == (("Oslo",),)


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"no database" * 1000])
def test_a_file_that_is_no_database_any_more_is_the_machines_fault(tmp_path: Path, content: bytes) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    assert database.execute("SELECT name FROM city").ok
    database.path.write_bytes(content)
    result = database.execute("SELECT name FROM city")
    assert (result.outcome, result.machine_fault) == ("error", True)


def test_a_file_that_is_gone_is_one_line(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    index = ValueIndex.build(database)
    assert database.execute("SELECT name FROM city").ok
    database.path.unlink()
    result = database.execute("SELECT name FROM city")
    assert (result.outcome, result.machine_fault) == ("error", True) and "no database at" in result.message
    with pytest.raises(DatabaseError, match="no database at"):
        database.fingerprint()
    with pytest.raises(DatabaseError, match="no database at"):
        index.lookup("rome")


def test_a_path_that_is_no_text_is_opened(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.sqlite"))
    city(tmp_path / "a.sqlite", "Rome").rename(path)
    database = SQLiteDatabase.open(path)
    assert database.execute("SELECT name FROM city").rows == (("Rome",),)
    assert ValueIndex.open(database, tmp_path / "kept").lookup("rome")[0].value == "Rome"


def test_a_lock_is_the_machines_fault_and_a_wrong_name_is_not(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    assert database.execute("SELECT name FROM city").ok
    writer = sqlite3.connect(database.path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    assert database.execute("SELECT name FROM city").machine_fault
    writer.close()
    assert not database.execute("SELECT nme FROM city").machine_fault


def test_numbers_count_in_the_cap(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    columns = ", ".join(f"x + {i}" for i in range(1000))
    result = database.execute(f"{ENDLESS} SELECT {columns} FROM r", deadline=60, max_cells=5_000)
    assert (result.outcome, len(result.rows)) == ("truncated", 5)
    text = database.execute(f"{ENDLESS} SELECT 'żółć' FROM r", deadline=60, max_bytes=80)
    assert (text.outcome, len(text.rows)) == ("truncated", 10)  # eight bytes each


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT instr(zeroblob(3000000) || x'01', zeroblob(1500000) || x'02')",
        "SELECT length(replace(hex(zeroblob(1500000)), hex(zeroblob(700000)) || 'b', ''))",
        "SELECT trim(hex(zeroblob(1500000)), hex(zeroblob(700000)) || 'b')",
        "SELECT length(json_patch(big, big)) FROM (SELECT '{\"a\":\"' || hex(zeroblob(1500000)) || '\"}' AS big)",
    ],
)
def test_a_single_instruction_cannot_run_for_hours(tmp_path: Path, sql: str) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(8000000)), ('abc')")
    started = time.monotonic()
    result = SQLiteDatabase.open(path).execute(sql, deadline=30)
    assert time.monotonic() - started < 20
    assert result.outcome == "error" and "too big" in result.message


def test_functions_of_short_texts_are_no_hindrance(tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES (' ' || hex(zeroblob(4000000)) || 'ab ')"
    )
    database = SQLiteDatabase.open(path)
    for sql in ("length(trim(x))", "instr(x, 'a')", "length(replace(t.x, 'ab', 'c'))", "length(rtrim(x, ' '))"):
        assert database.execute(f"SELECT {sql} FROM t").outcome == "rows", sql


def test_a_view_that_searches_has_the_bound_of_its_functions(tmp_path: Path) -> None:
    script = (
        "CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(8000000));"
        "CREATE VIEW v AS SELECT instr(x || x'01', substr(x, 1, 4000000) || x'02') AS place FROM t"
    )
    database = SQLiteDatabase.open(make(tmp_path / "a.sqlite", script))
    started = time.monotonic()
    assert database.execute("SELECT place FROM v", deadline=30).outcome == "error"
    assert time.monotonic() - started < 20
    assert database.execute("SELECT length(x) FROM t").rows == ((8_000_000,),)


def test_what_is_sorted_counts_as_memory(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    result = database.execute(
        f"{ENDLESS} SELECT count(*) FROM (SELECT x, randomblob(900000) r FROM r ORDER BY r)", deadline=60
    )
    assert result.outcome == "error" and "memory" in result.message and not result.machine_fault


def test_memory_that_others_used_up_is_the_machines_fault(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(city(tmp_path / "a.sqlite", "Rome"))
    other = threading.Thread(
        target=database.execute, args=(f"{ENDLESS} SELECT count(*) FROM r",), kwargs={"deadline": 20}
    )
    other.start()
    bomb = f"{ENDLESS} SELECT count(*) FROM (SELECT x, randomblob(900000) r FROM r ORDER BY r)"
    result = database.execute(bomb, deadline=60)
    if other.is_alive():
        assert result.machine_fault, result
    other.join()


VIEWS = f"""
CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Rome');
CREATE VIEW endless AS {ENDLESS} SELECT x, x + 1 AS y, 'a' || x AS z FROM r;
CREATE VIEW counted AS SELECT 'a' || count(*) AS total FROM endless;
CREATE VIEW crossed AS SELECT a.name || random() AS n FROM city a, (SELECT * FROM endless LIMIT 100000) b,
    (SELECT * FROM endless LIMIT 100000) c WHERE b.x + c.x < 0;
CREATE VIEW fine AS SELECT name AS title FROM city;
"""


def skipped_columns(index: ValueIndex) -> dict[str, tuple[int, str]]:
    return {str(column.ref): (column.texts, column.skipped) for column in index.values.columns}


def test_a_view_without_end_is_left_out_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Neither gives a row before it has read more than any machine reads in its time.
    database = SQLiteDatabase.open(make(tmp_path / "a.sqlite", VIEWS))
    monkeypatch.setattr(column_values, "ALL_VIEWS_SECONDS", 60.0)  # so that `fine`, the last, has time left
    started = time.monotonic()
    index = ValueIndex.build(database)
    assert time.monotonic() - started < 15
    assert {str(match.column) for match in index.lookup("rome")} == {"city.name", "fine.title"}
    skipped = skipped_columns(index)
    assert skipped["counted.total"] == skipped["crossed.n"] == (0, "cannot be read: too slow to read")
    assert skipped["fine.title"] == (1, "")


def test_a_view_that_gives_rows_is_read_up_to_its_cap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # However busy the machine is, some thousand rows come within a minute.
    monkeypatch.setattr(column_values, "MAX_VIEW_ROWS", 1000)
    monkeypatch.setattr(column_values, "VIEW_SECONDS", 60.0)
    monkeypatch.setattr(column_values, "ALL_VIEWS_SECONDS", 60.0)
    script = f"CREATE VIEW endless AS {ENDLESS} SELECT 'a' || x AS z FROM r"
    index = ValueIndex.build(SQLiteDatabase.open(make(tmp_path / "a.sqlite", script)))
    assert skipped_columns(index)["endless.z"] == (1000, "a view: only its first 1,000 values are read")


def test_a_stream_has_a_deadline(tmp_path: Path) -> None:
    database = SQLiteDatabase.open(make(tmp_path / "a.sqlite", VIEWS))
    with pytest.raises(UnreadableError, match="too slow"):
        for _ in database.stream("SELECT x FROM endless WHERE x < 0", stall=0.2):
            pass
    with pytest.raises(UnreadableError, match="too slow"):
        for _ in database.stream("SELECT x FROM endless", deadline=0.3):
            pass
    assert database.execute("SELECT name FROM city").rows == (("Rome",),)


def test_nothing_is_left_beside_a_file_in_wal_mode(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    database = SQLiteDatabase.open(path)
    ValueIndex.build(database)
    assert database.execute("SELECT x FROM t").rows == ((1,),)
    assert [file.name for file in tmp_path.iterdir()] == ["a.sqlite"]
    for number in range(2, 6):  # written, checkpointed and closed, or left in the log
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute(f"INSERT INTO t VALUES ({number})")
        if number % 2:
            writer.close()
        assert database.execute("SELECT count(*) FROM t").rows == ((number,),)
        writer.close()
        assert database.execute("SELECT count(*) FROM t").rows == ((number,),)


def test_a_change_left_half_done_is_said(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", "CREATE TABLE t (x); INSERT INTO t VALUES (1)")
    writer = sqlite3.connect(path, isolation_level=None)
    writer.executescript("PRAGMA cache_size = 2; BEGIN IMMEDIATE")
    writer.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 3000)
    for end in ("", "-journal"):
        shutil.copy(f"{path}{end}", tmp_path / f"b.sqlite{end}")
    writer.close()
    with pytest.raises(DatabaseError, match="in the middle of a change: open it once with a program that may write"):
        SQLiteDatabase.open(tmp_path / "b.sqlite")
