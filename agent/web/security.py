"""Guard: what every request must pass before anything of ours runs, and what every answer carries."""

from __future__ import annotations

import hmac
import ipaddress
import json
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.web.rate_limit import RateLimit
from agent.web.route import BadRequestError

MAX_BODY = 1 << 20
BODY_SECONDS = 20.0
"""How long a body may take to arrive."""
OPEN = ("/", "/favicon.ico", "/static/")
"""What is served without a token: the page, which holds nothing of the database."""
COOKIE = "turnsql_runs"
"""Lets a browser open a report in a tab of its own, where it sends no header; good for reading reports only."""
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Access:
    """Who may ask."""

    names: frozenset[str]
    """Names of this server that a Host header may have, in lower case."""
    any_number: bool = False
    """Whether any numeric address may stand there: it cannot be rebound as a name can."""
    token: str | None = None
    """None where only this machine is served."""
    requests: RateLimit = field(default_factory=lambda: RateLimit(50, 400))
    guesses: RateLimit = field(default_factory=lambda: RateLimit(0.2, 10))

    @property
    def cookie(self) -> str:
        """What the cookie holds: made from the token, and not the token."""
        return hmac.digest((self.token or "").encode(), b"runs", "sha256").hex()


class Guard:
    """Refuses what comes from elsewhere, without the token, too often or too large; adds the headers of safety."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if refused := refusal(scope, self._access):
            await problem(guarded, *refused)
        else:
            await self._app(scope, _bounded(receive), guarded)


def refusal(scope: Scope, access: Access) -> tuple[int, str] | None:
    """Return status and line of a request that is refused; None if it may pass."""
    headers, path, address = Headers(scope=scope), str(scope["path"]), (scope.get("client") or ("",))[0]
    if not access.requests.admits(address):
        return 429, "too many requests: ask again in some seconds"
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _is_ours(hosts[0], access):
        return 403, "the Host header names another server: give its name with --name"
    if not _same_origin(headers, hosts[0], scope["method"]):
        return 403, "only this server's own page may ask"
    if not (length := headers.get("content-length", "0")).isdigit() or int(length[:20]) > MAX_BODY:
        return 413, f"the body is larger than {MAX_BODY:,} bytes"
    if access.token is None or path in OPEN or path.startswith(OPEN[-1]):
        return None
    if not access.guesses.may(address):
        return 429, "too many wrong tokens: try again in a minute"
    if _has_token(headers, path, scope["method"], access):
        return None
    access.guesses.admits(address)
    return 401, "a token is needed: Authorization: Bearer TOKEN"


def _is_ours(host: str, access: Access) -> bool:
    """Tell whether a Host header names this server."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return False
    if host.partition("@")[1]:
        return False
    return name in access.names or (access.any_number and _is_number(name))


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _same_origin(headers: Headers, host: str, method: str) -> bool:
    """Tell whether a request is of our own page, or of no page at all: browsers name the page that asks."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None:
        scheme, _, rest = origin.lower().partition("://")
        return scheme in ("http", "https") and rest == host.lower()
    if site in (None, "same-origin", "none"):
        return True
    # A link from elsewhere may open the page, which asks nothing by itself.
    return (
        method == "GET" and headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


def _has_token(headers: Headers, path: str, method: str, access: Access) -> bool:
    assert access.token is not None
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), access.token.encode()):
        return True
    if method != "GET" or not (path == "/runs" or path.startswith("/runs/")):
        return False
    try:
        held = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return held is not None and hmac.compare_digest(held.value.encode(), access.cookie.encode())


def _bounded(receive: Receive) -> Receive:
    """Return what gives a body's parts until it is too large or too slow; behind it, the caller's leaving."""
    size, whole, end = 0, False, anyio.current_time() + BODY_SECONDS

    async def bounded() -> Message:
        nonlocal size, whole
        if whole:
            return await receive()
        try:
            with anyio.fail_after(max(0.0, end - anyio.current_time())):
                message = await receive()
        except TimeoutError as error:
            raise BadRequestError(408, "the body took too long to arrive") from error
        size += len(message.get("body", b""))
        whole = not message.get("more_body", False)
        if size > MAX_BODY:
            raise BadRequestError(413, f"the body is larger than {MAX_BODY:,} bytes")
        return message

    return bounded


async def problem(send: Send, status: int, message: str) -> None:
    """Answer with one line."""
    body = json.dumps({"error": message}, ensure_ascii=False).encode("utf-8", "replace")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    if status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def names_of(host: str, further: Iterable[str] = ()) -> frozenset[str]:
    """Return the names by which a browser may call a server that listens on an address."""
    local = {"localhost", "127.0.0.1", "::1"}
    own = set[str]() if is_loopback(host) else {host.lower(), socket.gethostname().lower()}
    return frozenset(local | own | {name.lower() for name in further})


def is_loopback(host: str) -> bool:
    """Tell whether an address is this machine's own, which no other machine reaches."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
