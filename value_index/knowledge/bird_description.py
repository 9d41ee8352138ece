"""read_description: BIRD's `database_description/TABLE.csv`, one column of the table a line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from value_index.database import Database
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.store import Knowledge, NamedPart, NamedValue
from value_index.knowledge.stored_codes import stored_codes
from value_index.schema import ColumnRef
from value_index.text.natural_names import split_identifier

COLUMNS = ("original_column_name", "column_name", "column_description", "value_description")
LONGEST_MEANING = 4
"""Words of a code's meaning; a longer one is an explanation, which nobody says in a question."""
_CODE = re.compile(r"""^\W*['"]?([\w+-]{1,12})['"]?\s*(?:=|:|means|stands for|refers to)\s*['"]?([^'".;]+)""")


def read_description(path: Path, text: str, database: Database) -> Knowledge:
    """Read one table's description; columns that the database does not have are passed over.

    Raises:
        KnowledgeError: the first line names other columns, or the table is not there.
    """
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise KnowledgeError(f"{path}:1: no column {missing[0]!r}; a table's description has {', '.join(COLUMNS)}")
    table = database.schema.table(path.stem)
    if table is None:
        raise KnowledgeError(f"{path}:1: the database has no table {path.stem!r}, which the file is named for")
    parts: list[NamedPart] = []
    values: list[NamedValue] = []
    for row in rows:
        source = f"{path}:{rows.line_num}"
        column = database.schema.column(table.name, (row["original_column_name"] or "").strip())
        if column is not None:
            parts.append(_part(row, column, source))
            values += _values(row["value_description"] or "", column, source, database)
    return Knowledge(parts=tuple(parts), values=tuple(values))


def _part(row: dict[str, str], column: ColumnRef, source: str) -> NamedPart:
    name = " ".join((row["column_name"] or "").split())
    same = name.lower() in (column.column.lower(), split_identifier(column.column).lower())
    said = " ".join((row["column_description"] or "").split())
    return NamedPart(part=column, synonyms=() if same or not name else (name,), description=said, source=source)


def _values(text: str, column: ColumnRef, source: str, database: Database) -> Iterator[NamedValue]:
    """Find lines like "F = female" whose left side is stored."""
    found = [match for line in re.split(r"[\n;]", text) if (match := _CODE.match(line))]
    codes = stored_codes(column, database) if found else {}
    for match in found:
        code, words = match[1], " ".join(match[2].split())
        if code.casefold() in codes and 0 < len(words.split()) <= LONGEST_MEANING:
            yield NamedValue(column=column, value=codes[code.casefold()], words=words, source=source)
