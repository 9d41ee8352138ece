from __future__ import annotations

import asyncio
from typing import Any

from agent.llm import probe_endpoint
from nodes.llm.capabilities import WORD, Capabilities
from nodes.llm.endpoint import Endpoint
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
        answer = said("hello")
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
        json_schema=False, structured_outputs=False, json_object=False, grammar=False, logprobs=False, seed=True
    )
    assert found.structured == "none"


def test_an_endpoint_that_refuses_what_it_does_not_know() -> None:
    def refuses(body: dict[str, Any]) -> Response:
        if body.get("response_format") == {"type": "json_object"}:
            return said("{}")
        return fault(400, "unknown field")

    found = probed(refuses)
    assert found.structured == "json_object" and not found.seed and not found.logprobs
