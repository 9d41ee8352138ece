"""same_rows: the value verdict alone, where the other four would take most of the time."""

from __future__ import annotations

from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.ties import is_ordered, tie_groups
from eval.scoring.verdicts.value import value
from value_index.database import Database


def same_rows(executions: Executions, database: Database, gold_sql: str, sql: str) -> bool:
    """Tell whether a query gives the rows of the gold; False where either does not run, or gives no rows in its bounds."""
    gold, predicted = executions.run(database, gold_sql), executions.run(database, sql)
    if gold.outcome != "rows" or predicted.outcome != "rows":
        return False
    ties = (lambda: tie_groups(executions, database, gold_sql, gold)) if is_ordered(gold_sql) else None
    return value(gold, predicted, ties).equal
