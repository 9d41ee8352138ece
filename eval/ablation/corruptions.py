"""corrupt: gold plans changed for the worse on purpose, one failure mode at a time, by which failure attribution is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Literal

from eval.gold.history_noise import toggle_distinct
from nodes.plan import ColumnTerm, Condition, Join, LiteralTerm, Plan, PlanModel, Predicate, TableSource
from nodes.plan.constraints import constraints
from nodes.plan.sources import source_of, source_tables
from nodes.plan.traversal import conjunction, conjuncts, parts, rewrite
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.sql.validation.dependencies import table_keys
from value_index.database import Database
from value_index.schema import Schema

FailureMode = Literal[
    "filter_amnesia", "table_misattribution", "join_fan_out", "projection_drift", "value_grounding",
    "history_misalignment", "syntax", "duplicates",
]  # fmt: skip

_VALUES_LOOKED_AT = 50


@dataclass(frozen=True)
class CorruptionInput:
    """What a corruption works on."""

    plan: Plan
    """The gold plan of the turn."""
    before: Plan | None
    """The gold plan of the turn before it; None at the start."""
    database: Database

    @property
    def schema(self) -> Schema:
        """The schema of the database."""
        return self.database.schema


def corrupt(mode: FailureMode, given: CorruptionInput, draw: Random) -> str | None:
    """Return SQL that fails in one mode, drawn from all places where it can; None if there is no place.

    Whether the answer changes is for the verdict to say: a filter may be forgotten without loss.
    """
    if mode == "syntax":
        sql = _written(given.plan, given.schema)
        return _broken(sql, draw) if sql else None
    corrupted = [plan for plan in _PLACES[mode](given) if plan != given.plan]
    draw.shuffle(corrupted)
    texts = (_written(plan, given.schema) for plan in corrupted)
    return next((sql for sql in texts if sql and sql != _written(given.plan, given.schema)), None)


def _filter_amnesia(given: CorruptionInput) -> Iterator[Plan]:
    """A condition that the turn before brought is gone."""
    carried = set(constraints(given.before)) if given.before else set()
    whole = set(constraints(given.plan))
    held = conjuncts(given.plan.where)
    for index in range(len(held)):
        plan = given.plan.model_copy(update={"where": conjunction(held[:index] + held[index + 1 :])})
        lost = whole - set(constraints(plan))
        if lost and lost <= carried:
            yield plan


def _history_misalignment(given: CorruptionInput) -> Iterator[Plan]:
    """A condition of the turn before, which this turn dropped, is still there."""
    if given.before is None:
        return
    whole = set(constraints(given.plan))
    for condition in conjuncts(given.before.where):
        plan = given.plan.model_copy(update={"where": conjunction((*conjuncts(given.plan.where), condition))})
        if set(constraints(plan)) > whole and _fits(condition, given.plan):
            yield plan


def _value_grounding(given: CorruptionInput) -> Iterator[Plan]:
    """A text is compared with another value of its column."""
    for predicate in parts(given.plan, Predicate):
        literal = predicate.right[0] if len(predicate.right) == 1 else None
        if not isinstance(predicate.left, ColumnTerm) or not isinstance(literal, LiteralTerm):
            continue
        column = given.schema.column(predicate.left.table, predicate.left.column)
        if column is None or not isinstance(literal.value, str) or predicate.operator not in ("=", "!="):
            continue
        for value in given.database.distinct(column, _VALUES_LOOKED_AT):
            if isinstance(value, str) and value != literal.value:
                corrupted = predicate.model_copy(update={"right": (LiteralTerm(value=value),)})
                yield _replaced(given.plan, predicate, corrupted)


def _projection_drift(given: CorruptionInput) -> Iterator[Plan]:
    """A column shown is exchanged for another of its table, or left out."""
    select = given.plan.select
    if given.plan.set_operations:
        return
    for index, term in enumerate(select):
        if len(select) > 1:
            yield given.plan.model_copy(update={"select": select[:index] + select[index + 1 :]})
        table = given.schema.table(term.table) if isinstance(term, ColumnTerm) else None
        for column in table.columns if table else ():
            other = term.model_copy(update={"column": column.name})
            if other not in select:
                yield given.plan.model_copy(update={"select": (*select[:index], other, *select[index + 1 :])})


def _table_misattribution(given: CorruptionInput) -> Iterator[Plan]:
    """A column is taken from another table that has one of the same name, outside of the join conditions."""
    for term in dict.fromkeys(parts(given.plan, ColumnTerm)):
        for table in given.schema.tables:
            column = table.column(term.column)
            if column and table.name.lower() != term.table.lower() and not _is_key(term, given.schema):
                yield _replaced(given.plan, term, ColumnTerm(table=table.name, column=column.name, outer=term.outer))


def _join_fan_out(given: CorruptionInput) -> Iterator[Plan]:
    """A table is joined of which several rows refer to one row of another."""
    plan, schema = given.plan, given.schema
    if plan.joins is None:
        return
    present = set(source_tables(plan))
    for key in schema.foreign_keys:
        many = schema.table(key.source.table)
        if key.target.table not in present or key.source.table in present or many is None:
            continue
        if frozenset({key.source.column.lower()}) not in table_keys(many, schema):
            on = Predicate(left=ColumnTerm.of(key.target), operator="=", right=(ColumnTerm.of(key.source),))
            added = (*plan.tables, TableSource(table=many.name)), (*plan.joins, Join(on=on))
            yield plan.model_copy(update={"tables": added[0], "joins": added[1]})


def _duplicates(given: CorruptionInput) -> Iterator[Plan]:
    """Equal rows are shown once where they were not, or the reverse."""
    yield toggle_distinct(given.plan, Random(0))


_PLACES: dict[FailureMode, Callable[[CorruptionInput], Iterator[Plan]]] = {
    "filter_amnesia": _filter_amnesia,
    "table_misattribution": _table_misattribution,
    "join_fan_out": _join_fan_out,
    "projection_drift": _projection_drift,
    "value_grounding": _value_grounding,
    "history_misalignment": _history_misalignment,
    "duplicates": _duplicates,
}


def _broken(sql: str, draw: Random) -> str:
    """Corrupt the grammar: a bracket or a comma too many, or a key word misspelt."""
    return draw.choice([f"{sql})", sql.replace("SELECT", "SELECT ,", 1), sql.replace(" FROM ", " FORM ", 1)])


def _written(plan: Plan, schema: Schema) -> str:
    """Write a plan; "" if that cannot be."""
    try:
        return from_plan(with_sources(plan, schema), schema)
    except SQLError:
        return ""


def _fits(condition: Condition, plan: Plan) -> bool:
    """Whether every column of a condition comes from the sources of a plan."""
    return all(source_of(term, plan.tables) is not None for term in parts(condition, ColumnTerm))


def _is_key(term: ColumnTerm, schema: Schema) -> bool:
    """Whether a column refers to a key or is referred to."""
    ends = {ref.folded for key in schema.foreign_keys for ref in (key.source, key.target)}
    return (term.table.lower(), term.column.lower()) in ends


def _replaced(plan: Plan, old: PlanModel, new: PlanModel) -> Plan:
    return rewrite(plan, lambda part: new if part == old else part)
