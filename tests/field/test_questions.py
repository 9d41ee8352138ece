"""Questions of a new user through the default agent: the rows that they should give."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from agent.answer import Answer, answer
from agent.config import Config
from agent.graph import build_graph
from nodes.node import Context
from nodes.state import Turn
from tests.field.cases import CASES, DATABASES, Case, matches
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.index import ValueIndex

CLUB_HISTORY = (
    ("How many members does each club have? Show the title.",
     "SELECT T1.title, count(*) FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id"),
    ("Only clubs with at least 2 members",
     "SELECT T1.title, count(*) FROM club AS T1 JOIN member AS T2 ON T1.club_id = T2.club_id GROUP BY T1.club_id HAVING count(*) >= 2"),
)  # fmt: skip


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Answer]]:
    """Return what asks the default agent a question about one of the databases."""
    folder, config, contexts = tmp_path_factory.mktemp("field"), Config.load(), dict[str, Context]()
    graph = build_graph(config.nodes(), max_attempts=config.graph.max_attempts)

    def context_of(name: str) -> Context:
        if name not in contexts:
            path = folder / f"{name}.sqlite"
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript((DATABASES / f"{name}.sql").read_text(encoding="utf-8"))
            database = SQLiteDatabase.open(path)
            contexts[name] = Context(database.schema, database, ValueIndex.build(database))
        return contexts[name]

    def answered(name: str, question: str, history: tuple[Turn, ...] = ()) -> Answer:
        asked = answer(graph, context_of(name), question, turn_id="0", history=history, execution=config.execution)
        return asyncio.run(asked)

    yield answered
    for context in contexts.values():
        context.database.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.database}: {case.question}")
def test_the_rows_are_those_asked_for(case: Case, ask: Callable[..., Answer]) -> None:
    given = ask(case.database, case.question)
    assert given.result is not None
    assert matches(list(given.result.rows), case), given.state.sql


def test_a_list_that_was_narrowed_is_sorted_as_it_is(ask: Callable[..., Answer]) -> None:
    history = tuple(Turn(utterance=utterance, sql=sql) for utterance, sql in CLUB_HISTORY)
    given = ask("club", "Sort them from most to fewest", history)
    assert given.result is not None
    assert list(given.result.rows) == [("Choir", 3), ("Chess", 2)], given.state.sql
