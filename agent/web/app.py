"""web_app: the ASGI application of `turnsql web`."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.routing import Route as Path_
from starlette.types import ASGIApp

from agent.answer import QuestionError
from agent.config import Config
from agent.mcp_server.app import mcp_app
from agent.revision.plan_of_turn import RevisionError
from agent.session import SessionError
from agent.storage.feedback import Feedback
from agent.storage.thread_lock import ThreadBusyError
from agent.web.api import Api
from agent.web.conversations import Conversations, NothingHereError
from agent.web.openapi import openapi
from agent.web.page_files import page_routes
from agent.web.route import BadRequestError, Route, read_call
from agent.web.security import COOKIE, Access, Guard
from agent.web.workers import Workers
from nodes.node import Context
from value_index.errors import TurnSQLError

STATUSES: tuple[tuple[type[TurnSQLError], int], ...] = (
    (NothingHereError, 404),
    (ThreadBusyError, 409),
    (RevisionError, 409),
    (SessionError, 409),
    (QuestionError, 422),
)
"""What tells the caller of a mistake; any other of ours is 409: what is asked for cannot be done as things are."""
logger = logging.getLogger("turnsql.web")


def web_app(
    config: Config,
    context: Context,
    *,
    store: Path,
    feedback: Feedback,
    access: Access,
    workers: int,
    more: Sequence[BaseRoute] = (),
) -> ASGIApp:
    """Return the application: page, API, MCP and document behind the guard.

    Args:
        config: the agent's.
        context: the database, opened.
        store: the file of the threads.
        feedback: the file of what people kept as right.
        access: who may ask.
        workers: turns that run at the same time.
        more: further routes, such as those of reports.
    """
    crew = Workers(config, context, store, workers)
    crew.learn(feedback.knowledge(context.database.address))
    reports = any(isinstance(route, Path_) and route.path == "/runs" for route in more)
    api = Api(Conversations(crew, feedback), context, config.execution, runs=reports)
    routes = api.routes()
    mcp = mcp_app(crew)
    document = openapi(routes, version=_version(), token=access.token is not None)

    async def described(_: Request) -> Response:
        return JSONResponse(document)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        for node in config.settings.values():
            node.prepare(context)
        crew.start()
        async with mcp.router.lifespan_context(mcp):
            yield
        crew.close()

    async def session(_: Request) -> Response:
        """Let the browser that has the token open a report in a tab of its own."""
        answer = Response(status_code=204)
        if access.token:
            answer.set_cookie(COOKIE, access.cookie, path="/runs", httponly=True, samesite="strict")
        return answer

    ours: list[BaseRoute] = [
        Path_("/openapi.json", described, methods=["GET"]),
        Path_("/api/session", session, methods=["POST"]),
    ]
    by_path: dict[str, list[Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, []).append(route)
    ours += [_served(path, found) for path, found in by_path.items()]
    app = Starlette(routes=[*ours, *page_routes(), *mcp.routes, *more], lifespan=lifespan, exception_handlers=_HANDLERS)
    app.router.redirect_slashes = False
    return Guard(app, access)


def _served(path: str, routes: Sequence[Route]) -> BaseRoute:
    """Return the Starlette route of one path; it tells other methods which there are."""
    methods = {route.method: route for route in routes}

    async def serve(request: Request) -> Response:
        route = methods["GET" if request.method == "HEAD" else request.method]  # type: ignore[index]
        given = await route.handler(await read_call(route, request))
        return _json(given) if isinstance(given, BaseModel) else given

    return Path_(path, serve, methods=list(methods))


def _json(model: BaseModel) -> Response:
    return Response(model.model_dump_json(), media_type="application/json")


async def _mistake(_: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, BadRequestError) else 409
    status = next((number for kind, number in STATUSES if isinstance(error, kind)), status)
    return _problem(status, str(error))


async def _http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(error.status_code, error.detail, error.headers)


async def _fault(request: Request, error: Exception) -> Response:
    logger.error("%s %s", request.method, request.url.path, exc_info=error)
    return _problem(500, "a fault of the server: its log says more")


def _problem(status: int, message: str, headers: Any = None) -> Response:
    return JSONResponse({"error": " ".join(message.split())}, status, headers)


_HANDLERS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    TurnSQLError: _mistake,
    HTTPException: _http,
    Exception: _fault,
}


def _version() -> str:
    try:
        return version("turnsql")
    except PackageNotFoundError:
        return "0"
