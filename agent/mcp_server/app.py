"""The MCP server of one database: a Starlette application for HTTP, or a loop over standard input and output."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from agent.config import Config
from agent.mcp_server.server import mcp_server
from agent.mcp_server.turns import Turns
from agent.web.route import BadRequestError
from agent.web.security import Access, Guard
from agent.web.workers import Workers
from nodes.node import Context


def mcp_app(workers: Workers, *, path: str = "/mcp") -> Starlette:
    """Return an application that speaks MCP over HTTP, to be served behind a guard of its own.

    Enter its lifespan (`app.router.lifespan_context`) where it is mounted: Starlette enters only the outermost one.

    Args:
        workers: answer the turns; their owner starts and closes them.
        path: where it answers.
    """
    # The guard in front of it looks at Host and Origin, and knows the server's names.
    settings = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    return tool_server(workers).streamable_http_app(
        streamable_http_path=path, transport_security=settings, max_request_body_size=1 << 20
    )


def mcp_http(config: Config, context: Context, *, store: Path, access: Access, workers: int) -> ASGIApp:
    """Return an application that speaks MCP over HTTP at /mcp, and nothing else.

    Args:
        config: the agent's.
        context: the database, opened.
        store: the file of the threads.
        access: who may ask.
        workers: turns that run at the same time.
    """
    crew = Workers(config, context, store, workers)
    mcp = mcp_app(crew)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with running(crew, config, context), mcp.router.lifespan_context(mcp):
            yield

    handlers = {BadRequestError: _refused}
    return Guard(Starlette(routes=mcp.routes, lifespan=lifespan, exception_handlers=handlers), access)


async def serve_stdio(config: Config, context: Context, *, store: Path, workers: int = 2) -> None:
    """Speak MCP over standard input and output until the client closes them."""
    crew = Workers(config, context, store, workers)
    async with running(crew, config, context):
        await tool_server(crew).run_stdio_async()


@asynccontextmanager
async def running(crew: Workers, config: Config, context: Context) -> AsyncGenerator[None]:
    """Start workers, and end them with the block."""
    for node in config.settings.values():
        node.prepare(context)
    crew.start()
    try:
        yield
    finally:
        crew.close()


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequestError)
    return JSONResponse({"error": str(error)}, error.status)


def tool_server(workers: Workers) -> MCPServer:
    """Return the tools over the database of some workers."""
    try:
        own = version("turnsql")
    except PackageNotFoundError:
        own = "0"
    return mcp_server(Turns(workers), version=own)
