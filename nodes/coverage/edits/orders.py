"""asked_orders: the order and the number of rows that the words ask for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.asked.order import runs_wrong_way
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import ROW_COUNT, Aggregate, Cast, ColumnTerm, Ordering, Plan, Term
from nodes.plan.sources import folded_sources
from value_index.schema import ColumnRef

MOST_TERMS = 2
SHORT = 5
"""Words of a turn that only names the other end of an order."""


def asked_orders(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan with the order, direction and limit that the words ask for.

    "Names of runners sorted by age, oldest first": `ORDER BY age DESC LIMIT 1` becomes `ORDER BY age DESC`.
    """
    yield from _by_shown_figure(plan)
    yield from _other_end(plan, demand)
    asked = demand.order
    if plan.set_operations:
        return
    if plan.order_by and runs_wrong_way(plan.order_by[0], demand.inquiry):
        turned = plan.order_by[0].model_copy(update={"descending": not plan.order_by[0].descending})
        yield plan.model_copy(update={"order_by": (turned, *plan.order_by[1:])})
    if asked is None:
        return
    if len(plan.select) == 1 and isinstance(plan.select[0], Aggregate) and not plan.group_by:
        return
    limit = None if asked.is_list else asked.limit
    if plan.order_by:
        first = plan.order_by[0]
        wanted = first.descending if asked.descending is None else asked.descending
        for descending in dict.fromkeys((wanted, first.descending)):
            turned = (first.model_copy(update={"descending": descending}), *plan.order_by[1:])
            yield plan.model_copy(update={"order_by": turned, "limit": limit})
    for term in _terms(plan, demand)[:MOST_TERMS]:
        joined = with_table(plan, term.table, demand.schema) if isinstance(term, ColumnTerm) else plan
        if joined is not None:
            ordering = Ordering(term=_comparable(term, demand), descending=bool(asked.descending))
            yield joined.model_copy(update={"order_by": (ordering,), "limit": limit})


def _by_shown_figure(plan: Plan) -> Iterator[Plan]:
    """Yield a plan of groups ordered by the figure that it shows of a column, in the place of the column itself."""
    first = plan.order_by[0] if plan.order_by else None
    if first is None or not plan.group_by or first.term in plan.group_by:
        return
    for term in plan.select:
        if isinstance(term, Aggregate) and term.argument == first.term:
            ordering = first.model_copy(update={"term": term})
            yield plan.model_copy(update={"order_by": (ordering, *plan.order_by[1:])})


def _other_end(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the ranked rows of the turn before from the other end: "And the worst?" after the best month."""
    superlatives, words = demand.evidence.superlatives, demand.inquiry.utterance.words
    if plan != demand.previous or plan.limit is None or len(plan.order_by) != 1 or len(superlatives) != 1:
        return
    down = superlatives[0].descending
    if len(words) <= SHORT and not demand.evidence.named and down != plan.order_by[0].descending:
        yield plan.model_copy(update={"order_by": (plan.order_by[0].model_copy(update={"descending": down}),)})


def _terms(plan: Plan, demand: Demand) -> list[Term]:
    """Return what to order by: a named column, an aggregate that is shown, a lone number that is shown."""
    asked = demand.order
    assert asked is not None
    tables = folded_sources(plan)
    named = sorted(asked.columns, key=lambda ref: ref.table.lower() not in tables)
    found: list[Term] = [ColumnTerm.of(ref) for ref in named]
    aggregates: list[Term] = [term for term in plan.select if isinstance(term, Aggregate)]
    if plan.group_by and not aggregates:
        aggregates = [ROW_COUNT]
    shown: list[Term] = [
        term for term in plan.select if isinstance(term, ColumnTerm) and demand.evidence.is_ordered(_ref(term))
    ]
    rest = aggregates or (shown if len(shown) == 1 else [])
    texts: list[Term] = [] if rest or found else list(plan.select[:1]) if isinstance(plan.select[0], ColumnTerm) else []
    return [*found, *(term for term in (*rest, *texts) if term not in found)] if found or rest or texts else []


def _comparable(term: Term, demand: Demand) -> Term:
    """Return a term that orders numbers kept as texts by their size."""
    if isinstance(term, ColumnTerm) and demand.inquiry.profiles.of(_ref(term)).is_numeric_text:
        return Cast(argument=term, type="real")
    return term


def _ref(term: ColumnTerm) -> ColumnRef:
    return term.ref
