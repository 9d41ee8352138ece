from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from agent.config import Config
from agent.graph import build_graph, run_turn
from agent.steps import StageError, walk
from nodes.node import Context, Node
from nodes.state import STAGES, Attempt, DialogueState, GraphState, NoQuestionKind, Stage, Turn, Violation
from tests.agent.conftest import Fed

ERROR = Violation(kind="unknown_column", severity="error", message="no such column")
WARNING = Violation(kind="fan_out", severity="warning", message="rows may count twice")


WAYS = ["graph", "walk"]
"""By LangGraph, and by the plain loop that `ask` takes: both do all that is tested here."""
_way = {"now": "graph"}


@pytest.fixture(autouse=True, params=WAYS)
def way(request: pytest.FixtureRequest) -> None:
    _way["now"] = request.param


def run(
    nodes: dict[Stage, Node],
    context: Context,
    max_attempts: int = 3,
    refuse: tuple[NoQuestionKind, ...] = (),
    **turn: Any,
) -> GraphState:
    asked = {"turn_id": "0", "history": (), "utterance": "how many?", **turn}
    if _way["now"] == "walk":
        return asyncio.run(walk(nodes, context, max_attempts=max_attempts, refuse=refuse, **asked))
    return asyncio.run(run_turn(build_graph(nodes, max_attempts=max_attempts, refuse=refuse), context, **asked))


def test_what_is_no_question_reaches_no_stage(context: Context) -> None:
    nodes: dict[Stage, Node] = {stage: Fed() for stage in STAGES}
    state = run(nodes, context, refuse=("change_order",), utterance="Delete all items")
    assert state.no_question is not None and state.no_question.kind == "change_order"
    assert not state.trace and state.sql is None


def test_a_question_and_a_kind_that_is_not_refused_go_through(skip: Config, context: Context) -> None:
    for utterance, refuse in (("how many?", ("change_order", "small_talk")), ("Delete all items", ("small_talk",))):
        state = run(skip.nodes(), context, refuse=refuse, utterance=utterance)
        assert state.no_question is None and tuple(step.stage for step in state.trace) == STAGES


def test_six_stages_run_in_order(skip: Config, context: Context) -> None:
    state = run(skip.nodes(), context)
    assert tuple(step.stage for step in state.trace) == STAGES
    assert {step.variant for step in state.trace} == {"skip"}
    assert state.dialogue_state == DialogueState(question="how many?")
    assert state.attempts == (Attempt(sql=""),)


def test_a_node_sees_the_history_and_every_earlier_output(skip: Config, context: Context) -> None:
    last = Fed(Attempt(sql="SELECT 1"))
    history = (Turn(utterance="before", sql="SELECT 0"),)
    run({**skip.nodes(), "sql_generation": Fed("SELECT 1"), "schema_validation": last}, context, history=history)
    (seen,) = last.seen
    assert seen.history == history and seen.sql == "SELECT 1" and seen.plans and seen.schema_links


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("bad", [None, {"question": "q", "colour": 1}, 7, ["SELECT 1"]], ids=repr)
def test_a_bad_output_names_its_node(stage: Stage, bad: Any, skip: Config, context: Context) -> None:
    with pytest.raises(StageError) as raised:
        run({**skip.nodes(), stage: Fed(bad)}, context)
    assert raised.value.stage == stage
    assert f"'fed' node of {stage}" in str(raised.value) and "\n" not in str(raised.value)


def test_an_error_of_a_node_is_not_hidden(skip: Config, context: Context) -> None:
    async def broken(state: GraphState, context: Context) -> str:
        raise ZeroDivisionError("in the node")

    with pytest.raises(ZeroDivisionError, match="in the node"):
        run({**skip.nodes(), "sql_generation": broken}, context)


def test_errors_go_back_and_the_generator_sees_them(skip: Config, context: Context) -> None:
    generator = Fed("SELECT a", "SELECT b")
    validator = Fed(Attempt(sql="SELECT a", violations=(ERROR,)), Attempt(sql="SELECT b"))
    state = run({**skip.nodes(), "sql_generation": generator, "schema_validation": validator}, context)
    assert state.sql == "SELECT b"
    assert [attempt.sql for attempt in state.attempts] == ["SELECT a", "SELECT b"]
    assert generator.seen[1].attempts[0].violations == (ERROR,)
    assert [step.stage for step in state.trace[-2:]] == ["sql_generation", "schema_validation"]


def test_attempts_are_bounded(skip: Config, context: Context) -> None:
    texts = [f"SELECT {n}" for n in range(20)]
    generator = Fed(*texts)
    validator = Fed(*(Attempt(sql=sql, violations=(ERROR,)) for sql in texts))
    state = run({**skip.nodes(), "sql_generation": generator, "schema_validation": validator}, context, max_attempts=20)
    assert len(state.attempts) == 20
    assert len(run_failing(skip, context, max_attempts=1).attempts) == 1


def run_failing(skip: Config, context: Context, max_attempts: int) -> GraphState:
    generator = Fed("SELECT a")
    validator = Fed(Attempt(sql="SELECT a", violations=(ERROR,)))
    nodes: dict[Stage, Node] = {**skip.nodes(), "sql_generation": generator, "schema_validation": validator}
    return run(nodes, context, max_attempts=max_attempts)


def test_a_generator_that_repeats_itself_is_not_asked_again(skip: Config, context: Context) -> None:
    generator = Fed("SELECT a", "SELECT a")
    validator = Fed(*[Attempt(sql="SELECT a", violations=(ERROR,))] * 2)
    state = run({**skip.nodes(), "sql_generation": generator, "schema_validation": validator}, context, max_attempts=9)
    assert len(state.attempts) == 2


def test_a_warning_does_not_go_back(skip: Config, context: Context) -> None:
    validator = Fed(Attempt(sql="SELECT a", violations=(WARNING,)))
    state = run({**skip.nodes(), "sql_generation": Fed("SELECT a"), "schema_validation": validator}, context)
    assert len(state.attempts) == 1


def test_the_recursion_limit_is_set(skip: Config) -> None:
    config = build_graph(skip.nodes(), max_attempts=3).config
    assert config is not None and config["recursion_limit"] < 20  # type: ignore[typeddict-item]


def test_the_state_has_nowhere_to_put_gold() -> None:
    assert set(GraphState.model_fields) == {
        "turn_id", "database_id", "history", "utterance", "no_question", "dialogue_state", "schema_links", "grounded_values", "plans",
        "plan_given", "sql", "attempts", "asked", "trace",
    }  # fmt: skip
    with pytest.raises(ValidationError):
        GraphState.model_validate({"turn_id": "0", "database_id": "d", "utterance": "u", "gold": "SELECT 1"})


class Asking(Fed):
    """A generator that asks a model, and says what it was told of the turn's attempts."""

    costly = True

    def __init__(self, *outputs: Any) -> None:
        super().__init__(*outputs)
        self.spent: list[bool] = []

    async def __call__(self, state: GraphState, context: Context) -> Any:
        self.spent.append(context.spent)
        return await super().__call__(state, context)


@pytest.mark.parametrize(
    ("texts", "spent", "attempts"),
    [
        (["a", "b", "c", "plan"], [False, False, False, True], 3),
        (["", "", "plan"], [False, False, True], 3),
        (["a", "plan"], [False, True], 1),
        (["a", "a", "plan"], [False, False, True], 20),
    ],
)
def test_a_generator_that_asks_a_model_has_one_more_try_to_give_the_plan(
    texts: list[str], spent: list[bool], attempts: int, skip: Config, context: Context
) -> None:
    generator = Asking(*texts)
    judged = [Attempt(sql=text, violations=() if text == "plan" else (ERROR,)) for text in texts]
    nodes = {**skip.nodes(), "sql_generation": generator, "schema_validation": Fed(*judged)}
    assert run(nodes, context, max_attempts=attempts).sql == "plan" and generator.spent == spent


def test_a_plan_that_fails_too_ends_the_turn(skip: Config, context: Context) -> None:
    generator = Asking(*["a"] * 9)
    validator = Fed(*[Attempt(sql="a", violations=(ERROR,))] * 9)
    nodes = {**skip.nodes(), "sql_generation": generator, "schema_validation": validator}
    assert len(run(nodes, context, max_attempts=3).attempts) == 4


def test_no_sql_is_not_asked_for_again_where_no_model_is(skip: Config, context: Context) -> None:
    nodes = {**skip.nodes(), "sql_generation": Fed(""), "schema_validation": Fed(Attempt(sql="", violations=(ERROR,)))}
    assert len(run(nodes, context).attempts) == 1
