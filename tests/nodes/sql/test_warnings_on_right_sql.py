"""No warning on SQL that is right: a name stands for its row, and a declared primary key is a key."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nodes.sql.violations import violations
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.schema import Schema

SCRIPT = """
CREATE TABLE club (club_id INTEGER PRIMARY KEY, title TEXT, town TEXT);
CREATE TABLE member (member_id INTEGER PRIMARY KEY, full_name TEXT, club_id INT REFERENCES club (club_id), fee REAL);
CREATE TABLE City (ID INTEGER PRIMARY KEY, Name TEXT, CountryCode TEXT, size INT);
CREATE TABLE Country (Code TEXT PRIMARY KEY, Name TEXT);
"""
JOINED = "club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id"


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.executescript(SCRIPT)
    connection.close()
    return SQLiteDatabase.open(tmp_path / "a.sqlite").schema


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT T1.title, count(*) FROM {JOINED} GROUP BY T1.title",
        f"SELECT T1.title, count(*) FROM {JOINED} GROUP BY T1.title HAVING count(*) > 1 ORDER BY count(*) DESC",
        "SELECT c.Name FROM City c JOIN Country k ON c.CountryCode = k.Code WHERE k.Name = 'Norway'",
        "SELECT c.Name FROM Country k JOIN City c ON k.Code = c.CountryCode",
    ],
)
def test_right_sql_is_silent(schema: Schema, sql: str) -> None:
    assert violations(sql, schema) == ()


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        (f"SELECT T1.town, count(*) FROM {JOINED} GROUP BY T1.town", "fan_out"),
        (f"SELECT T1.title, sum(T1.club_id) FROM {JOINED} GROUP BY T1.town", "fan_out"),
        ("SELECT c.Name FROM City c JOIN Country k ON c.size = k.Code", "join_off_key"),
        ("SELECT c.Name FROM City c JOIN Country k ON c.ID = k.Code", "join_off_key"),
        ("SELECT T1.title FROM club T1 JOIN member T2 ON T1.club_id = T2.fee", "join_off_key"),
    ],
)
def test_what_is_doubtful_is_still_said(schema: Schema, sql: str, kind: str) -> None:
    assert kind in {violation.kind for violation in violations(sql, schema)}
