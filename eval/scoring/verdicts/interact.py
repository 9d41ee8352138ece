"""interact: BIRD-Interact's rule for results: sets of normalised rows, ordered only where the task says so, never empty."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, cast
from uuid import UUID

from value_index.database import Row

MAX_ROWS = 10_000
"""Rows that are compared; those beyond are not looked at."""
_TWO_PLACES = Decimal("0.01")
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"--.*?(\r\n|\r|\n)")
_BLANK_LINES = re.compile(r"\n\s*\n+")
_ROUND = re.compile(r"ROUND\s*\(", re.IGNORECASE)


def interact(gold: Sequence[Row], predicted: Sequence[Row], *, ordered: bool) -> bool:
    """Whether two results are equal: columns by position, rows as sets, or in their order; an empty one equals nothing.

    >>> interact([(1, 2.004), (1, 2.0)], [(1, 2)], ordered=False), interact([], [], ordered=False)
    (True, False)
    """
    ours, theirs = normalised(gold[:MAX_ROWS]), normalised(predicted[:MAX_ROWS])
    if not ours or not theirs:
        return False
    return ours == theirs if ordered else set(ours) == set(theirs)


def normalised(rows: Sequence[Row]) -> list[Row]:
    """Return rows as the benchmark compares them: numbers to two places, dates as days, JSON as sorted text."""
    return [tuple(_cell(cell) for cell in row) for row in rows]


def stripped(sql: str) -> str:
    """Return a statement without comments, DISTINCT and ROUND, letter by letter as the benchmark's judge takes them out.

    It looks at no quotes, and at DISTINCT only between blanks.

    >>> stripped("SELECT DISTINCT ROUND(AVG(a), 2) -- mean\\nFROM t")
    'SELECT AVG(a) \\nFROM t'
    >>> stripped("SELECT COUNT(DISTINCT a) FROM t")
    'SELECT COUNT(DISTINCT a) FROM t'
    """
    return without_round(without_distinct(without_comments(sql)))


def without_comments(sql: str) -> str:
    """Take out block comments, line comments (but for one that ends the text) and blank lines."""
    uncommented = _LINE_COMMENT.sub(r"\1", _BLOCK_COMMENT.sub("", sql))
    return _BLANK_LINES.sub("\n", uncommented).strip()


def without_distinct(sql: str) -> str:
    """Take out DISTINCT where it stands between blanks."""
    return " ".join(word for word in sql.split(" ") if word.lower() != "distinct")


def without_round(sql: str) -> str:
    """Put the first argument in the place of each ROUND(...)."""
    while match := _ROUND.search(sql):
        end, comma = _closing(sql, match.end())
        if end is None:
            return sql
        sql = sql[: match.start()] + sql[match.end() : comma].strip() + sql[end + 1 :]
    return sql


def _closing(sql: str, start: int) -> tuple[int | None, int]:
    """Return where the brackets that are open at `start` close (None: never), and where their first argument ends."""
    depth, comma = 0, None
    for place in range(start, len(sql)):
        match sql[place]:
            case "(":
                depth += 1
            case ")" if depth == 0:
                return place, place if comma is None else comma
            case ")":
                depth -= 1
            case "," if depth == 0 and comma is None:
                comma = place
            case _:
                pass
    return None, len(sql)


def _cell(cell: Any) -> Any:
    if isinstance(cell, date):  # a datetime is one too
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, UUID):
        return str(cell)
    rounded = _rounded(cell)
    return json.dumps(rounded, sort_keys=True, default=str) if isinstance(rounded, (dict, list)) else rounded


def _rounded(value: Any) -> Any:
    """Round as the judge does: decimals half up, floats as Python does, inside of arrays and objects too."""
    match value:
        case Decimal():
            return _half_up(value)
        case float():
            return round(value, 2)
        case list() | tuple():
            items = [_rounded(item) for item in cast(Sequence[Any], value)]
            return items if isinstance(value, list) else tuple(items)
        case dict():
            return {key: _rounded(item) for key, item in cast(dict[Any, Any], value).items()}
        case _:
            return value


def _half_up(value: Decimal) -> Decimal:
    try:
        return value.quantize(_TWO_PLACES, rounding=ROUND_HALF_UP)
    except InvalidOperation:  # infinite, or too long
        return value
