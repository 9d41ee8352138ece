"""Worker: a connection with a thread that runs its statements, so that a caller can stop one, or leave it behind."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from value_index.database import Row

C = TypeVar("C")
GRACE_SECONDS = 0.25
"""How long an interrupted statement may take to stop before it is left behind."""


EXIT_SECONDS = 5.0
"""How long the process waits at its end for a statement that was left behind."""


class Worker(threading.Thread, Generic[C]):
    """One connection and its thread."""

    def __init__(self, connection: C, state: object, interrupt: Callable[[C], object], close: Callable[[C], object]):
        super().__init__(daemon=True)
        self.connection = connection
        self.state = state
        """What the database was when the connection was opened; of another state, it is not used again."""
        self.abandoned = False
        """Whether a caller has left it behind, in the middle of a statement."""
        self._interrupt, self._close = interrupt, close
        self._jobs: SimpleQueue[Callable[[C], Any] | None] = SimpleQueue()
        self._results: SimpleQueue[Any] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while (job := self._jobs.get()) is not None:
            result = job(self.connection)
            if result is not None:
                self._results.put(result)
        self._close(self.connection)

    def submit(self, job: Callable[[C], Any]) -> None:
        """Run a job whose result, None, nobody waits for."""
        self._jobs.put(job)

    def end(self) -> None:
        """Close the connection once what runs has ended."""
        self._jobs.put(None)

    def wait(self, job: Callable[[C], Any], seconds: float) -> Any:
        """Return what a job gives; None if it takes longer and leaves no result within a grace either."""
        self._jobs.put(job)
        result = self._result(seconds)
        if result is None:
            self._interrupt(self.connection)
            result = self._result(GRACE_SECONDS)
        if result is None:
            self.abandoned = True
            self.end()
            atexit.register(self._finish)
        return result

    def _finish(self) -> None:
        """End what runs before the process does: a driver's thread that is cut off there takes the exit status with it."""
        end = time.monotonic() + EXIT_SECONDS
        while self.is_alive() and time.monotonic() < end:
            self._interrupt(self.connection)
            self.join(0.1)

    def _result(self, seconds: float) -> Any:
        try:
            return self._results.get(timeout=min(seconds, threading.TIMEOUT_MAX))
        except Empty:
            return None


class Collector:
    """Rows up to the caps on rows, bytes of text and cells."""

    def __init__(self, columns: int, max_rows: int, max_bytes: int, max_cells: int) -> None:
        self.rows: list[Row] = []
        self._most = min(max_rows, max_cells // max(columns, 1))
        self._bytes_left = max_bytes

    @property
    def bytes_left(self) -> int:
        """What texts and blobs may still take; negative once they took too much."""
        return self._bytes_left

    def add(self, row: Row) -> bool:
        """Take a row; False if there is no room for it."""
        for cell in row:
            if isinstance(cell, str):
                self._bytes_left -= len(cell) if cell.isascii() else len(cell.encode(errors="surrogatepass"))
            elif isinstance(cell, bytes):
                self._bytes_left -= len(cell)
        if len(self.rows) >= self._most or self._bytes_left < 0:
            return False
        self.rows.append(row)
        return True
