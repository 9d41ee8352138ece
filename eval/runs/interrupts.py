"""Processes that a run starts, and ^C, which a terminal sends to all of them at once."""

from __future__ import annotations

import signal
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def interrupts_held() -> Generator[None]:
    """Keep ^C from a process that is started meanwhile, for good: it would end with a traceback while it loads modules."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
