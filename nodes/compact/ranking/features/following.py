"""FollowingFeatures: whether a plan is what a turn makes of the one before: nothing at all, what ranked rows have, whom they lead to.

After SELECT name FROM doctor, "and those that never had a visit?" -> SELECT name FROM doctor WHERE doctor_id NOT IN
(SELECT doctor_id FROM visit); any other plan has `nothing_told`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.moves import Move, move_of
from nodes.coverage.asked.references import asks_of_each, limit_given_up, points_at_rows
from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.led_to import led_to
from nodes.coverage.edits.following.nothing_at_all import nothing_at_all
from nodes.coverage.edits.following.of_ranked import of_ranked
from nodes.coverage.edits.shown.display import called
from nodes.coverage.edits.shown.figure import another_figure
from nodes.coverage.edits.shown.people import shows_people
from nodes.coverage.follow_ups.all_follow_ups import follow_ups, is_follow_up
from nodes.coverage.inquiry import NAMED
from nodes.coverage.plan_filters import Compared, PlanFilters
from nodes.plan import Aggregate, ColumnTerm, Plan
from nodes.plan.constraints import Constraint, constraints
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

FEATURES = (
    Feature(
        "filters_taken_away",
        "How many conditions before that no word names it holds only of rows that it takes away (NOT IN), up to two.",
    ),
    Feature(
        "filters_revived",
        "How many conditions of older turns it holds that the turn before gave up and no word names, up to two.",
    ),
    Feature("nothing_told", "True if the things with nothing at all are asked for and it is not a plan of them."),
    Feature(
        "ranked_told", 'True if something is asked of the rows that a rank chose ("the biggest one") and it tells it.'
    ),
    Feature("ranked_missed", "True if something is asked of the rows that a rank chose and it is not a plan of that."),
    Feature("led_to_missed", 'True if what the rows lead to is asked for ("what do they supply?") and it is not that.'),
    Feature(
        "people_reached",
        'True if "who" asks for people not shown before and it shows people under all conditions before.',
    ),
    Feature(
        "limit_given_up", 'True if the number of rows is given up ("without the limit") and nothing else is another.'
    ),
    Feature(
        "figure_missed", 'True if another figure of each unit is named ("and the average?") and it does not tell it.'
    ),
    Feature(
        "counted_elsewhere",
        'True if only the rows before are counted ("how many is that?") and it reads other tables or lacks a condition.',
    ),
    Feature(
        "amount_unsummed",
        'True if it is asked how much of an amount there was in all ("how many hours were spent on them?") and it sums none.',
    ),
    Feature(
        "follow_up_missing",
        'True if the words make a whole query of the turn before ("both together?") and it is another.',
    ),
    Feature("half_a_name_counted", "True if it counts different values of one of a person's two names."),
)
_IN_ALL = re.compile(r"\b(?:was|were|has been|have been|been|in total|altogether|in all|overall)\b", re.IGNORECASE)
_BACK = ("undo", "return", "leave")


@dataclass(frozen=True)
class FollowingFeatures:
    """What one turn makes of the turn before, to hold plans against."""

    demand: Demand
    earlier: tuple[Plan | None, ...]
    """The plans of the turns before, oldest first."""

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        before, plan = self.demand.previous, plan_parts.plan
        told = {
            "half_a_name_counted": float(any(self._counts_half(term) for term in plan_parts.aggregates)),
            "amount_unsummed": float(bool(self._amounts) and not self._sums(plan_parts)),
        }
        if before is None:
            return told
        wanted = self._follow_ups
        return {
            **told,
            "filters_taken_away": float(min(2, self._taken_away(plan))),
            "filters_revived": float(min(2, len(self._old & _compared(plan_parts.filters)))),
            "follow_up_missing": float(bool(wanted) and not is_follow_up(plan, wanted, self.demand)),
            "nothing_told": float(bool(self._nothing) and plan not in self._nothing),
            "figure_missed": float(bool(self._figure) and plan not in self._figure),
            "ranked_told": float(plan in self._ranked),
            "ranked_missed": float(bool(self._ranked) and plan not in self._ranked),
            "led_to_missed": float(bool(self._led_to) and plan not in self._led_to),
            "people_reached": float(self._seeks_people and self._reaches_people(plan_parts)),
            "counted_elsewhere": float(self._counts_only and not self._of_same_rows(plan_parts)),
            "limit_given_up": float(self._limit_back and plan == before.model_copy(update={"limit": None})),
        }

    @cached_property
    def _move(self) -> Move:
        return move_of(self.demand.inquiry.utterance.text)

    @cached_property
    def _old(self) -> frozenset[tuple[ColumnRef | None, object]]:
        """What older turns compared and the turn before no longer does, and of which no word says anything."""
        if self._move in _BACK:
            return frozenset()
        older = {pair for plan in self.earlier[:-1] if plan is not None for pair in _compared(constraints(plan))}
        gone = older - _compared(self.demand.evidence.constraints_before)
        return frozenset(pair for pair in gone if str(pair[1]).casefold() not in self.demand.literals)

    @cached_property
    def _follow_ups(self) -> tuple[Plan, ...]:
        return follow_ups(self.demand)

    @cached_property
    def _nothing(self) -> frozenset[Plan]:
        return self._made_by(nothing_at_all)

    @cached_property
    def _figure(self) -> frozenset[Plan]:
        return self._made_by(another_figure)

    @cached_property
    def _ranked(self) -> frozenset[Plan]:
        return self._made_by(of_ranked)

    @cached_property
    def _led_to(self) -> frozenset[Plan]:
        return self._made_by(led_to)

    def _made_by(self, edit: Callable[[Plan, Demand], Iterator[Plan]]) -> frozenset[Plan]:
        before = self.demand.previous
        return frozenset(edit(before, self.demand)) if before is not None else frozenset()

    @cached_property
    def _limit_back(self) -> bool:
        before = self.demand.previous
        return before is not None and before.limit is not None and limit_given_up(self.demand.inquiry)

    @cached_property
    def _seeks_people(self) -> bool:
        before, demand = self.demand.previous, self.demand
        return before is not None and demand.asks_who and not demand.requirements and not shows_people(before, demand)

    def _reaches_people(self, plan_parts: PlanParts) -> bool:
        kept = frozenset(self.demand.evidence.constraints_before) <= plan_parts.filters
        return kept and shows_people(plan_parts.plan, self.demand) and not plan_parts.plan.group_by

    @cached_property
    def _amounts(self) -> frozenset[ColumnRef]:
        """The amounts of which it is asked how much there was in all."""
        demand, at = self.demand, self.demand.evidence.cues.count
        if at is None or demand.units or not _IN_ALL.search(demand.inquiry.utterance.text):
            return frozenset()
        named = [m for m in demand.evidence.named if 0 < m.start - at <= 2 and m.candidates[0][1] >= NAMED]
        found = {ref for m in named[:1] for ref, score in m.candidates if score >= m.candidates[0][1]}
        numbers = {ref for ref in found if demand.schema.describe(ref).kind == "number"}
        return frozenset(numbers - demand.inquiry.keys)

    def _sums(self, plan_parts: PlanParts) -> bool:
        summed = [t.argument for t in plan_parts.aggregates if t.function == "sum"]
        return any(isinstance(term, ColumnTerm) and term.ref in self._amounts for term in summed)

    @cached_property
    def _counts_only(self) -> bool:
        """Whether the words do nothing but count the rows before: "how many people is that?"."""
        demand, evidence = self.demand, self.demand.evidence
        before = {table.lower() for table in evidence.previous_tables}
        named = [m for m in self.demand.inquiry.named_tables if m.table.lower() not in before]
        more = named or evidence.named or demand.requirements or demand.units or asks_of_each(demand.inquiry)
        leans = points_at_rows(demand.inquiry) or evidence.cues.content <= 1
        return evidence.cues.count is not None and leans and not more

    def _of_same_rows(self, plan_parts: PlanParts) -> bool:
        same = plan_parts.folded_tables == frozenset(map(str.lower, self.demand.evidence.previous_tables))
        return same and frozenset(self.demand.evidence.constraints_before) <= plan_parts.filters

    @cached_property
    def _held_before(self) -> frozenset[Compared]:
        """The comparisons of the turn before of rows that it did not take away."""
        before = self.demand.previous
        filters = PlanFilters(before) if before is not None else None
        return frozenset(each for each in filters.compared - filters.excluded if each[2]) if filters else frozenset()

    def _taken_away(self, plan: Plan) -> int:
        """Return how many comparisons before only say which rows a plan takes away."""
        filters, said = PlanFilters(plan), self.demand.literals
        away = self._held_before & filters.excluded if filters.excluded else frozenset[Compared]()
        return sum(not {value.casefold() for value in values} & said for _, _, values in away)

    def _counts_half(self, term: Aggregate) -> bool:
        column = term.argument
        if term.function != "count" or not term.distinct or not isinstance(column, ColumnTerm):
            return False
        names = called(column.table, self.demand)
        return len(names) > 1 and column.ref in names


def _compared(found: Iterable[Constraint]) -> frozenset[tuple[ColumnRef | None, object]]:
    """Return the columns that conditions compare, each with what it is compared with."""
    return frozenset((each.column, value) for each in found for value in each.values)
