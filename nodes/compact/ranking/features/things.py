"""ThingFeatures: who or what a plan shows and ranks by, held against whom and what the words speak of.

"Who drove them?" -> SELECT name FROM trip JOIN driver ON driver_id = id; SELECT driver_id FROM trip has `key_for_person`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.people import speaks_of_somebody
from nodes.coverage.asked.references import goes_on_about
from nodes.coverage.demand import Demand
from nodes.coverage.edits.duplicates import repeats_values
from nodes.coverage.edits.following.within_cut import ignores_cut, loses_cut
from nodes.coverage.edits.shown.display import called, key_for_names
from nodes.coverage.edits.shown.figure import asks_another_figure
from nodes.coverage.edits.shown.their_names import things_of_others_named
from nodes.coverage.inquiry import NAMED
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Plan, Predicate
from nodes.plan.traversal import columns, conjuncts
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

FEATURES = (
    Feature(
        "key_for_person", 'True if somebody is asked for ("who") and it shows a key to a table of persons or things.'
    ),
    Feature("person_led_to", "True if somebody is asked for and a key of the rows before leads to whom it shows."),
    Feature(
        "ranked_by_meant", 'True if a superlative says by what it ranks ("longest") and it orders by a column of that.'
    ),
    Feature(
        "key_for_unit",
        "True if it shows a key of numbers in the place of the units that it leads to, which have names.",
    ),
    Feature("values_repeated", 'True if it is asked which values there are ("which countries") and it repeats them.'),
    Feature("name_of_another", "True if it shows only a name in the rows asked for that several of them share."),
    Feature("cut_reordered", "True if another figure is asked of the rows that an order left and it orders them anew."),
    Feature(
        "cut_ignored",
        'True if the rows that a LIMIT left are spoken of ("which of them") and it asks something new of all.',
    ),
    Feature("figure_dropped", "True if only another figure is asked and it shows no other."),
    Feature(
        "them_left",
        'True if the words go on about what was shown ("where do they live") and it reads no table of that.',
    ),
    Feature("names_of_others", 'True if "their names" are asked and it shows only those of what they belong to.'),
    Feature("half_a_name", "True if it shows one of a person's two names, which no word asks for alone."),
    Feature("ranked_by_any_row", "True if it orders groups by a column that it shows a figure of, of any one row."),
)


@dataclass(frozen=True)
class ThingFeatures:
    """Who and what the words of one turn speak of, to hold plans against."""

    demand: Demand

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        plan = plan_parts.plan
        shown = [term for term in plan.select if isinstance(term, ColumnTerm)]
        keys = self._keys if self._asks_who else {}
        return {
            "key_for_person": float(any(term.ref in keys for term in shown)),
            "person_led_to": float(bool(keys) and self._led_to(plan) >= {t.table for t in shown} != set()),
            "key_for_unit": float(bool(plan.group_by) and any(term.ref in self._unit_keys for term in shown)),
            "values_repeated": float(repeats_values(plan, self.demand)),
            "name_of_another": float(key_for_names(plan, self.demand) is not None),
            "cut_reordered": float(self._reorders_cut(plan)),
            "cut_ignored": float(ignores_cut(plan, self.demand) or loses_cut(plan, self.demand)),
            "figure_dropped": float(self._other_figure and not _tells_other_figure(plan, self.demand)),
            "them_left": float(bool(self._theirs) and not self._theirs & plan_parts.folded_tables),
            "names_of_others": float(things_of_others_named(plan, self.demand) is not None),
            "half_a_name": float(any(self._halves(term, shown) for term in shown)),
            "ranked_by_any_row": float(_ranks_by_any_row(plan)),
            "ranked_by_meant": float(bool(self._meant) and self._ranks_by_meant(plan)),
        }

    def _halves(self, term: ColumnTerm, shown: list[ColumnTerm]) -> bool:
        """Tell whether a shown column is one of the two names that a row is called by, and the other is not shown."""
        if self.demand.evidence.mentions.column_score(term.ref) >= NAMED:
            return False
        names = called(term.table, self.demand)
        return len(names) > 1 and term.ref in names and not set(names) <= {each.ref for each in shown}

    @cached_property
    def _other_figure(self) -> bool:
        return asks_another_figure(self.demand)

    @cached_property
    def _theirs(self) -> frozenset[str]:
        """The tables, folded, of what was shown, where the words go on about it."""
        before = self.demand.previous if goes_on_about(self.demand.inquiry) else None
        return frozenset(term.table.lower() for term in PlanParts(before).shown) if before else frozenset()

    def _reorders_cut(self, plan: Plan) -> bool:
        """Tell whether a plan leaves other rows than the turn before did, of which only another figure is asked."""
        before = self.demand.previous
        if before is None or before.limit is None or not self._other_figure:
            return False
        return (plan.order_by, plan.limit) != (before.order_by, before.limit)

    @cached_property
    def _unit_keys(self) -> frozenset[ColumnRef]:
        """The keys of numbers that lead to units which are called by something else: sales_rep_id of "each sales rep"."""
        schema, known = self.demand.schema, self.demand.inquiry.keys
        units = {ref.table for ref, is_table in self.demand.units if is_table and ref not in known}
        keys = (key for key in schema.foreign_keys if key.target.table in units - {key.source.table})
        return frozenset(key.source for key in keys if schema.describe(key.source).kind == "number")

    @cached_property
    def _asks_who(self) -> bool:
        return self.demand.previous is not None and speaks_of_somebody(self.demand.inquiry)

    @cached_property
    def _keys(self) -> dict[ColumnRef, ColumnRef]:
        """The keys of the tables before to other tables."""
        before = set(self.demand.evidence.previous_tables)
        keys = self.demand.schema.foreign_keys
        return {k.source: k.target for k in keys if k.source.table in before and k.target.table != k.source.table}

    def _led_to(self, plan: Plan) -> set[str]:
        """Return the tables that a plan joins by a key of the tables before."""
        ends = {
            frozenset((leaf.left.ref, right.ref))
            for join in plan.joins or ()
            for leaf in conjuncts(join.on)
            if isinstance(leaf, Predicate) and isinstance(leaf.left, ColumnTerm)
            for right in leaf.right
            if isinstance(right, ColumnTerm)
        }
        before = set(self.demand.evidence.previous_tables)
        return {
            target.table
            for source, target in self._keys.items()
            if frozenset((source, target)) in ends and target.table not in before
        }

    @cached_property
    def _meant(self) -> frozenset[str]:
        """The stems of what the superlatives rank by."""
        found = self.demand.evidence.superlatives
        return frozenset(stem(word) for each in found for word in each.implied)

    def _ranks_by_meant(self, plan: Plan) -> bool:
        ordered = [term.ref for term in columns(plan.order_by[0])] if plan.order_by else []
        return any(self._meant & self.demand.inquiry.column_stems(ref) for ref in ordered)


def _tells_other_figure(plan: Plan, demand: Demand) -> bool:
    known = demand.previous.select if demand.previous else ()
    return any(isinstance(term, Aggregate) and term not in known for term in plan.select)


def _ranks_by_any_row(plan: Plan) -> bool:
    """Tell whether groups are ordered by a column whose figure stands beside them: `sum(km) ... ORDER BY km`."""
    term = plan.order_by[0].term if plan.order_by and plan.group_by else None
    return term not in plan.group_by and any(isinstance(s, Aggregate) and s.argument == term for s in plan.select)
