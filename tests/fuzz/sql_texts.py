"""SQL texts: words in any order, right statements with parts exchanged, and texts that are none."""

from __future__ import annotations

from hypothesis import strategies as st

from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import repair
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.fuzz.target import one_line
from tests.nodes.sql.shop import shop_schema
from tests.nodes.sql.test_to_plan import CASES

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
    "\x00",
    "9223372036854775808",
    "1_000",
    "0x1F",
    "ROW",
    "ROWS",
    "ONLY",
    "TABLESAMPLE",
    "GROUPING",
    "SETS",
    "CUBE",
    "STRUCT",
    "MAP",
    "=>",
    "@",
    "#",
    "$1",
    "%s",
    "&&",
    "!",
]
LOOSE = st.lists(st.sampled_from(WORDS + NAMES) | st.text(max_size=3), max_size=30).map(" ".join)
BEGUN = LOOSE.map(lambda words: f"SELECT {NAMES[1]} FROM {NAMES[0]} {words}")


@st.composite
def _edited(draw: st.DrawFn) -> str:
    words = draw(st.sampled_from([sql for sql, _ in CASES.values()])).split()
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(words)))
        kind = draw(st.sampled_from(["drop", "put", "repeat"]))
        if kind == "put":
            words.insert(place, draw(st.sampled_from(WORDS + NAMES)))
        elif kind == "drop":
            words[place : place + 1] = []
        else:
            words[place:place] = words[place : place + draw(st.integers(1, 6))]
    return " ".join(words)


SQL_TEXTS = LOOSE | BEGUN | _edited() | st.text(max_size=40)


def read_and_check(sql: str) -> None:
    """Check a text, and read and write it as a plan."""
    found = violations(sql, SCHEMA)
    assert not any("\n" in violation.message for violation in found), found
    try:
        plan = to_plan(sql, SCHEMA)
        from_plan(plan, SCHEMA)
        from_plan(repair(plan, found, SCHEMA), SCHEMA)
    except SQLError as error:
        one_line(error)
        assert "of a form that is not read" not in str(error), error
