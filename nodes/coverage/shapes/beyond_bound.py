"""beyond_bound: the rows whose figure is held against another of theirs ("which projects took longer than estimated")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirements.own_bounds import bound_requirements
from nodes.coverage.rows import row_names
from nodes.plan import Plan, TableSource
from nodes.plan.traversal import conjunction

FIRST = 2
"""Words before the things that are asked for."""


def beyond_bound(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that names the rows of the first table named, where one of its figures is held against another.

    "Which items need to be reordered?": `SELECT name FROM item WHERE stock < reorder_level`.
    """
    evidence = inquiry.evidence
    if evidence.aggregates or evidence.cues.count is not None or evidence.superlatives:
        return
    for each in bound_requirements(inquiry):
        table = inquiry.schema.table(each.options[0].column.table)
        first = any(m.table == each.options[0].column.table and m.start <= FIRST for m in inquiry.named_tables)
        before = [m for m in evidence.named if m.end <= each.start and m.candidates[0][1] >= NAMED]
        if table is not None and first and not before:
            shown = row_names(table)
            where = conjunction(each.options[0].conditions)
            yield Plan(select=shown, tables=(TableSource(table=table.name),), where=where)
            return
