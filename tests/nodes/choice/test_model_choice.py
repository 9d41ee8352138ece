"""The model as its own judge, over a loopback server: a number, another query, nonsense; its log probabilities are kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from nodes.llm.client import LLM
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Message, Prompt
from nodes.node import Context
from nodes.sql_generation import Candidates
from nodes.state import Choice, GraphState, ScoredPlan
from tests.fake_endpoint import FakeEndpoint, Response, fake_endpoint, fault, queue, said
from tests.nodes.choice.test_choice import LABELS, MAKERS, plan
from tests.nodes.sql.regatta import open_regatta

PLANS = (
    ScoredPlan(plan=plan("maker", "name"), score=1.0, confidence=0.3),
    ScoredPlan(plan=plan("boat", "label"), score=0.9),
)
STATE = GraphState(turn_id="0:0", database_id="regatta", utterance="Which boats?", plans=PLANS)
JUDGE = Candidates(chooser="model", sure=1.0)


def with_logprobs(text: str, **logprobs: float) -> Response:
    """Return an answer with the alternatives to its first token."""
    answer = json.loads(said(text).body)
    top = [{"token": token.strip("_"), "logprob": logprob} for token, logprob in logprobs.items()]
    answer["choices"][0]["logprobs"] = {"content": [{"token": text, "logprob": -0.1, "top_logprobs": top}]}
    return Response(body=json.dumps(answer).encode())


def judged(tmp_path: Path, node: Candidates, *answers: Response) -> tuple[str, Choice, FakeEndpoint]:
    database = open_regatta(Path(mkdtemp(dir=tmp_path)))

    async def ask(endpoint: Endpoint) -> tuple[str, Choice]:
        llm = LLM(endpoint)
        context = Context(schema=database.schema, database=database, llm=llm)
        try:
            return await node(STATE, context), context.choices[0]
        finally:
            await llm.close()

    with fake_endpoint(queue(*answers)) as server:
        sql, choice = asyncio.run(ask(Endpoint(base_url=server.base_url, model="m", max_retries=0)))
        return sql, choice, server


def test_the_model_names_a_candidate_and_its_doubt_is_kept(tmp_path: Path) -> None:
    sql, choice, server = judged(tmp_path, JUDGE, said(MAKERS), with_logprobs("2", _1=-2.0, _2=-0.2, SELECT=-3.0))
    shown = server.requests[1]["messages"][1]["content"]
    second = next(group for group in choice.groups if group.sql == sql)
    assert server.requests[1]["logprobs"] is True and "Candidate 1 (" in shown and "Which boats?" in shown
    assert second.logprob == -0.2 and second.probability == pytest.approx(0.858, abs=0.001)
    assert choice.groups[choice.chosen] == second and "named it" in choice.reason


def test_the_doubt_of_an_answer_that_begins_with_words_is_not_that_of_its_number(tmp_path: Path) -> None:
    answer = with_logprobs("The answer is 2.", The=-1.1, _1=-3.2, _2=-4.1)
    _, choice, _ = judged(tmp_path, JUDGE, said(MAKERS), answer)
    assert "named it" in choice.reason and all(group.logprob is None for group in choice.groups)


def test_the_model_writes_another(tmp_path: Path) -> None:
    other = "SELECT count(*) FROM boat"
    sql, choice, _ = judged(tmp_path, JUDGE, said(MAKERS), said(f"None of them:\n```sql\n{other}\n```"))
    assert sql == other and choice.groups[choice.chosen].sources == ("model, asked again",)
    sql, choice, _ = judged(tmp_path, JUDGE, said(MAKERS), said(f"{LABELS} ORDER BY 1"))
    assert sql == LABELS and len(choice.groups) == 2


@pytest.mark.parametrize(
    "nonsense", ["", "7", "I cannot say.", "SELECT nothing FROM boat", "SELECT label FROM boat WHERE 0"]
)
def test_nonsense_leaves_the_choice_of_the_weights(tmp_path: Path, nonsense: str) -> None:
    plain, _, _ = judged(tmp_path, Candidates(), said(MAKERS))
    sql, choice, _ = judged(tmp_path, JUDGE, said(MAKERS), said(nonsense))
    assert sql == plain and "saw" not in choice.reason


def test_where_the_weights_are_sure_the_model_is_not_asked_to_choose(tmp_path: Path) -> None:
    _, choice, server = judged(tmp_path, JUDGE.model_copy(update={"sure": 0.0}), said(MAKERS))
    assert len(server.requests) == 1 and "saw" not in choice.reason


def test_an_endpoint_without_log_probabilities_is_asked_without(tmp_path: Path) -> None:
    refused = fault(400, "logprobs are not supported")
    sql, choice, server = judged(tmp_path, JUDGE, said(MAKERS), refused, said("1"))
    assert len(server.requests) == 3 and "logprobs" not in server.requests[2] and "named it" in choice.reason
    assert all(group.logprob is None for group in choice.groups) and sql == choice.groups[choice.chosen].sql


def test_sampled_answers_are_candidates(tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> Response:
        return said(LABELS if body["temperature"] == 0.7 else MAKERS)

    database = open_regatta(tmp_path)

    async def ask(endpoint: Endpoint) -> Context:
        llm = LLM(endpoint)
        context = Context(schema=database.schema, database=database, llm=llm)
        await Candidates(samples=2)(STATE, context)
        await llm.close()
        return context

    with fake_endpoint(answer) as server:
        context = asyncio.run(ask(Endpoint(base_url=server.base_url, model="m")))
    assert sorted(body.get("seed", 0) for body in server.requests if body["temperature"] == 0.7) == [1, 2]
    sources = {source for group in context.choices[0].groups for source in group.sources}
    assert sources == {"plan 1", "plan 2", "model", "model 2", "model 3"}


def test_prompts_without_the_new_settings_keep_the_address_of_their_recording() -> None:
    prompt = Prompt(messages=(Message(role="user", content="?"),))
    assert prompt.sha256({}) == "b56711252302cee02ec137a4da57d40c4dd6ed424b657cbbad79c7cf9b4a7f1b"
    assert prompt.sha256({}) != prompt.model_copy(update={"logprobs": True}).sha256({})
