"""asked_counts: the count that the words ask for in place of a list."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import row_key
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Plan, Star, Term
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import walk

REACH = 3
"""Words after "how many" within which the things that are counted are named: "how many different orders"."""


def asked_counts(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the count of a plan's rows where "how many" asks for one and the plan has none.

    "How many visits did Marta make?": `SELECT visited ...` becomes `SELECT count(*) ...`.
    """
    evidence = demand.evidence
    if evidence.cues.count is None or evidence.count_in_name or plan.set_operations:
        return
    yield from _of_named(plan, demand)
    yield from _different(plan, demand)
    if plan.group_by:
        return
    if any(isinstance(part, Aggregate) for part in walk(plan)):
        return
    counted = ROW_COUNT
    if plan.distinct and len(plan.select) == 1 and not isinstance(plan.select[0], Star):
        counted = Aggregate(function="count", argument=plan.select[0], distinct=True)
    elif plan.distinct and (key := _key_of_one_table(plan, demand)) is not None:
        counted = Aggregate(function="count", argument=key, distinct=True)
    yield plan.model_copy(update={"select": (counted,), "distinct": False, "order_by": (), "limit": None})


def _key_of_one_table(plan: Plan, demand: Demand) -> ColumnTerm | None:
    """Return the key of the only table whose columns a plan shows; None if it shows other things."""
    shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
    if len(shown) != len(plan.select) or len({(term.table, term.occurrence) for term in shown}) != 1:
        return None
    key = row_key(shown[0], demand.schema)
    return key.model_copy(update={"occurrence": shown[0].occurrence})


def _different(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the count of different things that are named ("how many different patients": `count(DISTINCT patient_id)`)."""
    if (key := key_met_often(plan, demand)) is not None:
        yield _counting(plan, key)
    if ROW_COUNT not in plan.select or not demand.evidence.cues.distinct:
        return
    tables = folded_sources(plan)
    for mention in demand.inquiry.named_tables:
        for key in demand.schema.foreign_keys:
            if key.target.table == mention.table and key.source.table.lower() in tables:
                yield _counting(plan, ColumnTerm.of(key.source))


def _counting(plan: Plan, key: ColumnTerm) -> Plan:
    """Return a plan that counts what a key tells apart in the place of rows."""
    once = Aggregate(function="count", argument=key, distinct=True)
    return plan.model_copy(update={"select": tuple(once if term == ROW_COUNT else term for term in plan.select)})


def key_met_often(plan: Plan, demand: Demand) -> ColumnTerm | None:
    """Return the key of the things asked for, where a plan counts them as often as they meet others; None else.

    "How many patients did each doctor see?": count(*) over appointments counts who came twice twice.
    """
    asked = demand.evidence.cues.count
    if asked is None or ROW_COUNT not in plan.select:
        return None
    tables = folded_sources(plan)
    near = sorted((m for m in demand.inquiry.named_tables if 0 < m.start - asked <= REACH), key=lambda m: m.start)
    keys = demand.schema.foreign_keys
    for key in (key for mention in near[:1] for key in keys if key.target.table == mention.table):
        meeting = demand.schema.table(key.source.table)
        others = {each.source.column for each in keys if each.source.table == key.source.table}
        several = len(others) > 1 and meeting is not None and not set(meeting.primary_key) <= others
        if several and {key.source.table.lower(), key.target.table.lower()} <= tables:
            return ColumnTerm.of(key.source)
    return None


def _of_named(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a count of the rows that are named, where a plan counts those of another table.

    "How many orders did they place?": `count(*) FROM customer WHERE ...` becomes `count(*) FROM customer JOIN order ...`.
    """
    if not any(isinstance(term, Aggregate) and isinstance(term.argument, Star) for term in plan.select):
        return
    asked = demand.evidence.cues.count
    assert asked is not None
    tables = folded_sources(plan)
    named = [m for m in demand.inquiry.named_tables if 0 < m.start - asked <= REACH]
    for mention in sorted(named, key=lambda mention: mention.start)[:1]:
        if mention.table.lower() not in tables:
            joined = with_table(plan, mention.table, demand.schema)
            if joined is not None:
                yield joined


def counts_repeats(term: Term, demand: Demand) -> bool:
    """Tell whether a figure counts the named values of a column each as often as rows store it: `count(region)`.

    "How many regions are there in Asia?" asks for `count(DISTINCT region)`.
    """
    column, asked = term.argument if isinstance(term, Aggregate) else None, demand.evidence.cues.count
    if not isinstance(term, Aggregate) or term.function != "count" or term.distinct or asked is None:
        return False
    if not isinstance(column, ColumnTerm) or column.ref in demand.inquiry.keys:
        return False
    near = [mention for mention in demand.evidence.named if 0 < mention.start - asked <= REACH]
    named = any(mention.score(column.ref) >= 0.8 for mention in near)
    text = (
        demand.schema.column(column.table, column.column) is not None
        and demand.schema.describe(column.ref).kind == "text"
    )
    return named and text and not demand.inquiry.profiles.is_unique(column.ref)


def counts_days(term: Term, demand: Demand) -> bool:
    """Tell whether a figure counts the different times of a table whose rows are asked for: `count(DISTINCT booked_on)`.

    "How many bookings did we have in March?" asks for `count(*)`, though a column is called like the bookings.
    """
    column = term.argument if isinstance(term, Aggregate) and term.function == "count" and term.distinct else None
    if not isinstance(column, ColumnTerm) or column.table != demand.inquiry.table_counted:
        return False
    return demand.inquiry.profiles.of(column.ref).date_form is not None
