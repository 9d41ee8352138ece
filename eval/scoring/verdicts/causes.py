"""cause_of_difference: why the value verdict and the official one disagree, by name."""

from __future__ import annotations

from typing import Literal

from eval.scoring.verdicts.columns import column_orders
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.official import equal_results
from eval.scoring.verdicts.ties import is_ordered
from eval.scoring.verdicts.verdicts import Verdicts
from value_index.database import Database

Cause = Literal[
    "distinct_stripped",
    "empty_width",
    "order_in_sub_query",
    "ties",
    "cells_sorted_apart",
    "float_tolerance",
    "order_not_seen",
    "execution",
]
CAUSES: dict[Cause, str] = {
    "distinct_stripped": "the official default takes DISTINCT out of both queries",
    "empty_width": "official calls two empty results equal at any width",
    "order_in_sub_query": "official reads `order by` anywhere as an order of the result",
    "ties": "official has no ties: equal rows must stand in the gold's order",
    "cells_sorted_apart": "official sorts the cells of a row by their spelling, where 1 and 1.0 part",
    "float_tolerance": "official has no tolerance for floats",
    "order_not_seen": "official looks for the letters `order by`",
    "execution": "the SQL that official edits does not run",
}
"""What each cause is, for a reader."""


def cause_of_difference(
    database: Database, gold_sql: str, predicted_sql: str, verdicts: Verdicts, *, executions: Executions | None = None
) -> Cause | None:
    """Name the rule by which `value` and `official` part; None if they agree or one is missing."""
    if verdicts.value is None or verdicts.value == verdicts.official:
        return None
    if verdicts.official is None:
        return "execution"
    if verdicts.official_keep_distinct == verdicts.value:
        return "distinct_stripped"
    executions = executions or Executions()
    gold, predicted = executions.run(database, gold_sql).rows, executions.run(database, predicted_sql).rows
    if not gold and not predicted:
        return "empty_width"
    if not verdicts.value:
        return "order_not_seen"
    if equal_results(gold, predicted, ordered=False):
        return "ties" if is_ordered(gold_sql) else "order_in_sub_query"
    return "float_tolerance" if next(column_orders(gold, predicted, None), None) is None else "cells_sorted_apart"
