"""pack_records: a finished run's records as Parquet, a column for what is asked most and one for the whole record."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from eval.record_lines import PARQUET, whole_lines
from eval.records import RunError
from value_index.engines.duckdb.driver import first_line, load_driver
from value_index.files.atomic_file import UNFINISHED, atomic_file

RecordsFormat = Literal["jsonl", "parquet"]
_GROUP = 2048
"""Records in a group of rows: what a reader holds at once."""
_LONGEST = 16 << 20
"""DuckDB's own bound of a line; a longer one raises it."""
_COLUMNS = {
    "turns": {
        "dialogue": "INTEGER", "turn": "INTEGER", "database_id": "VARCHAR", "utterance": "VARCHAR", "sql": "VARCHAR",
        "outcome": "VARCHAR", "error": "VARCHAR",
    },
    "alone": {"dialogue": "INTEGER", "turn": "INTEGER", "stage": "VARCHAR"},
}  # fmt: skip


def check_records_format(records: RecordsFormat) -> None:
    """Check, before anything is asked, that records can be kept so.

    Raises:
        DatabaseError: The driver of Parquet is not installed.
    """
    if records == "parquet":
        load_driver()


def pack_records(run: Path) -> None:
    """Put Parquet files in the place of a run's JSONL files; each is whole before the other goes.

    Raises:
        DatabaseError: The driver is not installed.
        RunError: A file cannot be read or written.
    """
    for name, columns in _COLUMNS.items():
        lines = run / f"{name}.jsonl"
        if lines.exists():
            _pack(lines, columns)


def unpack_records(run: Path) -> None:
    """Put JSONL files in the place of a run's Parquet files, so that more records can be written.

    Raises:
        RunError: A file cannot be read or written.
    """
    for name in _COLUMNS:
        lines = run / f"{name}.jsonl"
        packed = lines.with_suffix(PARQUET)
        if packed.exists():
            try:
                if not lines.exists():
                    with atomic_file(lines) as file:
                        file.writelines(line + b"\n" for line in whole_lines(lines))
                packed.unlink()
            except OSError as error:
                raise RunError(f"cannot unpack {packed}: {error.strerror}") from error


def _pack(lines: Path, columns: dict[str, str]) -> None:
    driver, packed = load_driver(), lines.with_suffix(PARQUET)
    unfinished = packed.with_name(f"{packed.name}{UNFINISHED}")
    chosen = ", ".join(f"CAST(json ->> '$.{name}' AS {kind}) AS {name}" for name, kind in columns.items())
    with driver.connect(config={"threads": "1"}) as connection:
        try:
            connection.execute(
                f"COPY (SELECT {chosen}, CAST(json AS VARCHAR) AS record FROM read_json_objects(?, "
                f"format = 'newline_delimited', maximum_object_size = {_longest(lines)})) "
                f"TO {_quoted(unfinished)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})",
                [str(lines)],
            )
            unfinished.replace(packed)
            lines.unlink()
        except (driver.Error, OSError) as error:
            unfinished.unlink(missing_ok=True)
            raise RunError(f"cannot write {packed}: {first_line(error)}") from error


def _longest(lines: Path) -> int:
    return max(_LONGEST, 2 * max((len(line) for line in whole_lines(lines)), default=0))


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
