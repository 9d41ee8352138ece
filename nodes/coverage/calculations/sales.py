"""asked_sales: what was sold, summed over the rows that record it."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.references import asks_of_each
from nodes.coverage.calculations.sale_figures import SaleFigure, SalesAsked
from nodes.coverage.calculations.time_groups import grouped_by_time
from nodes.coverage.demand import Demand
from nodes.coverage.edits.groups import asked_groups, unit_terms
from nodes.coverage.edits.joining import with_table
from nodes.coverage.edits.tables import idle_tables
from nodes.plan import Aggregate, Arithmetic, Case, ColumnTerm, Ordering, Plan, TableSource, Term
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import columns, walk


def asked_sales(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that sums sales: over all rows, for each unit that the words name, or to rank things by them.

    "Revenue per genre": `SELECT genre, sum(quantity * unit_price) FROM line JOIN book GROUP BY genre`.
    """
    asked = demand.sales
    of_each = demand.previous is not None and asks_of_each(demand.inquiry)
    if asked is None or of_each or plan.set_operations or not reads_tables_only(plan):
        return
    for figure in asked.figures:
        total = _total(plan, figure, asked, demand)
        if total is None:
            continue
        if asked.ranked is not None:
            yield from _ranking(total, figure, asked, demand)
        else:
            units = [*asked_groups(total, demand), *grouped_by_time(total, demand)]
            yield from units or [total]


def sums_sales(plan: Plan, asked: SalesAsked) -> bool:
    """Tell whether a plan sums or averages sales, and ranks by them what it cuts off after some."""
    if asked.is_average:
        of_all = asked.per is None or not plan.group_by
        return of_all and any(asked.total(figure) in plan.select for figure in asked.figures)
    held = [*plan.order_by] if asked.ranked is not None and plan.limit is not None else [plan]
    figures = [
        figure
        for each in held
        for part in walk(each)
        if isinstance(part, Aggregate) and part.function in ("sum", "avg")
        for figure in _added(part.argument)
    ]
    return any(figure.term in figures for figure in asked.figures)


def _added(term: Term) -> tuple[Term, ...]:
    """Return what is added up: of "revenue including fees" what the fees are added to, of one time what is summed then."""
    if isinstance(term, Case):
        return tuple(branch.value for branch in term.branches)
    return (term, term.left) if isinstance(term, Arithmetic) and term.operator == "+" else (term,)


def _total(plan: Plan, figure: SaleFigure, asked: SalesAsked, demand: Demand) -> Plan | None:
    """Return the figure of all rows; those of the turn before stay cut down as they were."""
    summed = asked.total(figure)
    bare = Plan(select=(summed,), tables=(TableSource(table=figure.table),), joins=())
    if demand.previous is not None and plan.where is not None:
        joined = with_table(plan, figure.table, demand.schema)
        kept = {"select": (summed,), "group_by": (), "having": None, "order_by": (), "limit": None, "distinct": False}
        whole = joined.model_copy(update=kept) if joined else None
        return next(idle_tables(whole, demand), whole) if whole else None
    found: Plan | None = bare
    for term in (*columns(figure.term), *((ColumnTerm.of(asked.orders),) if asked.orders else ())):
        found = with_table(found, term.table, demand.schema) if found else None
    return found


def _ranking(total: Plan, figure: SaleFigure, asked: SalesAsked, demand: Demand) -> Iterator[Plan]:
    assert asked.ranked is not None
    unit = asked.ranked.column
    joined = with_table(total, unit.table, demand.schema)
    if joined is None:
        return
    shown, key = unit_terms(unit, demand, is_table=asked.ranked.is_table)
    order = Ordering(term=total.select[0], descending=asked.descending)
    named = isinstance(figure.term, ColumnTerm)
    select = shown if asked.limit is not None and named else (*shown, *total.select)
    update = {"select": select, "group_by": (key,), "order_by": (order,), "limit": asked.limit}
    yield joined.model_copy(update=update)
