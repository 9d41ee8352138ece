"""What a stage's output is worth against the gold of its turn: one function a stage, metrics in 0..1.

A metric that is undefined on a turn is absent: a mean over turns is then the pooled figure (precision over the turns
that were flagged, recall over the turns that had something to find).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eval.gold.outputs import Gold
from eval.scoring.plan_scores import f1
from nodes.plan.constraints import Constraint, Scalar
from nodes.state import (
    DialogueState,
    GroundedValue,
    SchemaLinks,
    Stage,
)
from value_index.schema import ColumnRef

Metrics = dict[str, float]


@dataclass(frozen=True)
class StageScore:
    """A score of one stage: its metrics, from the gold of the turn and what the stage gave."""

    stage: Stage
    metrics: Callable[[Gold, Any], Metrics]


def dialogue_state_scores(gold: Gold, given: DialogueState) -> Metrics:
    """F1 of the constraints carried, added and dropped against the difference of the gold plans."""
    truth = gold.dialogue_state
    return {
        "carried_f1": _agreement(truth.kept, given.kept),
        "added_f1": _agreement(truth.added, given.added),
        "dropped_f1": _agreement(truth.dropped, given.dropped),
    }


def schema_linking_scores(gold: Gold, given: SchemaLinks) -> Metrics:
    """Recall and F1 of the tables and columns that the gold plan uses."""
    tables = {link.table.lower() for link in gold.schema_links.tables}
    columns = {link.column.folded for link in gold.schema_links.columns}
    given_tables = {link.table.lower() for link in given.tables}
    given_columns = {link.column.folded for link in given.columns}
    metrics = {"table_f1": f1(tables, given_tables), "column_f1": f1(columns, given_columns)}
    if tables:
        metrics["table_recall"] = len(tables & given_tables) / len(tables)
    if columns:
        metrics["column_recall"] = len(columns & given_columns) / len(columns)
    return metrics


def value_grounding_scores(gold: Gold, given: tuple[GroundedValue, ...]) -> Metrics:
    """Recall of values, accuracy of the column of those found, precision of the pairs, and abstention.

    `abstention` is over the turns whose gold compares with no value: whether the stage gave none.
    """
    truth = {_pair(item.column, item.value) for item in gold.grounded_values}
    found = {_pair(item.column, item.value) for item in given}
    metrics: Metrics = {}
    if found:
        metrics["precision"] = len(found & truth) / len(found)
    if not truth:
        return {**metrics, "abstention": float(not found)}
    values = {value for _, value in truth}
    hit = values & {value for _, value in found}
    metrics["value_recall"] = len(hit) / len(values)
    if hit:
        right = {value for _, value in truth & found}
        metrics["value_column_accuracy"] = len(right & hit) / len(hit)
    return metrics


def validation_scores(*, flagged: bool, fails: bool, wrong: bool | None) -> Metrics:
    """Precision and recall of an error-level violation against SQL that does not run, and against a wrong answer.

    Args:
        flagged: the validator asked for another attempt.
        fails: the SQL does not run.
        wrong: the value verdict is false; None if there is none.
    """
    metrics: Metrics = {}
    if flagged:
        metrics["precision"] = float(fails)
    if fails:
        metrics["recall"] = float(flagged)
    if flagged and wrong is not None:
        metrics["precision_wrong"] = float(wrong)
    if wrong:
        metrics["recall_wrong"] = float(flagged)
    return metrics


DIALOGUE_STATE = StageScore("dialogue_state_tracking", dialogue_state_scores)
SCHEMA_LINKING = StageScore("schema_linking", schema_linking_scores)
VALUE_GROUNDING = StageScore("value_grounding", value_grounding_scores)


def _agreement(truth: tuple[Constraint, ...], given: tuple[Constraint, ...]) -> float:
    return f1({_constraint(item) for item in truth}, {_constraint(item) for item in given})


def _constraint(item: Constraint) -> tuple[Any, ...]:
    column = item.column.folded if item.column else None
    return column, item.aggregate, item.operator, tuple(_value(value) for value in item.values)


def same_value(one: Scalar, other: Scalar) -> bool:
    """Whether two values are one in a comparison, case and the wildcards of LIKE aside."""
    return _value(one) == _value(other)


def _pair(column: ColumnRef, value: Scalar) -> tuple[tuple[str, str], str | float | None]:
    return column.folded, _value(value)


def _value(value: Scalar) -> str | float | None:
    """Fold what a comparison folds: case, the wildcards of LIKE, and numbers written as text."""
    if not isinstance(value, str):
        return None if value is None else float(value)
    text = value.strip("%").strip().casefold()
    try:
        return float(text)
    except ValueError:
        return text
