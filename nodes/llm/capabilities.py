"""What an endpoint can do: tried, not believed, since an endpoint may ignore what it does not know without a word."""

from __future__ import annotations

import json
from typing import Any, Protocol

from nodes.llm.endpoint import Endpoint, StructuredOutput
from nodes.llm.messages import EndpointError, json_text
from nodes.llm.request import bounded_by
from nodes.state import StateModel

WORD = "zq7"
"""What no model says by itself."""
QUESTION, ANSWER = "What is the capital of France? Answer with one word.", "paris"
"""What every model knows whose weights, quantisation and chat template are sound."""


class Capabilities(StateModel):
    """What an endpoint was seen to do."""

    knows: bool = True
    """It answered a question that every model can answer; else its weights or its chat template are at fault."""
    json_schema: bool
    structured_outputs: bool
    """vLLM's `structured_outputs`."""
    json_object: bool
    grammar: bool
    logprobs: bool
    seed: bool
    """The same seed gave the same answer at temperature 1."""

    @property
    def structured(self) -> StructuredOutput:
        """The best way to ask for JSON."""
        if self.json_schema:
            return "json_schema"
        if self.structured_outputs:
            return "structured_outputs"
        return "json_object" if self.json_object else "none"


class Raw(Protocol):
    """What the probe needs of a client."""

    @property
    def endpoint(self) -> Endpoint:
        """Who answers."""
        ...

    async def raw(self, body: dict[str, Any], *, plain: bool = False) -> dict[str, Any] | None:
        """Send a body as it stands and return the answer as JSON values; None if it is refused, an error if it is plain."""
        ...


async def probe(llm: Raw) -> Capabilities:
    """Try each capability with a request whose answer shows whether it was heeded; a try that fails is a no.

    Raises:
        EndpointError: not even a plain question is answered.
    """
    schema = {
        "type": "object",
        "properties": {"word": {"type": "string", "enum": [WORD]}},
        "required": ["word"],
        "additionalProperties": False,
    }
    described = {"name": "answer", "strict": True, "schema": schema}
    forced = {"response_format": {"type": "json_schema", "json_schema": described}}
    known = await say(llm, QUESTION, plain=True)
    asked = 'Answer with the JSON object {"a": 1}.'
    return Capabilities(
        knows=ANSWER in _text(known).lower(),
        json_schema=_object(await _tried(llm, "Say hello.", **forced)) == {"word": WORD},
        structured_outputs=_text(await _tried(llm, "Say hello.", structured_outputs={"choice": [WORD]})) == WORD,
        json_object=_object(await _tried(llm, asked, response_format={"type": "json_object"})) is not None,
        grammar=_text(await _tried(llm, "Say hello.", **_bounded(llm))) == WORD,
        logprobs=_choice(await _tried(llm, "Say hello.", logprobs=True)).get("logprobs") is not None,
        seed=await _repeats(llm),
    )


async def heeds_grammar(llm: Raw) -> bool:
    """Tell whether the endpoint decodes by a grammar: many take one without a word and write what they like."""
    return _text(await say(llm, "Say hello.", **_bounded(llm))) == WORD


def _bounded(llm: Raw) -> dict[str, Any]:
    return bounded_by(f'root ::= "{WORD}"', llm.endpoint)


async def _repeats(llm: Raw) -> bool:
    answers = [await _tried(llm, "Name ten animals at random.", seed=7, temperature=1.0) for _ in range(2)]
    return answers[0] is not None and _text(answers[0]) == _text(answers[1])


async def _tried(llm: Raw, text: str, **body: Any) -> dict[str, Any] | None:
    """Ask as `say` does; what a server fails at, it cannot do."""
    try:
        return await say(llm, text, **body)
    except EndpointError:
        return None


async def say(llm: Raw, text: str, *, plain: bool = False, **body: Any) -> dict[str, Any] | None:
    """Ask for an answer to a text; `body` goes over what the endpoint sets. None if it is refused.

    Args:
        plain: ask just as the stages do, with temperature and seed, and take a refusal for a fault.
    """
    endpoint = llm.endpoint
    extra = dict(endpoint.extra_body)
    if endpoint.thinking is not None:
        extra["chat_template_kwargs"] = {"enable_thinking": endpoint.thinking}
    usual = {"temperature": endpoint.temperature, "seed": endpoint.seed, "reasoning_effort": endpoint.reasoning_effort}
    asked: dict[str, Any] = {"model": endpoint.model, "messages": [{"role": "user", "content": text}]}
    asked |= {name: value for name, value in usual.items() if plain and value is not None}
    limit = endpoint.max_tokens if plain else min(endpoint.max_tokens, 256)
    return await llm.raw({**asked, endpoint.token_limit: limit, **extra, **body}, plain=plain)


def _choice(answer: dict[str, Any] | None) -> dict[str, Any]:
    return answer["choices"][0] if answer else {}


def _text(answer: dict[str, Any] | None) -> str:
    return (_choice(answer).get("message", {}).get("content") or "").strip()


def _object(answer: dict[str, Any] | None) -> Any:
    try:
        found = json.loads(json_text(_text(answer)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
