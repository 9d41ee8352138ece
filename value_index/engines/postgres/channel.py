"""Channel: a connection whose every exchange is bounded in time and in what the server may send."""

from __future__ import annotations

import os
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from value_index.connection.pool import GoneError
from value_index.engines.postgres.driver import load_driver

if TYPE_CHECKING:
    import psycopg
    from psycopg.pq.abc import PGresult

GRACE_SECONDS = 0.25
"""How long a cancelled statement may take to stop before its connection is dropped."""
_RECEIVED_AT = 128
"""The place where Linux keeps the bytes received in what it tells of a TCP connection (`struct tcp_info`)."""
UNBOUNDED = 1 << 62


class ServerFault(Exception):
    """What the server says of a statement, or that it is gone."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """SQLSTATE; empty where the connection is lost."""


class LostError(ServerFault, GoneError):
    """The connection is lost."""

    def __init__(self, message: str) -> None:
        super().__init__("", message)


class StoppedError(Exception):
    """A statement that was stopped at its deadline."""


class TooLargeError(Exception):
    """More came than was allowed."""


class Channel:
    """One connection."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.usable = True
        """Whether it can be asked again: not once an exchange was broken off."""
        self._connection = connection
        self._libpq = connection.pgconn
        self._socket = socket.socket(fileno=os.dup(self._libpq.socket))
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)

    def script(self, sql: str, end: float) -> None:
        """Run statements of ours.

        Raises:
            ServerFault: one failed, or the connection is lost.
            StoppedError: the deadline passed.
        """
        self._exchange(lambda: self._libpq.send_query(sql.encode()), end, UNBOUNDED)

    def query(self, sql: str, end: float, most: int = UNBOUNDED) -> PGresult:
        """Run one statement; the server refuses a second one behind it.

        Args:
            sql: the statement.
            end: when it must be over, by the monotonic clock.
            most: bytes that the answer may have.

        Raises:
            ServerFault: it failed, or the connection is lost.
            StoppedError: the deadline passed.
            TooLargeError: the answer is larger.
        """
        text = sql.encode(errors="replace")
        return self._exchange(lambda: self._libpq.send_query_params(text, None), end, most)[-1]

    def close(self) -> None:
        """Close the connection."""
        self.usable = False
        self._socket.close()
        self._connection.close()

    def _exchange(self, send: Callable[[], None], end: float, most: int) -> list[PGresult]:
        try:
            return self._answer(send, end, most)
        except ServerFault:
            raise
        except load_driver().OperationalError as error:
            self.usable = False
            raise LostError(_one_line(str(error))) from None
        except BaseException:
            self._stop()
            raise

    def _answer(self, send: Callable[[], None], end: float, most: int) -> list[PGresult]:
        limit = self._received() + most
        send()
        while self._libpq.flush():
            select.select([], [self._libpq.socket], [], max(0.0, end - time.monotonic()))
            _check(end)
        results: list[PGresult] = []
        while (result := self._next(end, limit)) is not None:
            results.append(result)
        for result in results:
            if result.error_message:
                raise self._fault(result)
        return results

    def _next(self, end: float, limit: int) -> PGresult | None:
        while self._libpq.is_busy():
            left = end - time.monotonic()
            if left <= 0 or not self._poll.poll(min(left, 3600.0) * 1000):
                _check(end)
                continue
            self._libpq.consume_input()
            if self._received() > limit:
                raise TooLargeError
        return self._libpq.get_result()

    def _fault(self, result: PGresult) -> ServerFault:
        field = load_driver().pq.DiagnosticField
        code = (result.error_field(field.SQLSTATE) or b"").decode()
        said = (result.error_field(field.MESSAGE_PRIMARY) or result.error_message or b"").decode(errors="replace")
        if self._libpq.status != load_driver().pq.ConnStatus.OK:
            self.usable = False
            return LostError(_one_line(said))
        return ServerFault(code, _one_line(said)) if code else LostError(_one_line(said))

    def _stop(self) -> None:
        """Cancel what runs and read its end; a connection that does not come to rest in time is dropped."""
        driver = load_driver()
        try:
            self._connection.cancel_safe(timeout=GRACE_SECONDS * 4)
            end = time.monotonic() + GRACE_SECONDS
            while self._next(end, UNBOUNDED) is not None:
                pass
        except (driver.Error, StoppedError, TooLargeError):
            self.usable = False

    def _received(self) -> int:
        """Return the bytes received until now; 0 where the system does not tell."""
        if sys.platform != "linux" or self._socket.family == socket.AF_UNIX:
            return 0
        told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RECEIVED_AT + 8)
        return struct.unpack_from("Q", told, _RECEIVED_AT)[0] if len(told) == _RECEIVED_AT + 8 else 0


def _check(end: float) -> None:
    if time.monotonic() >= end:
        raise StoppedError("it takes too long")


def _one_line(said: str) -> str:
    return next((line.strip() for line in said.splitlines() if line.strip()), "the connection is lost")
