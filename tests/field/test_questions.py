"""Questions of a new user through the default agent: the rows that they should give."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from agent.answer import Answer, answer
from agent.config import Config
from agent.graph import build_graph
from nodes.node import Context
from nodes.state import Turn
from value_index.index import ValueIndex
from value_index.sqlite.database import SQLiteDatabase

DATABASES = Path(__file__).parent.parent / "databases"
Rows = list[tuple[Any, ...]]


class Case(NamedTuple):
    """A question with its rows."""

    database: str
    question: str
    rows: Rows
    ordered: bool = False


def names(*values: object) -> Rows:
    """Return values as rows of one column."""
    return [(value,) for value in values]


ALL_RUNNERS = names("Hal", "Dot", "Gus", "Bea", "Fay", "Jo", "Cal", "Ivy", "Abe", "Eli")
CASES = [
    Case("clients", "How many clients are in Iceland?", names(0)),
    Case("clients", "List the clients from Australia", []),
    Case("clients", "List the clients in Berlin", []),
    Case("clients", "How many clients are in the United States?", names(1)),
    Case("clients", "Which clients are from Ireland?", names("Aster", "Fern")),
    Case("shop", "How many sales were there in 2024?", names(3)),
    Case("shop", "How many sales were made between 2023-01-01 and 2023-12-31?", names(2)),
    Case("shop", "How many sales were there last year?", names(0)),
    Case("shop", "How many sales were there before 2024?", names(2)),
    Case("shop", "How many sales were there in June 2023?", names(1)),
    Case("shop", "How many sales were there since March 2024?", names(2)),
    Case("shop", "How many sales have not shipped?", names(2)),
    Case("shop", "Which products have Pe in their name?", names("Pen")),
    Case("shop", "Which products start with La?", names("Lamp")),
    Case("shop", "Which products are discontinued?", names("Rug")),
    Case("shop", "Which products cost more than twenty?", names("Rug", "Desk")),
    Case("runners", "Give me six runners with the lowest time", names("Bea", "Fay", "Dot", "Hal", "Abe", "Gus"), ordered=True),
    Case("runners", "Who are the two fastest runners?", names("Bea", "Fay"), ordered=True),
    Case("runners", "Who are the 5 oldest runners?", names("Hal", "Dot", "Gus", "Bea", "Fay"), ordered=True),
    Case("runners", "Names of runners sorted by age, oldest first", ALL_RUNNERS, ordered=True),
    Case("runners", "List clubs and their number of runners, largest first", [("Red", 4)], ordered=True),
    Case("runners", "Names of runners older than thirty", names("Bea", "Dot", "Gus", "Hal")),
    Case("accounts", "How many accounts are active?", names(2)),
    Case("accounts", "Which owners have a card?", names("Uma", "Wes")),
    Case("accounts", "Who has no card?", names("Vic")),
    Case("accounts", "List the owners of inactive accounts", names("Vic")),
    Case("accounts", "How many accounts are verified?", names(2)),
    Case("films", "Which films have no director?", names("Bay")),
    Case("films", "Which films have an unknown gross?", names("Bay")),
    Case("nokeys", "What is the total amount of orders from customers in Leeds?", names(500.5)),
    Case("nokeys", "List the names of customers who ordered bolts", names("Mills Ltd")),
    Case("ward", "How many visits did Marta Silva make?", names(1)),
    Case("ward", "Which places did Doe visit?", names("Ward B", "Ward A")),
    Case("club", "Total fee per town", [("Bath", 39.0), ("Hull", 30.0)]),
    Case("club", "Average fee by club title", [("Chess", 11.0), ("Choir", 8.5), ("Rowing", 30.0)]),
    Case("tools", "List products that cost more than 20", names("Saw", "Drill")),
    Case("tools", "What is the most expensive product?", names("Saw")),
    Case("league", "List the names of the home team and the away team of every game",
         [("Falcons", "Otters"), ("Otters", "Bears"), ("Bears", "Falcons"), ("Falcons", "Bears")]),
    Case("league", "How many games did the Falcons play away?", names(1)),
    Case("branches", "Are there any branches in Shanghai?", names("Bund", "Pudong")),
]  # fmt: skip
FAILING = frozenset(
    (
        "What is the total amount of orders from customers in Leeds?",
        "List the names of the home team and the away team of every game",
    )
)
"""Questions that are still answered wrongly."""
UNBOUNDED = frozenset(("List clubs and their number of runners, largest first",))
"""Questions of whose rows the first are checked: the rest come in any order."""
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


def _cases() -> Iterator[Any]:
    for case in CASES:
        marks = (pytest.mark.xfail(reason="not yet", strict=False),) if case.question in FAILING else ()
        yield pytest.param(case, id=f"{case.database}: {case.question}", marks=marks)


@pytest.mark.parametrize("case", list(_cases()))
def test_the_rows_are_those_asked_for(case: Case, ask: Callable[..., Answer]) -> None:
    given = ask(case.database, case.question)
    assert given.result is not None
    assert matches(list(given.result.rows), case), given.state.sql


def matches(rows: Rows, case: Case) -> bool:
    """Tell whether each wanted row is there, and no other; a row may show more than what was asked for."""
    if case.question in UNBOUNDED:
        rows = rows[: len(case.rows)]
    if len(rows) != len(case.rows):
        return False
    if case.ordered:
        return all(set(wanted) <= set(row) for wanted, row in zip(case.rows, rows, strict=True))
    left = list(rows)
    for wanted in case.rows:
        found = next((row for row in left if set(wanted) <= set(row)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def test_a_list_that_was_narrowed_is_sorted_as_it_is(ask: Callable[..., Answer]) -> None:
    history = tuple(Turn(utterance=utterance, sql=sql) for utterance, sql in CLUB_HISTORY)
    given = ask("club", "Sort them from most to fewest", history)
    assert given.result is not None
    assert list(given.result.rows) == [("Choir", 3), ("Chess", 2)], given.state.sql
