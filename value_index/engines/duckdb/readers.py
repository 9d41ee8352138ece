"""How each kind of data file becomes a table: the types that its values have, and what of it is left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from value_index.engines.duckdb.driver import first_line, load_driver
from value_index.errors import DatabaseError, reason
from value_index.options import data_suffix
from value_index.schema import quoted

if TYPE_CHECKING:
    import duckdb

DELIMITERS = ",;\t|"
FORMATS = {".parquet": "read_parquet", ".json": "read_json", ".jsonl": "read_json", ".ndjson": "read_json"}


@dataclass
class FileTable:
    """One table of a file: made where its name is known."""

    connection: duckdb.DuckDBPyConnection
    file: Path
    """The file that the user named."""
    stem: str
    """What it is called after."""
    readings: tuple[str, ...]
    """Calls of table functions that read it; the first that works is taken."""
    name: str = ""
    notes: list[str] = field(default_factory=list[str])

    def create(self, name: str) -> None:
        """Make the table.

        Raises:
            DatabaseError: no reading works, or it has no rows and columns of its own.
        """
        self.name = name
        error: Exception | None = None
        for reading in self.readings:
            try:
                self.connection.execute(f"CREATE OR REPLACE TABLE {quoted(name)} AS SELECT * FROM {reading}")
            except load_driver().Error as problem:
                error = error or problem
                continue
            if "store_rejects" in reading:
                self._note_rejected()
            elif self._is_one_column_of_several():
                continue  # a line of another length: DuckDB then takes the whole line for a column
            return self._check()
        raise DatabaseError(f"cannot read {str(self.file)!r}: {_reason(error)}")

    def _columns(self) -> list[str]:
        return [row[0] for row in self.connection.execute(f"DESCRIBE {quoted(self.name)}").fetchall()]

    def _is_one_column_of_several(self) -> bool:
        columns = self._columns()
        return len(self.readings) > 1 and len(columns) == 1 and any(mark in columns[0] for mark in DELIMITERS)

    def _note_rejected(self) -> None:
        rows = self.connection.execute(
            "SELECT line, min(error_message) FROM reject_errors GROUP BY line ORDER BY line"
        ).fetchall()
        self.connection.execute("DROP TABLE reject_errors; DROP TABLE reject_scans")
        if not rows:
            return
        kept = self.connection.execute(f"SELECT count(*) FROM {quoted(self.name)}").fetchone()
        first = f"line {rows[0][0]}: {' '.join(str(rows[0][1]).split())}"
        if kept and kept[0] < len(rows):
            raise DatabaseError(f"cannot read {str(self.file)!r}: {len(rows)} lines are broken; {first}")
        lines = f"{len(rows)} lines were" if len(rows) > 1 else "1 line was"
        self.notes.append(f"{lines} left out of {self.file.name!r}: {first}")

    def _check(self) -> None:
        """Refuse a table without rows, and say what it lacks."""
        columns = self._columns()
        row = self.connection.execute(f"SELECT 1 FROM {quoted(self.name)} LIMIT 1").fetchone()
        if row is None:
            raise DatabaseError(f"{str(self.file)!r} holds no rows")
        counts = ", ".join(f"count(*) = count({quoted(column)})" for column in columns)
        whole = self.connection.execute(f"SELECT {counts} FROM {quoted(self.name)}").fetchone() or ()
        for column, full in zip(columns, whole, strict=False):
            if full:  # so that no order has to say where NULL goes
                self.connection.execute(f"ALTER TABLE {quoted(self.name)} ALTER {quoted(column)} SET NOT NULL")
        if columns[0] == "column0":
            self.notes.append(f"{self.file.name!r} has no header line: its columns are called column0, column1, ...")


def read_file(connection: duckdb.DuckDBPyConnection, file: Path, folder: Path) -> Iterator[FileTable]:
    """Yield the tables of a file; a workbook has one a sheet.

    Args:
        connection: where the tables are made.
        file: a data file.
        folder: for what has to be written on the way.

    Raises:
        DatabaseError: it is missing, empty, or not what its ending says.
    """
    suffix = data_suffix(file)
    if file.stat().st_size == 0:
        raise DatabaseError(f"{str(file)!r} is an empty file")
    stem = file.name[: len(file.name) - len(suffix)]
    if suffix == ".xlsx":
        yield from _sheets(connection, file, stem, folder)
    elif suffix in FORMATS:
        yield FileTable(connection, file, stem, (f"{FORMATS[suffix]}({_text(file)})",))
    else:
        yield FileTable(connection, file, stem, _csv_readings(file))


def _csv_readings(file: Path) -> tuple[str, ...]:
    """Return ways to read a text file, the strictest first; the last leaves broken lines out and tells which."""
    path = _text(file)
    delimiter = _delimiter(file)
    kept = "sample_size=-1, ignore_errors=true, store_rejects=true"
    return (
        f"read_csv({path})",
        f"read_csv({path}, sample_size=-1)",
        f"read_csv({path}, sample_size=-1, encoding='latin-1')",
        f"read_csv({path}, delim='{delimiter}', quote='\"', escape='\"', {kept})",
        f"read_csv({path}, delim='{delimiter}', quote='', escape='', {kept})",  # a quote that no line ends
    )


def _delimiter(file: Path) -> str:
    """Return the mark that most often stands in the first line."""
    import gzip

    try:
        with gzip.open(file) if file.suffix.lower() == ".gz" else file.open("rb") as lines:
            head = lines.readline(100_000).decode("utf-8", errors="replace")
    except OSError as error:
        raise DatabaseError(f"cannot open {str(file)!r}: {reason(error)}") from None
    return max(DELIMITERS, key=head.count)


def _sheets(connection: duckdb.DuckDBPyConnection, file: Path, stem: str, folder: Path) -> Iterator[FileTable]:
    """Write each sheet of a workbook as CSV, from which its types are read."""
    try:
        import openpyxl
        from openpyxl.utils.exceptions import InvalidFileException
    except ImportError:
        raise DatabaseError("Excel files need the package openpyxl: pip install 'turnsql[duckdb]'") from None
    from zipfile import BadZipFile

    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise DatabaseError(f"{str(file)!r} is not an Excel workbook: {error}") from None
    for number, sheet in enumerate(book.worksheets):
        copy = folder / f"sheet-{number}.csv"
        with copy.open("w", newline="", encoding="utf-8") as text:
            rows = (row for row in sheet.iter_rows(values_only=True) if any(cell is not None for cell in row))
            writer, written = csv.writer(text), 0
            for row in rows:
                writer.writerow([_written(cell) for cell in row])
                written += 1
        if written > 1:
            name = stem if len(book.worksheets) == 1 else sheet.title
            yield FileTable(
                connection, file, name, (f"read_csv({_text(copy)}, header=true, sample_size=-1, delim=',')",)
            )
        copy.unlink()


def _written(cell: object) -> object:
    """Return a cell of a workbook as CSV holds it: a day is a time at midnight there."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return "" if cell is None else cell


def _text(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _reason(error: Exception | None) -> str:
    """Return one line of what DuckDB says of a file."""
    if error is None:
        return "its lines have different numbers of columns"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = first_line(error)
    if said.startswith("CSV Error on Line"):
        return f"{said.removeprefix('CSV Error on ').lower()}: {lines[2] if len(lines) > 2 else ''}".strip()
    if said.startswith("Error when sniffing"):
        return "no columns are found in it"
    return said
