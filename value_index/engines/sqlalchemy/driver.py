"""SQLAlchemy: an extra, loaded where an address needs it; the driver of a dialect is a package of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from value_index.engines.sqlalchemy.address import OtherAddress
from value_index.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Engine


def load_driver():
    """Return the module.

    Raises:
        DatabaseError: it is not installed; the line says what to install.
    """
    try:
        import sqlalchemy
        import sqlalchemy.exc
    except ImportError:
        raise DatabaseError(
            "other databases are asked through the package sqlalchemy: pip install 'turnsql[sqlalchemy]'"
            " (or pip install sqlalchemy), and the driver of the database"
        ) from None
    return sqlalchemy


def make_engine(address: OtherAddress) -> Engine:
    """Return an engine that opens a connection whenever it is asked for one.

    Raises:
        DatabaseError: SQLAlchemy, its dialect or the driver of that is missing, or the address cannot be read.
    """
    driver = load_driver()
    from sqlalchemy.pool import NullPool

    dialect = address.scheme.partition("+")[0]
    try:
        return driver.create_engine(address.with_secrets(), poolclass=NullPool, hide_parameters=True)
    except driver.exc.NoSuchModuleError:
        raise DatabaseError(
            f"'{address.scheme}://' is no database that is known: give a file, duckdb:///FILE, postgresql://ME@HOST/NAME,"
            f" mysql://ME@HOST/NAME, or install SQLAlchemy's dialect of {dialect}"
        ) from None
    except ImportError as error:
        missing = (error.name or "its driver").partition(".")[0]
        raise DatabaseError(f"{address.scheme}:// needs the package {missing}: pip install {missing}") from None
    except (driver.exc.ArgumentError, TypeError, ValueError) as error:
        raise DatabaseError(f"{str(address)!r} cannot be read: {reason(error, address)}") from None


def reason(error: BaseException, address: OtherAddress) -> str:
    """Return why something failed, in one line, without what is secret."""
    cause: Any = getattr(error, "orig", None) or error
    said = " ".join(str(cause).split()) or type(cause).__name__
    for secret in address.secret_texts():
        said = said.replace(secret, "***")
    return said[:300]
