"""eval/demo/build.py: whole databases or none, built once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from eval.demo.build import DEMO_DATA, build
from value_index.errors import DatabaseError


def count(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM fruit").fetchone()[0]


def test_builds_once_and_again_when_the_text_changes(tmp_path: Path) -> None:
    text = tmp_path / "market.sql"
    text.write_text("CREATE TABLE fruit (name TEXT); INSERT INTO fruit VALUES ('pear');")
    (path,) = build(tmp_path)
    first = path.stat()
    assert path == tmp_path / "database" / "market" / "market.sqlite"
    assert build(tmp_path) == (path,) and path.stat().st_ino == first.st_ino
    text.write_text(text.read_text() + "INSERT INTO fruit VALUES ('plum');")
    build(tmp_path)
    assert count(path) == 2


def test_a_broken_file_is_built_anew(tmp_path: Path) -> None:
    (tmp_path / "market.sql").write_text("CREATE TABLE fruit (name TEXT);")
    path = tmp_path / "database" / "market" / "market.sqlite"
    path.parent.mkdir(parents=True)
    path.write_text("half a download")
    build(tmp_path)
    assert count(path) == 0


def test_bad_sql_is_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "market.sql").write_text("CREATE TABLE fruit (name TEXT); INSERT INTO fruit VALUES (1, 2);")
    with pytest.raises(DatabaseError, match=r"market\.sql.*2 values"):
        build(tmp_path)
    assert list((tmp_path / "database" / "market").iterdir()) == []


def test_the_demo_has_three_databases() -> None:
    assert [path.stem for path in build()] == ["air_network", "bookshop", "clinic"]
    assert all(path.is_relative_to(DEMO_DATA) for path in build())
