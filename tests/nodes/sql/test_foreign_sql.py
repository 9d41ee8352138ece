"""SQL from outside: what parses ends no run, takes no minute, and loses no clause without a word."""

from __future__ import annotations

import time

import pytest

from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import MAX_CHARS, parse
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.nodes.sql.shop import shop_schema

SCHEMA = shop_schema()
FIRST = SCHEMA.tables[0]
TABLE, COLUMN = FIRST.name, FIRST.columns[0].name
BOMBS = [
    "SELECT * FROM " + "(WITH a AS (SELECT * FROM " * 20 + TABLE + ") SELECT * FROM a)" * 20,
    f"WITH c0 AS (SELECT * FROM {TABLE}), "
    + ", ".join(f"c{i} AS (SELECT * FROM c{i - 1} a, c{i - 1} b)" for i in range(1, 23))
    + " SELECT 1 FROM c22",
    f"WITH c0 AS (SELECT {COLUMN} id FROM {TABLE}), "
    + ", ".join(f"c{i} AS (SELECT a.id FROM c{i - 1} a JOIN c{i - 1} b ON a.id = b.id)" for i in range(1, 23))
    + " SELECT * FROM c22",
    "SELECT " + "1 + " * 9_000 + "1",
    "SELECT 1 WHERE " + "NOT " * 3_000 + "1",
    "SELECT " + "/* " * 6_000,
    "SELECT " + "'" * 19_001,
    "SELECT 1 " + "UNION SELECT 1 " * 1_300,
    "SELECT " + "(" * 9_000,
    "SELECT '" + "x" * MAX_CHARS + "'",
]


@pytest.mark.parametrize("sql", BOMBS)
def test_no_text_takes_long_to_read(sql: str) -> None:
    started = time.process_time()
    violations(sql, SCHEMA)
    try:
        to_plan(sql, SCHEMA)
    except SQLError as error:
        assert "\n" not in str(error)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT {c} FROM {t} FETCH FIRST 2 ROWS ONLY", "FETCH"),
        ("SELECT {c} FROM {t} QUALIFY row_number() OVER (ORDER BY {c}) = 1", "QUALIFY"),
        ("SELECT * EXCEPT ({c}) FROM {t}", "EXCEPT"),
        ("SELECT * REPLACE (1 AS {c}) FROM {t}", "REPLACE"),
        ("SELECT DISTINCT ON ({c}) {c} FROM {t}", "ON"),
        ("SELECT {c} FROM {t} TABLESAMPLE (10)", "SAMPLE"),
        ("SELECT {c} FROM {t} FOR UPDATE", "LOCKS"),
        ("SELECT {c} INTO x FROM {t}", "INTO"),
        ("SELECT {c} FROM {t} GROUP BY {c} WITH ROLLUP", "ROLLUP"),
        ("SELECT {c} FROM {t} LIMIT 2 WITH TIES", "LIMIT OPTIONS"),
        ("SELECT {c} FROM {t} LIMIT 2 BY {c}", "EXPRESSIONS"),
        ("SELECT {c} FROM {t} WINDOW w AS (PARTITION BY {c})", "WINDOWS"),
        ("SELECT {c} FROM {t} UNION BY NAME SELECT {c} FROM {t}", "BY NAME"),
        ("SELECT 1 FROM {t} a SEMI JOIN {t} b ON 1", "SEMI JOIN"),
        ("SELECT 1 FROM {t} a ASOF JOIN {t} b ON 1", "ASOF"),
        ("SELECT {c} FROM {t} WHERE {c} BETWEEN SYMMETRIC 1 AND 2", "SYMMETRIC"),
        ("SELECT 1 FROM {t} AS x(y)", "names of columns"),
        ("SELECT {c} FROM {t} WHERE {c} ILIKE 'c%'", "ILIKE"),
        ("SELECT {c} FROM {t} WHERE {c} MATCH 'c'", "MATCH"),
        ("SELECT {c} FROM {t} WHERE {c} SIMILAR TO 'c'", "SIMILAR"),
        ("SELECT {c} FROM {t} WHERE {c} REGEXP 'c'", "REGEXP"),
    ],
)
def test_a_clause_that_a_plan_lacks_is_refused_by_name(sql: str, said: str) -> None:
    with pytest.raises(SQLError, match=said) as caught:
        to_plan(sql.format(c=COLUMN, t=TABLE), SCHEMA)
    assert "nested too deep" not in str(caught.value)


@pytest.mark.parametrize("end", ["; -- all of them", "; /* all */", ";;", "; /* a */ ;", " -- all of them"])
def test_a_comment_after_the_end_is_no_statement(end: str) -> None:
    sql = f"SELECT count(*) FROM {TABLE}{end}"
    assert violations(sql, SCHEMA) == ()
    assert to_plan(sql, SCHEMA) == to_plan(f"SELECT count(*) FROM {TABLE}", SCHEMA)


def test_two_statements_are_still_two() -> None:
    with pytest.raises(SQLError, match="not one SELECT"):
        parse("SELECT 1; SELECT 2 -- two", SCHEMA)


def test_a_filtered_aggregate_is_no_bare_column() -> None:
    assert violations(f"SELECT count(*) FILTER (WHERE {COLUMN} > 1) FROM {TABLE}", SCHEMA) == ()


def test_no_suggestion_where_there_is_none() -> None:
    (found,) = violations('SELECT "it\'s"', SCHEMA)
    assert "did you mean" not in found.message


def test_a_form_that_nobody_thought_of_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'sql'")

    monkeypatch.setattr("nodes.sql.to_plan.read_from", stumble)
    with pytest.raises(SQLError, match="of a form that is not read"):
        to_plan(f"SELECT 1 FROM {TABLE} -- never read before", SCHEMA)
    monkeypatch.setattr("nodes.sql.violations.RULES", (stumble,))
    assert violations(f"SELECT 1 FROM {TABLE}", SCHEMA) == ()
