"""A loopback endpoint that speaks the chat completions API as far as a test tells it to, and keeps what it was asked."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from eval.bench.loopback_endpoint import Response, loopback_endpoint

Answer = Callable[[dict[str, Any]], Response]


def said(text: str | None, *, finish: str = "stop", **message: Any) -> Response:
    """Return a well-formed chat completion."""
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    usage = {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "total_tokens": 110,
        "prompt_tokens_details": {"cached_tokens": 60},
    }
    answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": usage}
    return Response(body=json.dumps(answer).encode())


def fault(status: int, message: str = "no", **headers: str) -> Response:
    """Return an error as OpenAI words it."""
    return Response(status=status, body=json.dumps({"error": {"message": message}}).encode(), headers=headers)


@dataclass
class FakeEndpoint:
    """The server's address and what it was asked."""

    base_url: str
    requests: list[dict[str, Any]]
    keys: list[str]
    headers: list[dict[str, str]] = field(default_factory=list[dict[str, str]])


def queue(*responses: Response) -> Answer:
    """Answer from a queue; a request too many is a fault of the test."""
    left = deque(responses)
    return lambda body: left.popleft() if left else fault(418, "unexpected request", **{"x-should-retry": "false"})


@contextmanager
def fake_endpoint(answer: Answer, served: Mapping[str, Any] | None = None) -> Generator[FakeEndpoint]:
    """Serve on a free loopback port until the block ends.

    Args:
        served: what it says of the one model that it serves; None for a server that lists none.
    """
    requests: list[dict[str, Any]] = []
    keys: list[str] = []
    headers: list[dict[str, str]] = []
    lock = Lock()

    def respond(body: dict[str, Any], given: Mapping[str, str]) -> Response:
        with lock:
            requests.append(body)
            keys.append(given["Authorization"])
            headers.append(dict(given.items()))
        return answer(body)

    models = json.dumps({"object": "list", "data": [{"object": "model", **served}]}).encode() if served else None
    with loopback_endpoint(respond, models) as server:
        yield FakeEndpoint(server.base_url, requests, keys, headers)
