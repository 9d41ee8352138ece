"""official: the test-suite evaluation of Zhong et al. (2020), its faults included, on one database.

Its rules as published (github.com/taoyds/test-suite-sql-eval, exec_eval.py), without plugging in values:
the SQL is patched as text; two empty results are equal whatever their columns; the order of rows matters wherever the
gold's text holds `order by`; columns may stand in any order that makes the rows equal. Before it looks for that order
it sorts each row's cells by their spelling, which sets `1` and `1.0` apart when a row's cells then sort differently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from eval.scoring.verdicts.closeness import has_floats
from eval.scoring.verdicts.columns import column_orders
from eval.scoring.verdicts.executions import Executions
from value_index.database import Database, Row

MAX_CHARS = 20_000
"""No text that is longer is taken apart."""


class Official(NamedTuple):
    """The verdict with DISTINCT stripped and with DISTINCT kept; None if the gold does not run."""

    stripped: bool | None
    kept: bool | None


_CURRENT_YEAR = re.compile(r"YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*", re.IGNORECASE)
_PIECE = re.compile(
    r"""'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"|`(?:``|[^`])*`|(?<![\w\])])\[[^\]\[]+\]|(?:--|\#\s).*?(?:[\r\n]|$)|/\*.*?\*/"""
    r"""|(?P<word>[\w$\#@]+)|(?P<end>;)|.""",
    re.DOTALL,
)


def official(executions: Executions, database: Database, gold: str, predicted: str) -> Official:
    """Return the official verdicts, DISTINCT stripped and kept; None if the gold does not run."""
    kept = _patched(gold), _patched(predicted)
    stripped = without_distinct(kept[0]), without_distinct(kept[1])
    with_it = _verdict(executions, database, *kept)
    return Official(with_it if stripped == kept else _verdict(executions, database, *stripped), with_it)


def _verdict(executions: Executions, database: Database, gold: str, predicted: str) -> bool | None:
    expected = executions.run(database, gold)
    if expected.outcome != "rows":
        return None
    given = executions.run(database, predicted)
    if given.outcome != "rows":
        return False
    return equal_results(expected.rows, given.rows, ordered="order by" in gold.lower())


def equal_results(gold: Sequence[Row], predicted: Sequence[Row], *, ordered: bool) -> bool:
    """Compare two results by the official rule."""
    if gold is predicted or (not gold and not predicted):
        return True
    if len(gold) != len(predicted) or len(gold[0]) != len(predicted[0]):
        return False
    if gold == predicted:
        matching = True
    elif ordered:
        # Each column must be found, in the order of its rows; equal columns are interchangeable.
        matching = Counter(zip(*gold, strict=True)) == Counter(zip(*predicted, strict=True))
    else:
        matching = next(column_orders(gold, predicted, None), None) is not None
    return matching and _same_sorted_rows(gold, predicted, ordered=ordered)


def _same_sorted_rows(gold: Sequence[Row], predicted: Sequence[Row], *, ordered: bool) -> bool:
    """The official early rejection. Where no cell is a float it cannot reject what the column search accepts."""
    if not (has_floats(gold) or has_floats(predicted)):
        return True
    ours, theirs = [_sorted_cells(row) for row in gold], [_sorted_cells(row) for row in predicted]
    return ours == theirs if ordered else set(ours) == set(theirs)


def _sorted_cells(row: Row) -> Row:
    return tuple(sorted(row, key=lambda cell: str(cell) + str(type(cell))))


def _patched(sql: str) -> str:
    sql = sql.replace("> =", ">=").replace("< =", "<=").replace("! =", "!=")
    return _CURRENT_YEAR.sub("2020", sql)


def without_distinct(sql: str) -> str:
    """Return the first statement without its DISTINCT keywords, tokenised as sqlparse does.

    >>> without_distinct("SELECT DISTINCT a, count(distinct b) FROM t WHERE c = 'distinct'; SELECT 1")
    "SELECT  a, count( b) FROM t WHERE c = 'distinct';"
    """
    if ("distinct" not in sql.lower() and ";" not in sql) or len(sql) > MAX_CHARS:
        return sql  # an opened comment or quote is looked for to the end, from each that is opened
    kept: list[str] = []
    for piece in _PIECE.finditer(sql):
        if (piece["word"] or "").lower() != "distinct":
            kept.append(piece[0])
        if piece["end"]:
            break
    return "".join(kept)
