"""names_of_the_rest: what is left after taking keys from keys, told by its names ("chefs who have no recipe")."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.shown.group_names import asks_for_keys
from nodes.coverage.rows import row_names
from nodes.lexical.evidence import display_columns
from nodes.plan import ColumnTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction, conjuncts


def names_of_the_rest(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan that names the rows whose keys are not among others.

    `SELECT id FROM chef EXCEPT SELECT chef_id FROM recipe`: `SELECT name FROM chef WHERE id NOT IN (SELECT chef_id FROM recipe)`.
    """
    if not shows_rest_by_key(plan, demand):
        return
    shown, taken = plan.select[0], plan.set_operations[0].plan
    assert isinstance(shown, ColumnTerm)
    table = demand.schema.table(shown.table)
    assert table is not None
    rest = Predicate(left=shown, operator="not in", right=(SubPlan(plan=taken),))
    update = {"select": row_names(table), "set_operations": ()}
    yield plan.model_copy(update={**update, "where": conjunction((*conjuncts(plan.where), rest))})


def shows_rest_by_key(plan: Plan, demand: Demand) -> bool:
    """Tell whether a plan takes keys from the primary keys of one table and shows what is left, though no word asks for keys."""
    shown = plan.select[0] if len(plan.select) == 1 else None
    if not isinstance(shown, ColumnTerm) or len(plan.set_operations) != 1 or plan.group_by or asks_for_keys(demand):
        return False
    table = demand.schema.table(shown.table)
    one = len(plan.tables) == 1 and isinstance(plan.tables[0], TableSource)
    key = table is not None and table.key == shown.ref and shown.ref not in display_columns(table)
    return one and key and plan.set_operations[0].operator == "except"
