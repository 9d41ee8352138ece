"""Confidence over tables of hundreds of columns: no feature may grow with the number of columns alone."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agent.answer import answer
from agent.config import Config
from agent.graph import build_graph
from nodes.node import Context
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex


def wide(path: Path, columns: int) -> SQLiteDatabase:
    """Return a database of one table with two stations, many metrics, and the rainfall."""
    names = [f"metric_{number}" for number in range(columns)]
    cells = [("Alba", "2024-01-01", *[1.0] * columns, 3.5), ("Bora", "2024-01-02", *[1.0] * columns, 7.0)]
    with closing(sqlite3.connect(path)) as connection:
        declared = "".join(f"{name} REAL, " for name in names)
        connection.execute(f"CREATE TABLE reading (station TEXT, day TEXT, {declared}rainfall REAL)")
        connection.executemany(f"INSERT INTO reading VALUES ({', '.join('?' * (columns + 3))})", cells)
        connection.commit()
    return SQLiteDatabase.open(path)


@pytest.mark.parametrize("columns", [5, 600, 1500])
def test_a_right_answer_over_a_wide_table_is_not_doubted_for_its_width(tmp_path: Path, columns: int) -> None:
    database, config = wide(tmp_path / "station.sqlite", columns), Config.load()
    graph = build_graph(config.nodes(), max_attempts=config.graph.max_attempts)
    context = Context(database.schema, database, ValueIndex.build(database))
    question = "What is the average rainfall per station?"
    given = asyncio.run(answer(graph, context, question, turn_id="0", history=(), execution=config.execution))
    database.close()
    assert given.result and {frozenset(row) for row in given.result.rows} == {
        frozenset(("Alba", 3.5)),
        frozenset(("Bora", 7.0)),
    }
    assert given.confidence is not None and given.confidence > 0.3
