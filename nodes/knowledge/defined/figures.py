"""figure_of: a calculation that a definition says in words, as SQL: sums, averages, counts, and parts of a whole."""

from __future__ import annotations

import re

from nodes.knowledge.defined.groups import group_of
from nodes.knowledge.defined.reader import Figure, Reader, plain
from value_index.schema import Table

_SUMMED = re.compile(
    r"^(?P<said>sum|total|average|mean|highest|maximum|lowest|minimum|number|count)\s+(?:of\s+)?(?P<rest>.+)$", re.I
)
_FUNCTIONS = {
    "sum": "SUM", "total": "SUM", "average": "AVG", "mean": "AVG", "highest": "MAX", "maximum": "MAX", "lowest": "MIN", "minimum": "MIN",
}  # fmt: skip
_OVER = re.compile(r"^(?P<what>.+?)\s+(?P<summed>summed\s+)?over\s+(?P<group>.+)$", re.I)
_OF = re.compile(r"^(?P<what>.+?)\s+of\s+(?P<group>.+)$", re.I)
_OF_EACH = re.compile(r"\s+(?:of|for|per)\s+(?:a|an|one|each|every)\s+\w+$", re.I)
_SIGNS = (("plus", "+"), ("minus", "-"), ("times", "*"), ("multiplied by", "*"))
_NUMBER = re.compile(r"^\d+(?:\.\d+)?$")


def figure_of(words: str, reader: Reader, home: Table | None = None) -> Figure | None:
    """Return the calculation; None if words say none that the schema bears out.

    Args:
        home: the table whose columns count first.
    """
    text = plain(words)
    if known := reader.meaning(text):
        return figure_of(*known, home)
    if part := re.split(r"\s+divided by\s+", text, maxsplit=1, flags=re.I)[1:]:
        return _divided(text[: -len(part[0])].rsplit(" divided by", 1)[0], part[0], reader, home)
    if found := _SUMMED.match(text):
        return _summed(found["said"].lower(), found["rest"], reader, home)
    if (over := _OVER.match(text)) and over["summed"]:
        return _summed("sum", f"{over['what']} over {over['group']}", reader, home)
    if any(_split(text, f" {said} ") for said, _ in _SIGNS):
        return _calculated(text, reader, home)
    return _of_group(text, reader) or _column(text, reader, home)


def _divided(left: str, right: str, reader: Reader, home: Table | None) -> Figure | None:
    over, under = (_count(each, reader) or figure_of(each, reader, home) for each in (left, right))
    if over is None or under is None or over.aggregated != under.aggregated:
        return None
    tables = tuple(dict.fromkeys((*over.tables, *under.tables)))
    return Figure(f"1.0 * {_whole(over)} / NULLIF({_whole(under)}, 0)", tables, over.aggregated)


def _summed(said: str, rest: str, reader: Reader, home: Table | None) -> Figure | None:
    if said in ("number", "count"):
        return _count(rest, reader)
    rest = _OF_EACH.sub("", rest)
    over = _OVER.match(rest)
    inner = figure_of(over["what"] if over else rest, reader, home)
    if inner is None or inner.aggregated:
        return None
    where = [inner.where] if inner.where else []
    if over and (group := group_of(over["group"], reader)) and group.condition:
        where.append(group.condition)
    return _over_rows(_FUNCTIONS[said], inner, " AND ".join(where))


def _over_rows(function: str, inner: Figure, where: str) -> Figure:
    """Aggregate over rows; over some of them by a case, so that others stay for what stands beside it."""
    rest = " ELSE 0" if function == "SUM" else ""
    said = f"CASE WHEN {where} THEN {inner.sql}{rest} END" if where else inner.sql
    return Figure(f"{function}({said})", inner.tables, aggregated=True)


def _count(words: str, reader: Reader) -> Figure | None:
    group = group_of(words, reader)
    if group is None:
        return None
    sql = f"SUM(CASE WHEN {group.condition} THEN 1 ELSE 0 END)" if group.condition else "COUNT(*)"
    return Figure(sql, (group.table,), aggregated=True)


def _calculated(text: str, reader: Reader, home: Table | None) -> Figure | None:
    """Read two operands with a sign between them; what stands in brackets counts as one."""
    for said, sign in _SIGNS:
        if parts := _split(text, f" {said} "):
            left, right = (figure_of(each, reader, home) for each in parts)
            if left and right and left.aggregated == right.aggregated:
                tables = tuple(dict.fromkeys((*left.tables, *right.tables)))
                return Figure(f"({_whole(left)} {sign} {_whole(right)})", tables, left.aggregated)
    return None


def _split(text: str, sign: str) -> tuple[str, str] | None:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and text[at : at + len(sign)].lower() == sign:
            return text[:at], text[at + len(sign) :]
    return None


def _column(text: str, reader: Reader, home: Table | None) -> Figure | None:
    if _NUMBER.match(text):
        return Figure(text, (), aggregated=False)
    of = _OF.match(text)
    owner = reader.table(of["group"]) if of else None
    if of and owner and (column := reader.column(of["what"], owner)):
        return Figure(reader.name(column, owner), (owner.name,), aggregated=False)
    found = None if re.search(r"\d", text) else reader.measure(text, home)
    return Figure(reader.name(found[1], found[0]), (found[0].name,), aggregated=False) if found else None


def _of_group(text: str, reader: Reader) -> Figure | None:
    """Read "the fees of kept appointments": a column over some rows."""
    of = _OF.match(text)
    group = group_of(of["group"], reader) if of else None
    table = reader.schema.table(group.table) if group else None
    column = reader.column(of["what"], table) if of and table else None
    if group is None or table is None or column is None or not group.condition:
        return None
    return Figure(reader.name(column, table), (table.name,), aggregated=False, where=group.condition)


def _whole(figure: Figure) -> str:
    return figure.sql if figure.sql.endswith(")") or " " not in figure.sql else f"({figure.sql})"
