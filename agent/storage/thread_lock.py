"""thread_lock: one chat at a time on a thread; of two, the later answer would take the place of the earlier."""

from __future__ import annotations

import hashlib
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from value_index.errors import TurnSQLError

MOST_TRIES = 100
"""Tries to take a lock whose folder is removed meanwhile."""


class ThreadBusyError(TurnSQLError):
    """A thread that another chat has open."""


@contextmanager
def thread_lock(store: Path, thread: str) -> Generator[None]:
    """Hold a thread of a store until the block ends, or the process does.

    Raises:
        ThreadBusyError: another chat holds it.
    """
    folder = store.with_name(f"{store.name}.locks")
    path = folder / hashlib.sha256(thread.encode()).hexdigest()[:16]
    lock = FileLock(path, timeout=0, mode=0o600, thread_local=False)
    try:
        _acquire(lock, folder)
    except Timeout as error:
        raise ThreadBusyError(
            f"thread {thread!r} is open in another chat: leave that one, or give another --thread"
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink()
        lock.release()
        with suppress(OSError):
            folder.rmdir()


def _acquire(lock: FileLock, folder: Path) -> None:
    """Take the lock; whoever gives the last one back removes the folder, between any two steps of this."""
    for _ in range(MOST_TRIES):
        with suppress(FileNotFoundError, FileExistsError):  # the second by a folder that went while mkdir looked at it
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire()
            return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock.acquire()
