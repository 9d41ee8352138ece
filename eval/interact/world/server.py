"""serve: both services over HTTP, each at a port of its own, with the faults that are wanted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from eval.interact.world.faults import SLOW, Faults
from eval.interact.world.service import RequestError, Service
from value_index.errors import TurnSQLError

KEY_HEADER = "Idempotency-Key"
MOST_BYTES = 8 << 20
"""A longer request is refused."""


@dataclass(frozen=True)
class Served:
    """The addresses of the services."""

    environment: str
    user: str


@asynccontextmanager
async def serve(
    environment: Service,
    user: Service,
    *,
    ports: tuple[int, int] = (0, 0),
    faults: Faults | None = None,
    host: str = "127.0.0.1",
) -> AsyncGenerator[Served]:
    """Serve until the context is left; port 0 is any that is free.

    Raises:
        TurnSQLError: a port is taken.
    """
    runners: list[web.AppRunner] = []
    try:
        first = await _start(environment, host, ports[0], faults, runners)
        yield Served(first, await _start(user, host, ports[1], faults, runners))
    finally:
        for runner in runners:
            await runner.cleanup()


async def _start(service: Service, host: str, port: int, faults: Faults | None, runners: list[web.AppRunner]) -> str:
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_route("GET", "/{path:.*}", _reader(service))
    app.router.add_route("POST", "/{path:.*}", _handler(service, faults))
    runner = web.AppRunner(app, access_log=None)
    runners.append(runner)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        raise TurnSQLError(f"cannot serve at {host}:{port}: {error.strerror}") from error
    return f"http://{host}:{runner.addresses[0][1]}"


def _reader(service: Service) -> Any:
    async def read(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await service.get(request.path))
        except RequestError as error:
            return web.json_response({"detail": str(error)}, status=error.status)

    return read


def _handler(service: Service, faults: Faults | None) -> Any:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            payload = json.loads(await request.text() or "{}")
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError):
            return web.json_response({"detail": "the body is no JSON"}, status=400)
        if not isinstance(payload, dict):
            return web.json_response({"detail": "the body is no object"}, status=422)
        return await _answered(service, request, cast(dict[str, Any], payload), faults)

    return handle


async def _answered(
    service: Service, request: web.Request, payload: dict[str, Any], faults: Faults | None
) -> web.StreamResponse:
    fault = faults.draw(request.path, str(payload.get("task_id"))) if faults else None
    if fault == "dropped before":
        return _dropped(request)
    if fault == "error before":
        return web.json_response({"detail": "out of order"}, status=500)
    try:
        answer = await service.handle(request.path, payload, request.headers.get(KEY_HEADER, ""))
    except RequestError as error:
        return web.json_response({"detail": str(error)}, status=error.status)
    except TurnSQLError as error:  # a database that cannot be copied, a text that is missing
        return web.json_response({"detail": str(error)}, status=424)
    whole = json.dumps(answer, ensure_ascii=False, default=str)
    match fault:
        case "dropped after":
            return _dropped(request)
        case "error after":
            return web.json_response({"detail": "out of order"}, status=503)
        case "cut":
            return web.Response(text=whole[: len(whole) // 2], content_type="application/json")
        case "no JSON":
            return web.Response(text="<html><body>Bad gateway</body></html>", content_type="text/html")
        case _:
            if fault == "slow":
                await asyncio.sleep(SLOW)
            return web.Response(text=whole, content_type="application/json")


def _dropped(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
