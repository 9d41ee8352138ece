"""follow_ups: the whole queries that a turn makes of the one before; and whether a plan is one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.others import others_of_groups
from nodes.coverage.follow_ups.average_of_each import average_of_each
from nodes.coverage.follow_ups.chosen.best_group import rows_of_best
from nodes.coverage.follow_ups.chosen.chosen_groups import of_chosen_groups
from nodes.coverage.follow_ups.chosen.count_of_each import count_of_each
from nodes.coverage.follow_ups.chosen.each_of_left import each_of_left
from nodes.coverage.follow_ups.chosen.first_rows import first_rows
from nodes.coverage.follow_ups.chosen.rows_of_rank import rows_of_rank
from nodes.coverage.follow_ups.exchanged.gone_back import gone_back
from nodes.coverage.follow_ups.exchanged.one_of_several import one_of_several
from nodes.coverage.follow_ups.exchanged.other_function import other_function
from nodes.coverage.follow_ups.exchanged.other_time_unit import other_time_unit
from nodes.coverage.follow_ups.exchanged.regrouped import regrouped
from nodes.coverage.follow_ups.exchanged.same_of_others import same_of_others
from nodes.coverage.follow_ups.exchanged.share_of_others import share_of_others
from nodes.coverage.follow_ups.exchanged.swapped import swapped
from nodes.coverage.follow_ups.exchanged.taken_back import taken_back
from nodes.coverage.follow_ups.exchanged.together import both_together
from nodes.coverage.follow_ups.exchanged.turned_round import turned_round
from nodes.coverage.follow_ups.how_many_beside import how_many_beside
from nodes.coverage.follow_ups.other_role import other_role
from nodes.coverage.follow_ups.places import where_they_are
from nodes.coverage.follow_ups.share_in_groups import share_in_groups
from nodes.coverage.follow_ups.totals import totals
from nodes.coverage.follow_ups.what_they_did import what_they_did
from nodes.plan import Plan
from nodes.plan.traversal import conjuncts, is_figure, table_names
from nodes.sql.joins.fill import with_joins

FOLLOW_UPS: tuple[Callable[[Demand], Iterator[Plan]], ...] = (
    both_together,
    gone_back,
    turned_round,
    swapped,
    taken_back,
    regrouped,
    same_of_others,
    other_time_unit,
    one_of_several,
    first_rows,
    other_function,
    other_role,
    rows_of_rank,
    each_of_left,
    how_many_beside,
    totals,
    average_of_each,
    share_in_groups,
    share_of_others,
    others_of_groups,
    count_of_each,
    of_chosen_groups,
    what_they_did,
    rows_of_best,
    where_they_are,
)


def follow_ups(demand: Demand) -> tuple[Plan, ...]:
    """Return the plans of the first way of going on that the words have; none for a first question."""
    if demand.previous is None or demand.previous.set_operations:
        return ()
    for follow_up in FOLLOW_UPS:
        if found := tuple(with_joins(plan, demand.schema) for plan in follow_up(demand)):
            return found
    return ()


def is_follow_up(plan: Plan, wanted: tuple[Plan, ...], demand: Demand) -> bool:
    """Tell whether a plan is one of some follow-ups, further columns and what else the words ask of the rows aside."""
    more = bool(demand.requirements)
    return any(
        set(each.select) <= set(plan.select)
        and _reads_as(plan, each, more=more)
        and set(each.joins or ()) <= set(plan.joins or ())
        and (plan.order_by, plan.limit, plan.offset) == (each.order_by, each.limit, each.offset)
        and (plan.group_by, plan.having) == (each.group_by, each.having)
        and (each.where == plan.where or (more and set(conjuncts(each.where)) <= set(conjuncts(plan.where))))
        for each in wanted
    )


def _reads_as(plan: Plan, wanted: Plan, *, more: bool) -> bool:
    """Tell whether a plan reads the tables of a follow-up; no others where it counts rows, which further joins repeat."""
    own, asked = set(table_names(plan)), set(table_names(wanted))
    return own == asked or (asked < own and (more or not any(map(is_figure, wanted.select))))
