"""An endpoint on the loopback that answers as it is told, byte for byte: what the benchmarks and the tests ask."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast


@dataclass(frozen=True)
class Response:
    """What the server sends back, byte for byte."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict[str, str])
    sent: int | None = None
    """Bytes of the body after which the connection is closed; None sends all of it."""
    seconds: float = 0.0
    """How long it takes."""


DROPPED = Response(status=0)
"""No answer at all: the connection is closed."""
Respond = Callable[[dict[str, Any], Mapping[str, str]], Response]
"""What answers a body with its headers; of several requests at once."""


class LoopbackEndpoint:
    """A server in threads of its own."""

    def __init__(self, respond: Respond, models: bytes | None = None) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(respond, models))
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Take no more requests; from a thread that answers one, call it in another."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def loopback_endpoint(respond: Respond, models: bytes | None = None) -> Generator[LoopbackEndpoint]:
    """Serve until the block ends.

    Args:
        models: the answer to a question for what is served; None for a server that has none.
    """
    server = LoopbackEndpoint(respond, models)
    try:
        yield server
    finally:
        server.close()


def _handler(respond: Respond, models: bytes | None) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            response = respond(body, cast("Mapping[str, str]", self.headers))
            time.sleep(response.seconds)
            if response is DROPPED:
                self.close_connection = True
            else:
                self._send(response)

        def do_GET(self) -> None:
            self._send(Response(body=models) if models else Response(status=404, body=b"{}"))

        def _send(self, response: Response) -> None:
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(response.body[: response.sent])
            self.close_connection = self.close_connection or response.sent is not None

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # the client had waited long enough

        def log_message(self, format: str, *args: object) -> None: ...

    return Handler
