"""The value_grounding stage skipped, exchanged or given gold changes what the default planner compares with."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agent.config import Config
from agent.steps import walk
from nodes.coverage.demand import Demand
from nodes.node import Context, Node, Variant
from nodes.state import GraphState, GroundedValue
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex
from value_index.schema import ColumnRef

CLIENTS = Path(__file__).parents[1] / "databases" / "clients.sql"
COUNTRY = ColumnRef(table="client", column="country")
GOLD = GroundedValue(mention="emerald isle", column=COUNTRY, value="Ireland", score=1.0)
"""What no index knows."""


class Given(Variant):
    """Gives what it is told."""

    values: tuple[GroundedValue, ...]

    async def __call__(self, state: GraphState, context: Context) -> tuple[GroundedValue, ...]:
        return self.values


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    path = tmp_path_factory.mktemp("clients") / "clients.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(CLIENTS.read_text(encoding="utf-8"))
    database = SQLiteDatabase.open(path)
    yield Context(database.schema, database, ValueIndex.build(database))
    database.close()


def sql_of(context: Context, asked: str, *overrides: str, grounder: Node | None = None) -> str:
    nodes = Config.load(overrides=overrides).nodes()
    if grounder:
        nodes["value_grounding"] = grounder
    state = asyncio.run(walk(nodes, context, max_attempts=3, turn_id="0", history=(), utterance=asked))
    return state.sql or ""


def test_values_that_the_stage_leaves_out_are_not_asked_for(context: Context) -> None:
    asked = GraphState(
        turn_id="0", database_id="clients", utterance="List the clients of the emerald isle, not from austria"
    )
    read = [
        Demand.of(asked.model_copy(update={"grounded_values": values}), context).literals
        for values in (None, (), (GOLD,))
    ]
    assert read == [{"austria"}, frozenset(), {"ireland"}]


def test_the_stage_as_it_is_skipped_and_given_gold(context: Context) -> None:
    assert "country = 'Ireland'" in sql_of(context, "List the clients from ireland")
    assert "Ireland" not in sql_of(context, "List the clients from ireland", "value_grounding=skip")
    asked = "List the clients of the emerald isle"
    assert "Ireland" not in sql_of(context, asked)
    assert "country = 'Ireland'" in sql_of(context, asked, grounder=Given(values=(GOLD,)))
