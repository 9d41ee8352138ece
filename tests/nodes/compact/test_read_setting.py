"""The `read` setting: off, nothing of the cross-encoder is touched; on, its scores decide between close plans."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from nodes.compact.weights_archive import WeightsError
from nodes.node import Context
from nodes.plan_emission import Compact
from nodes.state import GraphState
from tests.nodes.sql.regatta import open_regatta
from value_index.index import ValueIndex


@pytest.fixture
def context(tmp_path: Path) -> Context:
    database = open_regatta(tmp_path)
    return Context(database.schema, database, ValueIndex.build(database))


@pytest.fixture
def state() -> GraphState:
    return GraphState(turn_id="0:0", database_id="regatta", utterance="How many boats are there?", history=())


def test_off_needs_no_file(context: Context, state: GraphState) -> None:
    assert asyncio.run(Compact(read=0, cross_encoder="absent.zip")(state, context))


def test_on_without_its_file_is_one_line(context: Context, state: GraphState) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the weights 'absent\.zip'"):
        asyncio.run(Compact(read=5, cross_encoder="absent.zip")(state, context))


def test_on_gives_the_plans_that_were_first_in_one_order(context: Context, state: GraphState) -> None:
    first, again = (asyncio.run(Compact(read=5)(state, context)) for _ in range(2))
    assert first == again
    off = asyncio.run(Compact(read=0)(state, context))
    assert {each.plan for each in first} == {each.plan for each in off}
    assert first[0].confidence is not None
