"""Service: what both services share: a path leads to a handler, and a key that was answered before is answered the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from value_index.errors import TurnSQLError

Answer = dict[str, Any]
Handler = Callable[[Mapping[str, Any], str], Awaitable[Answer]]


class RequestError(TurnSQLError):
    """A request that has no answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """The status of HTTP."""


class Service:
    """Handlers by path."""

    name = ""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self._answered: dict[str, asyncio.Future[Answer]] = {}

    async def handle(self, path: str, payload: Mapping[str, Any], key: str = "") -> Answer:
        """Answer a request.

        Args:
            path: as `/submit`.
            payload: the JSON object of its body.
            key: the same on a retry, which gets the first answer: nothing is done or charged twice.

        Raises:
            RequestError: there is no such path or task, or a field is absent.
        """
        handler = self.handlers.get(path)
        if handler is None:
            raise RequestError(404, f"no path {path!r}")
        if not key:
            return await handler(payload, "")
        place = f"{path} {key}"
        known = self._answered.get(place)
        if known is None:
            known = self._answered[place] = asyncio.ensure_future(handler(payload, key))
        try:
            return await asyncio.shield(known)
        except TurnSQLError:
            self._answered.pop(place, None)  # what failed is tried again
            raise

    async def get(self, path: str) -> Answer:
        """Answer what is only read.

        Raises:
            RequestError: there is no such path or task.
        """
        if path == "/health":
            return {"status": "healthy", "service": self.name}
        raise RequestError(404, f"no path {path!r}")


def text(payload: Mapping[str, Any], field: str) -> str:
    """Return a field of a request that must be a text.

    Raises:
        RequestError: it is not.
    """
    value = payload.get(field)
    if not isinstance(value, str):
        raise RequestError(422, f"{field}: a text is needed")
    return value
