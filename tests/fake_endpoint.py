"""A loopback server that speaks the chat completions API as far as a test tells it to."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any


@dataclass(frozen=True)
class Response:
    """What the server sends back, byte for byte."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])


DROPPED = Response(status=0)
"""No answer at all: the connection is closed."""
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

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                requests.append(body)
                keys.append(self.headers["Authorization"])
                headers.append(dict(self.headers))
            response = answer(body)
            if response is DROPPED:
                self.close_connection = True
                return
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body)

        def do_GET(self) -> None:
            body = json.dumps({"object": "list", "data": [{"object": "model", **served}] if served else []}).encode()
            self.send_response(200 if served else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield FakeEndpoint(f"http://127.0.0.1:{server.server_port}/v1", requests, keys, headers)
    finally:
        server.shutdown()
        server.server_close()
