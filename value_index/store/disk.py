"""The index on disk: a folder a database, found again only for the very file it was built from."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from value_index.database import Database
from value_index.errors import DatabaseError
from value_index.store.build import (
    Builder,
    Progress,
    load_numbers,
    save_numbers,
    shard_folder,
    write_atomically,
)
from value_index.store.trigram_shard import Shard
from value_index.store.values import ColumnSummary, Values

VERSION = 2
"""Raised with every change of what the files mean."""
ATTEMPTS = 3
"""How often a database that changes while it is read is read again."""


class Manifest(BaseModel):
    """What an index folder holds; written last, so a folder without it is unfinished."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    database: str
    fingerprint: str
    """The fingerprint of the database file when it was read."""
    columns: tuple[ColumnSummary, ...]
    shards: int
    files: dict[str, int]
    """Size in bytes of every array file."""


def index_folder(database: Database, index_dir: Path) -> Path:
    """Return the folder of a database's index."""
    path = database.path.resolve()
    return index_dir / f"{path.stem}-{hashlib.blake2b(str(path).encode(), digest_size=6).hexdigest()}"


def load_or_build(database: Database, index_dir: Path, progress: Progress | None = None) -> Values:
    """Return the stored values of a database, read again where the file has changed.

    Raises:
        DatabaseError: the database cannot be read, or does not stop changing.
    """
    home = index_folder(database, index_dir)
    try:
        home.mkdir(parents=True, exist_ok=True)
        found = load(database, home)
        if found is not None:
            return found
        with _lock(home):
            for _ in range(ATTEMPTS):
                found = load(database, home) or _build(database, home, progress)
                if found is not None:
                    return found
    except OSError as error:
        cause = error.strerror or str(error)
        raise DatabaseError(
            f"cannot write the index to {str(home)!r}: {cause}; set XDG_CACHE_HOME or give --index-dir"
        ) from error
    raise DatabaseError(f"{str(database.path)!r} is being written: build the index when that is done")


def load(database: Database, home: Path) -> Values | None:
    """Open the index of the database as it is now; None where there is none, or it is cut short or of another version."""
    folder = home / database.fingerprint()
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest.version != VERSION or manifest.files != _sizes(folder):
            return None
        shards = [Shard.load(shard_folder(folder, number)) for number in range(manifest.shards)]
        return Values(manifest.columns, shards, tuple(load_numbers(folder, manifest.columns)))
    except (OSError, ValueError, ValidationError):
        return None


def _build(database: Database, home: Path, progress: Progress | None) -> Values | None:
    before = database.fingerprint()
    folder, work = home / before, home / f"{before}.part"
    for other in home.iterdir():
        if other.is_dir() and other != work:
            shutil.rmtree(other)  # of an earlier state of the file, or cut short
    work.mkdir(exist_ok=True)
    values = Builder(database, work, progress).build()
    save_numbers(work, values.numbers)
    (work / "checkpoint.json").unlink(missing_ok=True)
    if database.fingerprint() != before:
        return None
    manifest = Manifest(
        version=VERSION,
        database=str(database.path.resolve()),
        fingerprint=before,
        columns=values.columns,
        shards=len(values.shards),
        files=_sizes(work),
    )
    write_atomically(work / "manifest.json", manifest.model_dump_json())
    work.rename(folder)
    return load(database, home)


def _sizes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size for path in sorted(folder.rglob("*.npy"))}


@contextmanager
def _lock(home: Path) -> Generator[None]:
    """Let one process build at a time; the others wait and then find the index built."""
    with (home / "lock").open("w") as file:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
