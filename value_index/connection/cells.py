"""Cells of a driver as cells of a result: numbers, texts, bytes, truth values and NULL."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

_PLAIN = (int, float, str, bytes, bool, type(None))


def plain_cell(cell: Any) -> Any:
    """Return a cell as SQLite would hold it: days and times as ISO text, decimals as floats, lists as JSON.

    >>> from datetime import date
    >>> plain_cell(date(2020, 1, 31)), plain_cell(Decimal("1.50")), plain_cell([1, {"a": None}])
    ('2020-01-31', 1.5, '[1, {"a": null}]')
    """
    if isinstance(cell, _PLAIN):
        return cell
    if isinstance(cell, Decimal):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (bytearray, memoryview)):
        return bytes(cell)
    if isinstance(cell, (list, dict, tuple)):
        return json.dumps(cell, ensure_ascii=False, default=lambda inner: str(plain_cell(inner)))
    return str(cell)


def plain_row(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the cells of a row as a result holds them."""
    return row if all(type(cell) in _PLAIN for cell in row) else tuple(map(plain_cell, row))
