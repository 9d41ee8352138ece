"""asked_groups: the grouping that "per X" asks for."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.column_profile import NEVER_SUMMED
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED
from nodes.coverage.rows import row_key, row_names
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Plan, Term
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import columns, is_figure
from value_index.schema import ColumnRef

MOST_UNITS = 2
_OF_EACH = frozenset(("per", "by"))
"""Words between rows that are counted and their unit."""
SAID = 0.5
"""Score of a time that is named by what happened: "signups" of signup_date."""


def asked_groups(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that shows its aggregates for each unit that the words name.

    "Total fee per town": `SELECT sum(fee) FROM member` becomes `SELECT town, sum(fee) FROM club JOIN member GROUP BY town`.
    """
    if plan.set_operations or not demand.units or not reads_tables_only(plan):
        return
    aggregates: tuple[Term, ...] = tuple(term for term in plan.select if is_figure(term))
    if not aggregates and demand.evidence.cues.count is not None:
        aggregates = (ROW_COUNT,)
    if not aggregates:
        aggregates = tuple(sums_named(demand)) or tuple(rows_counted(demand))
    counted = rows_counted_of(demand)
    for unit, is_table in demand.units[:MOST_UNITS]:
        joined = with_table(plan, unit.table, demand.schema) if aggregates else None
        joined = with_table(joined, counted, demand.schema) if joined is not None and counted else joined
        joined = _with_arguments(joined, aggregates, demand) if joined else None
        if joined is None:
            continue
        shown, key = unit_terms(unit, demand, is_table=is_table)
        order = tuple(each for each in plan.order_by if is_figure(each.term))
        yield joined.model_copy(
            update={
                "select": (*shown, *aggregates), "group_by": (key,), "order_by": order,
                "limit": plan.limit if order else None, "distinct": False,
            }
        )  # fmt: skip


def sums_named(demand: Demand) -> Iterator[Term]:
    """Yield the sum of a figure that the words name of each unit, whose rows have many: "billable minutes per agent"."""
    evidence = demand.evidence
    if evidence.aggregates or evidence.cues.count is not None or not demand.units:
        return
    units = {ref.table for ref, _ in demand.units}
    for mention in evidence.named:
        ref, score = mention.candidates[0]
        stems = demand.inquiry.column_stems(ref)
        is_figure = demand.schema.describe(ref).kind == "number" and demand.inquiry.profiles.of(ref).flag is None
        if (
            score >= 0.5
            and is_figure
            and ref not in demand.inquiry.keys
            and not stems & NEVER_SUMMED
            and ref.table not in units
        ):
            yield Aggregate(function="sum", argument=ColumnTerm.of(ref))
            return


def rows_counted_of(demand: Demand) -> str | None:
    """Return the table whose rows stand right before "per" or "by", where no figure of them is named: the orders of "orders per quarter"."""
    words, evidence = demand.inquiry.utterance.words, demand.evidence
    if evidence.aggregates or evidence.cues.count is not None or any(sums_named(demand)):
        return None
    places = {at for at, word in enumerate(words) if word.text in _OF_EACH}
    return next((m.table for m in demand.inquiry.named_tables if m.end in places), None)


def rows_counted(demand: Demand) -> Iterator[Term]:
    """Yield the count of rows that stand right before "per" or "by": "ratings per year", "customers by city".

    A time stands for its rows: "signups per year" over `signup_date`.
    """
    words, inquiry = demand.inquiry.utterance.words, demand.inquiry
    ends = {m.end for m in demand.evidence.mentions.tables if m.score >= NAMED}
    timed = [m for m in demand.evidence.mentions.columns if inquiry.profiles.of(m.candidates[0][0]).date_form == "iso"]
    ends |= {m.end for m in timed if m.candidates[0][1] >= SAID}
    if not demand.evidence.aggregates and any(word.text in _OF_EACH and at in ends for at, word in enumerate(words)):
        yield ROW_COUNT


def _with_arguments(plan: Plan, aggregates: tuple[Term, ...], demand: Demand) -> Plan | None:
    """Return a plan joined to the tables whose columns its aggregates take."""
    found: Plan | None = plan
    for term in (each for aggregate in aggregates for each in columns(aggregate)):
        found = with_table(found, term.table, demand.schema) if found else None
    return found


def unit_terms(unit: ColumnRef, demand: Demand, *, is_table: bool) -> tuple[tuple[ColumnTerm, ...], ColumnTerm]:
    """Return what a unit is called by, and what tells it from others: its own column, or the names and the key of a row."""
    term, table = ColumnTerm.of(unit), demand.schema.table(unit.table)
    assert table is not None
    return (row_names(table), row_key(term, demand.schema)) if is_table else ((term,), term)
