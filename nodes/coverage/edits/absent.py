"""absent_rows: rows taken away by their names, taken away by their keys: then what follows can go on from the plan."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.plan import ColumnTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction, conjuncts


def absent_rows(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan whose absent rows are those of the deed that is denied, and one that takes them away by a key."""
    yield from _of_deeds(plan, demand)
    yield from _by_key(plan, demand)
    yield from _tied(plan, demand)


def _of_deeds(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan whose rows taken away are those of which the table of the denied deed speaks.

    "Films never rented": `film_id NOT IN (SELECT film_id FROM inventory)` becomes `... FROM inventory JOIN rental`.
    """
    for deed in demand.tables_denied[:1]:
        leaves = list(conjuncts(plan.where))
        for at, leaf in enumerate(leaves):
            inner = leaf.right[0] if isinstance(leaf, Predicate) and leaf.operator == "not in" else None
            if isinstance(leaf, Predicate) and isinstance(inner, SubPlan) and not inner.plan.set_operations:
                whole = with_table(inner.plan, deed, demand.schema)
                if whole is not None and whole != inner.plan:
                    changed = leaf.model_copy(update={"right": (SubPlan(plan=whole),)})
                    yield plan.model_copy(update={"where": conjunction((*leaves[:at], changed, *leaves[at + 1 :]))})


def _by_key(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield `EXCEPT` over a table's own columns as `NOT IN` over its key, which two rows of one name cannot share.

    `SELECT name FROM client EXCEPT SELECT client.name FROM client JOIN sale ...` becomes
    `SELECT name FROM client WHERE client_id NOT IN (SELECT client.client_id FROM client JOIN sale ...)`.
    """
    if len(plan.set_operations) != 1 or plan.set_operations[0].operator != "except" or plan.group_by:
        return
    away, own = plan.set_operations[0].plan, plan.tables[0] if len(plan.tables) == 1 else None
    if not isinstance(own, TableSource) or away.set_operations or away.group_by or away.limit is not None:
        return
    table = demand.schema.table(own.table)
    if table is None or table.key is None or not _of_table(plan, own.table) or not _of_table(away, own.table):
        return
    if [term.ref.folded for term in _columns(plan)] != [term.ref.folded for term in _columns(away)]:
        return
    key = ColumnTerm.of(table.key)
    inner = key.model_copy(update={"occurrence": _columns(away)[0].occurrence})
    without = away.model_copy(update={"select": (inner,), "distinct": False, "order_by": ()})
    absent = Predicate(left=key, operator="not in", right=(SubPlan(plan=without),))
    where = conjunction((*conjuncts(plan.where), absent))
    yield plan.model_copy(update={"where": where, "set_operations": ()})


def _tied(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan whose key is looked for among the keys that lead to it, not among others of their table.

    `account.id NOT IN (SELECT agent_id FROM ticket)` becomes `account.id NOT IN (SELECT account_id FROM ticket)`.
    """
    leaves = list(conjuncts(plan.where))
    for at, leaf in enumerate(leaves):
        inner = leaf.right[0] if isinstance(leaf, Predicate) and leaf.operator in ("in", "not in") else None
        if not isinstance(leaf, Predicate) or not isinstance(leaf.left, ColumnTerm) or not isinstance(inner, SubPlan):
            continue
        shown, left = _columns(inner.plan), leaf.left.ref
        if len(shown) != 1 or len(inner.plan.select) != 1:
            continue
        sources = [key.source for key in demand.schema.foreign_keys if key.target == left and key.source != left]
        own = [source for source in sources if source.table.lower() == shown[0].table.lower()]
        if len(own) == 1 and own[0] != shown[0].ref:
            term = shown[0].model_copy(update={"column": own[0].column})
            right = (SubPlan(plan=inner.plan.model_copy(update={"select": (term,)})),)
            where = conjunction((*leaves[:at], leaf.model_copy(update={"right": right}), *leaves[at + 1 :]))
            yield plan.model_copy(update={"where": where})


def _columns(plan: Plan) -> list[ColumnTerm]:
    return [term for term in plan.select if isinstance(term, ColumnTerm)]


def _of_table(plan: Plan, table: str) -> bool:
    """Tell whether a plan shows nothing but columns of one table."""
    shown = _columns(plan)
    return len(shown) == len(plan.select) > 0 and all(term.table.lower() == table.lower() for term in shown)
