"""The PostgreSQL driver: an extra, loaded where an address needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from value_index.connection.address import PASSWORD, Address
from value_index.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 5
"""How long a server may take to let us in."""
_PASSED_ON = ("sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs")


def load_driver():
    """Return the module of the driver.

    Raises:
        DatabaseError: it is not installed; the line says what to install.
    """
    try:
        import psycopg
    except ImportError:
        raise DatabaseError(
            "PostgreSQL needs the package psycopg: pip install 'turnsql[postgres]' (or pip install 'psycopg[binary]')"
        ) from None
    return psycopg


def open_connection(address: Address) -> psycopg.Connection:
    """Open a connection.

    Raises:
        DatabaseError: the driver is missing, the server cannot be reached, or it does not let us in.
    """
    driver = load_driver()
    try:
        return driver.connect(connection_string(address), autocommit=True)
    except (driver.Error, ValueError) as error:
        raise DatabaseError(f"cannot open {str(address)!r}: {_reason(str(error))}") from None


def connection_string(address: Address, database: str | None = None) -> str:
    """Return what the driver takes for an address, or for another database of its server.

    Raises:
        DatabaseError: the driver is missing.
        ValueError: an option has no such value.
    """
    load_driver()
    from psycopg.conninfo import make_conninfo

    given = {
        "dbname": database or address.database,
        "host": address.host or address.option("host"),
        "port": address.port,
        "user": address.user,
        "password": address.password.get_secret_value() if address.password else None,
        "connect_timeout": address.option("connect_timeout") or CONNECT_SECONDS,
        "application_name": "turnsql",
        "client_encoding": "utf8",
        **{name: address.option(name) for name in _PASSED_ON},
    }
    return make_conninfo("", **{name: value for name, value in given.items() if value})


def _reason(said: str) -> str:
    """Return why a server cannot be asked, in one line."""
    if "password authentication failed" in said:
        return "the user or the password is wrong"
    if "no password supplied" in said:
        return f"it asks for a password: set {PASSWORD}, or write it into the address"
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = next((line for line in reversed(lines) if "failed:" in line or "FATAL" in line), lines[0] if lines else said)
    return last.rpartition("FATAL:")[2].rpartition(" failed: ")[2].strip() or last
