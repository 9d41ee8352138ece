"""chart: a Vega-Lite specification for the rows of an answer, if a picture suits them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

Kind = Literal["number", "year", "date", "name", "key", "other"]
MOST_BARS = 60
MOST_POINTS = 5_000
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?\Z")
_KEY = re.compile(r"(.*[_ ])?(id|key|code|no|nr|number)\Z", re.IGNORECASE)
_SPECIAL = re.compile(r"([.\[\]\\'\"])")


def chart(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> dict[str, Any] | None:
    """Return a specification by the kinds of the columns; None if no picture suits the rows.

    One number stands alone, names with a number are bars, dates or years with a number a line, two numbers points.

    >>> chart(("name", "count(*)"), (("France", 4), ("Ireland", 2)))["mark"]
    'bar'
    >>> chart(("name", "founded"), (("Air Garonne", 1987), ("Lumière", 2006))) is None  # a year is no amount
    True
    """
    if not rows or len(set(columns)) < len(columns) or not 1 <= len(columns) <= 3:
        return None
    kinds: list[Kind] = [_kind(name, [row[at] for row in rows]) for at, name in enumerate(columns)]
    if len(rows) == 1:
        return _spec("text", text=_channel(columns[0], "quantitative")) if kinds == ["number"] else None
    return _pair(columns, rows, kinds) if len(columns) == 2 else _named_points(columns, rows, kinds)


def _pair(columns: Sequence[str], rows: Sequence[Sequence[Any]], kinds: list[Kind]) -> dict[str, Any] | None:
    if kinds == ["number", "number"]:
        x, y = (_channel(name, "quantitative") for name in columns)
        return _spec("point", x=x, y=y) if len(rows) <= MOST_POINTS else None
    if kinds.count("number") != 1:
        return None
    amount = kinds.index("number")
    by, kind = columns[1 - amount], kinds[1 - amount]
    # Two rows of one name, or of one day, would be drawn over each other.
    if len({row[1 - amount] for row in rows}) < len(rows):
        return None
    value = _channel(columns[amount], "quantitative")
    if kind in ("date", "year"):
        return _spec("line", x=_channel(by, "temporal" if kind == "date" else "quantitative", zero=False), y=value)
    named = kind in ("name", "key") and len(rows) <= MOST_BARS
    return _spec("bar", y={**_channel(by, "nominal"), "sort": None}, x=value) if named else None


def _named_points(columns: Sequence[str], rows: Sequence[Sequence[Any]], kinds: list[Kind]) -> dict[str, Any] | None:
    """Draw two numbers of each name."""
    if sorted(kinds) != ["name", "number", "number"] or len(rows) > MOST_POINTS:
        return None
    x, y = (_channel(name, "quantitative") for name, kind in zip(columns, kinds, strict=True) if kind == "number")
    return _spec("point", x=x, y=y, tooltip=_channel(columns[kinds.index("name")], "nominal"))


def _spec(mark: str, **encoding: dict[str, Any]) -> dict[str, Any]:
    return {"$schema": SCHEMA, "data": {"name": "rows"}, "mark": mark, "encoding": encoding}


def _channel(name: str, kind: str, *, zero: bool = True) -> dict[str, Any]:
    channel: dict[str, Any] = {"field": _SPECIAL.sub(r"\\\1", name), "type": kind, "title": name}
    return channel if zero else {**channel, "scale": {"zero": False}} if kind == "quantitative" else channel


def _kind(name: str, values: list[Any]) -> Kind:
    """Tell what a column holds; NULLs say nothing of it."""
    found = [value for value in values if value is not None]
    if not found or any(isinstance(value, bool) for value in found):
        return "other"
    if all(isinstance(value, int | float) for value in found):
        return _number(name, found)
    if not all(isinstance(value, str) for value in found):
        return "other"
    return "date" if all(_DATE.match(value) for value in found) else "name"


def _number(name: str, found: list[float]) -> Kind:
    if "(" in name:
        return "number"
    if _KEY.match(name):
        return "key"
    return "year" if all(isinstance(value, int) and 1500 <= value <= 2100 for value in found) else "number"
