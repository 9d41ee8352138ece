"""The dialogue that opens the project's story, answered turn by turn from the agent's own history."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path

from agent.answer import answer
from agent.config import Config
from agent.graph import build_graph
from nodes.node import Context
from nodes.state import Turn
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex

DEMO = Path(__file__).parents[2] / "eval" / "demo"


def test_every_turn_of_the_first_dialogue_is_right(tmp_path: Path) -> None:
    dialogue = json.loads((DEMO / "sql_state_tracking" / "cosql_dev.json").read_text(encoding="utf-8"))[0]
    path = tmp_path / "air_network.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DEMO / "air_network.sql").read_text(encoding="utf-8"))
    database, config = SQLiteDatabase.open(path), Config.load()
    context = Context(database.schema, database, ValueIndex.build(database))
    graph = build_graph(config.nodes(), max_attempts=config.graph.max_attempts)
    history: tuple[Turn, ...] = ()
    for turn in dialogue["interaction"]:
        asked = answer(graph, context, turn["utterance"], turn_id="0", history=history, execution=config.execution)
        given = asyncio.run(asked)
        wanted = database.execute(turn["query"])
        assert given.result is not None and sorted(given.result.rows) == sorted(wanted.rows), given.state.sql
        assert given.unused == ()
        history = (*history, Turn(utterance=turn["utterance"], sql=given.state.sql or ""))
    database.close()
