"""The body of a chat completion: a prompt as an endpoint wants it."""

from __future__ import annotations

from typing import Any

from nodes.llm.endpoint import Endpoint, StructuredOutput
from nodes.llm.messages import Message, Prompt
from nodes.llm.output_schema import require_all

MOST_ALTERNATIVES = 10
"""Tokens whose log probabilities are asked for."""


def request(endpoint: Endpoint, prompt: Prompt, way: StructuredOutput) -> dict[str, Any]:
    """Return the body of a chat completion."""
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [message.model_dump() for message in _messages(prompt, way)],
        endpoint.token_limit: endpoint.max_tokens,
        "temperature": endpoint.temperature,
        "seed": endpoint.seed,
        "reasoning_effort": endpoint.reasoning_effort,
    }
    if prompt.sampling:
        body |= {"temperature": prompt.sampling.temperature, "seed": prompt.sampling.seed}
    if prompt.logprobs:
        body |= {"logprobs": True, "top_logprobs": MOST_ALTERNATIVES}
    extra = dict(endpoint.extra_body)
    if endpoint.thinking is not None:
        extra["chat_template_kwargs"] = {**extra.get("chat_template_kwargs", {}), "enable_thinking": endpoint.thinking}
    if prompt.grammar:
        extra |= bounded_by(prompt.grammar, endpoint)
    elif prompt.output:
        output = require_all(prompt.output) if endpoint.all_fields else prompt.output
        if way == "json_schema":
            described = {"name": prompt.name, "strict": endpoint.all_fields, "schema": output}
            body["response_format"] = {"type": "json_schema", "json_schema": described}
        elif way == "structured_outputs":
            extra["structured_outputs"] = {"json": output}
        elif way == "json_object":
            body["response_format"] = {"type": "json_object"}
    return {**{name: value for name, value in body.items() if value is not None}, **extra}


def bounded_by(grammar: str, endpoint: Endpoint) -> dict[str, Any]:
    """Return what a body says of a grammar."""
    field = endpoint.grammar
    return {field: {"grammar": grammar} if field == "structured_outputs" else grammar}


def _messages(prompt: Prompt, way: StructuredOutput) -> tuple[Message, ...]:
    """Return the messages; where nothing enforces the JSON, a model must at least be told."""
    if prompt.output is None or way in ("json_schema", "structured_outputs"):
        return prompt.messages
    first, *others = prompt.messages
    told = first.model_copy(update={"content": f"{first.content}\n\nAnswer with one JSON object and nothing else."})
    return (told, *others)
