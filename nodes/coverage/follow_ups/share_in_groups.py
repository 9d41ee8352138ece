"""share_in_groups: the share of the rows that each group counted which meet something ("what share of them is urgent?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.calculations.shares import WHOLE
from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import Aggregate, Arithmetic, Branch, Case, Condition, LiteralTerm, Plan, Star
from nodes.plan.sources import folded_sources, reads_tables_only
from nodes.plan.traversal import conjunction, is_figure

_SHARE = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|but)\b\W*)*(?:what|which|how (?:big|large) an?) (?:share|percentage|percent|proportion|fraction) "
    r"(?:of (?:each(?: of (?:them|those|these))?|them|those|these|the \w+)|is|are|was|were|has|have)\b",
    re.IGNORECASE,
)


def share_in_groups(demand: Demand) -> Iterator[Plan]:
    """Yield the groups before, each with the percentage of its rows that meet what is named.

    "What share of them is urgent?" after `SELECT team, count(*) FROM ticket GROUP BY team`:
    `SELECT team, 100.0 * sum(CASE WHEN priority = 'urgent' THEN 1 ELSE 0 END) / count(*) ... GROUP BY team`.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    if before is None or not before.group_by or before.having is not None or len(demand.requirements) != 1:
        return
    if not _SHARE.match(text) or demand.units or demand.time_unit:
        return
    figures = [term for term in before.select if is_figure(term)]
    rows = Aggregate(function="count", argument=Star())
    if figures != [rows] or not reads_tables_only(before):
        return
    for option in demand.requirements[0].options:
        joined = _joined(before, option.column.table, demand)
        condition = conjunction(option.conditions)
        if joined is not None and condition is not None:
            select = tuple(_share(condition) if term == rows else term for term in before.select)
            order = tuple(each for each in before.order_by if before.limit is not None or not is_figure(each.term))
            yield joined.model_copy(update={"select": select, "order_by": order})
            return


def _joined(before: Plan, table: str, demand: Demand) -> Plan | None:
    """Return a plan that reads a table which its rows lead to, so that each of them stays one row."""
    read = folded_sources(before)
    if table.lower() in read:
        return before
    led = {k.target.table.lower() for k in demand.schema.foreign_keys if k.source.table.lower() in read}
    return with_table(before, table, demand.schema) if table.lower() in led else None


def _share(condition: Condition) -> Arithmetic:
    met = Case(branches=(Branch(condition=condition, value=LiteralTerm(value=1)),), otherwise=LiteralTerm(value=0))
    counted = Arithmetic(operator="*", left=LiteralTerm(value=WHOLE), right=Aggregate(function="sum", argument=met))
    return Arithmetic(operator="/", left=counted, right=Aggregate(function="count", argument=Star()))
