"""thread_lock: one chat at a time on a thread; of two, the later answer would take the place of the earlier."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from value_index.errors import TurnSQLError


class ThreadBusyError(TurnSQLError):
    """A thread that another chat has open."""


@contextmanager
def thread_lock(store: Path, thread: str) -> Generator[None]:
    """Hold a thread of a store until the block ends, or the process does.

    Raises:
        ThreadBusyError: another chat holds it.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks
        yield
        return
    folder = store.with_name(f"{store.name}.locks")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / hashlib.sha256(thread.encode()).hexdigest()[:16]
    while True:
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(held)
            raise ThreadBusyError(
                f"thread {thread!r} is open in another chat: leave that one, or give another --thread"
            ) from error
        # Whoever held it before may have removed the file between our opening and our locking.
        if path.exists() and os.fstat(held).st_ino == path.stat().st_ino:
            break
        os.close(held)
    try:
        yield
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(held)
        with suppress(OSError):
            folder.rmdir()
