"""The SQL of an answer, in every shape that models were seen to give it."""

from __future__ import annotations

import doctest
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nodes.llm import sql_text as module
from nodes.llm.sql_text import sql_text

TWO = "WITH a AS (SELECT 1 AS x),\n\nb AS (SELECT x FROM a)\nSELECT x FROM b"
ANSWERS = [
    ("SELECT 1", "SELECT 1"),
    ("SELECT 1;", "SELECT 1"),
    ("```sql\nSELECT 1\n```", "SELECT 1"),
    ("```\nselect 1\n```\nThis counts.", "select 1"),
    ("```sqlite\nWITH a AS (SELECT 1)\nSELECT * FROM a", "WITH a AS (SELECT 1)\nSELECT * FROM a"),
    ("Sure! Here is the query:\nSELECT a\nFROM b;\nIt selects a.", "SELECT a\nFROM b"),
    ("SQL: SELECT ';' FROM t", "SELECT ';' FROM t"),
    ("SELECT 1\n\nI chose this because", "SELECT 1"),
    ("I cannot select anything.", ""),
    ("To answer, select from the table those that match. There is no such column.", ""),
    ("The column `a` is listed with `b` only, with columns x and y.", ""),
    ("", ""),
    ("INSERT INTO a VALUES (1)", ""),
    # empty lines
    (TWO, TWO),
    (f"```sql\n{TWO};\n```\nDone", TWO),
    ("```sql\nSELECT name FROM singer\n\nWHERE age > 20\n```", "SELECT name FROM singer\n\nWHERE age > 20"),
    ("SELECT name FROM singer\n\nWHERE age > 20\n\nThis lists.", "SELECT name FROM singer\n\nWHERE age > 20"),
    ("SELECT a FROM b\n\nOr you can count them:", "SELECT a FROM b"),
    ("The SQL:\n\n    SELECT a\n    FROM b\n\nwhich lists a.", "SELECT a\n    FROM b"),
    # fences
    (
        "Draft:\n```sql\nSELECT * FROM t\n```\nIt wants a number:\n```sql\nSELECT count(*) FROM t\n```",
        "SELECT count(*) FROM t",
    ),
    ("```sql\nSELECT 1\n```\n\nExplanation:\n```\na | b\n```", "SELECT 1"),
    ("SELECT a FROM b\n\n```\n\nThis query lists the names of select singers.", "SELECT a FROM b"),
    ("```\nSELECT a FROM b", "SELECT a FROM b"),
    ("```sql SELECT a FROM b```", "SELECT a FROM b"),
    ("The answer is `SELECT count(*) FROM t`.", "SELECT count(*) FROM t"),
    ("1. `t` is the table\n2. `SELECT a FROM t`", "SELECT a FROM t"),
    ("SELECT `a b` FROM `c d` WHERE x = 1", "SELECT `a b` FROM `c d` WHERE x = 1"),
    # JSON and tags
    ('{"sql": "SELECT 1"}', "SELECT 1"),
    ('```json\n{"sql": "SELECT 1"}\n```', "SELECT 1"),
    ('Here:\n```json\n{"reasoning": "x", "query": "SELECT a\nFROM b"}\n```', "SELECT a\nFROM b"),
    ("<answer>SELECT a FROM b</answer>", "SELECT a FROM b"),
    ("<sql>\n```sql\nSELECT a FROM b\n```\n</sql>", "SELECT a FROM b"),
    ("[SQL]\nSELECT 1\n[/SQL]", "SELECT 1"),
    ("SELECT 1;</s>", "SELECT 1"),
    ("SELECT a FROM b; [/INST] How many? [/INST] SELECT count(*) FROM b;", "SELECT a FROM b"),
    ("SQLQuery: SELECT 1\nSQLResult: 1", "SELECT 1"),
    # words
    ("With the given schema, the query is:\nSELECT a FROM b", "SELECT a FROM b"),
    ("with the concerts.\nSELECT a FROM b", "SELECT a FROM b"),
    ("Sure! SELECT a FROM b", "SELECT a FROM b"),
    ("**SQL:** SELECT a FROM b", "SELECT a FROM b"),
    ("**SELECT a FROM b**", "SELECT a FROM b"),
    ("The query is SELECT name FROM singer.", "SELECT name FROM singer"),
    ("I would select the singers.\nSELECT a FROM b WHERE c = 'x; y'", "SELECT a FROM b WHERE c = 'x; y'"),
    ("SELECT a FROM b\nExplanation: it selects", "SELECT a FROM b"),
    ("(SELECT a FROM b) UNION (SELECT c FROM d)", "(SELECT a FROM b) UNION (SELECT c FROM d)"),
    # comments and escapes
    ("-- Step 1: select the singers\nSELECT a FROM b", "SELECT a FROM b"),
    ("```sql\n-- select the singers\nSELECT a FROM b -- all\n```", "SELECT a FROM b"),
    ("SELECT first\\_name, count(\\*) FROM b", "SELECT first_name, count(*) FROM b"),
    # what does not parse is shown as it is, never cut into something else
    ("SELECT a FROM", "SELECT a FROM"),
    ("SELECT a FROM b\nWHERE c IN (<list of c>)", "SELECT a FROM b\nWHERE c IN (<list of c>)"),
    (
        "SELECT a FROM b WHERE EXISTS (\n\n SELECT 1 FROM c WHERE d = [x",
        "SELECT a FROM b WHERE EXISTS (\n\n SELECT 1 FROM c WHERE d = [x",
    ),
]


def test_examples() -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(("text", "sql"), ANSWERS)
def test_answers(text: str, sql: str) -> None:
    assert sql_text(text) == sql


PIECES = st.sampled_from(
    ["SELECT a FROM b", "select", "WITH x AS (", "```", "```sql\n", "\n\n", ";", "`", '{"sql": "', '"}', "<answer>", "--",
     "/*", "'", "(", ")", "the query is:", "[SQL]", "</s>", "\\_", "\ud800", "\x00", " ", "VALUES (1)"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_answer_is_a_fault(text: str) -> None:
    assert isinstance(sql_text(text), str)


@pytest.mark.parametrize(
    "piece",
    ["SELECT a FROM ", "```sql\nSELECT\n", "WITH a AS (SELECT 1 FROM b),", "-- x\n", "(", "/* ", "{", "'", "`a b`"],
)
def test_a_long_answer_takes_no_longer_than_a_turn(piece: str) -> None:
    started = process_time()
    sql_text(piece * 20_000)
    assert process_time() - started < 5
