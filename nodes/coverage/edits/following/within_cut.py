"""within_cut: what is asked of the rows that an order and a LIMIT left ("Which of them are from Brazil?" after the top five)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import cuts_inside_in
from nodes.coverage.rows import row_key
from nodes.plan import Aggregate, ColumnTerm, Condition, Plan, Predicate, SubPlan
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import conjunction, conjuncts, walk

_THEM = re.compile(
    r"\b(?:them|those|these|they)\b|\bis that\b|\bwhich (?:ones?|is|are|has|have|was|were)\b", re.IGNORECASE
)


def within_cut(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that asks what is new of the rows left, where it asked it of all rows and cut these anew.

    "Which of them are from Brazil?": `WHERE country = 'Brazil' ORDER BY total DESC LIMIT 5` becomes
    `WHERE country = 'Brazil' AND id IN (SELECT id ... ORDER BY total DESC LIMIT 5)`.
    """
    before = demand.previous
    key = _key(before, demand) if before is not None and ignores_cut(plan, demand) else None
    if before is None or key is None or key.table.lower() not in folded_sources(plan):
        return
    grouped = before.model_copy(update={"group_by": (key,)}) if before.group_by else before
    rows = SubPlan(plan=grouped.model_copy(update={"select": (key,), "distinct": False}))
    told = set(conjuncts(before.where))
    new = tuple(each for each in conjuncts(plan.where) if each not in told)
    within = Predicate(left=key, operator="in", right=(rows,))
    again = plan.order_by == before.order_by
    limit = None if again else 1 if _asks_one(demand) else None
    counts = _counts(plan) and not plan.group_by
    yield plan.model_copy(
        update={
            "where": conjunction((*new, within)), "limit": limit, "order_by": () if counts else plan.order_by,
        }
    )  # fmt: skip


def ignores_cut(plan: Plan, demand: Demand) -> bool:
    """Tell whether the words speak of the rows that a LIMIT left and a plan asks something new of all rows."""
    before = demand.previous
    if before is None or before.limit in (None, 1) or not before.order_by or before.set_operations:
        return False
    if not cuts_inside_in(demand.schema):
        return False
    if plan == before or plan.set_operations or not _THEM.search(demand.inquiry.utterance.text):
        return False
    new = set(conjuncts(plan.where)) - set(conjuncts(before.where)) or plan.order_by != before.order_by
    inner = (part for part in walk(plan) if isinstance(part, Plan) and part is not plan)
    return bool(new or _counts(plan)) and not any(each.limit == before.limit for each in inner)


def loses_cut(plan: Plan, demand: Demand) -> bool:
    """Tell whether the words speak of rows of which only those left by a LIMIT were meant before, and a plan asks it of all."""
    before = demand.previous
    cuts = {each for each in conjuncts(before.where) if _is_cut(each)} if before is not None else set[Condition]()
    return bool(cuts - set(conjuncts(plan.where))) and bool(_THEM.search(demand.inquiry.utterance.text))


def _is_cut(condition: Condition) -> bool:
    inner = condition.right[0] if isinstance(condition, Predicate) and condition.right else None
    return isinstance(inner, SubPlan) and inner.plan.limit is not None


def _counts(plan: Plan) -> bool:
    """Tell whether a plan shows nothing but a count."""
    return all(isinstance(term, Aggregate) and term.function == "count" for term in plan.select)


def _asks_one(demand: Demand) -> bool:
    superlatives = demand.evidence.superlatives
    return bool(superlatives) and max(each.limit for each in superlatives) == 1


def _key(before: Plan, demand: Demand) -> ColumnTerm | None:
    """Return the key of the rows that were shown; None if they are rows of no one table."""
    shown = [term for term in before.select if isinstance(term, ColumnTerm)]
    tables = {term.table for term in (*shown, *(t for t in before.group_by if isinstance(t, ColumnTerm)))}
    if len(tables) != 1 or not shown or shown[0].occurrence or any(t.occurrence for t in shown):
        return None
    key = row_key(shown[0], demand.schema)
    table = demand.schema.table(key.table)
    return key if table is not None and table.key == key.ref else None
