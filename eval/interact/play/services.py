"""Service: the user simulator or the database environment, over HTTP or in this process, with retries that pay once."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self

import aiohttp

from value_index.errors import TurnSQLError

KEY_HEADER = "Idempotency-Key"
"""New for each action and the same on its retries: our world answers a key that it knows from memory, official services ignore it."""
TRIES = 12
LONGEST_PAUSE = 2.0
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which a retry may succeed."""


class ServiceError(TurnSQLError):
    """A service that cannot be reached, or answers what is no answer."""


class Service(Protocol):
    """Something that answers the paths of the contract."""

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer.

        Raises:
            ServiceError: there is none.
        """
        ...

    async def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a path that is only read.

        Raises:
            ServiceError: there is none.
        """
        ...


class HttpService:
    """A service at an address; a request that fails on the way is sent again with its key."""

    def __init__(self, url: str, *, deadline: float = 120.0, tries: int = TRIES) -> None:
        self.url = url.rstrip("/")
        self._deadline, self._tries = deadline, tries
        self._session: aiohttp.ClientSession | None = None
        self.retries = 0
        """Requests that were sent again."""

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._deadline))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer; see Service."""
        return await self._sent("POST", path, dict(payload), {KEY_HEADER: uuid.uuid4().hex})

    async def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a path that is only read; see Service."""
        return await self._sent("GET", path, None, {})

    async def _sent(
        self, method: str, path: str, payload: dict[str, Any] | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        problem = ""
        for attempt in range(self._tries):
            if attempt:
                self.retries += 1
                await asyncio.sleep(min(LONGEST_PAUSE, 0.05 * 2 ** (attempt - 1)))
            try:
                return await self._once(method, path, payload, headers)
            except _PassingFault as error:
                problem = str(error)
        raise ServiceError(f"{self.url}{path}: {problem} ({self._tries} tries)")

    async def _once(
        self, method: str, path: str, payload: dict[str, Any] | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        assert self._session, "the service is not open"
        try:
            async with self._session.request(method, self.url + path, json=payload, headers=headers) as reply:
                if reply.status in _PASSING:
                    raise _PassingFault(f"status {reply.status}")
                if reply.status != 200:
                    raise ServiceError(f"{self.url}{path}: status {reply.status}: {(await reply.text())[:200]}")
                answer = await reply.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise _PassingFault(f"{type(error).__name__}: {error}") from error
        if not isinstance(answer, dict):
            raise _PassingFault("the answer is no object")
        return answer


class _PassingFault(Exception):
    """A fault after which the request is sent again."""
