"""Any words in any order: read, checked, or refused in one line."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.nodes.sql.shop import shop_schema

SCHEMA = shop_schema()
NAMES = [name for table in SCHEMA.tables for name in (table.name, *(column.name for column in table.columns))]
WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "GROUP",
    "BY",
    "ORDER",
    "HAVING",
    "LIMIT",
    "OFFSET",
    "JOIN",
    "LEFT",
    "NATURAL",
    "ON",
    "USING",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "ALL",
    "DISTINCT",
    "AS",
    "WITH",
    "RECURSIVE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "IN",
    "NOT",
    "NULL",
    "IS",
    "LIKE",
    "BETWEEN",
    "EXISTS",
    "CAST",
    "(",
    ")",
    ",",
    "*",
    "+",
    "-",
    "/",
    "||",
    "<",
    "=",
    "!=",
    "'",
    '"',
    "`",
    "[",
    "]",
    ".",
    ";",
    "--",
    "/*",
    "*/",
    "1",
    "0",
    "1e999",
    "'x'",
    "x'00'",
    "?",
    ":a",
    "FILTER",
    "OVER",
    "PARTITION",
    "WINDOW",
    "VALUES",
    "FETCH",
    "FIRST",
    "QUALIFY",
    "PIVOT",
    "UNNEST",
    "LATERAL",
    "ILIKE",
    "REGEXP",
    "MATCH",
    "ANY",
    "ARRAY",
    "INTERVAL",
    "EXTRACT",
    "COLLATE",
    "ESCAPE",
    "RETURNING",
    "INTO",
    "::",
    "->",
    "->>",
    "{",
    "}",
    "NULLS",
    "LAST",
    "count(*)",
    "max(a,b)",
    "T1",
    "T2",
    "�",
    "é",
]


@given(st.lists(st.sampled_from(WORDS + NAMES), max_size=30), st.booleans())
@example(["FROM", "a", "FETCH", "FIRST", "1", "ROWS", "ONLY"], True)
@settings(max_examples=150)
def test_no_words_end_in_a_traceback(words: list[str], select: bool) -> None:
    sql = " ".join(["SELECT", NAMES[1], "FROM", NAMES[0], *words] if select else words)
    for found in violations(sql, SCHEMA):
        assert "\n" not in found.message
    try:
        to_plan(sql, SCHEMA)
    except SQLError as error:
        assert "\n" not in str(error)
        assert "of a form that is not read" not in str(error)
