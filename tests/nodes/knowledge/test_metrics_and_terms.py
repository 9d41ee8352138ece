"""Metrics and terms of one turn: planned by their names, written out in the plan, still there in the turn after."""

from __future__ import annotations

import asyncio
import sqlite3
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
from value_index.index import ValueIndex
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.store import JoinRole, Knowledge, VerifiedQuestion
from value_index.opened import opened
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


def test_the_first_rows_by_a_metric_are_cut(context: Context) -> None:
    sql = asked(context, "Top 2 genres by shelf width").state.sql or ""
    assert sql.endswith("GROUP BY genre ORDER BY sum(pages * 0.01) DESC LIMIT 2")


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


LEAGUE = """
CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE game (id INTEGER PRIMARY KEY, t1 INTEGER, t2 INTEGER);
INSERT INTO team VALUES (1, 'Falcons'), (2, 'Otters'), (3, 'Bears');
INSERT INTO game VALUES (1, 1, 2), (2, 2, 3), (3, 3, 1);
"""
ROLES = """\
joins:
  - {from: game.t1, to: team.id, names: [home team, hosts]}
  - {from: game.t2, to: team.id, names: [away team]}
"""


@pytest.fixture(scope="module")
def league(tmp_path_factory: pytest.TempPathFactory) -> Context:
    folder = tmp_path_factory.mktemp("league")
    with sqlite3.connect(folder / "league.sqlite") as connection:
        connection.executescript(LEAGUE)
    connection.close()
    (folder / "roles.yaml").write_text(ROLES)
    database = opened([str(folder / "league.sqlite")])
    known = load_knowledge([folder / "roles.yaml"], database)
    return Context(known_schema(database.schema, known), database, ValueIndex.build(database), known)


def test_a_role_names_the_key_to_join_by(league: Context) -> None:
    joined = "FROM game AS T1 JOIN team AS T2 ON T1."
    assert f"{joined}t2 = T2.id" in (asked(league, "How many games did each away team play?").state.sql or "")
    assert f"{joined}t1 = T2.id" in (asked(league, "Show the name of the hosts of each game").state.sql or "")
    given = asked(league, "List the names of the home team and the away team of every game")
    assert f"{joined}t1 = T2.id JOIN team AS T3 ON T1.t2 = T3.id" in (given.state.sql or "")
    assert any(line.startswith("'home team' is what game.t1 leads to (") for line in given.knowledge or ())


def test_verified_sql_that_no_plan_holds_runs_as_it_is(context: Context) -> None:
    sql = "SELECT title, rank() OVER (ORDER BY pages DESC) FROM book"
    known = Knowledge(questions=(VerifiedQuestion(question="Rank our books by heft", sql=sql),))
    given = asked(replace(context, knowledge=known), "Please rank the books by heft")
    assert given.state.sql == sql
    assert given.result
    assert len(given.result.rows) == 4


def test_comments_of_the_database_are_descriptions(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect(str(tmp_path / "a.duckdb")) as connection:
        connection.execute("CREATE TABLE pet (id INTEGER, kg DOUBLE)")
        connection.execute("COMMENT ON TABLE pet IS 'One animal'; COMMENT ON COLUMN pet.kg IS 'Weight in  kilograms'")
    database = opened([f"duckdb:///{tmp_path / 'a.duckdb'}"])
    known = load_knowledge([], database)
    assert known
    assert [(part.written, part.description) for part in known.parts] == [
        ("pet", "One animal"),
        ("pet.kg", "Weight in kilograms"),
    ]
    assert known.parts[0].source == "comment of the database"
