"""Files that are there whole or not at all, whenever the process is killed or the disk is full."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

UNFINISHED = ".partial"
"""The end of the name of a file that is being written; after a kill it stays, and nobody reads it."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file whole or not at all; a text is written as UTF-8."""
    with atomic_file(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def atomic_file(path: Path, mode: int = 0o666) -> Generator[IO[bytes]]:
    """Open a file that takes its name once everything is on the disk; after an error, what was there before stays.

    Args:
        mode: who may read and write it, within what the process allows.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        unfinished.unlink(missing_ok=True)  # of a killed process with that number, or a link of somebody else's
        with open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
