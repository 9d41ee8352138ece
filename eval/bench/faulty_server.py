"""Recorded answers behind a loopback server that gives a seeded share of the calls a fault, as networks and servers do."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from threading import Lock, Thread
from typing import Any, Literal, get_args

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
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(faulty))
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        _close(server)


def _close(server: BaseServer) -> None:
    server.shutdown()
    server.server_close()


def _handler(faulty: Faulty) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if faulty.gone:
                faulty.died_at = faulty.died_at or time.perf_counter()
                self.close_connection = True
                Thread(target=_close, args=(self.server,), daemon=True).start()
                return
            whole, fault = faulty.take(body)
            if fault == "drop":
                self.close_connection = True
                return
            time.sleep({"delay": LATE, "stall": faulty.stall}.get(fault or "", 0.0))
            if fault == "429":
                self._send(429, b'{"error": {"message": "slow down"}}', retry_after=RETRY_AFTER)
            elif fault == "500" or whole is None:
                self._send(500, b'{"error": {"message": "out of order"}}')
            elif fault == "html":
                self._send(200, b"<html><body>Bad gateway</body></html>", kind="text/html")
            elif fault == "no completion":
                self._send(200, b'{"object": "error"}')
            elif fault == "torn":
                self._send(200, whole[: len(whole) // 2])
            else:
                self._send(200, whole, sent=len(whole) // 2 if fault == "cut" else None)

        def _send(
            self,
            status: int,
            body: bytes,
            *,
            kind: str = "application/json",
            sent: int | None = None,
            retry_after: int | None = None,
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if retry_after is not None:
                self.send_header("Retry-After", str(retry_after))
            self.end_headers()
            self.wfile.write(body[:sent])
            self.close_connection = sent is not None

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # the client had waited long enough

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler


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
