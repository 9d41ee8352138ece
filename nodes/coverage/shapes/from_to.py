"""from_to: rows whose two keys to one table lead from one named thing to another ("voyages from Rome to Oslo")."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, permutations

from nodes.coverage.asked.group import asked_units
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.all_requirements import requirements
from nodes.coverage.rows import has_name, row_names
from nodes.coverage.shapes.measured_by import measures
from nodes.coverage.shapes.other_side import FROM, TO, is_end
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Plan, Predicate, Star, SubPlan, TableSource, Term
from nodes.plan.traversal import conjunction
from value_index.schema import ForeignKey, Table

SAID = 0.5
"""Score of a figure that is named without its unit: "delay" of delay_minutes."""


def from_to(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the rows that lead from one thing to another, of their number, or of a figure of them.

    "How many voyages go from Rome to Oslo?": `origin_id IN (... 'Rome') AND destination_id IN (... 'Oslo')`.
    """
    asked, words = requirements(inquiry), inquiry.utterance.words
    values = [each for each in asked if each.kind == "value" and not each.excludes]
    for one, other in pairwise(values):
        said = [words[each.start - 1].text if each.start else "" for each in (one, other)]
        ends = {"from": one, "to": other} if said == ["from", "to"] else {"to": one, "from": other} if said == ["to", "from"] else {}  # fmt: skip
        keys = _keys(inquiry, ends["from"], ends["to"]) if ends else None
        if keys is None or asked_units(inquiry) or inquiry.evidence.superlatives:
            continue
        plan = _rows(inquiry, keys, ends, [each for each in asked if each not in (one, other)])
        if plan is not None:
            yield plan
            return


def _keys(inquiry: Inquiry, start: Requirement, end: Requirement) -> tuple[ForeignKey, ForeignKey] | None:
    """Return the keys to where rows begin and end, of the table that the words name, else of the only one that has such."""
    found = [
        (one, other)
        for one, other in permutations(inquiry.schema.foreign_keys, 2)
        if (one.source.table, one.target) == (other.source.table, other.target)
        and start.options[0].column.folded == end.options[0].column.folded
        and start.options[0].column.table == one.target.table
        and is_end(inquiry, one, FROM)
        and is_end(inquiry, other, TO)
    ]
    named = [pair for pair in found if inquiry.is_named(pair[0].source.table)]
    return named[0] if named else found[0] if len(found) == 1 else None


def _rows(
    inquiry: Inquiry, keys: tuple[ForeignKey, ForeignKey], ends: dict[str, Requirement], told: list[Requirement]
) -> Plan | None:
    table = inquiry.schema.table(keys[0].source.table)
    assert table is not None
    shown = _shown(inquiry, table)
    if not shown:
        return None
    plan: Plan | None = Plan(select=shown, tables=(TableSource(table=table.name),), joins=())
    for each in told:
        plan = with_table(plan, each.options[0].column.table, inquiry.schema) if plan else None
    conditions = [c for each in told for c in each.options[0].conditions]
    places = [_at(key, ends[way]) for key, way in zip(keys, ("from", "to"), strict=True)]
    return plan.model_copy(update={"where": conjunction((*places, *conditions))}) if plan else None


def _shown(inquiry: Inquiry, table: Table) -> tuple[Term, ...]:
    """Return the rows, their number or the figure of them that is asked for; () where no column is that figure."""
    if inquiry.evidence.cues.count is not None:
        return (ROW_COUNT,)
    if not inquiry.evidence.aggregates:
        return row_names(table) if has_name(table) else (Star(),)
    at, function = inquiry.evidence.aggregates[0]
    named = [m.candidates[0] for m in inquiry.evidence.mentions.columns if m.start > at]
    figures = [ref for ref, score in named if score >= SAID and ref in measures(inquiry, table.name)]
    return (Aggregate(function=function, argument=ColumnTerm.of(figures[0])),) if figures else ()


def _at(key: ForeignKey, place: Requirement) -> Predicate:
    inner = Plan(
        select=(ColumnTerm.of(key.target),),
        tables=(TableSource(table=key.target.table),),
        where=conjunction(place.options[0].conditions),
    )
    return Predicate(left=ColumnTerm.of(key.source), operator="in", right=(SubPlan(plan=inner),))
