"""connect: a database by its address, whatever engine holds it. The one place where an address is read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from value_index.database import Database
from value_index.errors import DatabaseError
from value_index.folders import cache_folder
from value_index.options import DATA_SUFFIXES, data_suffix

DUCKDB = "duckdb:///"


def connect(addresses: Sequence[str | Path]) -> Database:
    """Open what `--db` names.

    Raises:
        DatabaseError: it is missing, corrupt, locked, no database, or holds no tables.
    """
    texts = [str(address) for address in addresses]
    if not texts:
        raise DatabaseError("give a database: --db ADDRESS")
    if len(texts) == 1 and texts[0].startswith(DUCKDB):
        return _duckdb(texts[0].removeprefix(DUCKDB))
    if schemes := [text.partition("://")[0] for text in texts if "://" in text]:
        raise DatabaseError(f"'{schemes[0]}://' is no database that is known: give a file, or {DUCKDB}FILE")
    if all(map(data_suffix, texts)):
        return _data_files(texts)
    if len(texts) > 1:
        other = next(text for text in texts if not data_suffix(text))
        raise DatabaseError(
            f"{other!r} is no data file ({', '.join(sorted(DATA_SUFFIXES))}): of others, give one alone"
        )
    from value_index.sqlite.database import SQLiteDatabase

    return SQLiteDatabase.open(texts[0])


def absolute(address: str) -> str:
    """Return an address that means the same from any folder."""
    if address.startswith(DUCKDB):
        return DUCKDB + str(Path(address.removeprefix(DUCKDB)).resolve())
    return address if "://" in address else str(Path(address).resolve())


def _duckdb(path: str) -> Database:
    from value_index.duckdb.database import DuckDBDatabase
    from value_index.duckdb.source import DuckDBFile

    if not path:
        raise DatabaseError(f"{DUCKDB} names no file: {DUCKDB}shop.duckdb, or {DUCKDB}/home/me/shop.duckdb")
    return DuckDBDatabase.open(DuckDBFile(Path(path)))


def _data_files(paths: Sequence[str]) -> Database:
    from value_index.duckdb.database import DuckDBDatabase
    from value_index.duckdb.source import DataFiles

    return DuckDBDatabase.open(DataFiles([Path(path) for path in dict.fromkeys(paths)], cache_folder() / "tables"))
