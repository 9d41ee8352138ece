"""Recorded answers behind a loopback server that gives a seeded share of the calls a fault, as networks and servers do."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Literal, get_args

from eval.bench.loopback_endpoint import DROPPED, LoopbackEndpoint, Response, loopback_endpoint
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt, Reply
from nodes.llm.request import request

ServerFault = Literal["drop", "delay", "stall", "cut", "torn", "429", "500", "html", "no completion"]
FAULTS: tuple[ServerFault, ...] = get_args(ServerFault)
LATE = 0.5
"""Seconds of a delay."""
RETRY_AFTER = 1
"""Seconds that a 429 asks to wait."""
_ENDS = {"truncated": "length", "refused": "content_filter"}


@dataclass
class Faulty:
    """What a server answers, and how it went so far."""

    answers: dict[str, bytes]
    """A chat completion by the hash of the body that asks for it."""
    share: float
    """The share of the calls that get a fault."""
    seed: int = 0
    stall: float = 10.0
    """Seconds without a word, beyond the client's patience."""
    dies_after: int | None = None
    """Calls after which it is gone, as after a kill."""
    died_at: float | None = None
    """The time of death by `perf_counter`."""
    calls: int = 0
    unknown: int = 0
    """Calls for which there is no answer."""
    faults: Counter[ServerFault] = field(default_factory=Counter[ServerFault])
    _tries: Counter[str] = field(default_factory=Counter[str])
    _lock: Lock = field(default_factory=Lock)

    def take(self, body: dict[str, Any]) -> tuple[bytes | None, ServerFault | None]:
        """Return the answer to a call, and its fault: drawn by what is asked and how often, whatever the order of calls."""
        key = _key(body)
        with self._lock:
            self.calls += 1
            self._tries[key] += 1
            drawn = random.Random(f"{self.seed}/{key}/{self._tries[key]}")
            fault = drawn.choice(FAULTS) if drawn.random() < self.share else None
            self.faults.update([fault] if fault else [])
            self.unknown += key not in self.answers
        return self.answers.get(key), fault

    @property
    def gone(self) -> bool:
        """Whether the server has died."""
        return self.dies_after is not None and self.calls >= self.dies_after


def completions(recorded: Iterable[tuple[Prompt, Reply]], endpoint: Endpoint) -> dict[str, bytes]:
    """Return recorded answers as an endpoint sends them, by the hash of the body that asks for them."""
    return {_key(request(endpoint, prompt, endpoint.structured)): _completion(reply) for prompt, reply in recorded}


@contextmanager
def served(faulty: Faulty) -> Generator[str]:
    """Serve in threads of its own; yield the base URL."""
    server: list[LoopbackEndpoint] = []

    def respond(body: dict[str, Any], headers: Mapping[str, str]) -> Response:
        if faulty.gone:
            faulty.died_at = faulty.died_at or time.perf_counter()
            Thread(target=server[0].close, daemon=True).start()
            return DROPPED
        return _response(*faulty.take(body), faulty.stall)

    with loopback_endpoint(respond) as opened:
        server.append(opened)
        yield opened.base_url


def _response(whole: bytes | None, fault: ServerFault | None, stall: float) -> Response:
    """Return an answer, or what its fault makes of it."""
    match fault:
        case "drop":
            return DROPPED
        case "429":
            slow = b'{"error": {"message": "slow down"}}'
            return Response(status=429, body=slow, headers={"Retry-After": str(RETRY_AFTER)})
        case "html":
            return Response(body=b"<html><body>Bad gateway</body></html>", content_type="text/html")
        case "no completion":
            return Response(body=b'{"object": "error"}')
        case _ if fault == "500" or whole is None:
            return Response(status=500, body=b'{"error": {"message": "out of order"}}')
        case "torn":
            return Response(body=whole[: len(whole) // 2])
        case "cut":
            return Response(body=whole, sent=len(whole) // 2)
        case _:
            return Response(body=whole, seconds={"delay": LATE, "stall": stall}.get(fault or "", 0.0))


def _key(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _completion(reply: Reply) -> bytes:
    usage = reply.usage
    message = {"role": "assistant", "content": reply.text}
    choice = {"index": 0, "finish_reason": _ENDS.get(reply.outcome, "stop"), "message": message}
    used = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
    }
    answer = {"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice], "usage": used}
    return json.dumps(answer).encode()
