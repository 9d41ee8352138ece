"""tie_groups: which rows of an ordered gold result may change places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.scoring.verdicts.executions import Executions
from nodes.sql.errors import SQLError
from nodes.sql.order_keys import order_keys
from value_index.database import Database, Result, Row

_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|(?P<mark>[()]|\border\s+by\b)""",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Ties:
    """A gold result in its order, with the group of ties of each row."""

    rows: tuple[Row, ...]
    groups: tuple[int, ...]
    """Counted from 0; rows of one group have equal ORDER BY values."""


def is_ordered(sql: str) -> bool:
    """Whether the outermost query has ORDER BY.

    >>> is_ordered("SELECT a FROM t ORDER  BY a"), is_ordered("SELECT a FROM (SELECT a FROM t ORDER BY a)")
    (True, False)
    """
    depth = 0
    for piece in _PIECE.finditer(sql):
        mark = piece["mark"]
        if mark in ("(", ")"):
            depth += 1 if mark == "(" else -1
        elif mark and depth == 0:
            return True
    return False


def tie_groups(executions: Executions, database: Database, sql: str, gold: Result) -> Ties | None:
    """Run the gold again with its ORDER BY expressions appended; None if that is impossible.

    It is impossible where a term of ORDER BY cannot be selected beside the others (DISTINCT, set operations), and
    where the second run gives other rows (a LIMIT that cuts a tie).
    """
    try:
        keys = order_keys(sql, database.schema)
    except SQLError:
        return None
    if keys is None:
        return None
    again = executions.run(database, keys.sql) if keys.sql else gold
    width = len(gold.columns)
    rows = tuple(row[:width] for row in again.rows)
    if again.outcome != "rows" or Counter(rows) != Counter(gold.rows):
        return None
    return Ties(rows, _groups([tuple(row[position] for position in keys.positions) for row in again.rows]))


def _groups(keys: Sequence[Row]) -> tuple[int, ...]:
    groups: list[int] = []
    for index, key in enumerate(keys):
        groups.append(0 if index == 0 else groups[-1] + (key != keys[index - 1]))
    return tuple(groups)
