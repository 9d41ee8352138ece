"""Build the demo databases from their SQL text, in the layout of the official CoSQL archive."""

from __future__ import annotations

import sqlite3
import tempfile
import zlib
from contextlib import closing
from pathlib import Path

from value_index.errors import DatabaseError, reason
from value_index.files.atomic_file import write_atomically
from value_index.files.folders import INSTALLED, cache_folder

SOURCE = Path(__file__).parent
DEMO_DATA = cache_folder() / "demo" if INSTALLED else SOURCE
"""The demo's data folder: what `--data` takes once the databases are built. A wheel writes nothing into itself."""


def build(folder: Path = DEMO_DATA) -> tuple[Path, ...]:
    """Make `database/<id>/<id>.sqlite` for every `<id>.sql` of a folder, where it is absent or out of date.

    Returns:
        The database files, in the order of their names; each is complete or not there at all.

    Raises:
        DatabaseError: the folder cannot be written, or a text is not SQL.
    """
    if folder == DEMO_DATA != SOURCE:
        _copy_source(folder)
    return tuple(_build_one(text, folder / "database" / text.stem) for text in sorted(folder.glob("*.sql")))


def _copy_source(folder: Path) -> None:
    """Put the dialogues, the schemas and the SQL texts of the package into a folder that can be written."""
    try:
        for path in (*SOURCE.glob("*.sql"), *SOURCE.rglob("*.json")):
            copy = folder / path.relative_to(SOURCE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if not copy.is_file() or copy.read_bytes() != path.read_bytes():
                write_atomically(copy, path.read_bytes())
    except OSError as error:
        raise DatabaseError(f"cannot write the demo's data to {str(folder)!r}: {reason(error)}") from error


def _build_one(text: Path, folder: Path) -> Path:
    sql = text.read_text(encoding="utf-8")
    version = zlib.crc32(sql.encode()) & 0x7FFFFFFF
    path = folder / f"{text.stem}.sqlite"
    if _version(path) == version:
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as workshop:
            made = Path(workshop) / path.name
            with closing(sqlite3.connect(made)) as connection:
                connection.executescript(f"BEGIN;\n{sql}\nCOMMIT;\nPRAGMA user_version = {version};")
            made.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"cannot build the demo database {str(path)!r} from {text.name}: {error}") from error
    return path


def _version(path: Path) -> int | None:
    """Read the checksum of the SQL text that a file was built from; None if there is no such file."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        return None
