"""with_known: a plan over this turn's names as a plan over the database: metrics written out, terms as conditions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from nodes.knowledge.compiled import metric_term, term_condition
from nodes.plan import Aggregate, ColumnTerm, Condition, Plan, PlanSource, TableSource
from nodes.plan.model import PlanModel
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import conjunction, conjuncts, rewrite, walk, walk_block
from nodes.sql.errors import SQLError
from nodes.sql.fragments import Expression
from value_index.knowledge.store import BusinessTerm, Metric
from value_index.schema import Schema

METRIC_MARK = "\u2211"
"""Begins the name of a column that stands for a metric, so that no column of a database is taken for one."""


class Unplannable(Exception):
    """A plan asks of a metric what a plan cannot say, such as the average of a sum."""


def metric_column(metric: Metric) -> str:
    """Return the name of the column that stands for a metric while a turn is planned."""
    return f"{METRIC_MARK}{metric.name}"


def folded(plan: Plan, metrics: Sequence[Metric], schema: Schema) -> Plan:
    """Return an earlier plan with its metrics as the columns that stand for them, so that a turn after it can ask for them."""
    stands: dict[PlanModel, PlanModel] = {}
    for metric in metrics:
        made = metric_term(metric, schema)
        if not isinstance(made, SQLError):
            column = ColumnTerm(table=made.tables[0], column=metric_column(metric))
            stands[made.term] = Aggregate(function="sum", argument=column) if _aggregated(made.term) else column
    return rewrite(plan, lambda part: stands.get(part, part)) if stands else plan


def uses(plan: Plan, name: str) -> bool:
    """Whether a plan uses the column that stands for a metric."""
    return any(_names(part, name) for part in walk(plan))


def misuses(plan: Plan, totals: Collection[str]) -> bool:
    """Whether a plan groups by a figure of all rows, or shows such figures alone and sorts them: one row has no order."""
    shown = {name for term in plan.select for name in totals if _is_total(term, name)}
    alone = bool(plan.order_by) and not plan.group_by and len(shown) == len(plan.select) > 0
    return alone or any(_names(term, name) for term in plan.group_by for name in totals)


def averages(plan: Plan, names: Iterable[str]) -> bool:
    """Whether a plan asks for the average of what stands for a metric."""
    wanted = frozenset(names)
    return any(
        isinstance(part, Aggregate) and part.function == "avg" and any(_names(part.argument, name) for name in wanted)
        for part in walk(plan)
    )


def _is_total(term: PlanModel, name: str) -> bool:
    return _names(term.argument, name) if isinstance(term, Aggregate) else _names(term, name)


def is_figure_of_rows(metric: Metric, schema: Schema) -> bool:
    """Whether a metric sums up rows, rather than being a figure of each."""
    made = metric_term(metric, schema)
    return not isinstance(made, SQLError) and _aggregated(made.term)


def with_known(plan: Plan, metrics: Sequence[Metric], terms: Sequence[BusinessTerm], schema: Schema) -> Plan | None:
    """Return the plan with what stands for metrics written out, and the conditions of terms added.

    Returns None where it asks of a metric what a plan cannot say, such as the average of a sum.
    """
    found = {metric_column(each): metric_term(each, schema) for each in metrics}
    usable = {name: term for name, term in found.items() if not isinstance(term, SQLError)}
    try:
        plan = _written_out(plan, usable) if usable else plan
    except Unplannable:
        return None
    for term in terms:
        made = term_condition(term, schema)
        if not isinstance(made, SQLError):
            # A plan that does not read the term's table is about its rows all the same: the compiler joins it.
            plan = (
                _restricted(plan, term.table, made)
                or _restricted(_with_tables(plan, (term.table,)), term.table, made)
                or plan
            )
    return plan


def _written_out(plan: Plan, metrics: Mapping[str, Expression]) -> Plan:
    def change(part: PlanModel) -> PlanModel:
        if isinstance(part, ColumnTerm) and part.column in metrics:
            if part.occurrence or part.outer:
                raise Unplannable
            return metrics[part.column].term
        if isinstance(part, Aggregate) and _aggregated(part.argument):
            if part.function not in ("sum", "total") or part.distinct:
                raise Unplannable
            return part.argument
        if isinstance(part, Plan) and part != Plan():
            return _grouped(part)
        return part

    used = tuple(name for name in metrics if any(_names(part, name) for part in walk_block(plan)))
    plan = rewrite(plan, change)
    for name in used:
        plan = _with_tables(plan, metrics[name].tables)
    return plan


def _names(part: PlanModel, name: str) -> bool:
    return isinstance(part, ColumnTerm) and part.column == name


def _aggregated(part: PlanModel | None) -> bool:
    """Whether a part aggregates in its own query."""
    return part is not None and any(isinstance(each, Aggregate) for each in walk_block(part))


def _grouped(plan: Plan) -> Plan:
    """Put a block right whose metrics are figures of groups now: conditions on them after the grouping, bare columns into it."""
    if any(_aggregated(term) for term in plan.group_by):
        raise Unplannable
    parts = conjuncts(plan.where)
    late = tuple(part for part in parts if _aggregated(part))
    if late:
        having = conjunction((*conjuncts(plan.having), *late))
        where = conjunction(tuple(part for part in parts if part not in late))
        plan = plan.model_copy(update={"where": where, "having": having})
    figures = (*plan.select, *(each.term for each in plan.order_by), *([plan.having] if plan.having else []))
    bare = tuple(term for term in plan.select if not _aggregated(term))
    if bare and not plan.group_by and any(_aggregated(part) for part in figures):
        return plan.model_copy(update={"group_by": bare, "distinct": False})
    return plan


def _with_tables(plan: Plan, tables: Sequence[str]) -> Plan:
    """Add tables that the block does not read yet; the compiler joins them."""
    there = folded_sources(plan)
    new = tuple(TableSource(table=name) for name in tables if name.lower() not in there)
    return plan.model_copy(update={"tables": (*plan.tables, *new), "joins": None}) if new else plan


def _restricted(plan: Plan, table: str, condition: Condition) -> Plan | None:
    """Return the plan with a condition wherever it reads a table; None if it does not read it."""
    changed = plan
    if any(isinstance(source, TableSource) and source.table.lower() == table.lower() for source in plan.tables):
        if condition not in conjuncts(plan.where):
            changed = plan.model_copy(update={"where": conjunction((*conjuncts(plan.where), condition))})
    else:
        inner = [
            _restricted(source.plan, table, condition) if isinstance(source, PlanSource) else None
            for source in plan.tables
        ]
        if not any(inner):
            return None
        tables = tuple(PlanSource(plan=new) if new else old for old, new in zip(plan.tables, inner, strict=True))
        changed = plan.model_copy(update={"tables": tables})
    others = tuple(
        each.model_copy(update={"plan": _restricted(each.plan, table, condition) or each.plan})
        for each in changed.set_operations
    )
    return changed.model_copy(update={"set_operations": others})
