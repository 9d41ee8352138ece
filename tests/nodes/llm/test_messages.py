from __future__ import annotations

import doctest

import pytest

from nodes.llm import messages as completion
from nodes.llm.messages import json_text, sql_text


def test_examples() -> None:
    assert doctest.testmod(completion).failed == 0


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("SELECT 1", "SELECT 1"),
        ("SELECT 1;", "SELECT 1"),
        ("```sql\nSELECT 1\n```", "SELECT 1"),
        ("```\nselect 1\n```\nThis counts.", "select 1"),
        ("```sqlite\nWITH a AS (SELECT 1)\nSELECT * FROM a", "WITH a AS (SELECT 1)\nSELECT * FROM a"),
        ("Sure! Here is the query:\nSELECT a\nFROM b;\nIt selects a.", "SELECT a\nFROM b"),
        ("SQL: SELECT ';' FROM t", "SELECT ';' FROM t"),
        ("SELECT 1\n\nI chose this because", "SELECT 1"),
        ("I cannot select anything.", ""),
        ("", ""),
    ],
)
def test_sql_between_words(text: str, sql: str) -> None:
    assert sql_text(text) == sql


@pytest.mark.parametrize(
    ("text", "found"),
    [('{"a": 1}', '{"a": 1}'), ('```json\n{"a": {}}\n```', '{"a": {}}'), ("none", "none"), ("} {", "} {"), ("", "")],
)
def test_json_between_words(text: str, found: str) -> None:
    assert json_text(text) == found
