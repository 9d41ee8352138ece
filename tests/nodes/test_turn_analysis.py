"""What is computed of a turn: once, whichever stage asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from agent.config import Config
from agent.graph import build_graph, run_turn
from eval.gold.outputs import Gold, gold_dialogue_state, gold_links
from eval.runs.isolated_stages import stages_alone
from nodes import turn_analysis
from nodes.compact.network import Network
from nodes.node import Context
from nodes.state import GraphState, Turn
from nodes.turn_analysis import TurnAnalysis
from tests.nodes.library import library
from value_index.grounding.candidate_search import CandidateSearch
from value_index.schema import Column, Schema, Table

HISTORY = (
    Turn(utterance="Which books are mysteries?", sql="SELECT title FROM book WHERE genre = 'Mystery'"),
    Turn(utterance="And poetry?", sql="SELECT title FROM book WHERE genre = 'Poetry'"),
)
ASKED = "Which of them are by Swedish authors?"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts what is parsed, matched with names, searched for and encoded."""
    found = Counter[str]()

    def count(owner: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        def counted(*args: Any, **options: Any) -> Any:
            found[name] += 1
            return real(*args, **options)

        monkeypatch.setattr(owner, name, counted)

    count(turn_analysis, "to_plan")
    count(turn_analysis, "find_mentions")
    count(CandidateSearch, "of_text")
    count(Network, "read")
    return found


def test_a_turn_is_analysed_once_by_all_its_stages(context: Context, calls: Counter[str]) -> None:
    graph = build_graph(Config.load().nodes())
    state = asyncio.run(run_turn(graph, context, turn_id="0/2", history=HISTORY, utterance=ASKED))
    assert state.sql
    assert calls == {"to_plan": len(HISTORY), "find_mentions": 1, "of_text": 1, "read": 1}


def test_stages_alone_share_the_analysis_of_the_graph(context: Context, calls: Counter[str]) -> None:
    nodes = Config.load().nodes()
    state = GraphState(turn_id="0/2", database_id="library", history=HISTORY, utterance=ASKED)
    plan = TurnAnalysis(context.schema, None, ASKED, HISTORY).previous
    assert plan
    gold = Gold(HISTORY[-1].sql, plan, gold_dialogue_state(ASKED, plan, None), gold_links(plan), ())
    calls.clear()
    shared = context.of_turn(state)
    asyncio.run(run_turn(build_graph(nodes), shared, turn_id="0/2", history=HISTORY, utterance=ASKED))
    asyncio.run(stages_alone((0, 2), state, gold, nodes, shared))
    # The network reads a turn once for the values of the stage before, and once for those of gold.
    assert calls == {"to_plan": len(HISTORY), "find_mentions": 1, "of_text": 1, "read": 2}


def test_another_turn_or_schema_has_an_analysis_of_its_own(context: Context) -> None:
    state = GraphState(turn_id="0/2", database_id="library", history=HISTORY, utterance=ASKED)
    shared = context.of_turn(state)
    assert shared.analysis_of(state) is shared.turn and shared.of_turn(state).turn is shared.turn
    for other in ({"utterance": "And poetry?"}, {"history": HISTORY[:1]}):
        assert shared.analysis_of(state.model_copy(update=other)) is not shared.turn
    assert context.analysis_of(state) is not context.analysis_of(state)


def test_earlier_sql_that_is_no_plan_is_passed_over(context: Context) -> None:
    broken = (*HISTORY[:1], Turn(utterance="?", sql="SELECT FROM"), Turn(utterance="?", sql=""))
    analysis = TurnAnalysis(context.schema, None, ASKED, broken)
    assert analysis.earlier_plans[0] and analysis.earlier_plans[1:] == (None, None) and analysis.previous is None


def test_a_count_of_a_query_is_followed_up_as_the_query(context: Context) -> None:
    counted = Turn(utterance="How many?", sql="SELECT count(*) FROM (SELECT title FROM book WHERE genre = 'Poetry')")
    analysis = TurnAnalysis(context.schema, None, ASKED, (counted,))
    inner = TurnAnalysis(context.schema, None, ASKED, HISTORY[1:]).previous
    assert analysis.previous == inner and analysis.earlier_plans[0] != inner


VIEWED = Schema(
    database_id="shop",
    tables=(
        Table(name="product", natural_name="product", columns=(Column(name="name", natural_name="name"),)),
        Table(name="price_list", natural_name="price list", is_view=True, columns=(Column(name="item", natural_name="item"),)),
    ),
)  # fmt: skip


def _tables(asked: str, *sql: str, schema: Schema = VIEWED) -> list[str]:
    history = tuple(Turn(utterance="?", sql=each) for each in sql)
    return [table.name for table in TurnAnalysis(schema, None, asked, history).schema.tables]


def test_a_view_is_read_where_it_is_named():
    assert _tables("List the price of each product.") == ["product"]
    assert _tables("Show the price list.") == ["product", "price_list"]


def test_a_view_stays_while_the_conversation_is_about_it():
    assert _tables("Only the first.", "SELECT item FROM price_list") == ["product", "price_list"]


def test_of_views_alone_all_are_read():
    only = Schema(database_id="shop", tables=VIEWED.tables[1:])
    assert _tables("How many?", schema=only) == ["price_list"]


def test_turns_without_views_share_one_schema():
    one, two = (TurnAnalysis(VIEWED, None, asked, ()) for asked in ("How many?", "Which?"))
    assert one.schema is two.schema
    assert "price_list" not in {column.table for column in one.schema.columns}


@pytest.mark.parametrize(
    ("said", "asked", "kept"),
    [
        (("How many books?", "Only poems"), "And their titles?", 2),
        (("How many books?", "Only poems"), "Now a new question. List the names of all authors.", 0),
        (("How many books?", "New topic: which authors are there in all?"), "And their ages?", 1),
        (("How many books?",), "Which readers asked a new question about the books of May?", 1),
    ],
)
def test_a_new_question_goes_on_from_nothing(said: tuple[str, ...], asked: str, kept: int) -> None:
    history = tuple(Turn(utterance=text, sql="SELECT 1") for text in said)
    turn = TurnAnalysis(Schema(database_id="library", tables=()), None, asked, history)
    assert len(turn.past) == kept == len(turn.earlier_plans)
