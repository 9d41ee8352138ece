"""The index on disk: a folder a database, found again only for the very file it was built from."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import ValidationError

from value_index.database import Database
from value_index.errors import DatabaseError, reason
from value_index.files.atomic_file import write_atomically
from value_index.files.private_folder import private_folder
from value_index.models import FrozenModel
from value_index.store.build import (
    Builder,
    Progress,
    load_numbers,
    save_numbers,
    shard_folder,
)
from value_index.store.seal import SealedFile, intact, sealed, sync_folder
from value_index.store.trigram_shard import Shard
from value_index.store.values import ColumnSummary, Values

VERSION = 3
"""Raised with every change of what the files mean."""
ATTEMPTS = 3
"""How often a database that changes while it is read is read again."""


class Manifest(FrozenModel):
    """What an index folder holds; written last, so a folder without it is unfinished."""

    version: int
    database: str
    fingerprint: str
    """The fingerprint of the database file when it was read."""
    columns: tuple[ColumnSummary, ...]
    shards: int
    files: dict[str, SealedFile]
    """Every array file as it was written."""
    seal: str = ""
    """The seal of the rest of the manifest."""

    def sealed(self) -> Manifest:
        """Return it with its seal."""
        content = self.model_copy(update={"seal": ""}).model_dump_json()
        return self.model_copy(update={"seal": hashlib.blake2b(content.encode(), digest_size=16).hexdigest()})


def index_folder(database: Database, index_dir: Path) -> Path:
    """Return the folder of a database's index."""
    key = hashlib.blake2b(os.fsencode(database.address), digest_size=6).hexdigest()
    return index_dir / f"{database.schema.database_id}-{key}"


def load_or_build(database: Database, index_dir: Path, progress: Progress | None = None) -> Values:
    """Return the stored values of a database, read again where the file has changed.

    Raises:
        DatabaseError: the database cannot be read, or does not stop changing.
    """
    home = index_folder(database, index_dir)
    try:
        _make_home(home, database)
        found = load(database, home)
        if found is not None:
            return found
        with _lock(home):
            for _ in range(ATTEMPTS):
                found = load(database, home) or _build(database, home, progress)
                if found is not None:
                    return found
    except OSError as error:
        raise DatabaseError(
            f"cannot write the index to {str(home)!r}: {reason(error)}; set XDG_CACHE_HOME or give --index-dir"
        ) from error
    raise DatabaseError(f"{database.address!r} is being written: build the index when that is done")


def load(database: Database, home: Path) -> Values | None:
    """Open the index of the database as it is now; None if there is none, or it is cut short or of another version."""
    folder = home / database.fingerprint()
    try:
        manifest = Manifest.model_validate_json((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest.version != VERSION or manifest != manifest.sealed() or not intact(folder, manifest.files):
            return None
        shards = [Shard.load(shard_folder(folder, number)) for number in range(manifest.shards)]
        return Values(manifest.columns, shards, tuple(load_numbers(folder, manifest.columns)))
    except (OSError, ValueError, ValidationError):
        return None


def _build(database: Database, home: Path, progress: Progress | None) -> Values | None:
    before = database.fingerprint()
    folder, work = home / before, home / f"{before}.part"
    for other in home.iterdir():
        if other.is_symlink():
            other.unlink()  # none of ours: what it names is not to be written
        elif other.is_dir() and other != work:
            shutil.rmtree(other)  # of an earlier state of the file, or cut short
    work.mkdir(exist_ok=True)
    values = Builder(database, work, progress).build()
    save_numbers(work, values.numbers)
    (work / "checkpoint.json").unlink(missing_ok=True)
    if database.fingerprint() != before:
        return None
    manifest = Manifest(
        version=VERSION,
        database=os.fsencode(database.address).decode(errors="backslashreplace"),
        fingerprint=before,
        columns=values.columns,
        shards=len(values.shards),
        files=sealed(work),
    )
    write_atomically(work / "manifest.json", manifest.sealed().model_dump_json())
    sync_folder(work)
    work.rename(folder)
    sync_folder(home)
    return load(database, home)


def _make_home(home: Path, database: Database) -> None:
    """Make the folder of a database's index, for those who may read the database."""
    if home.is_symlink():
        raise DatabaseError(f"{str(home)!r} is a link: remove it, or give --index-dir")
    private_folder(home, database.files)


@contextmanager
def _lock(home: Path) -> Generator[None]:
    """Let one process build at a time; the others wait and then find the index built."""
    with FileLock(home / "lock", mode=0o600):
        yield
