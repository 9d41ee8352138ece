"""serve: the server of `turnsql web`, from its options to its end."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from agent.config import Config
from agent.storage.feedback import Feedback
from agent.web.app import web_app
from agent.web.rate_limit import RateLimit
from agent.web.security import Access, is_loopback, names_of
from nodes.node import Context
from value_index.errors import TurnSQLError, reason
from value_index.files.folders import data_folder

LEAST_TOKEN = 16
"""Characters of a token: a shorter one can be guessed."""
TOKEN_VARIABLE = "TURNSQL_WEB_TOKEN"
ANY_ADDRESS = ("0.0.0.0", "::", "")


class WebError(TurnSQLError):
    """Options of the server that cannot be used."""


@dataclass(frozen=True)
class WebOptions:
    """The address on which the server listens, and whom it answers."""

    store: Path
    host: str = "127.0.0.1"
    port: int = 8800
    token: str | None = None
    """Needed on any address but loopback, where one is made unless it is given."""
    names: tuple[str, ...] = ()
    """Further names of the server, as a proxy in front of it is called."""
    feedback: Path | None = None
    """File of the answers kept as right; the user's own if None."""
    workers: int = 8
    """Turns that run at the same time."""
    path: str = "/"
    """What is told to be opened."""
    rate: float = 50.0
    """Requests a second that one address may make in the long run."""


def serve(
    config: Config,
    context: Context,
    options: WebOptions,
    *,
    say: Callable[[str], object],
    more: Sequence[BaseRoute] = (),
) -> None:
    """Serve until the process is told to end.

    Args:
        say: takes the lines that tell where the page is.
        more: further routes.

    Raises:
        WebError: the address cannot be listened on, or the token is too short.
    """
    access = access_of(options)
    app = web_app(
        config,
        context,
        store=options.store,
        feedback=Feedback(options.feedback or data_folder() / "feedback.jsonl"),
        access=access,
        workers=options.workers,
        more=more,
    )
    serve_app(app, options, access, say=say)


def serve_app(app: ASGIApp, options: WebOptions, access: Access, *, say: Callable[[str], object]) -> None:
    """Serve an application until the process is told to end.

    Raises:
        WebError: the address cannot be listened on.
    """
    import uvicorn

    with listening(options) as listener:
        for line in greeting(options, access, listener.getsockname()[1]):
            say(line)
        settings = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="on",
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            limit_concurrency=2000,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=5,
            h11_max_incomplete_event_size=64 << 10,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[listener])


def access_of(options: WebOptions) -> Access:
    """Return who may ask; on an address that others reach, a token is made unless one is given.

    Raises:
        WebError: the token is too short, or no header can carry it.
    """
    token = options.token or os.environ.get(TOKEN_VARIABLE) or None
    if token is None and not is_loopback(options.host):
        token = secrets.token_urlsafe(32)
    if token is not None and (
        len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable() or " " in token
    ):
        raise WebError(f"a token has {LEAST_TOKEN} characters or more, of ASCII, without spaces")
    return Access(
        names=names_of(options.host, options.names),
        any_number=not is_loopback(options.host),
        token=token,
        requests=RateLimit(options.rate, options.rate * 8),
    )


def listening(options: WebOptions) -> socket.socket:
    """Return a socket that listens.

    Raises:
        WebError: the address is not this machine's, or taken.
    """
    try:
        family = socket.getaddrinfo(
            options.host or None, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0][0]
        return socket.create_server((options.host, options.port), family=family, backlog=512)
    except (OSError, UnicodeError, OverflowError) as error:
        raise WebError(
            f"cannot listen on {options.host}:{options.port}: {reason(error)}; give --host and --port"
        ) from error


def greeting(options: WebOptions, access: Access, port: int) -> list[str]:
    """Return the lines that tell where the page is, and the token that was made."""
    name = socket.gethostname() if options.host in ANY_ADDRESS else options.host
    shown = f"[{name}]" if ":" in name else name
    given = options.token or os.environ.get(TOKEN_VARIABLE)
    page = f"http://{shown}:{port}{options.path}"
    if access.token is None:
        return [page]
    if given:
        return [f"{page} (with the token you gave)"]
    # The page takes the token from its address; a client of MCP is given it as a header.
    opened = f"{page}#token={access.token}" if options.path == "/" else page
    return [opened, f"token: {access.token}"]
