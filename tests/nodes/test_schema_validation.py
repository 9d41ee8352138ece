"""The sqlglot validator as a node."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nodes.node import Context
from nodes.schema_validation import NO_SELECT, Sqlglot
from nodes.state import Attempt, GraphState
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(schema=database.schema, database=database)


def validated(sql: str | None, context: Context, node: Sqlglot | None = None) -> Attempt:
    state = GraphState(turn_id="0:0", database_id="regatta", utterance="?", sql=sql)
    return asyncio.run((node or Sqlglot())(state, context))


def test_sound_sql_passes(context: Context) -> None:
    assert validated("SELECT label FROM boat", context) == Attempt(sql="SELECT label FROM boat")


@pytest.mark.parametrize("sql", ["", None])
def test_no_sql_is_an_error_that_says_so(sql: str | None, context: Context) -> None:
    assert validated(sql, context) == Attempt(sql="", violations=(NO_SELECT,)) and NO_SELECT.severity == "error"


def test_an_error_fails_and_a_warning_does_not(context: Context) -> None:
    assert validated("SELECT lable FROM boat", context).failed
    assert not validated("SELECT sum(label) FROM boat", context).failed


def test_kinds_can_be_switched_off(context: Context) -> None:
    node = Sqlglot(off=("type_mismatch",))
    assert validated("SELECT sum(label) FROM boat", context, node).violations == ()


@pytest.mark.parametrize("sql", ["SELECT label, FROM boat", "SELECT nosuchfunction(label) FROM boat"])
def test_the_database_has_the_last_word(sql: str, context: Context) -> None:
    assert [found.kind for found in validated(sql, context).violations] == ["syntax"]
    assert not validated(sql, context, Sqlglot(compile=False)).failed
