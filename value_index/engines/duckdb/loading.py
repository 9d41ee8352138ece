"""Data files read into a DuckDB file of ours, kept in the user's cache folder until one of them changes."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from value_index.engines.duckdb.driver import open_writable
from value_index.engines.duckdb.keys import Keys, find_keys
from value_index.engines.duckdb.readers import read_file
from value_index.errors import DatabaseError, reason
from value_index.files.atomic_file import write_atomically
from value_index.models import FrozenModel

VERSION = 2
"""Raised with every change of how files are read."""


class Loaded(FrozenModel):
    """What was read."""

    path: str
    """The DuckDB file."""
    notes: tuple[str, ...] = ()
    """What of the files was left out; one line each."""
    keys: Keys = Keys()


def load(files: Sequence[Path], address: str, state: object, folder: Path) -> Loaded:
    """Return the tables of data files, read where they are new or have changed.

    Raises:
        DatabaseError: a file cannot be read as a table, or the folder cannot be written.
    """
    home = folder / f"{files[0].name.split('.')[0]}-{_digest(address)}"
    place = home / _digest(VERSION, state)
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(home / "lock", mode=0o600):
            return _known(place) or _load(files, home, place)
    except OSError as error:
        raise DatabaseError(f"cannot write the tables to {str(home)!r}: {reason(error)}; set XDG_CACHE_HOME") from error


def table_name(stem: str, taken: Sequence[str]) -> str:
    """Return the name of a file's table: its own, of letters, digits and underscores, and no other table's.

    >>> table_name("Sales 2024-Q1", ()), table_name("orders", ("Orders",)), table_name("2024", ())
    ('Sales_2024_Q1', 'orders_2', 't_2024')
    """
    name = re.sub(r"\W+", "_", stem).strip("_") or "data"
    name = f"t_{name}" if name[0].isdigit() else name
    known = {other.lower() for other in taken}
    return next(each for each in (name, *(f"{name}_{n}" for n in range(2, 10_000))) if each.lower() not in known)


def _digest(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(errors="surrogateescape"), digest_size=8).hexdigest()


def _known(place: Path) -> Loaded | None:
    try:
        found = Loaded.model_validate_json((place / "loaded.json").read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None
    return found if Path(found.path).is_file() else None


def _load(files: Sequence[Path], home: Path, place: Path) -> Loaded:
    for other in home.iterdir():
        if other.is_dir() and not other.is_symlink():
            shutil.rmtree(other)  # of an earlier state of the files, or cut short
    place.mkdir(mode=0o700)
    path, notes, tables = place / "tables.duckdb", list[str](), list[str]()
    connection = open_writable(path)
    try:
        for file in files:
            for table in read_file(connection, file, place):
                table.create(table_name(table.stem, tables))
                tables.append(table.name)
                notes += table.notes
        keys = find_keys(connection)
    except BaseException:
        connection.close()
        shutil.rmtree(place, ignore_errors=True)
        raise
    connection.close()
    loaded = Loaded(path=str(path), notes=tuple(notes), keys=keys)
    write_atomically(place / "loaded.json", loaded.model_dump_json())
    return loaded
