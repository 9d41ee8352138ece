"""Which values a question names, judged by links, names and history."""

from __future__ import annotations

import pytest

from nodes.node import Context
from nodes.value_grounding import Fuzzy
from tests.nodes.library import answered, library


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


def grounded(context: Context, question: str, *history: tuple[str, str]) -> list[tuple[str, str, object]]:
    values = answered(context, question, *history).grounded_values or ()
    return [(str(value.column), value.operator, value.value) for value in values]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which books are from the genre Poetry?", [("book.genre", "=", "Poetry")]),
        ("books with more than 300 pages", [("book.pages", ">", 300)]),
        ("Which authors are older than 40?", [("author.age", ">", 40)]),
        ('What is the genre of "Harbour Rain"?', [("book.title", "=", "Harbour Rain")]),
        ("titles that contain the word Rain", [("book.title", "like", "%Rain%")]),
        ("How many loans are there?", []),
        ("What are the names of all authors?", []),
    ],
)
def test_values_of_a_question(context: Context, question: str, expected: list[tuple[str, str, object]]) -> None:
    assert grounded(context, question) == expected


def test_a_budget_and_a_threshold(context: Context) -> None:
    import asyncio

    state = answered(context, "Which books are Poetry or Mystery or Travel?")
    assert len(asyncio.run(Fuzzy(budget=1)(state, context))) == 1
    assert asyncio.run(Fuzzy(threshold=1.0)(state, context)) == ()


def test_without_an_index_nothing_is_grounded(context: Context) -> None:
    bare = Context(schema=context.schema, database=context.database)
    assert grounded(bare, "Which books are Poetry?") == []
