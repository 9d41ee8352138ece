"""Metrics and terms of one turn: planned by their names, written out in the plan, still there in the turn after."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from agent.answer import Answer, answer_once
from agent.config import Config
from nodes.knowledge.apply import with_known
from nodes.knowledge.load import known_schema, load_knowledge
from nodes.node import Context
from nodes.prompts.known import known_text
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn
from tests.nodes.library import library
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.store import JoinRole, Knowledge
from value_index.schema import ColumnRef, ForeignKey

FILE = """\
metrics:
  shelf width:
    expression: sum(book.pages * 0.01)
    synonyms: [girth]
  loans per book:
    expression: count(loan.loan_id) * 1.0 / count(DISTINCT book.book_id)
  share of pages:
    expression: sum(pages) OVER ()
terms:
  thick book:
    table: book
    where: pages > 300
  busy author:
    table: author
    where: author_id IN (SELECT author_id FROM book WHERE {thick book})
    synonyms: [workhorses]
"""


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = tmp_path_factory.mktemp("library")
    made = library(folder)
    (folder / "k.yaml").write_text(FILE)
    return replace(made, knowledge=load_knowledge([folder / "k.yaml"], made.database))


def asked(context: Context, question: str, *history: tuple[str, str]) -> Answer:
    turns = tuple(Turn(utterance=said, sql=sql) for said, sql in history)
    return asyncio.run(answer_once(Config.load(), context, question, history=turns))


def test_a_metric_compiles_into_the_plan(context: Context) -> None:
    given = asked(context, "What is the shelf width?")
    assert given.state.sql == "SELECT sum(pages * 0.01) FROM book"
    assert given.knowledge and given.knowledge[0].startswith("'shelf width' is sum(book.pages * 0.01) (")


def test_a_metric_of_groups(context: Context) -> None:
    given = asked(context, "What is the girth per genre?")
    assert given.state.sql == "SELECT genre, sum(pages * 0.01) FROM book GROUP BY genre"


def test_a_metric_of_the_turn_before_is_still_one(context: Context) -> None:
    before = ("What is the girth per genre?", "SELECT genre, sum(pages * 0.01) FROM book GROUP BY genre")
    given = asked(context, "Only for Mystery", before)
    assert given.state.sql == "SELECT genre, sum(pages * 0.01) FROM book WHERE genre = 'Mystery' GROUP BY genre"


def test_a_term_is_a_condition_and_builds_on_another(context: Context) -> None:
    inner = "author_id IN (SELECT author_id FROM book WHERE pages > 300)"
    assert asked(context, "How many busy authors are there?").state.sql == f"SELECT count(*) FROM author WHERE {inner}"
    assert asked(context, "How many workhorses?").state.sql == f"SELECT count(*) FROM author WHERE {inner}"


def test_what_no_plan_holds_is_said(context: Context) -> None:
    lines = asked(context, "What is the share of pages?").knowledge or ()
    assert any("no plan holds it" in line for line in lines)


def test_the_average_of_a_sum_gets_no_sql(context: Context) -> None:
    assert not asked(context, "What is the average shelf width per author?").state.sql


def test_a_condition_on_a_metric_comes_after_the_grouping(context: Context) -> None:
    assert context.knowledge
    metric = context.knowledge.metrics[0]
    schema = context.schema
    stands = schema.tables[1].columns[3].name
    plan = to_plan(f"SELECT genre FROM book WHERE {stands} > 3", schema)
    dumped = plan.model_dump_json().replace(f'"{stands}"', '"∑shelf width"')
    written = with_known(type(plan).model_validate_json(dumped), [metric], [], schema)
    assert written == to_plan("SELECT genre FROM book GROUP BY genre HAVING sum(book.pages * 0.01) > 3", schema)


def test_a_prompt_reads_the_metrics_and_terms_that_are_said(context: Context) -> None:
    state = GraphState(turn_id="0", database_id="library", utterance="The shelf width of busy authors?")
    text = known_text(state, context.of_turn(state))
    assert "'shelf width' means sum(book.pages * 0.01)" in text
    assert "means rows of author where author_id IN" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("metrics:\n  a: {expression: '{b} + 1'}\n  b: {expression: '{a}'}\n", "k.yaml:2: 'a' builds on itself: a -> b -> a"),
        ("metrics:\n  a: {expression: '{c}'}\n", "k.yaml:2: 'a' builds on 'c', which is not defined"),
        ("metrics:\n  a: {expression: sum(nothing)}\n", "k.yaml:2: 'a': 'nothing' is no column of the database"),
        ("metrics:\n  a: {expression: sum((}\n", "k.yaml:2: 'a': the SQL does not parse"),
        ("terms:\n  a: {table: nowhere, where: x}\n", "k.yaml:2: the database has no table 'nowhere'"),
        ("terms:\n  a: {table: book, where: nothing > 3}\n", "k.yaml:2: 'a': "),
        ("joins:\n  - {from: book.nothing, to: author.author_id}\n", "k.yaml:2: the database has no column 'book.nothing'"),
    ],
)  # fmt: skip
def test_what_the_database_does_not_bear_out_is_one_line(
    tmp_path: Path, context: Context, text: str, message: str
) -> None:
    (tmp_path / "k.yaml").write_text(text)
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge([tmp_path / "k.yaml"], context.database)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_undeclared_key_is_added(context: Context) -> None:
    source, target = ColumnRef(table="loan", column="reader_name"), ColumnRef(table="author", column="last_name")
    known = known_schema(context.schema, Knowledge(joins=(JoinRole(source=source, target=target),)))
    assert ForeignKey(source=source, target=target) in known.foreign_keys
    assert known_schema(known, Knowledge(joins=(JoinRole(source=source, target=target),))) is known
