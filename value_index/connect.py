"""connect: a database by its address, whatever engine holds it. The one place where an address is read."""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from value_index.connection.address import EXAMPLES, PASSWORD, Address, check_no_secret, is_server
from value_index.database import Database
from value_index.engines.sqlalchemy.address import OtherAddress, is_other
from value_index.errors import DatabaseError
from value_index.files.folders import cache_folder
from value_index.options import DATA_SUFFIXES, data_suffix

DUCKDB = "duckdb:///"
SQLITE = "sqlite:///"


def connect(addresses: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Database:
    """Open what `--db` names.

    Args:
        addresses: files, or one address.
        environment: where the password of an address without one is looked for; the process's unless given.

    Raises:
        DatabaseError: it is missing, corrupt, locked, no database, cannot be reached, or holds no tables.
    """
    texts = [str(address) for address in addresses]
    if not texts:
        raise DatabaseError("give a database: --db ADDRESS")
    if len(texts) == 1 and is_server(texts[0]):
        return _server(Address.parse(texts[0], os.environ if environment is None else environment))
    if len(texts) == 1 and texts[0].startswith(DUCKDB):
        return _duckdb(texts[0].removeprefix(DUCKDB))
    if len(texts) == 1 and is_other(texts[0]):
        return _other(OtherAddress.parse(texts[0], os.environ if environment is None else environment))
    texts = [text.removeprefix(SQLITE) for text in texts]
    for text in texts:
        _check_file(text)
    if all(map(data_suffix, texts)):
        return _data_files(texts)
    if len(texts) > 1:
        other = next(text for text in texts if not data_suffix(text))
        raise DatabaseError(
            f"{other!r} is no data file ({', '.join(sorted(DATA_SUFFIXES))}): of others, give one alone"
        )
    from value_index.engines.sqlite.database import SQLiteDatabase

    return SQLiteDatabase.open(texts[0])


def absolute(address: str) -> str:
    """Return an address that means the same from any folder, without a password: what a record may keep."""
    if is_server(address):
        return str(Address.parse(address, {}))
    if address.startswith(DUCKDB):
        return DUCKDB + str(Path(address.removeprefix(DUCKDB)).resolve())
    if is_other(address):
        return str(OtherAddress.parse(address, {}))
    address = address.removeprefix(SQLITE)
    _check_file(address)
    return str(Path(address).resolve())


@contextmanager
def password_kept(addresses: Sequence[str | Path]) -> Generator[None]:
    """Let an address be opened again from what is kept of it, by this process and those that it starts.

    What is kept has no password; meanwhile the environment has the one that an address gives.
    """
    before = os.environ.get(PASSWORD)
    found = next((secret for each in addresses if (secret := _password_in(str(each)))), before)
    if found is not None:
        os.environ[PASSWORD] = found
    try:
        yield
    finally:
        os.environ.pop(PASSWORD, None)
        if before is not None:
            os.environ[PASSWORD] = before


def _password_in(text: str) -> str | None:
    address = Address.parse(text, {}) if is_server(text) else OtherAddress.parse(text, {}) if is_other(text) else None
    return address.password.get_secret_value() if address and address.password else None


def shown_name(address: str) -> str:
    """Return what an address is called in a report: the file without its ending, or the database of a server."""
    if is_server(address):
        return Address.parse(address, {}).file_name
    return OtherAddress.parse(address, {}).file_name if is_other(address) else Path(address).stem


def _check_file(text: str) -> None:
    """Refuse what is an address, and not repeat it: a password may stand in it."""
    if is_server(text) or is_other(text) or text.startswith(DUCKDB):
        raise DatabaseError("an address stands alone: several databases are not asked at once")
    scheme, is_address, _ = text.partition("://")
    if is_address:
        known = ", ".join((f"{DUCKDB}FILE", *EXAMPLES.values()))
        named = f"'{scheme}://'" if re.fullmatch(r"[\w+.-]{1,20}", scheme) else "the address"
        raise DatabaseError(f"{named} is no database that is known: give a file, or {known}")
    check_no_secret(text)


def _server(address: Address) -> Database:
    if address.scheme == "postgresql":
        from value_index.engines.postgres.database import PostgreSQLDatabase

        return PostgreSQLDatabase.open(address)
    from value_index.engines.mysql.database import MySQLDatabase

    return MySQLDatabase.open(address)


def _other(address: OtherAddress) -> Database:
    from value_index.engines.sqlalchemy.database import SQLAlchemyDatabase

    return SQLAlchemyDatabase.open(address)


def _duckdb(path: str) -> Database:
    from value_index.engines.duckdb.database import DuckDBDatabase
    from value_index.engines.duckdb.source import DuckDBFile

    if not path:
        raise DatabaseError(f"{DUCKDB} names no file: {DUCKDB}shop.duckdb, or {DUCKDB}/home/me/shop.duckdb")
    return DuckDBDatabase.open(DuckDBFile(Path(path)))


def _data_files(paths: Sequence[str]) -> Database:
    from value_index.engines.duckdb.database import DuckDBDatabase
    from value_index.engines.duckdb.source import DataFiles

    return DuckDBDatabase.open(DataFiles([Path(path) for path in dict.fromkeys(paths)], cache_folder() / "tables"))
