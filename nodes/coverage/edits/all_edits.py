"""EDITS: the edits that complete a plan, by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from nodes.coverage.calculations.average_counts import asked_average_counts
from nodes.coverage.calculations.compared_counts import compared_counts
from nodes.coverage.calculations.differences import asked_differences
from nodes.coverage.calculations.group_shares import shares_of_groups
from nodes.coverage.calculations.measures import summed_measures
from nodes.coverage.calculations.numeric_texts import numeric_texts
from nodes.coverage.calculations.own_counts import counted_rows
from nodes.coverage.calculations.sales import asked_sales
from nodes.coverage.calculations.shares import asked_shares
from nodes.coverage.calculations.time_groups import grouped_by_time
from nodes.coverage.demand import Demand
from nodes.coverage.edits.absent import absent_rows
from nodes.coverage.edits.conditions import missing_conditions
from nodes.coverage.edits.counts import asked_counts
from nodes.coverage.edits.duplicates import shown_once
from nodes.coverage.edits.each import asked_of_each
from nodes.coverage.edits.following.earlier import lost_conditions
from nodes.coverage.edits.following.given_up import given_up_conditions
from nodes.coverage.edits.following.led_to import led_to
from nodes.coverage.edits.following.listed_again import listed_again
from nodes.coverage.edits.following.nothing_at_all import nothing_at_all
from nodes.coverage.edits.following.null_keys import keys_without_value
from nodes.coverage.edits.following.number_exchanged import number_exchanged
from nodes.coverage.edits.following.of_ranked import of_ranked
from nodes.coverage.edits.following.ordinals import row_by_place
from nodes.coverage.edits.following.others import the_others
from nodes.coverage.edits.following.within_cut import within_cut
from nodes.coverage.edits.groups import asked_groups
from nodes.coverage.edits.joins import sound_joins
from nodes.coverage.edits.one_row import extreme_of_all
from nodes.coverage.edits.orders import asked_orders
from nodes.coverage.edits.own_key import through_own_key
from nodes.coverage.edits.repeats import repeated_conditions
from nodes.coverage.edits.role_pairs import role_pairs
from nodes.coverage.edits.shapes import followed_up, whole_shapes
from nodes.coverage.edits.shown.display import shown_things
from nodes.coverage.edits.shown.figure import another_figure
from nodes.coverage.edits.shown.group_names import names_of_groups
from nodes.coverage.edits.shown.listed import shown_lists
from nodes.coverage.edits.shown.names_for_keys import names_for_keys
from nodes.coverage.edits.shown.names_of_rest import names_of_the_rest
from nodes.coverage.edits.shown.people import asked_people
from nodes.coverage.edits.shown.projections import asked_projections
from nodes.coverage.edits.shown.siblings import said_columns
from nodes.coverage.edits.shown.their_names import names_of_theirs
from nodes.coverage.edits.tables import idle_tables
from nodes.plan import Plan

Edit = Callable[[Plan, Demand], Iterator[Plan]]
EDITS: Mapping[str, Edit] = {
    "condition": missing_conditions,
    "earlier": lost_conditions,
    "given_up": given_up_conditions,
    "listed_again": listed_again,
    "within_cut": within_cut,
    "place": row_by_place,
    "others": the_others,
    "nothing": nothing_at_all,
    "of_ranked": of_ranked,
    "led_to": led_to,
    "number": number_exchanged,
    "repeat": repeated_conditions,
    "null_key": keys_without_value,
    "table": idle_tables,
    "count": asked_counts,
    "display": shown_things,
    "key_names": names_for_keys,
    "group_names": names_of_groups,
    "rest_names": names_of_the_rest,
    "their_names": names_of_theirs,
    "people": asked_people,
    "cast": numeric_texts,
    "measure": summed_measures,
    "roles": role_pairs,
    "own_key": through_own_key,
    "order": asked_orders,
    "group": asked_groups,
    "each": asked_of_each,
    "figure": another_figure,
    "projection": asked_projections,
    "join": sound_joins,
    "distinct": shown_once,
    "time_group": grouped_by_time,
    "counted": counted_rows,
    "extreme": extreme_of_all,
    "sibling": said_columns,
    "share": asked_shares,
    "group_share": shares_of_groups,
    "difference": asked_differences,
    "absent": absent_rows,
    "sales": asked_sales,
    "shape": whole_shapes,
    "follow_up": followed_up,
    "listed": shown_lists,
    "more": compared_counts,
    "average_count": asked_average_counts,
}


MENDING = ("join", "repeat", "null_key", "table", "cast", "measure", "counted", "extreme", "sibling")
"""Edits that take out what cannot be meant, whatever the words ask for."""


def edited(plan: Plan, demand: Demand, names: Collection[str] = tuple(EDITS)) -> Iterator[tuple[str, Plan]]:
    """Yield the plans that one edit makes of a plan, each once, with the name of the edit."""
    seen = {plan}
    for name in names:
        for changed in EDITS[name](plan, demand):
            if changed not in seen:
                seen.add(changed)
                yield name, changed
