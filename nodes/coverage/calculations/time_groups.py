"""grouped_by_time: the figures of each month, day or year that the words ask for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.moves import move_of
from nodes.coverage.column_profile import NEVER_SUMMED
from nodes.coverage.demand import Demand
from nodes.coverage.edits.groups import rows_counted
from nodes.coverage.edits.joining import with_table
from nodes.coverage.requirements.time_fit import tables_dated
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Ordering, Plan, PlanModel, Predicate, Term
from nodes.plan.sources import folded_sources, reads_tables_only
from nodes.plan.traversal import is_figure, rewrite
from value_index.schema import ColumnRef

MOST_COLUMNS = 2
_MOST = frozenset(("best", "most", "highest", "busiest", "largest", "biggest", "top", "strongest"))
_LEAST = frozenset(("worst", "least", "lowest", "fewest", "smallest", "quietest", "weakest"))


def grouped_by_time(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows its aggregates for each unit of time, in the order of time.

    "Total sales per month": `SELECT sum(amount) FROM sale` becomes
    `SELECT strftime('%Y-%m', sold_on), sum(amount) FROM sale GROUP BY strftime('%Y-%m', sold_on)`.
    """
    asked = demand.time_unit
    yield from _best_time(plan, demand)
    if asked is None or plan.set_operations or not reads_tables_only(plan):
        return
    aggregates: tuple[Term, ...] = tuple(term for term in plan.select if is_figure(term))
    if not aggregates and (demand.evidence.cues.count is not None or _names_things_alone(plan, demand)):
        aggregates = (ROW_COUNT,)
    aggregates = aggregates or _summed(plan, demand) or tuple(rows_counted(demand))
    if not aggregates or asked.divides(plan):
        return
    tables = folded_sources(plan)
    own = [
        column
        for column in asked.columns
        if tables & {each.lower() for each in (column.table, *tables_dated(demand.inquiry, column))}
    ]
    reached = [(column, with_table(plan, column.table, demand.schema)) for column in own or asked.columns]
    near = sorted(
        ((c, p) for c, p in reached if p is not None),
        key=lambda pair: len(pair[1].tables) - 2 * bool(tables_dated(demand.inquiry, pair[0])),
    )
    most = 1 if near and tables_dated(demand.inquiry, near[0][0]) else MOST_COLUMNS
    for column, joined in near[:most]:
        unit = asked.of(column)
        held = plan.group_by if demand.units or _grouped_before(plan, demand) else ()
        kept = tuple(term for term in held if not asked.is_another(term))
        others = (term for term in plan.select if kept and not is_figure(term))
        shown = tuple(term for term in others if not asked.is_another(term))
        ranked = tuple(each for each in plan.order_by if is_figure(each.term))
        yield _on_one_time(joined, column, demand).model_copy(
            update={
                "select": (*shown, unit, *aggregates), "group_by": (*kept, unit),
                "order_by": ranked or (Ordering(term=unit),), "limit": plan.limit if ranked else None, "distinct": False,
            }
        )  # fmt: skip


def _names_things_alone(plan: Plan, demand: Demand) -> bool:
    """Tell whether the words name things, a unit of time and no figure, and a plan lists these: "cancelled orders by month"."""
    tables = folded_sources(plan)
    things = any(mention.table.lower() in tables for mention in demand.inquiry.named_tables)
    named = (m.candidates[0][0] for m in demand.evidence.named)
    figures = [ref for ref in named if demand.inquiry.profiles.of(ref).date_form is None]
    return things and not figures and not demand.evidence.aggregates and not plan.group_by


def _summed(plan: Plan, demand: Demand) -> tuple[Term, ...]:
    """Return the sum of the only figure that a plan shows row by row: "what was invoiced per month"."""
    (shown,) = plan.select if len(plan.select) == 1 else (None,)
    if not isinstance(shown, ColumnTerm) or plan.group_by or shown.ref in demand.inquiry.keys:
        return ()
    profile, kind = demand.inquiry.profiles.of(shown.ref), demand.schema.describe(shown.ref).kind
    if kind != "number" or profile.flag is not None or profile.date_form is not None:
        return ()
    function = "avg" if demand.inquiry.column_stems(shown.ref) & NEVER_SUMMED else "sum"
    return (Aggregate(function=function, argument=shown),)


def _best_time(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the turn before cut to its first or last by its figure: "Which month was the best?"."""
    asked = demand.time_unit
    figures = [term for term in plan.select if is_figure(term)]
    if asked is None or plan != demand.previous or not asked.divides(plan) or len(figures) != 1:
        return
    words = {word.text for word in demand.inquiry.utterance.words}
    if words & (_MOST | _LEAST):
        order = (Ordering(term=figures[0], descending=not words & _LEAST),)
        yield plan.model_copy(update={"order_by": order, "limit": 1})


def _on_one_time(plan: Plan, column: ColumnRef, demand: Demand) -> Plan:
    """Return a plan whose conditions on another time of the table ask the same of this one: shipped per month in 1997."""
    others = (
        {each for each in demand.time_unit.columns if each.table == column.table}
        if demand.time_unit
        else set[ColumnRef]()
    )

    def change(part: PlanModel) -> PlanModel:
        compared = isinstance(part, Predicate) and isinstance(part.left, ColumnTerm) and part.left.ref in others
        return part.model_copy(update={"left": ColumnTerm.of(column)}) if compared else part

    return plan.model_copy(update={"where": rewrite(plan.where, change)}) if plan.where else plan


def _grouped_before(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan has the groups of the turn before, which the words do not exchange ("by month instead")."""
    swaps = move_of(demand.inquiry.utterance.text) == "swap"
    return (
        demand.previous is not None and bool(plan.group_by) and plan.group_by == demand.previous.group_by and not swaps
    )
