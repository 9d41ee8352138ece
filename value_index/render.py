"""Results and schemas as people and models read them."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from rich.table import Table as RichTable
from rich.text import Text

from value_index.database import Result
from value_index.files.printable import printable
from value_index.matches import Provenance, ValueMatch
from value_index.store.values import ColumnSummary

WHY: dict[Provenance, str] = {
    "exact": "the same text",
    "folded": "the same but for case, accents, punctuation or number",
    "fuzzy": "a near spelling",
    "alias": "another name of the same place, people, language or currency",
    "carried": "kept from an earlier turn",
    "via_row": "the row named by",
}
"""What each provenance means to a person."""
_HIGH_CONTROL = re.compile("[\x7f-\x9f\ud800-\udfff]")


def json_cell(cell: Any) -> Any:
    """Return a cell as JSON can hold it: blobs as SQL hex literals, infinities as words."""
    if isinstance(cell, bytes):
        return f"x'{cell.hex()}'"
    if isinstance(cell, float) and not math.isfinite(cell):
        return str(cell)
    return cell


def strict_json(value: Any, *, indent: int | None = None) -> str:
    """Write JSON values as every reader takes them: NaN and infinities, which JSON lacks, become words.

    >>> strict_json({"score": float("nan")})
    '{"score": "nan"}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except ValueError:
        text = json.dumps(_worded(value), ensure_ascii=False, allow_nan=False, indent=indent)
    # Of control characters json escapes the lower ones alone, and a lone surrogate cannot be written at all.
    return _HIGH_CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def json_rows(result: Result) -> list[list[Any]]:
    """Return the rows as JSON can hold them."""
    return [[json_cell(cell) for cell in row] for row in result.rows]


def csv_text(result: Result) -> str:
    """Write rows as CSV (RFC 4180); NULL is an empty cell.

    >>> csv_text(Result(outcome="rows", columns=("name", "price"), rows=(("lamp, tall", None),))).splitlines()
    ['name,price', '"lamp, tall",']
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(result.columns)
    writer.writerows(json_rows(result))
    return text.getvalue()


def rows_table(result: Result, *, max_rows: int = 200, max_chars: int = 200) -> RichTable:
    """Lay a result out as a table for a terminal, long results and long cells cut."""
    table = RichTable()
    for column in result.columns:
        table.add_column(Text(printable(column)))
    for row in result.rows[:max_rows]:
        table.add_row(*(_cell_text(cell, max_chars) for cell in row))
    hidden = len(result.rows) - max_rows
    if hidden > 0:
        table.caption = f"{hidden} more rows"
    return table


def matches_table(matches: Sequence[ValueMatch]) -> RichTable:
    """Lay out readings of a text, with what each was reached by."""
    table = RichTable()
    for heading in ("mention", "column", "operator", "value", "score", "margin", "why"):
        table.add_column(heading)
    for match in matches:
        why = WHY[match.kind] + (f" {match.via}" if match.via else "")
        cells = (match.mention, str(match.column), match.operator, str(match.value))
        table.add_row(
            *(Text(printable(cell)) for cell in cells), f"{match.score:.3f}", f"{match.margin:.3f}", Text(why)
        )
    return table


def columns_table(columns: Sequence[ColumnSummary]) -> RichTable:
    """Lay out what is indexed of each column."""
    table = RichTable()
    for heading in ("column", "texts", "numbers", "left out"):
        table.add_column(heading)
    for column in columns:
        table.add_row(
            Text(printable(str(column.ref))), f"{column.texts:,}", f"{column.numbers:,}", Text(column.skipped)
        )
    return table


def _worded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _worded(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_worded(each) for each in value]
    return json_cell(value)


def _cell_text(cell: Any, max_chars: int) -> Text:
    if cell is None:
        return Text("NULL", style="dim")
    text = printable(str(json_cell(cell))[: max_chars + 1])
    right = isinstance(cell, (int, float))
    cut = text if len(text) <= max_chars else text[: max_chars - 1] + "…"
    return Text(cut, justify="right" if right else "left")
