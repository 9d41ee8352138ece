"""The index on disk: found again for the same file only, whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from turnsql import app
from value_index import index as index_module
from value_index.database import Database
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import DatabaseError
from value_index.index import ValueIndex
from value_index.schema import ColumnRef
from value_index.store import build
from value_index.store import column_values as catalogue
from value_index.store import disk as storage
from value_index.store.disk import index_folder, load, load_or_build


def write(path: Path, script: str) -> Path:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def database(tmp_path: Path) -> Database:
    script = "CREATE TABLE city (name TEXT, size INT); INSERT INTO city VALUES ('Rome', 3), ('Oslo', 1);"
    return SQLiteDatabase.open(write(tmp_path / "a.sqlite", script))


def values(index: ValueIndex, text: str) -> list[object]:
    return [match.value for match in index.lookup(text)]


def test_built_once_and_opened_again(database: Database, tmp_path: Path) -> None:
    calls: list[str] = []

    def progress(ref: ColumnRef, position: int, columns: int) -> None:
        calls.append(str(ref))

    for _ in range(2):
        index = ValueIndex.open(database, tmp_path / "kept", progress=progress)
        assert values(index, "rome") == ["Rome"]
    assert calls == ["city.name", "city.size"]


def test_a_changed_file_is_read_again(database: Database, tmp_path: Path) -> None:
    ValueIndex.open(database, tmp_path / "kept")
    write(database.path, "UPDATE city SET name = 'Roma' WHERE name = 'Rome'")
    assert values(ValueIndex.open(database, tmp_path / "kept"), "roma") == ["Roma"]
    home = index_folder(database, tmp_path / "kept")
    assert len([path for path in home.iterdir() if path.is_dir()]) == 1


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("kept", [True, False])
def test_an_open_index_follows_the_file(tmp_path: Path, journal: str, *, kept: bool) -> None:
    script = f"PRAGMA journal_mode = {journal}; CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Rome');"
    database = SQLiteDatabase.open(write(tmp_path / "a.sqlite", script))
    index = ValueIndex.open(database, tmp_path / "kept") if kept else ValueIndex.build(database)
    assert values(index, "rome") == ["Rome"]
    write(database.path, "UPDATE city SET name = 'Oslo'")
    assert values(index, "oslo") == ["Oslo"] and values(index, "rome") == []
    assert [match.value for match in index.ground("the city of Oslo")] == ["Oslo"]


@pytest.mark.parametrize("fault", ["cut", "version", "manifest", "missing"])
def test_a_bad_index_is_built_again(database: Database, tmp_path: Path, fault: str) -> None:
    ValueIndex.open(database, tmp_path / "kept")
    home = index_folder(database, tmp_path / "kept")
    folder = home / database.fingerprint()
    manifest = folder / "manifest.json"
    if fault == "cut":
        array = folder / "shard-0000" / "text.npy"
        array.write_bytes(array.read_bytes()[:-3])
    elif fault == "version":
        manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 0}))
    elif fault == "manifest":
        manifest.write_text("{")
    else:
        (folder / "numbers.npy").unlink()
    assert load(database, home) is None
    assert values(ValueIndex.open(database, tmp_path / "kept"), "oslo") == ["Oslo"]


def test_an_interrupted_build_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "CREATE TABLE t (a TEXT, b TEXT, c TEXT); INSERT INTO t VALUES " + ", ".join(
        f"('first {i}', 'second {i}', 'third {i}')" for i in range(50)
    )
    database = SQLiteDatabase.open(write(tmp_path / "a.sqlite", script))
    monkeypatch.setattr(build, "SHARD_TEXTS", 40)
    read: list[str] = []

    def stop(ref: ColumnRef, position: int, columns: int) -> None:
        read.append(ref.column)
        if ref.column == "c" and len(read) == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_or_build(database, tmp_path / "kept", stop)
    index = ValueIndex.open(database, tmp_path / "kept", progress=stop)
    assert read == ["a", "b", "c", "c"]
    for text in ("first 7", "second 49", "third 0"):
        assert values(index, text)[0] == text
    assert len(index.values) == 150


def test_a_database_that_keeps_changing_is_one_line(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(ref: ColumnRef, position: int, columns: int) -> None:
        write(database.path, "INSERT INTO city VALUES ('x', random())")

    monkeypatch.setattr(storage, "ATTEMPTS", 2)
    with pytest.raises(DatabaseError, match="is being written"):
        load_or_build(database, tmp_path / "kept", change)


def test_dirty_texts_do_not_stop_the_build(tmp_path: Path) -> None:
    path = tmp_path / "dirty.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.execute("INSERT INTO t VALUES (CAST(x'ff66' AS TEXT)), (?), (?), (?), ('Łódź'), (2.5), (x'00')",
                       ("a\x00b", "y" * 10_000_000, "f" * 120))  # fmt: skip
    connection.commit()
    connection.close()
    index = ValueIndex.open(SQLiteDatabase.open(path), tmp_path / "kept")
    assert values(index, "łódź") == ["Łódź"]
    assert "2 not valid text" in index.values.columns[0].skipped


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_every_encoding_of_a_database_is_read(tmp_path: Path, encoding: str) -> None:
    script = (
        f"PRAGMA encoding = '{encoding}'; CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Łódź'), ('Köln');"
    )
    index = ValueIndex.open(SQLiteDatabase.open(write(tmp_path / "a.sqlite", script)), tmp_path / "kept")
    assert values(index, "lodz") == values(index, "Łódź") == ["Łódź"]


def test_numbers_beyond_the_most_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "MAX_NUMBERS", 10)
    reading = catalogue.ColumnReading()
    script = "CREATE TABLE t (x); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 20010) INSERT INTO t SELECT x FROM c;"
    database = SQLiteDatabase.open(write(tmp_path / "a.sqlite", script))
    assert not any(catalogue.read_texts(database, ColumnRef(table="t", column="x"), reading))
    assert len(reading.numbers) == 10 and sum(reading.skipped.values()) == 20_000


def test_five_thousand_columns(tmp_path: Path) -> None:
    script = "".join(
        f"CREATE TABLE t{t} ({', '.join(f'c{c} TEXT' for c in range(500))}); INSERT INTO t{t} (c0) VALUES ('town {t}');"
        for t in range(10)
    )
    database = SQLiteDatabase.open(write(tmp_path / "a.sqlite", script))
    index = ValueIndex.open(database, tmp_path / "kept")
    assert len(index.values.columns) == 5000
    assert str(index.lookup("town 7")[0].column) == "t7.c0"


def test_a_folder_that_cannot_be_written_is_one_line(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="cannot write the index") as caught:
        ValueIndex.open(database, tmp_path / "file")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("limit", ["KEPT_FROM", "KEPT_COLUMNS"])
def test_only_the_index_of_a_large_database_is_kept(
    limit: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert values(ValueIndex.of(database, tmp_path / "kept"), "rome") == ["Rome"]
    assert not (tmp_path / "kept").exists()
    monkeypatch.setattr(index_module, limit, 1)
    assert values(ValueIndex.of(database, tmp_path / "kept"), "rome") == ["Rome"]
    assert (tmp_path / "kept").exists()


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["index", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_commands(database: Database, tmp_path: Path) -> None:
    place = ("--db", str(database.path), "--index-dir", str(tmp_path / "kept"))
    assert "2 texts and 2 numbers of 2 columns" in run("build", *place)
    found = json.loads(run("lookup", *place, "--json", "Rome"))
    assert set(found[0]) == {"mention", "table", "column", "value", "operator", "score", "margin", "kind", "via"}
    assert (found[0]["table"], found[0]["column"], found[0]["value"], found[0]["kind"]) == (
        "city",
        "name",
        "Rome",
        "exact",
    )
    assert json.loads(run("lookup", *place, "--json", "zzzzzz")) == []
    assert "city.name" in run("stats", *place)
    assert json.loads(run("stats", *place, "--json"))["texts"] == 2


@pytest.mark.parametrize("restored", [False, True])
def test_one_flipped_bit_is_found_and_the_index_built_anew(database: Database, tmp_path: Path, restored: bool) -> None:
    ValueIndex.open(database, tmp_path / "kept")
    folder = index_folder(database, tmp_path / "kept") / database.fingerprint()
    for path in [*sorted(folder.rglob("*.npy")), folder / "manifest.json"]:
        content, times = bytearray(path.read_bytes()), path.stat()
        content[-2] ^= 1
        path.write_bytes(content)
        if restored:
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert load(database, folder.parent) is None, path
        assert values(ValueIndex.open(database, tmp_path / "kept"), "rome") == ["Rome"]


def test_a_copy_of_an_index_folder_is_read(database: Database, tmp_path: Path) -> None:
    ValueIndex.open(database, tmp_path / "kept")
    shutil.copytree(tmp_path / "kept", tmp_path / "copy")
    assert load(database, index_folder(database, tmp_path / "copy")) is not None


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
@pytest.mark.parametrize(("mode", "least"), [(0o600, 0o700), (0o640, 0o750), (0o644, 0o755)])
def test_who_may_not_read_the_database_may_not_read_its_index(
    database: Database, tmp_path: Path, mode: int, least: int
) -> None:
    database.path.chmod(mode)
    home = index_folder(database, tmp_path / "kept")
    home.mkdir(parents=True, mode=0o777)
    ValueIndex.open(database, tmp_path / "kept")
    assert home.stat().st_mode & 0o777 & ~least == 0


def test_links_in_a_shared_folder_are_not_followed(database: Database, tmp_path: Path) -> None:
    victim, elsewhere = tmp_path / "victim", tmp_path / "elsewhere"
    victim.write_text("precious")
    elsewhere.mkdir()
    home = index_folder(database, tmp_path / "kept")
    home.mkdir(parents=True)
    (home / f"{database.fingerprint()}.part").symlink_to(elsewhere)
    assert values(ValueIndex.open(database, tmp_path / "kept"), "rome") == ["Rome"]
    assert not list(elsewhere.iterdir())
    shutil.rmtree(home)
    home.mkdir()
    (home / "lock").symlink_to(victim)
    with pytest.raises(DatabaseError, match="cannot write the index"):
        ValueIndex.open(database, tmp_path / "kept")
    assert victim.read_text() == "precious"
    shutil.rmtree(home)
    home.symlink_to(elsewhere)
    with pytest.raises(DatabaseError, match="is a link"):
        ValueIndex.open(database, tmp_path / "kept")
