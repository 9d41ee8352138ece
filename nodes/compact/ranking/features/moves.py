"""MoveFeatures: how a plan follows the move that a turn makes: choosing among rows, showing more, going back.

After SELECT title FROM book, "Those with more than 300 pages" -> SELECT title FROM book WHERE pages > 300; SELECT pages FROM
book WHERE pages > 300 has `chooses_other_shown`.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.moves import Move, goes_back_to, move_of, things_gone_back_to
from nodes.coverage.asked.references import columns_given_up, exchanges, gives_up, regroups
from nodes.coverage.calculations.group_shares import shares_of_groups
from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.listed_again import named_beside
from nodes.coverage.edits.following.number_exchanged import number_exchanged
from nodes.coverage.edits.following.ordinals import place_asked
from nodes.coverage.edits.following.others import the_others
from nodes.coverage.edits.groups import asked_groups
from nodes.coverage.edits.shown.figure import asks_another_figure
from nodes.plan import ColumnTerm, Plan, Term
from nodes.plan.constraints import Constraint
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

FEATURES = (
    Feature("follows", "True if there is a turn before: all plans of a turn have the same, for what weighs by it."),
    Feature(
        "chooses_other_shown", 'True if rows before are chosen among ("those with ...") and it shows something else.'
    ),
    Feature("chooses_filters_lost", "How many conditions are lost though rows before are chosen among, up to two."),
    Feature("chooses_nothing_new", "True if rows before are chosen among and no condition, order or limit is new."),
    Feature("chooses_group_lost", "True if rows before are chosen among and their group is lost."),
    Feature("adds_shown_lost", 'True if more is to be shown ("also", "too") and something shown before is lost.'),
    Feature("adds_nothing_shown", "True if more is to be shown and nothing more is."),
    Feature("adds_to_shown", "True if more is to be shown and it shows more than before, under the same conditions."),
    Feature("adds_filters_lost", "How many conditions are lost though more is to be shown, up to two."),
    Feature("swaps_filters_lost", 'How many conditions are lost beyond one though something is exchanged ("instead").'),
    Feature("goes_elsewhere", "True if the words go back to an earlier plan and it is another."),
    Feature("place_missed", 'True if a row is meant by its place ("the second one") and it does not give that row.'),
    Feature(
        "number_missed", 'True if a number is to be exchanged ("make it 20") and it is not the plan with that alone.'
    ),
    Feature(
        "regroup_missed",
        'True if other units are asked for ("and by region?") and it is not the figures before by them.',
    ),
    Feature(
        "part_missed",
        "True if the part of each group before in all is asked and it is not the figures before so divided.",
    ),
    Feature("leaves_filters_held", "How many conditions are held though the words begin a new subject, up to two."),
    Feature("turned_filter", "How many conditions before it turns round though nothing is denied: = to !=, < to >."),
    Feature("order_lost", "True if it has the conditions and tables of the turn before, but no longer its order."),
    Feature("figure_group_lost", 'True if only another figure is named ("and the average?") and the group is lost.'),
    Feature(
        "exchanges_value",
        'True if a value is to be exchanged ("and Poland?") and only a value of the plan before is another.',
    ),
    Feature("gives_named_up", 'True if a condition is given up by name ("drop the year") and nothing but it is gone.'),
    Feature("period_exchanged", 'True if a time is to be exchanged ("and 2023?") and nothing but the time is another.'),
    Feature(
        "others_missed", 'True if the rows left out before are asked for ("the others") and it does not turn to them.'
    ),
    Feature("gives_condition_up", "True if a condition is to be given up and it is the plan before without one."),
    Feature(
        "keeps_all",
        "True if it shows what was shown, under at least the conditions before, where nothing is to be exchanged.",
    ),
)

TURNED = {"=": "!=", "!=": "=", "in": "not in", "not in": "in", "like": "not like", "not like": "like"}


@dataclass(frozen=True)
class MoveFeatures:
    """The move of one turn, to hold plans against."""

    demand: Demand
    earlier: tuple[Plan | None, ...]
    """The plans of the turns before, oldest first."""

    @cached_property
    def move(self) -> Move:
        """How the turn goes on from the one before."""
        return move_of(self.demand.inquiry.utterance.text) if self.earlier else "other"

    @cached_property
    def target(self) -> Plan | None:
        """The plan that the words go back to."""
        return goes_back_to(self.move, self.earlier, things_gone_back_to(self.demand.evidence))

    @cached_property
    def _place(self) -> int | None:
        return place_asked(self.demand)

    @cached_property
    def _renumbered(self) -> frozenset[Plan]:
        previous = self.demand.previous
        return frozenset(number_exchanged(previous, self.demand)) if previous is not None else frozenset()

    @cached_property
    def _regrouped(self) -> frozenset[Hashable]:
        previous = self.demand.previous
        if previous is None or not regroups(self.demand.inquiry):
            return frozenset()
        return frozenset(map(_figures, asked_groups(previous, self.demand)))

    @cached_property
    def _shared(self) -> frozenset[Plan]:
        previous = self.demand.previous
        return frozenset(shares_of_groups(previous, self.demand)) if previous is not None else frozenset()

    @cached_property
    def _others(self) -> frozenset[Plan]:
        previous = self.demand.previous
        return frozenset(the_others(previous, self.demand)) if previous is not None else frozenset()

    @cached_property
    def _chooses(self) -> bool:
        """Whether the words choose among rows, by something that rows can be chosen by."""
        demand = self.demand
        asked = bool(demand.requirements or demand.order or demand.evidence.superlatives)
        return self.move == "choose" and (asked or bool(demand.evidence.cues.comparisons))

    @cached_property
    def _may_keep(self) -> bool:
        """Whether nothing of the turn before is to be exchanged or given up."""
        inquiry = self.demand.inquiry
        return self.move in ("choose", "add", "other") and not (exchanges(inquiry) or gives_up(inquiry))

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        before = self.demand.previous
        if before is None:
            return {}
        plan, old = plan_parts.plan, frozenset(self.demand.evidence.constraints_before)
        lost, held = len(old - plan_parts.filters), len(old & plan_parts.filters)
        return {
            "follows": 1.0,
            **self._moved(plan, before, lost, bool(plan_parts.filters - old)),
            "goes_elsewhere": float(self.target is not None and plan != self.target),
            "place_missed": float(self._place is not None and not _gives_place(plan, before, self._place)),
            "number_missed": float(bool(self._renumbered) and plan not in self._renumbered),
            "regroup_missed": float(bool(self._regrouped) and _figures(plan) not in self._regrouped),
            "part_missed": float(bool(self._shared) and plan not in self._shared),
            "others_missed": float(bool(self._others) and plan not in self._others),
            "leaves_filters_held": float(self.move == "leave") * min(2, held),
            "turned_filter": float(0 if self.demand.evidence.cues.negated else self._turned(plan_parts)),
            "order_lost": float(bool(before.order_by) and not plan.order_by and not lost and plan != before),
            "figure_group_lost": float(asks_another_figure(self.demand) and not _shows_units(plan, before)),
            **self._replaced(plan_parts, before, old),
            "keeps_all": float(self._may_keep and not lost and plan.select == before.select and plan != before),
        }

    def _replaced(self, plan_parts: PlanParts, before: Plan, old: frozenset[Constraint]) -> Features:
        """Whether the plan is the one before with a value exchanged, or a condition given up, as the words ask."""
        inquiry, plan, now = self.demand.inquiry, plan_parts.plan, plan_parts.filters
        same = plan.select == before.select and plan.group_by == before.group_by
        if not same or not (exchanges(inquiry) or gives_up(inquiry)):
            return {}
        gone, new = old - now, now - old
        columns = {(each.column, each.aggregate) for each in gone}
        one = len(columns) == 1 and columns == {(each.column, each.aggregate) for each in new}
        exchanged = one and (len(gone) == len(new) or self._is_period(gone))
        return {
            "exchanges_value": float(exchanges(inquiry) and exchanged),
            "gives_condition_up": float(gives_up(inquiry) and len(columns) == 1 and not new),
            "gives_named_up": float(self._gives_named_up(gone, new, now)),
            "period_exchanged": float(exchanged and exchanges(inquiry) and self._is_period(gone)),
        }

    def _moved(self, plan: Plan, before: Plan, lost: int, new: bool) -> Features:
        """What the move changes that it should leave alone, and leaves alone that it should change."""
        if self._chooses:
            same_rank = plan.order_by == before.order_by and plan.limit == before.limit
            listed = {ColumnTerm.of(ref) for ref in self.demand.listed} - set(before.select)
            shown = plan.select == before.select
            return {
                "chooses_other_shown": float(set(plan.select) != {*before.select, *listed} if listed else not shown),
                "chooses_filters_lost": float(min(2, lost)),
                "chooses_nothing_new": float(not new and same_rank and plan.having == before.having),
                "chooses_group_lost": float(bool(before.group_by) and plan.group_by != before.group_by),
            }
        if self.move == "add" and not self.demand.adds_value:
            shown = set(self.demand.shown_before)
            return {
                "adds_shown_lost": float(not shown <= set(plan.select)),
                "adds_nothing_shown": float(set(plan.select) <= shown),
                "adds_to_shown": float(not lost and self._adds(plan, shown)),
                "adds_filters_lost": float(min(2, lost)),
            }
        return {"swaps_filters_lost": float(max(0, lost - 1))} if self.move == "swap" else {}

    def _gives_named_up(
        self, gone: frozenset[Constraint], new: frozenset[Constraint], now: frozenset[Constraint]
    ) -> bool:
        named = columns_given_up(self.demand.inquiry)
        left = any(each.column in named for each in now)  # both ends of a year go
        return bool(named and gone) and not new and not left and all(each.column in named for each in gone)

    def _is_period(self, gone: frozenset[Constraint]) -> bool:
        dated = {option.column for r in self.demand.requirements if r.kind == "date" for option in r.options}
        return {each.column for each in gone} <= dated

    def _adds(self, plan: Plan, shown: set[Term]) -> bool:
        """Tell whether a plan shows no more beside what was shown than the words name."""
        named = [term for term in named_beside(self.demand) if term not in shown]
        new = set(plan.select) - shown
        twice = {end for term in shown if isinstance(term, ColumnTerm) for end in self._ends(term)}
        again = any(isinstance(term, ColumnTerm) and term.ref in twice for term in new)
        return shown < set(plan.select) and len(new) <= max(1, len(named)) and not again

    def _ends(self, term: ColumnTerm) -> tuple[ColumnRef, ...]:
        """Return the columns that hold the same values as one, by a key."""
        return self.demand.inquiry.key_partners(term.ref)

    def _turned(self, plan_parts: PlanParts) -> int:
        """Return how many conditions of the turn before stand in the plan in the opposite sense."""
        now = {(c.column, c.operator, c.values) for c in plan_parts.filters}
        return sum(
            (c.column, TURNED.get(c.operator), c.values) in now
            for c in self.demand.evidence.constraints_before
            if c not in plan_parts.filters
        )


def _figures(plan: Plan) -> Hashable:
    """Return what a plan shows, of which units and under which conditions, whatever tables lead there."""
    return plan.select, plan.group_by, plan.where, plan.having


def _gives_place(plan: Plan, before: Plan, place: int) -> bool:
    """Tell whether a plan is the row at a place of the list before."""
    directions = [ordering.descending for ordering in plan.order_by]
    wanted = [ordering.descending != (place < 0) for ordering in before.order_by]
    return plan.limit == 1 and (plan.offset or 0) == max(0, place) and directions == wanted


def _shows_units(plan: Plan, before: Plan) -> bool:
    """Tell whether a plan has the groups of the one before and shows what that showed of them."""
    units = {term for term in before.select if isinstance(term, ColumnTerm)}
    return plan.group_by == before.group_by and units <= set(plan.select)
