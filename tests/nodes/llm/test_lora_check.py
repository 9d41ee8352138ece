"""The LoRA-effect probe: an adapter that moves words or probabilities is seen, one that does nothing stops."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from agent.config import ConfigError
from agent.llm import check_adapter
from nodes.llm.endpoint import Endpoint
from nodes.llm.lora_check import AdapterEffect
from tests.fake_endpoint import Answer, Response, fake_endpoint, fault, said


def effect(answer: Answer) -> AdapterEffect:
    with fake_endpoint(answer) as server:
        endpoint = Endpoint(base_url=server.base_url, model="tuned", adapter_of="plain", max_retries=0)
        return asyncio.run(check_adapter(endpoint, {}))


def scored(text: str, logprob: float) -> Response:
    """Return an answer of one token with its log probability."""
    answer = json.loads(said(text).body)
    token = {"token": text, "logprob": logprob, "bytes": None, "top_logprobs": []}
    answer["choices"][0]["logprobs"] = {"content": [token], "refusal": None}
    return Response(body=json.dumps(answer).encode())


def test_other_words_are_an_effect() -> None:
    found = effect(lambda body: said(body["model"]) if not body.get("logprobs") else fault(400, "no logprobs"))
    assert found.other_words == found.prompts and found.difference is None


def test_other_probabilities_of_the_same_words_are_an_effect() -> None:
    found = effect(lambda body: scored("same", -0.5 if body["model"] == "tuned" else -0.6))
    assert found.other_words == 0 and found.difference == pytest.approx(0.1)


def test_an_adapter_that_does_nothing_stops() -> None:
    with pytest.raises(ConfigError, match="'tuned' answers exactly as its base 'plain'"):
        effect(lambda body: scored("same", -0.5))


def test_an_adapter_that_moves_less_than_the_base_from_itself_stops() -> None:
    calls: list[Any] = []

    def wavering(body: dict[str, Any]) -> Response:
        calls.append(body)
        return scored("same", -0.5 - 0.01 * (len(calls) % 3))

    with pytest.raises(ConfigError):
        effect(wavering)
