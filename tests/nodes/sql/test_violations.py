"""Each rule on small cases; the figures over the gold queries are in tests/eval/checks/test_validator.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.sql.violations import violations
from tests.nodes.sql.regatta import open_regatta
from value_index.schema import Schema


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    return open_regatta(Path(tmp_path_factory.mktemp("regatta"))).schema


CLEAN = [
    "SELECT label FROM boat",
    'SELECT T1.label, T2.name FROM boat AS T1 JOIN maker AS T2 ON T1.maker_id = T2.maker_id WHERE T2.country = "FI"',
    "SELECT label AS l FROM boat ORDER BY l",
    "SELECT rowid, label FROM boat WHERE length > = 3",
    "SELECT label FROM boat WHERE EXISTS (SELECT 1 FROM photo WHERE photo.boat_id = boat.boat_id AND length > 3)",
    "SELECT n FROM (SELECT name AS n FROM maker) ORDER BY n",
    "WITH fast AS (SELECT boat_id FROM entry WHERE finish = 1) SELECT label FROM boat JOIN fast USING (boat_id)",
    "WITH RECURSIVE up(n) AS (SELECT 1 UNION SELECT n + 1 FROM up WHERE n < 3) SELECT n FROM up",
    "SELECT label FROM boat UNION SELECT name FROM maker ORDER BY label",
    "SELECT label FROM boat EXCEPT SELECT name FROM maker INTERSECT SELECT place FROM race",
    "SELECT boat_id, label, length FROM boat GROUP BY boat_id",
    "SELECT T2.name, count(*) FROM boat AS T1 JOIN maker AS T2 ON T1.maker_id = T2.maker_id GROUP BY T1.maker_id",
    "SELECT count(*) FROM boat GROUP BY maker_id HAVING count(*) > 1",
    "SELECT label, rank() OVER (ORDER BY length) FROM boat",
]


@pytest.mark.parametrize("sql", CLEAN)
def test_says_nothing_of_sound_sql(sql: str, schema: Schema) -> None:
    assert violations(sql, schema) == ()


ERRORS = [
    ("SELEC label FROM boat", "syntax", ""),
    ("DELETE FROM boat", "syntax", ""),
    ("SELECT label FROM boat; SELECT 1", "syntax", ""),
    ("", "syntax", ""),
    ("SELECT label, length FROM boat UNION SELECT name FROM maker", "syntax", ""),
    ("SELECT label FROM boat LIMIT 1 UNION SELECT name FROM maker", "syntax", ""),
    ("SELECT label FROM boat WHERE count(*) > 1", "syntax", ""),
    ("SELECT max(count(*)) FROM boat", "syntax", ""),
    ("SELECT label FROM boat HAVING length > 3", "syntax", ""),
    ("SELECT label FROM boats", "unknown_table", "boat"),
    ("SELECT T2.label FROM boat AS T1", "unknown_table", "T1"),
    ("SELECT lable FROM boat", "unknown_column", "label"),
    ("SELECT T1.lable FROM boat AS T1", "unknown_column", "T1.label"),
    ('SELECT "lable" FROM boat', "unknown_column", "label"),
    ('SELECT label FROM boat WHERE "lenth" > 3', "unknown_column", "length"),
    ("SELECT label FROM boat UNION SELECT name FROM maker ORDER BY lable", "unknown_column", "label"),
    ("SELECT T2.label FROM boat T1 JOIN maker T2 ON T1.maker_id = T2.maker_id", "wrong_table", "T1.label"),
    ("SELECT country FROM boat", "wrong_table", "maker.country"),
    ("SELECT maker.country FROM boat", "wrong_table", "maker.country"),
    ("SELECT maker_id FROM boat T1 JOIN maker T2 ON T1.maker_id = T2.maker_id", "ambiguous", "T1.maker_id"),
    ("SELECT label, count(*) FROM boat", "bare_column", ""),
    ("SELECT label, avg(length), max(length) FROM boat", "bare_column", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "kind", "suggestion"), ERRORS)
def test_tells_an_error_and_what_to_write(sql: str, kind: str, suggestion: str, schema: Schema) -> None:
    errors = {(found.kind, found.suggestion) for found in violations(sql, schema) if found.severity == "error"}
    assert (kind, suggestion) in errors


WARNINGS = [
    ("SELECT label, max(length) FROM boat", "bare_column"),
    ("SELECT label, count(*) FROM boat GROUP BY maker_id", "bare_column"),
    ("SELECT count(*) FROM boat ORDER BY length", "bare_column"),
    ("SELECT country, count(*) FROM maker WHERE country = 'FI'", "bare_column"),
    ("SELECT label FROM boat WHERE length = 'long'", "type_mismatch"),
    ("SELECT sum(label) FROM boat", "type_mismatch"),
    ("SELECT T1.label FROM boat T1 JOIN maker T2", "join_off_key"),
    ("SELECT T1.label FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.photo_id", "join_off_key"),
    ("SELECT count(*) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id", "fan_out"),
    ("SELECT sum(T1.length) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id", "fan_out"),
    ("SELECT avg(T1.length) FROM photo T2 JOIN boat T1 ON T1.boat_id = T2.boat_id", "fan_out"),
    ("SELECT count(T1.label) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id WHERE T1.boat_id = 1", "fan_out"),
    ("SELECT T1.boat_id, sum(T1.length) FROM boat T1 JOIN photo T2 USING (boat_id) GROUP BY T1.boat_id", "fan_out"),
    ("SELECT T1.label, count(*) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id "
     "JOIN entry T3 ON T1.boat_id = T3.boat_id GROUP BY T1.boat_id", "fan_out"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "kind"), WARNINGS)
def test_warns(sql: str, kind: str, schema: Schema) -> None:
    assert (kind, "warning") in {(found.kind, found.severity) for found in violations(sql, schema)}


HARMLESS = [
    "SELECT count() FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id",
    "SELECT max(T1.length) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id",
    "SELECT count(DISTINCT T1.boat_id) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id",
    "SELECT count(T2.photo_id) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id",
    "SELECT count(*) FROM photo T2 JOIN boat T1 ON T1.boat_id = T2.boat_id",
    "SELECT T1.label, count(*) FROM boat T1 JOIN photo T2 ON T1.boat_id = T2.boat_id GROUP BY T1.boat_id",
    "SELECT sum(T2.length) FROM maker T1 JOIN boat T2 ON T1.maker_id = T2.maker_id",
    "SELECT sum(T1.length) FROM boat T1 JOIN entry T2 ON T1.boat_id = T2.boat_id WHERE T2.race_id = 1",
    "SELECT sum(T1.length) FROM boat T1 JOIN (SELECT boat_id FROM photo GROUP BY boat_id) T2 ON T1.boat_id = T2.boat_id",
]


@pytest.mark.parametrize("sql", HARMLESS)
def test_is_silent_where_repeated_rows_cannot_matter(sql: str, schema: Schema) -> None:
    assert "fan_out" not in {found.kind for found in violations(sql, schema)}


def test_errors_come_first(schema: Schema) -> None:
    found = violations("SELECT sum(label), lable FROM boat", schema)
    assert [violation.severity for violation in found] == ["error", "warning"]


@pytest.mark.parametrize(
    "sql",
    [
        " UNION ".join(["SELECT label FROM boat"] * 1500),
        "SELECT label FROM boat WHERE " + " AND ".join(["length = 1"] * 4000),
        "SELECT " + "(" * 500 + "1" + ")" * 500,
    ],
    ids=["union", "and", "parentheses"],
)
def test_deep_nesting_is_a_finding(sql: str, schema: Schema) -> None:
    (found,) = violations(sql, schema)
    assert found.kind == "syntax"


def test_a_qualifier_may_be_an_outer_source(schema: Schema) -> None:
    sql = "SELECT T1.label FROM boat T1 WHERE T1.length > (SELECT avg(T2.length) FROM boat T2 WHERE T2.maker_id = T1.maker_id)"
    assert violations(sql, schema) == ()
