"""The lexical stages together: questions and follow-ups over a small library."""

from __future__ import annotations

import pytest

from nodes.node import Context
from nodes.plan.constraints import Constraint
from nodes.sql.to_plan import to_plan
from tests.nodes.library import answered, library, written
from value_index.schema import ColumnRef

MYSTERIES = ("Which books are mysteries?", "SELECT title FROM book WHERE genre = 'Mystery'")
GENRE = Constraint(column=ColumnRef(table="book", column="genre"), operator="=", values=("Mystery",))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("What are the titles of all books?", "SELECT title FROM book"),
        ("How many authors are there?", "SELECT count(*) FROM author"),
        ("What is the average number of pages of all books?", "SELECT avg(pages) FROM book"),
        ("What is the title of the book with the most pages?", "SELECT title FROM book ORDER BY pages DESC LIMIT 1"),
        ("Show the title and year of the books with more than 300 pages.", "SELECT title, year FROM book WHERE pages > 300"),
        ("How many books are there for each genre?", "SELECT genre, count(*) FROM book GROUP BY genre"),
        ("What is the nationality of the author with last name Okoro?", "SELECT nationality FROM author WHERE last_name = 'Okoro'"),
    ],
)  # fmt: skip
def test_a_question_of_its_own(context: Context, question: str, sql: str) -> None:
    assert to_plan(written(context, question), context.schema) == to_plan(sql, context.schema)


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        ("How many of them are there?", "SELECT count(*) FROM book WHERE genre = 'Mystery'"),
        ("What are their years?", "SELECT year FROM book WHERE genre = 'Mystery'"),
        ("What about Poetry?", "SELECT title FROM book WHERE genre = 'Poetry'"),
    ],
)
def test_a_follow_up_keeps_what_was_said(context: Context, question: str, sql: str) -> None:
    assert to_plan(written(context, question, MYSTERIES), context.schema) == to_plan(sql, context.schema)


def test_a_new_value_of_the_same_column_replaces_the_old_one(context: Context) -> None:
    state = answered(context, "What about Poetry?", MYSTERIES).dialogue_state
    assert state is not None
    assert state.dropped == (GENRE,)
    assert [constraint.values for constraint in state.added] == [("Poetry",)]


def test_a_question_about_another_table_drops_the_constraints(context: Context) -> None:
    state = answered(context, "How many authors are there?", MYSTERIES).dialogue_state
    assert state is not None
    assert (state.kept, state.dropped) == ((), (GENRE,))


def test_kept_values_are_carried(context: Context) -> None:
    values = answered(context, "What are their years?", MYSTERIES).grounded_values
    assert values is not None
    assert [(value.value, value.provenance) for value in values] == [("Mystery", "carried")]


def test_links_are_pruned_and_ranked(context: Context) -> None:
    links = answered(context, "What are the titles of all books?").schema_links
    assert links is not None
    assert [link.table for link in links.tables] == ["book"]
    assert links.columns[0].column == ColumnRef(table="book", column="title")
    assert len(links.columns) < len(context.schema.columns)


def test_several_plans_differ_and_the_best_comes_first(context: Context) -> None:
    plans = answered(context, "What are the titles of all books?").plans
    assert plans is not None
    assert 1 < len(plans) <= 5
    assert len({scored.plan for scored in plans}) == len(plans)
    assert [scored.score for scored in plans] == sorted((scored.score for scored in plans), reverse=True)


def test_joins_are_written_out(context: Context) -> None:
    plans = answered(context, "Show the titles of the books by authors with last name Lindqvist.").plans
    assert plans is not None
    plan = plans[0].plan
    assert len(plan.tables) == 2
    assert plan.joins is not None


@pytest.mark.parametrize(
    "question",
    ["", "???", "thanks!", "I have left the chat", "a" * 5000, "é ñ 東京 🙂", "more than", "| |", "12", "the most"],
)
def test_any_text_gives_a_plan(context: Context, question: str) -> None:
    for history in ((), (MYSTERIES,), (("?", "not SQL"),), (("?", ""),), (("?", "SELECT 1"),)):
        assert answered(context, question, *history).plans


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM (SELECT author_id FROM book GROUP BY author_id HAVING count(*) > 1)",
        "SELECT title FROM book EXCEPT SELECT title FROM book WHERE genre = 'Poetry'",
        "SELECT T1.title FROM book AS T1 JOIN book AS T2 ON T1.author_id = T2.author_id WHERE T2.genre = 'Poetry'",
        "SELECT title FROM book WHERE pages > (SELECT avg(pages) FROM book) ORDER BY year LIMIT 2",
    ],
)
@pytest.mark.parametrize(
    "question",
    ["What are their titles?", "How many are there?", "Also show the last names of the authors.", "And in 1999?"],
)
def test_every_plan_of_a_follow_up_compiles(context: Context, sql: str, question: str) -> None:
    for scored in answered(context, question, ("before", sql)).plans or ():
        from nodes.sql.from_plan import from_plan

        assert context.database.check(from_plan(scored.plan, context.schema)).ok
