"""judge: one prediction against one gold, under all five rules."""

from __future__ import annotations

from collections.abc import Iterator

from eval.scoring.verdicts.bird import bird
from eval.scoring.verdicts.executions import Executions, MachineFaultError
from eval.scoring.verdicts.official import Official, official
from eval.scoring.verdicts.strict import same_labels
from eval.scoring.verdicts.ties import is_ordered, tie_groups
from eval.scoring.verdicts.value import ResultComparison, value
from eval.scoring.verdicts.verdicts import Note, Verdicts
from value_index.database import Database, Outcome, Result
from value_index.errors import DatabaseError

_FAILURES: dict[Outcome, Note] = {"timeout": "prediction_timeout", "truncated": "prediction_truncated"}


def judge(database: Database, gold_sql: str, predicted_sql: str, *, executions: Executions | None = None) -> Verdicts:
    """Judge a prediction; an empty one is wrong, and a gold that does not run leaves it unscored.

    Args:
        executions: results kept from one call to the next (a gold is often judged several times).
    """
    executions = executions or Executions()
    try:
        return _judge(executions, database, gold_sql, predicted_sql)
    except MachineFaultError as error:
        return Verdicts(unscored=f"machine_fault: {error}")
    except (DatabaseError, OSError, MemoryError, RecursionError) as error:
        return Verdicts(unscored=f"harness_fault: {type(error).__name__}: {error}")


def _judge(executions: Executions, database: Database, gold_sql: str, predicted_sql: str) -> Verdicts:
    gold = executions.run(database, gold_sql)
    if gold.outcome != "rows":
        return Verdicts(unscored=_unscored(gold))
    if not predicted_sql.strip():
        return _wrong(Official(False, False))  # the official code crashes on it
    official_verdicts = official(executions, database, gold_sql, predicted_sql)
    predicted = executions.run(database, predicted_sql)
    if predicted.outcome != "rows":
        return _wrong(official_verdicts, _FAILURES.get(predicted.outcome, "prediction_error"))
    ties = (lambda: tie_groups(executions, database, gold_sql, gold)) if is_ordered(gold_sql) else None
    compared = value(gold, predicted, ties)
    return Verdicts(
        strict=compared.equal and same_labels(gold.columns, predicted.columns),
        value=compared.equal,
        official=official_verdicts.stripped,
        official_keep_distinct=official_verdicts.kept,
        bird=bird(gold, predicted),
        strict_raw=compared.equal and gold.columns == predicted.columns,
        notes=tuple(_notes(compared)),
    )


def _wrong(official_verdicts: Official, *notes: Note) -> Verdicts:
    stripped, kept = official_verdicts
    return Verdicts(
        strict=False,
        value=False,
        official=stripped,
        official_keep_distinct=kept,
        bird=False,
        strict_raw=False,
        notes=notes,
    )


def _unscored(gold: Result) -> str:
    if gold.outcome in ("timeout", "truncated"):
        return f"gold_{gold.outcome}"
    return f"gold_error: {gold.message}"


def _notes(compared: ResultComparison) -> Iterator[Note]:
    if compared.reordered:
        yield "reordered"
    if compared.tie_flagged:
        yield "tie_flagged"
    if compared.ambiguous:
        yield "ambiguous"
