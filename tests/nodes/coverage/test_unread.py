"""Words that choose among rows and that nothing in the database answers to."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.coverage.demand import Demand
from nodes.coverage.unread import unanswered, unread_words
from nodes.node import Context
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from tests.nodes.library import library


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Context:
    """Open the library of the other tests."""
    folder: Path = tmp_path_factory.mktemp("books")
    return library(folder)


@pytest.mark.parametrize(
    ("said", "sql", "wanted"),
    [
        ("List the vegan books", "SELECT title FROM book", ("vegan",)),
        ("Which books are edible?", "SELECT title FROM book", ("edible",)),
        ("Only the signed ones", "SELECT title FROM book", ("signed",)),
        ("How many authors are on holiday?", "SELECT count(*) FROM author", ("holiday",)),
        ("Titles including insurance of each author", "SELECT title FROM book", ("insurance",)),
        ("Books including their title", "SELECT title FROM book", ()),
        ("List the different books", "SELECT DISTINCT title FROM book", ()),
        ("List the mystery books", "SELECT title FROM book WHERE genre = 'Mystery'", ()),
        ("List the Swedish authors", "SELECT * FROM author", ()),
        ("How many authors are there?", "SELECT count(*) FROM author", ()),
    ],
)
def test_a_word_that_nothing_answers_to_is_told(books: Context, said: str, sql: str, wanted: tuple[str, ...]) -> None:
    state = GraphState(turn_id="0", database_id="library", history=(), utterance=said)
    assert unread_words(to_plan(sql, books.schema), Demand.of(state, books)) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("List the vegan books", 1),
        ("Which books did the critics praise most?", 2),
        ("List the titles of the mystery books", 0),
        ("How many authors are there?", 0),
    ],
)
def test_words_that_nothing_answers_to_are_counted_wherever_they_stand(books: Context, said: str, wanted: int) -> None:
    assert unanswered(Demand.of(GraphState(turn_id="0", database_id="library", utterance=said), books)) == wanted
