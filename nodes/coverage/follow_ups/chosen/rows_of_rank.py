"""rows_of_rank: how many of the rows that ranked a thing meet something ("how many of them were refused?" after who has most permits)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.conditions import completed
from nodes.coverage.edits.joining import with_table
from nodes.coverage.follow_ups.chosen.restated import of_deed, restated, rows_told
from nodes.plan import Aggregate, Plan, Star
from nodes.plan.traversal import conjunction, conjuncts

_OF_THEM = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|but)\b\W*)*how many (?:of (?:them|those|these|his|her|its|their|that|the)\b|(?:is|was|are|were) (?:that|it|those|they|there)\b)",
    re.IGNORECASE,
)

_ROWS = Aggregate(function="count", argument=Star())


def rows_of_rank(demand: Demand) -> Iterator[Plan]:
    """Yield the count of the rows of the ranked thing under what is asked of them, the rank left as it was.

    "How many of them were refused?" after `SELECT applicant.name ... GROUP BY applicant_id ORDER BY count(*) DESC LIMIT 1`:
    `SELECT count(*) FROM permit ... WHERE status = 'refused' AND applicant_id = (SELECT applicant_id ... LIMIT 1)`.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    if before is None or not _OF_THEM.match(text) or not _ranks_by_count(before) or demand.units or demand.time_unit:
        return
    base, rows = restated(before, demand), rows_told(before, demand.schema)
    if base is None or rows is None or rows in _units(base):
        return
    whole = _things(base) if _asks_of_things(base, demand) else _rows(before, base, rows, demand)
    told = completed(whole, demand) if whole is not None and demand.requirements else whole
    if told is not None:
        yield told


def _asks_of_things(base: Plan, demand: Demand) -> bool:
    """Tell whether what is asked holds of the ranked things themselves: how many of the top five are from Ireland."""
    return any(each.options[0].column.table in _units(base) for each in demand.requirements)


def _things(base: Plan) -> Plan:
    return base.model_copy(update={"select": (_ROWS,), "group_by": ()})


def _rows(before: Plan, base: Plan, rows: str, demand: Demand) -> Plan | None:
    """Return the count of the rows that ranked: of the one thing, else of each."""
    joined, found = with_table(base, rows, demand.schema), demand.schema.table(rows)
    if joined is None or found is None:
        return None
    where = conjunction((*conjuncts(joined.where), *of_deed(before, found)))
    one = before.limit == 1
    shown = (_ROWS,) if one else (*base.select, _ROWS)
    return joined.model_copy(update={"select": shown, "group_by": () if one else base.group_by, "where": where})


def _ranks_by_count(plan: Plan) -> bool:
    term = plan.order_by[0].term if plan.order_by and plan.group_by and plan.limit is not None else None
    return isinstance(term, Aggregate) and term.function == "count" and plan.having is None


def _units(base: Plan) -> set[str]:
    return {term.table for term in base.select if term.kind == "column"}
