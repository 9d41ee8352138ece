"""The DuckDB driver: an extra, loaded where an address needs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from value_index.errors import DatabaseError

if TYPE_CHECKING:
    import duckdb

MEMORY = "512MB"
"""What one database may hold at once; beyond it a statement fails, not the process."""
THREADS = 2
_CONFINED: dict[str, str | bool | int | float | list[str]] = {
    "access_mode": "READ_ONLY",
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": MEMORY,
    "threads": str(THREADS),
    "temp_directory": "",
    "error_on_division_by_zero": "false",
    "ieee_floating_point_ops": "false",
    "lock_configuration": "true",
}
"""Nothing is written, no file or address beyond the database is read, no variable of this process is a table."""


def open_confined(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a file that can only be read.

    Raises:
        DatabaseError: the driver is missing; the file is corrupt, locked or no DuckDB file.
    """
    driver = load_driver()
    try:
        return driver.connect(str(path), config=_CONFINED)
    except driver.Error as error:
        raise DatabaseError(_explain(path, error)) from error


def open_writable(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a new file of ours, to read data files into it.

    Raises:
        DatabaseError: the driver is missing, or the file cannot be made.
    """
    driver = load_driver()
    try:
        return driver.connect(
            str(path),
            config={
                "memory_limit": "1GB",
                "threads": str(THREADS),
                "python_enable_replacements": "false",
                "autoinstall_known_extensions": "false",
                "allow_community_extensions": "false",
            },
        )
    except driver.Error as error:
        raise DatabaseError(_explain(path, error)) from error


def load_driver():
    """Return the module of the driver.

    Raises:
        DatabaseError: it is not installed; the line says what to install.
    """
    try:
        import duckdb
    except ImportError:
        raise DatabaseError(
            "DuckDB and data files need the package duckdb: pip install 'turnsql[duckdb]' (or pip install duckdb)"
        ) from None
    return duckdb


def first_line(error: Exception) -> str:
    """Return what an error of DuckDB says, without the class that it repeats and without its advice."""
    text = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    kind, _, rest = text.partition(" Error: ")
    return rest if rest and len(kind) < 30 else text


def _explain(path: Path, error: Exception) -> str:
    name, said = repr(str(path)), first_line(error)
    if "lock on file" in str(error):
        return f"{name} is locked by another program: close it there, or try again"
    if "not a valid DuckDB database" in str(error):
        return f"{name} is not a DuckDB database"
    return f"cannot read {name}: {said}"
