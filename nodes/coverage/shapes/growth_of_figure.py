"""growth_of_figure: what a figure of one time is more than that of another, in percent or as it is."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.calculations.asked import WHOLE
from nodes.coverage.calculations.growth import Growth, asked_growth
from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.join_paths import key_path
from nodes.coverage.periods import Period
from nodes.coverage.requirements.dates import date_requirements, time_conditions
from nodes.coverage.rows import row_key
from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Arithmetic,
    Branch,
    Case,
    ColumnTerm,
    LiteralTerm,
    Plan,
    TableSource,
    Term,
)
from nodes.plan.traversal import columns, conjunction
from value_index.schema import ColumnRef


def growth_of_figure(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that holds the figure of a later time against that of an earlier one.

    "Revenue growth from 2023 to 2024 in percent": `100.0 * (sum(CASE WHEN 2024 ...) - sum(CASE WHEN 2023 ...)) / sum(...)`.
    """
    asked = asked_growth(inquiry)
    figure = _figure(inquiry) if asked else None
    if asked is None or figure is None:
        return
    table, function, term = figure
    dated = _dated(inquiry, table)
    plan: Plan | None = Plan(tables=(TableSource(table=table),), joins=())
    tables = [each.table for each in columns(term)] + ([dated.table] if dated else [])
    for name in tables:
        plan = with_table(plan, name, inquiry.schema) if plan else None
    shown = _grown(inquiry, asked, dated, function, term) if dated else None
    if plan is None or shown is None:
        return
    for unit, is_table in asked_units(inquiry):
        if (joined := with_table(plan, unit.table, inquiry.schema)) is not None:
            named = ColumnTerm.of(unit)
            key = row_key(named, inquiry.schema) if is_table else named
            yield joined.model_copy(update={"select": (named, shown), "group_by": (key,)})
            return
    yield plan.model_copy(update={"select": (shown,)})


def _figure(inquiry: Inquiry) -> tuple[str, AggregateFunction, Term] | None:
    """Return the table, the function and what it is of: sales, a figure that is named, or the rows of a table."""
    function: AggregateFunction = "avg" if any(f == "avg" for _, f in inquiry.evidence.aggregates) else "sum"
    if (sales := sales_asked(inquiry)) is not None:
        return sales.figures[0].table, function, sales.figures[0].term
    for ref in inquiry.figures_named:
        if inquiry.profiles.of(ref).date_form is None:
            return ref.table, function, ColumnTerm.of(ref)
    named = inquiry.named_tables
    return (named[0].table, "sum", LiteralTerm(value=1)) if named else None


def _dated(inquiry: Inquiry, table: str) -> ColumnRef | None:
    """Return the times of the rows of a table, or of what its keys lead to, that fit best."""
    for each in date_requirements(inquiry):
        for option in each.options:
            path = key_path(inquiry.schema, frozenset((table.lower(),)), option.column.table.lower())
            if path is not None and all(hop.up for hop in path):
                return option.column
    return None


def _grown(inquiry: Inquiry, asked: Growth, dated: ColumnRef, function: AggregateFunction, term: Term) -> Term | None:
    before, after = (_of_time(inquiry, each, dated, function, term) for each in (asked.before, asked.after))
    if before is None or after is None:
        return None
    more = Arithmetic(operator="-", left=after, right=before)
    if not asked.in_percent:
        return more
    percent = Arithmetic(operator="*", left=LiteralTerm(value=WHOLE), right=more)
    return Arithmetic(operator="/", left=percent, right=before)


def _of_time(
    inquiry: Inquiry, period: Period, dated: ColumnRef, function: AggregateFunction, term: Term
) -> Aggregate | None:
    """Return a figure of the rows of one period alone."""
    condition = conjunction(time_conditions(inquiry.profiles.of(dated), period))
    if condition is None:
        return None
    none = LiteralTerm(value=0) if function == "sum" else None
    of_period = Case(branches=(Branch(condition=condition, value=term),), otherwise=none)
    return Aggregate(function=function, argument=of_period)
