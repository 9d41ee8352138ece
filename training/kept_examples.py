"""read_kept: examples that a build before this one left on the disk, from files of one's own only."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

from training.settings import TrainingError


def read_kept(path: Path) -> Any:
    """Read a part of the examples; a pickle runs what it holds, so the file must be one's own and no link.

    Raises:
        TrainingError: the file is somebody else's.
        OSError: it cannot be read.
    """
    return pickle.loads(read_own(path))


def read_own(path: Path) -> bytes:
    """Return the bytes of a file of one's own; see `read_kept`."""
    if path.is_symlink():
        raise TrainingError(f"{path} is a link and would be run: give --out a folder of your own")
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        if hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid not in (os.getuid(), 0):
            raise TrainingError(f"{path} belongs to another user and would be run: give --out a folder of your own")
        return file.read()
