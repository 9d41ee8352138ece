from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agent.llm import probe_endpoint
from nodes.llm.capabilities import QUESTION, WORD, Capabilities
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import EndpointError
from tests.fake_endpoint import Answer, Response, fake_endpoint, fault, said


def probed(answer: Answer) -> Capabilities:
    with fake_endpoint(answer) as server:
        return asyncio.run(probe_endpoint(Endpoint(base_url=server.base_url, model="m", max_retries=0), {}))


def test_an_endpoint_that_heeds_everything() -> None:
    def heeds(body: dict[str, Any]) -> Response:
        if "structured_outputs" in body:
            return said(WORD)
        if body.get("response_format", {}).get("type") == "json_schema":
            return said(f'{{"word": "{WORD}"}}')
        if "response_format" in body:
            return said('{"a": 1}')
        answer = said("Paris.")
        if body.get("logprobs"):
            logprobs = b'"logprobs": {"content": [], "refusal": null}, "finish_reason"'
            return Response(body=answer.body.replace(b'"finish_reason"', logprobs))
        return answer

    found = probed(heeds)
    assert all(found.model_dump().values())
    assert found.structured == "json_schema"


def test_an_endpoint_that_ignores_what_it_does_not_know() -> None:
    found = probed(lambda body: said("Hello!"))
    assert found == Capabilities(
        knows=False, json_schema=False, structured_outputs=False, json_object=False, grammar=False, logprobs=False,
        seed=True,
    )  # fmt: skip
    assert found.structured == "none"


def only_json_object(status: int) -> Answer:
    def refuses(body: dict[str, Any]) -> Response:
        if body.get("response_format") == {"type": "json_object"}:
            return said("{}")
        plain = body["messages"][0]["content"] == QUESTION
        return said("Paris") if plain else fault(status, "Input should be 'text' or 'json_object'")

    return refuses


@pytest.mark.parametrize("status", [400, 422, 500, 501])
def test_an_endpoint_that_refuses_what_it_does_not_know(status: int) -> None:
    found = probed(only_json_object(status))
    assert found.knows and found.structured == "json_object" and not found.seed and not found.logprobs


def test_a_try_that_fails_is_a_no() -> None:
    found = probed(
        lambda body: said("Paris") if body["messages"][0]["content"] == QUESTION else fault(500, "out of order")
    )
    assert found.knows and found.structured == "none" and not found.grammar


def test_a_plain_question_that_is_refused_is_said() -> None:
    with pytest.raises(EndpointError, match='set temperature = "default"'):
        probed(lambda body: fault(400, "Unsupported value: 'temperature' does not support 0 with this model."))
