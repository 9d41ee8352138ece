"""private_folder: a folder for what was read from databases, open to those alone who may read the databases themselves."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from functools import reduce
from operator import and_
from pathlib import Path


def private_folder(folder: Path, databases: Iterable[Path]) -> None:
    """Make a folder for those who may read every one of some files, its owner's alone where there is none.

    A folder that is there is closed to all others.
    """
    modes = [path.stat().st_mode for path in databases]
    readers = reduce(and_, modes, 0o044 if modes else 0)
    mode = 0o700 | readers | readers >> 2
    folder.mkdir(mode=mode, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & ~mode & 0o077:
        folder.chmod(mode)
