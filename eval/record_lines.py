"""whole_lines: the lines of a run's file, from JSONL or from the Parquet file that took its place, a few in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from value_index.engines.duckdb.driver import load_driver

PARQUET = ".parquet"
BATCH = 256
"""Lines that are read from a Parquet file at a time."""


def whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a JSONL file without their ends; what follows the last line end was torn off by a kill and is left out.

    Args:
        path: the JSONL file; where it is absent and a Parquet file of its name is there, that is read.

    Raises:
        OSError: Neither can be read.
        DatabaseError: The Parquet file wants the driver.
    """
    if not path.exists() and path.with_suffix(PARQUET).exists():
        yield from _packed_lines(path.with_suffix(PARQUET))
        return
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield line[:-1]


def has_lines(path: Path) -> bool:
    """Whether a JSONL file, or a Parquet file in its place, is there."""
    return path.exists() or path.with_suffix(PARQUET).exists()


def _packed_lines(path: Path) -> Iterator[bytes]:
    driver = load_driver()
    connection = driver.connect(config={"threads": "1"})
    try:
        found = connection.execute("SELECT record FROM read_parquet(?)", [str(path)])
        while rows := found.fetchmany(BATCH):
            for (record,) in rows:
                yield record.encode()
    except driver.Error as error:
        raise OSError(0, f"no Parquet file of records: {str(error).splitlines()[0]}") from error
    finally:
        connection.close()
