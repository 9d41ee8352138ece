"""The choice between planner and model: equal rows are one candidate, and the reason is said."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.config import Config
from eval.runs.prompt_hash import prompts_sha256
from nodes.choice.choose import choose
from nodes.choice.features import FEATURES, GroupFacts
from nodes.choice.gather import agreement, gather, offers_of
from nodes.compact.ranking.plan_review import PlanReview
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply
from nodes.node import Context, Node
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.prompts.parts import PromptParts
from nodes.sql_generation import Candidates
from nodes.state import GraphState, ScoredPlan, Stage
from tests.nodes.sql.regatta import open_regatta
from value_index.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_regatta(tmp_path)


@dataclass
class Told:
    """A completer with one answer."""

    texts: deque[str]
    endpoint: Endpoint = field(default_factory=lambda: Endpoint(base_url="http://none/v1", model="m"))

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        return Reply(text=self.texts.popleft())


MAKERS, LABELS = "SELECT name FROM maker", "SELECT label FROM boat"


def test_equal_rows_are_one_candidate(database: Database) -> None:
    offers = offers_of([(MAKERS, 1.0), (LABELS, 0.0), ("", -1.0)], "SELECT T.name FROM maker AS T ORDER BY 1")
    (first, facts), (second, _) = gather(offers, database, confidence=0.7, deadline=1.0)
    assert first.sources == ("plan 1", "model") and second.sources == ("plan 2",)
    assert facts.first and facts.model and facts.plans == 1 and 0.5 < facts.share < 1


def test_what_does_not_run_is_a_candidate_of_its_own(database: Database) -> None:
    ((group, facts),) = gather(offers_of([], "SELECT nothing FROM boat"), database, confidence=None, deadline=1.0)
    assert group.rows is None and facts.fails


def test_the_features_are_those_of_the_list() -> None:
    names = GroupFacts(0.5, 2, True, True, 0.5, False, False, 1).features().keys()
    assert set(names) == {feature.name for feature in FEATURES}


def test_the_best_group_is_chosen_and_the_probabilities_add_up(database: Database) -> None:
    groups = gather(offers_of([(MAKERS, 1.0), (LABELS, 0.9)], LABELS), database, confidence=0.5, deadline=1.0)
    choice = choose(groups, {"model_and_plans": 2.0})
    assert choice.groups[choice.chosen].sql == LABELS
    assert choice.reason == "the model and another plan return the same rows"
    assert sum(group.probability for group in choice.groups) == pytest.approx(1.0)


def test_the_planners_score_of_each_offer_is_set_against_its_first_plan(database: Database) -> None:
    wide = "SELECT name, maker_id FROM maker"
    scores = {MAKERS: 2.0, LABELS: 0.5, wide: 1.0}
    offers = offers_of([(MAKERS, 1.0), (LABELS, 0.9)], wide)
    groups = gather(offers, database, confidence=0.5, deadline=1.0, score=scores.get)
    assert [facts.lead for _, facts in groups] == [0.0, -1.5, -1.0]
    assert [facts.wider for _, facts in groups] == [0, 0, 1]
    model = groups[-1][1].features()
    assert model["lead"] == pytest.approx(-1 / 3) and model["model_alone_wider"] == 1.0


def test_what_is_no_plan_has_no_lead(database: Database) -> None:
    recursive = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) SELECT x FROM n"
    groups = gather(
        offers_of([(MAKERS, 1.0)], recursive), database, confidence=0.5, deadline=1.0, score={MAKERS: 1.0}.get
    )
    assert groups[1][1].lead is None and groups[1][1].features()["model_alone_unread"] == 1.0


def test_a_count_of_what_is_not_there_is_told_from_other_counts(database: Database) -> None:
    lost, some = "SELECT count(*) FROM boat WHERE label = 'no such boat'", "SELECT count(*) FROM boat"
    groups = gather(offers_of([(some, 1.0)], lost), database, confidence=0.5, deadline=1.0)
    assert [(facts.zero, facts.features()["zero"]) for _, facts in groups] == [(False, 0.0), (True, 1.0)]


@pytest.mark.parametrize(("lead", "behind"), [(None, 0.0), (-2.0, 0.0), (-4.5, 1.5), (-40.0, 3.0)])
def test_a_models_plan_far_behind_the_first_is_doubted_more(lead: float | None, behind: float) -> None:
    alone, with_a_plan = (
        GroupFacts(0.0, plans, False, True, 0.5, False, False, 0, lead=lead).features()["model_alone_behind"]
        for plans in (0, 1)
    )
    assert (alone, with_a_plan) == (behind, 0.0)


def test_a_model_that_forgets_what_was_asked_is_thought_less_of(database: Database) -> None:
    state = GraphState(turn_id="0:0", database_id="regatta", utterance="How many boats are there?")
    review = PlanReview.of(state, Context(schema=database.schema, database=database))
    counted, listed = review.score("SELECT count(*) FROM boat"), review.score("SELECT label FROM boat")
    assert counted is not None and listed is not None and counted > listed
    assert review.score("SELECT nothing FROM boat") is None


def plan(table: str, column: str) -> Plan:
    return Plan(select=(ColumnTerm(table=table, column=column),), tables=(TableSource(table=table),))


def answered(database: Database, node: Candidates, confidence: float, *texts: str) -> tuple[str, Context]:
    plans = (
        ScoredPlan(plan=plan("maker", "name"), score=1.0, confidence=confidence),
        ScoredPlan(plan=plan("boat", "label"), score=0.9),
    )
    state = GraphState(turn_id="0:0", database_id="regatta", utterance="?", plans=plans)
    context = Context(schema=database.schema, database=database, llm=Told(deque(texts)))
    return asyncio.run(node(state, context)), context


def test_a_sure_planner_asks_no_model(database: Database) -> None:
    sql, context = answered(database, Candidates(below=0.6), 0.9)
    assert sql == MAKERS and not context.choices


def test_plans_that_agree_ask_no_model(database: Database) -> None:
    same = [(MAKERS, 1.0), ("SELECT T1.name FROM maker AS T1", 1.0), (LABELS, -9.0)]
    assert agreement(same, database, deadline=1.0) > 0.99
    assert agreement([(MAKERS, 1.0), (LABELS, 1.0)], database, deadline=1.0) == pytest.approx(0.5)
    assert (
        agreement([("SELECT nothing FROM boat", 1.0)], database, deadline=1.0)
        == agreement([], database, deadline=1.0)
        == 0.0
    )
    none = "SELECT name FROM maker WHERE name = 'no such maker'"
    assert agreement([(none, 1.0), (f"{none} ORDER BY 1", 1.0)], database, deadline=1.0) == 0.0
    sql, context = answered(database, Candidates(agreed=0.5), 0.3)
    assert sql == MAKERS and not context.choices
    sql, context = answered(database, Candidates(agreed=0.9), 0.3, LABELS)
    assert context.choices


def test_a_model_that_answers_nonsense_costs_nothing(database: Database) -> None:
    for text in ("", "I cannot say.", "SELECT nothing FROM boat"):
        sql, _ = answered(database, Candidates(), 0.6, text)
        assert sql in (MAKERS, LABELS)


def test_the_choice_is_noted_for_the_trace(database: Database) -> None:
    sql, context = answered(database, Candidates(), 0.3, f"```sql\n{LABELS};\n```")
    (choice,) = context.choices
    assert choice.groups[choice.chosen].sql == sql
    assert {source for group in choice.groups for source in group.sources} == {"plan 1", "plan 2", "model"}


@pytest.mark.parametrize("node", [Candidates(), Candidates(below=0.85), Candidates(agreed=0.8)])
def test_a_run_with_candidates_has_a_hash_of_its_prompts(database: Database, node: Candidates) -> None:
    nodes: dict[Stage, Node] = {**Config.load().nodes(), "sql_generation": node}
    endpoint = Endpoint(base_url="http://none/v1", model="m")
    hashed = asyncio.run(prompts_sha256(nodes, endpoint, database))
    task = Candidates(prompt=PromptParts(task_last=True))
    nodes["sql_generation"] = task
    assert hashed and hashed != asyncio.run(prompts_sha256(nodes, endpoint, database))
