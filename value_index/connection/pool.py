"""Pool: a few connections that lie idle between statements, and a second try where one of them turns out to be gone."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

C = TypeVar("C")
T = TypeVar("T")
MOST_IDLE = 4


class GoneError(Exception):
    """The other end of a connection is gone: it ended, or closed what lay idle for long."""


class Pool(Generic[C]):
    """Connections of one database, each lent to one caller at a time."""

    def __init__(self, make: Callable[[], C], usable: Callable[[C], bool], end: Callable[[C], object]) -> None:
        """Hold no connection yet.

        Args:
            make: opens one.
            usable: whether one can be asked again.
            end: closes one.
        """
        self._make, self._usable, self._end = make, usable, end
        self._idle: list[C] = []
        weakref.finalize(self, _end_all, self._idle, end)

    def take(self) -> C:
        """Return an idle connection, else a new one.

        Raises:
            DatabaseError: none can be opened.
        """
        try:
            return self._idle.pop()
        except IndexError:
            return self._make()

    def give_back(self, connection: C) -> None:
        """Keep a connection for the next caller, or close it."""
        if self._usable(connection) and len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            self._end(connection)

    def run(self, job: Callable[[C], T]) -> T:
        """Run a job over a connection; once more where one that lay idle turns out to be gone.

        Raises:
            GoneError: the job raises it, and its connection was new.
            DatabaseError: no connection can be opened.
        """
        while True:
            was_idle = bool(self._idle)
            connection = self.take()
            try:
                return job(connection)
            except GoneError:
                if not was_idle:
                    raise
                self.close()  # what else lay idle is gone with it
            finally:
                self.give_back(connection)

    def close(self) -> None:
        """Close every idle connection."""
        _end_all(self._idle, self._end)


def _end_all(idle: list[C], end: Callable[[C], object]) -> None:
    while idle:
        end(idle.pop())
