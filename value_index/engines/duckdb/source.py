"""The source of a DuckDB database: a file of DuckDB, or data files that are read into one of ours."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from value_index.engines.duckdb.keys import Keys
from value_index.engines.duckdb.loading import Loaded, load
from value_index.errors import DatabaseError, reason

State = tuple[tuple[int, ...], ...]
"""What tells one state of the files from another: for each its device, inode, size and times."""
MOST_FILES = 100


class DuckDBFile:
    """A file of DuckDB."""

    def __init__(self, path: Path) -> None:
        self.files = (path,)
        self.address = str(path.resolve())
        self.name = path.stem
        self.notes: tuple[str, ...] = ()
        self.search_path: tuple[str, ...] = ("main",)

    def state(self) -> State:
        """Return the state of the file and of its write-ahead log.

        Raises:
            DatabaseError: the file is gone.
        """
        log = Path(f"{self.files[0]}.wal")
        return (file_state(self.files[0]), file_state(log)) if log.exists() else (file_state(self.files[0]),)

    def ready(self) -> Path:
        """Return the file to open."""
        if self.state()[0][2] == 0:
            raise DatabaseError(f"{str(self.files[0])!r} is an empty file, not a DuckDB database")
        return self.files[0]

    def keys(self) -> Keys:
        """Return the keys beyond the declared ones: none."""
        return Keys()


class DataFiles:
    """Data files, each a table (each sheet of a workbook one); read into a file of ours once, and again when one changes."""

    def __init__(self, paths: Sequence[Path], folder: Path) -> None:
        if len(paths) > MOST_FILES:
            raise DatabaseError(f"{len(paths)} files: at most {MOST_FILES} are read at once")
        self.files = tuple(paths)
        self.address = ", ".join(str(path.resolve()) for path in paths)
        self.name = "_".join(dict.fromkeys(path.name.split(".")[0] for path in paths))[:60]
        self.search_path: tuple[str, ...] = ("main",)
        self._folder = folder
        self._loaded: tuple[State, Loaded] | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What of the files was left out."""
        return self._loaded[1].notes if self._loaded else ()

    def state(self) -> State:
        """Return the state of every file.

        Raises:
            DatabaseError: one is gone.
        """
        return tuple(map(file_state, self.files))

    def ready(self) -> Path:
        """Return the file that holds the tables, read anew where a data file has changed.

        Raises:
            DatabaseError: a file cannot be read as a table.
        """
        now = self.state()
        if self._loaded is None or self._loaded[0] != now:
            self._loaded = now, load(self.files, self.address, now, self._folder)
        return Path(self._loaded[1].path)

    def keys(self) -> Keys:
        """Return the keys that names and values show."""
        return self._loaded[1].keys if self._loaded else Keys()


def file_state(path: Path) -> tuple[int, ...]:
    """Return what tells one state of a file from another.

    Raises:
        DatabaseError: it is gone, or a folder.
    """
    try:
        found = os.stat(path)
    except FileNotFoundError:
        raise DatabaseError(f"no file at {str(path)!r}: check the path") from None
    except (OSError, ValueError) as error:
        raise DatabaseError(f"cannot open {str(path)!r}: {reason(error)}") from None
    if path.is_dir():
        raise DatabaseError(f"{str(path)!r} is a folder: name its files")
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
