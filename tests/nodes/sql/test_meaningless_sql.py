"""SQL that runs and cannot mean anything."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nodes.sql.violations import violations
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.schema import Schema

SCRIPT = """
CREATE TABLE studio (studio_id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE film (id INTEGER PRIMARY KEY, title TEXT, director TEXT, gross REAL, studio_id INT REFERENCES studio (studio_id));
CREATE TABLE showing (film_id INT REFERENCES film (id), day TEXT, hall INT, PRIMARY KEY (film_id, day));
CREATE TABLE note (code TEXT PRIMARY KEY, film INT, grade INT);
"""
BOTH = "studio AS T1 JOIN film AS T2 ON T1.studio_id = T2.studio_id"


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.executescript(SCRIPT)
    connection.close()
    return SQLiteDatabase.open(tmp_path / "a.sqlite").schema


@pytest.mark.parametrize(
    ("sql", "kind", "severity"),
    [
        ("SELECT title FROM film WHERE director NOT IN (SELECT director FROM film)", "always_empty", "error"),
        ("SELECT count(*) FROM film WHERE gross > 1 AND NOT id IN (SELECT id FROM film)", "always_empty", "error"),
        ("SELECT title FROM film EXCEPT SELECT title FROM film", "always_empty", "error"),
        ("SELECT id FROM film WHERE id IN (SELECT id FROM film EXCEPT SELECT id FROM film)", "always_empty", "error"),
        ("SELECT id FROM film WHERE director = 'Lee' AND director = 'Lee'", "repeated_condition", "warning"),
        (
            "SELECT director FROM film GROUP BY director HAVING count(*) > 1 AND count(*) > 1",
            "repeated_condition",
            "warning",
        ),
        (
            "SELECT id FROM film WHERE director = 'Lee' AND (gross > 1 AND director = 'Lee')",
            "repeated_condition",
            "warning",
        ),
        ("SELECT sum(id) FROM film", "key_arithmetic", "warning"),
        ("SELECT avg(DISTINCT T2.studio_id) FROM film AS T2", "key_arithmetic", "warning"),
        ("SELECT title FROM film WHERE id NOT IN (SELECT director FROM film)", "unrelated_keys", "warning"),
        ("SELECT name FROM studio WHERE studio_id IN (SELECT id FROM film)", "unrelated_keys", "warning"),
        ("SELECT title FROM film WHERE id IN (SELECT hall FROM showing)", "unrelated_keys", "warning"),
        (f"SELECT T1.name FROM {BOTH}", "fan_out", "warning"),
        (f"SELECT T1.name, T1.city FROM {BOTH} WHERE T1.city = 'Rome' ORDER BY T1.name", "fan_out", "warning"),
        ("SELECT T1.name FROM studio AS T1 JOIN film AS T2", "join_off_key", "warning"),
    ],
)
def test_what_cannot_be_meant_is_found(schema: Schema, sql: str, kind: str, severity: str) -> None:
    assert (kind, severity) in {(found.kind, found.severity) for found in violations(sql, schema)}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT title FROM film WHERE director NOT IN (SELECT director FROM film WHERE gross > 1)",
        "SELECT title FROM film WHERE director IN (SELECT director FROM film)",
        "SELECT title FROM film WHERE director NOT IN (SELECT title FROM film)",
        "SELECT name FROM studio WHERE studio_id NOT IN (SELECT studio_id FROM film)",
        "SELECT title FROM film WHERE id IN (SELECT film_id FROM showing)",
        "SELECT code FROM note WHERE film IN (SELECT id FROM film)",
        "SELECT title FROM film EXCEPT SELECT title FROM film WHERE gross > 1",
        "SELECT id FROM film WHERE director = 'Lee' OR director = 'Lee'",
        "SELECT id FROM film WHERE gross > 1 AND gross < 2",
        "SELECT count(id), max(id), sum(gross) FROM film",
        f"SELECT T1.name, T2.title FROM {BOTH}",
        f"SELECT DISTINCT T1.name FROM {BOTH}",
        f"SELECT T1.name FROM {BOTH} WHERE T2.gross > 1",
        f"SELECT T2.title FROM {BOTH}",
        f"SELECT T1.name FROM {BOTH} ORDER BY T2.gross DESC LIMIT 1",
        f"SELECT T1.name FROM {BOTH} GROUP BY T1.studio_id HAVING count(*) > 1",
        f"SELECT T1.name FROM {BOTH} INTERSECT SELECT name FROM studio",
        "SELECT name FROM studio WHERE studio_id IN (SELECT T1.studio_id FROM studio AS T1 JOIN film AS T2"
        " ON T1.studio_id = T2.studio_id)",
        "SELECT T1.name FROM studio AS T1 JOIN film AS T2 ON T1.studio_id = T2.studio_id JOIN showing AS T3"
        " ON T2.id = T3.film_id WHERE T3.day = '2024-01-01'",
    ],
)
def test_what_can_be_meant_is_silent(schema: Schema, sql: str) -> None:
    assert violations(sql, schema) == ()


def test_a_text_that_only_another_column_stores_is_found(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.sqlite")
    connection.executescript(
        SCRIPT + "INSERT INTO studio VALUES (1, 'Ealing', 'London'); INSERT INTO film VALUES (1, 'Ash', 'Lee', 5, 1);"
        "INSERT INTO note VALUES ('N1', 1, 3)"
    )
    connection.close()
    database = SQLiteDatabase.open(tmp_path / "a.sqlite")
    index = ValueIndex.build(database)

    def kinds(sql: str) -> list[str]:
        return [found.kind for found in violations(sql, database.schema, index.holders)]

    assert kinds("SELECT studio_id FROM studio WHERE name = 'London'") == ["foreign_value"]
    assert kinds("SELECT title FROM film WHERE director IN ('Roy', 'ash')") == ["foreign_value"]
    for right in ("name = 'Ealing'", "city = 'london'", "city = 'Paris'", "name != 'London'", "name LIKE 'London'"):
        assert kinds(f"SELECT studio_id FROM studio WHERE {right}") == []
    assert violations("SELECT studio_id FROM studio WHERE name = 'London'", database.schema) == ()
