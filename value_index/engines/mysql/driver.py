"""The driver of MySQL and MariaDB (PyMySQL): an extra, loaded where an address needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from value_index.connection.address import PASSWORD, Address
from value_index.errors import DatabaseError

if TYPE_CHECKING:
    from pymysql.connections import Connection

CONNECT_SECONDS = 10
PORT = 3306
_SESSION = (
    "SET SESSION sql_mode = 'NO_UNSIGNED_SUBTRACTION', div_precision_increment = 12, group_concat_max_len = 1048576",
    "SET SESSION net_write_timeout = 3600",
    "SET SESSION TRANSACTION READ ONLY",
)
"""The ways of SQLite: texts in single or double quotes, groups as they come, quotients that are not cut after four digits; and
time for a reader that is slow: the server hangs up on one that takes nothing for a minute."""


def open_connection(address: Address) -> Connection[Any]:
    """Connect to a server, in a session that only reads.

    Raises:
        DatabaseError: the driver is missing, or the server cannot be asked.
    """
    driver = load_driver()
    try:
        connection = driver.connect(**_arguments(address))
        with connection.cursor() as cursor:
            for statement in _SESSION:
                cursor.execute(statement)
    except (driver.MySQLError, RuntimeError, OSError, ValueError) as error:
        raise DatabaseError(f"cannot ask {str(address)!r}: {_reason(error)}") from None
    return connection


def load_driver():
    """Return the module of the driver.

    Raises:
        DatabaseError: it is not installed; the line says what to install.
    """
    try:
        import pymysql
    except ImportError:
        raise DatabaseError(
            "MySQL and MariaDB need the package pymysql: pip install 'turnsql[mysql]' (or pip install pymysql)"
        ) from None
    return pymysql


def fault_of(error: Exception) -> tuple[int, str]:
    """Return the number of an error and its line; 0 for one of the driver itself."""
    arguments = error.args
    if len(arguments) > 1 and isinstance(arguments[0], int):
        return arguments[0], " ".join(str(arguments[1]).split())
    return 0, " ".join(str(error).split()) or type(error).__name__


def _arguments(address: Address) -> dict[str, Any]:
    driver = load_driver()
    names = {"ssl_ca": "ssl_ca", "ssl_cert": "ssl_cert", "ssl_key": "ssl_key", "unix_socket": "unix_socket"}
    found: dict[str, Any] = {ours: value for name, ours in names.items() if (value := address.option(name))}
    seconds = address.option("connect_timeout") or str(CONNECT_SECONDS)
    if not seconds.isdigit():
        raise ValueError("connect_timeout is a number of seconds")
    return {
        **found,
        "host": address.host or "127.0.0.1",
        "port": address.port or PORT,
        "user": address.user or None,
        "password": address.password.get_secret_value() if address.password else "",
        "database": address.database,
        "connect_timeout": max(1, int(seconds)),
        "charset": "utf8mb4",
        "use_unicode": True,
        "local_infile": False,
        "autocommit": True,
        "conv": _decoders(driver),
    }


def _decoders(driver: Any) -> dict[Any, Any]:
    """Return how cells are read: days and times stay the texts that the server sends."""
    kind = driver.constants.FIELD_TYPE
    whole = (kind.TINY, kind.SHORT, kind.LONG, kind.LONGLONG, kind.INT24, kind.YEAR)
    return {
        **dict.fromkeys(whole, int),
        **dict.fromkeys((kind.FLOAT, kind.DOUBLE), float),
        **dict.fromkeys((kind.DECIMAL, kind.NEWDECIMAL), _number),
        kind.BIT: lambda cell: int.from_bytes(cell, "big") if isinstance(cell, bytes) else cell,
    }


def _number(text: str) -> int | float:
    """Read a decimal: whole where it is written so.

    >>> _number("12"), _number("12.50")
    (12, 12.5)
    """
    return int(text) if text.lstrip("-").isdigit() else float(text)


def _reason(error: Exception) -> str:
    """Return why a server cannot be asked, in one line."""
    number, said = fault_of(error)
    if number == 1045:
        return f"the user or the password is wrong (the password is read from the address, or from {PASSWORD})"
    if number == 1044:
        return "the user has no right to this database"
    if number == 1049:
        return "there is no database of this name"
    if number == 2003:
        return f"no server answers there ({said.rpartition('(')[2].rstrip(')') or said})"
    if "cryptography" in said:
        return "its way of checking passwords needs the package cryptography: pip install cryptography"
    return said
