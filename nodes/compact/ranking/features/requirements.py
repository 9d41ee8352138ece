"""RequirementFeatures: requirements of the turn that a plan misses, and orders and units that it ignores.

"books lent in 2024" -> SELECT title FROM book JOIN loan ... WHERE loan_date LIKE '2024%'; SELECT title FROM book has
`missing_date`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import get_args

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.moves import move_of
from nodes.coverage.asked.order import is_other_extreme, runs_wrong_way
from nodes.coverage.calculations.compared_counts import compares_counts
from nodes.coverage.calculations.differences import tells_difference
from nodes.coverage.calculations.measures import counts_rows
from nodes.coverage.calculations.sales import sums_sales
from nodes.coverage.calculations.shares import share_of_one_value, tells_share
from nodes.coverage.demand import Demand
from nodes.coverage.edits.conditions import COVERED
from nodes.coverage.edits.groups import rows_counted
from nodes.coverage.edits.shown.group_names import group_keys_shown, groups_elsewhere
from nodes.coverage.edits.shown.names_of_rest import shows_rest_by_key
from nodes.coverage.plan_filters import PlanFilters
from nodes.coverage.requirement import RequirementKind
from nodes.coverage.shapes.all_shapes import has_shape
from nodes.lexical.evidence import display_columns
from nodes.plan import Aggregate, Call, ColumnTerm, LiteralTerm, Plan, PlanModel, Predicate, Term
from nodes.plan.constraints import Constraint
from nodes.plan.traversal import columns, is_figure
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

FEATURES = (
    *(
        Feature(f"missing_{kind}", f"The strength of the requirements of kind {kind} that the plan leaves out.")
        for kind in get_args(RequirementKind)
    ),
    Feature("weak_option", "The strength of the requirements that it meets by a less likely column."),
    Feature(
        "keeps_excluded",
        "How many values that the words leave out it asks for: \"leave out those rated R\" and `= 'R'`.",
    ),
    Feature("figure_lost", "True if it shows a figure, none of those before, and the words name none."),
    Feature(
        "figure_exchanged", 'True if units are asked of a figure that was shown ("By shipper") and it shows another.'
    ),
    Feature("unasked_literal", "How many of its literals nothing asks for, up to three."),
    Feature("list_cut", 'True if an ordered list is asked ("oldest first") and it has a LIMIT.'),
    Feature("order_of_another", "True if it orders by another column than the one asked for."),
    Feature("list_unordered", "True if an ordered list is asked and it has no order."),
    Feature("limit_missing", 'True if its LIMIT is not the number asked for: "six runners" without LIMIT 6.'),
    Feature("direction_wrong", "True if its order runs the other way than asked."),
    Feature("unit_missing", 'True if figures of each unit are asked ("per town") and it does not group.'),
    Feature("unit_not_shown", "True if it groups and does not show the unit."),
    Feature("unit_shown", "How many columns of the unit it groups and shows, up to two."),
    Feature(
        "time_unit_missing",
        'True if figures of each part of a time are asked ("per month") and it does not group by one.',
    ),
    Feature(
        "total_counted",
        'True if the total of things that have an amount is asked and it counts them: "total payments".',
    ),
    Feature("share_missing", 'True if a share is asked ("what percentage of") and it shows none.'),
    Feature("difference_missing", 'True if a difference is asked ("days between") and it shows none.'),
    Feature(
        "figure_not_shown",
        'True if a figure of each unit is asked ("average length by rating", "orders by channel") and it shows none.',
    ),
    Feature(
        "another_compared", 'How many counts that the words compare ("at least 10 orders") it holds of another figure.'
    ),
    Feature(
        "average_count_missing",
        'True if an average of counts is asked ("average number of tracks per album") and it shows none.',
    ),
    Feature("sales_missing", 'True if what was sold is asked ("revenue by month") and it does not sum it.'),
    Feature(
        "listed_not_shown",
        'How many columns that the words list ("with their category") it does not show, up to three.',
    ),
    Feature("more_missing", 'True if it is asked which has more rows ("more customers") and it counts them for none.'),
    Feature(
        "shape_missing",
        'True if the words stand for a whole query ("the second highest salary") and it is another.',
    ),
    Feature(
        "group_key_shown",
        "True if it shows a key as its groups, or as what is left of others, and no word asks for keys.",
    ),
    Feature(
        "grouped_elsewhere", "True if it shows names of things and groups by another key to them than it joins by."
    ),
    Feature("times_apart", "True if it groups by a part of one time and compares another of the same table."),
    Feature(
        "it_filters_lost",
        'True if the words speak of one thing ("does it have") and no condition of the turn before is left.',
    ),
    Feature("figures_of_all", 'True if figures of each unit are asked ("per town") and it shows one figure of all.'),
)

_ONE_THING = frozenset(("it", "its", "he", "she", "him", "his", "her"))
NAMED = 0.6
"""Score of a mention from which the words name a figure."""
CODE_LENGTH = 2
"""Characters up to which a literal may be a code that no words spell."""


@dataclass(frozen=True)
class RequirementFeatures:
    """The demand of one turn, to hold plans against."""

    demand: Demand

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return {**self._missing(plan_parts), **self._ordered(plan_parts.plan), **self._calculated(plan_parts)}

    def _missing(self, plan_parts: PlanParts) -> Features:
        """How much of each kind of requirement the plan leaves out ("in 2024" and no condition on a time)."""
        filters = PlanFilters(plan_parts.plan)
        found = defaultdict[str, float](float)
        for each in self.demand.requirements:
            covered = filters.coverage(each)
            name = f"missing_{each.kind}" if covered < COVERED else "weak_option"
            found[name] += each.strength * (1.0 - covered)
            found["keeps_excluded"] += filters.keeps(each)
        unasked = [each for each in filters.literals - self._known_literals if len(each) > CODE_LENGTH]
        found["unasked_literal"] = min(3, len(unasked))
        return dict(found)

    @cached_property
    def _filters_before(self) -> frozenset[Constraint]:
        return PlanParts(self.demand.previous).filters if self.demand.previous else frozenset()

    @cached_property
    def _of_one_thing(self) -> bool:
        words = {word.text for word in self.demand.inquiry.utterance.words}
        return bool(words & _ONE_THING) and bool(self._filters_before)

    def _compares_another_time(self, plan: Plan) -> bool:
        grouped = {term.ref for each in plan.group_by for term in columns(each)}
        times = frozenset(self.demand.time_unit.columns if self.demand.time_unit else ())
        compared = {term.ref for term in columns(plan.where)} if plan.where else set[ColumnRef]()
        return bool((compared & times) - grouped)

    @cached_property
    def _asks_figures(self) -> bool:
        plain = any(function in ("avg", "sum") for _, function in self.demand.evidence.aggregates)
        counted = not plain and any(rows_counted(self.demand))
        return bool(self.demand.units) and (plain or counted)

    @cached_property
    def _counted(self) -> frozenset[float]:
        """The numbers that count rows of a named table: "at least 10 orders"."""
        evidence = self.demand.evidence
        found = [c for c in evidence.cues.comparisons if evidence.cues.count_compared(c, evidence.table_starts)]
        return frozenset(float(each.number) for each in found)

    @cached_property
    def _figures_kept(self) -> frozenset[Term]:
        """The figures that the turn before showed, where the words of this one name none."""
        before, evidence = self.demand.previous, self.demand.evidence
        named = any(evidence.is_ordered(m.candidates[0][0]) and m.candidates[0][1] >= NAMED for m in evidence.named)
        asked = evidence.cues.count is not None or bool(evidence.aggregates) or self.demand.sales is not None
        if before is None or named or asked or self.demand.asks_share or self.demand.asks_difference:
            return frozenset()
        return frozenset(term for term in before.select if is_figure(term))

    def _shows_another_figure(self, plan: Plan) -> bool:
        shown = {term for term in plan.select if is_figure(term)}
        return bool(shown) and bool(self._figures_kept) and not shown & self._figures_kept

    @cached_property
    def _figures_before(self) -> frozenset[Term]:
        """The figures that the turn before showed, where this one asks only for their units, or for other units: "By shipper"."""
        before, evidence = self.demand.previous, self.demand.evidence
        timed = self.demand.time_unit is not None
        asks_units = bool(self.demand.units) or timed
        named = any(function in ("avg", "sum") or not timed for _, function in evidence.aggregates)
        if before is None or not asks_units or evidence.cues.count is not None or named or self.demand.sales:
            return frozenset()
        figures = [term for term in before.select if is_figure(term)]
        exchanged = move_of(self.demand.inquiry.utterance.text) == "swap" and bool(before.group_by)
        beside = {term for term in before.group_by if isinstance(term, Call)} if timed else set[Term]()
        return frozenset(figures) if exchanged or {*figures, *beside} >= set(before.select) else frozenset()

    def _calculated(self, plan_parts: PlanParts) -> Features:
        """What is asked of columns that no column stores: figures per month, shares, differences."""
        plan, unit = plan_parts.plan, self.demand.time_unit
        return {
            "time_unit_missing": float(unit is not None and not unit.divides(plan)),
            "average_count_missing": float(self.demand.tables_averaged is not None and not tells_share(plan)),
            "sales_missing": float(self.demand.sales is not None and not sums_sales(plan, self.demand.sales)),
            "listed_not_shown": float(min(3, len(set(self.demand.listed) - {term.ref for term in plan_parts.shown}))),
            "more_missing": float(self.demand.more is not None and not compares_counts(plan, self.demand.more)),
            "shape_missing": float(bool(self.demand.shapes) and not has_shape(plan, self.demand.shapes)),
            "group_key_shown": float(bool(group_keys_shown(plan, self.demand)) or shows_rest_by_key(plan, self.demand)),
            "grouped_elsewhere": float(groups_elsewhere(plan, self.demand)),
            "times_apart": float(unit is not None and unit.divides(plan) and self._compares_another_time(plan)),
            "it_filters_lost": float(
                self._of_one_thing and plan != self.demand.previous and not self._filters_before & plan_parts.filters
            ),
            "figure_not_shown": float(
                self._asks_figures and not any(isinstance(term, Aggregate) for term in plan.select)
            ),
            "another_compared": float(
                sum(_compares_another(part, self._counted) for part in plan_parts.parts) if self._counted else 0
            ),
            "total_counted": float(self.demand.total is not None and counts_rows(plan)),
            "share_missing": float((self.demand.asks_share and not tells_share(plan)) or share_of_one_value(plan)),
            "figure_exchanged": float(bool(self._figures_before) and not self._figures_before & set(plan.select)),
            "figure_lost": float(self._shows_another_figure(plan)),
            "difference_missing": float(self.demand.asks_difference and not tells_difference(plan)),
        }

    @cached_property
    def _known_literals(self) -> frozenset[str]:
        before = PlanParts(self.demand.previous).literals if self.demand.previous else frozenset[str]()
        dated = {at for each in self.demand.requirements if each.kind == "date" for at in range(each.start, each.end)}
        words = frozenset(word.text for at, word in enumerate(self.demand.inquiry.utterance.words) if at not in dated)
        numbers = frozenset(str(c.number) for c in self.demand.evidence.cues.comparisons)
        return self.demand.literals | before | words | numbers

    @cached_property
    def _unit_columns(self) -> frozenset[tuple[str, str]]:
        """The columns that tell the units apart: of the rows of a table, all that they are called by."""
        tables = [self.demand.schema.table(ref.table) for ref, is_table in self.demand.units if is_table]
        called = [ref for table in tables if table for ref in display_columns(table)]
        return frozenset(ref.folded for ref in (*called, *(ref for ref, is_table in self.demand.units if not is_table)))

    def _ordered(self, plan: Plan) -> Features:
        """Orders and units: "oldest first" with LIMIT 1, "six runners" without LIMIT 6, "per town" without a group."""
        asked, units = self.demand.order, self.demand.units
        out: Features = {}
        if asked is None and plan.order_by:
            out["direction_wrong"] = float(runs_wrong_way(plan.order_by[0], self.demand.inquiry))
        elif asked is None and len(plan.select) == 1:
            out["direction_wrong"] = float(is_other_extreme(plan.select[0], self.demand.inquiry))
        if asked is not None:
            first = plan.order_by[0] if plan.order_by else None
            out["list_cut"] = float(asked.is_list and plan.limit is not None)
            named = {ref.folded for ref in asked.columns}
            ordered = {_folded(term) for term in columns(first)} if first else set[tuple[str, str]]()
            out["order_of_another"] = float(bool(named) and bool(ordered) and not named & ordered)
            out["list_unordered"] = float(asked.is_list and first is None)
            out["limit_missing"] = float(asked.limit is not None and plan.limit != asked.limit)
            out["direction_wrong"] = float(
                first is not None and asked.descending is not None and first.descending != asked.descending
            )
        if units:
            shown = {(ref.table.lower(), ref.column.lower()) for ref, _ in units}
            grouped = bool(plan.group_by)
            out["unit_missing"] = float(not grouped)
            heads = {_folded(c) for c in anatomy_columns(plan)}
            out["unit_not_shown"] = float(grouped and not shown & heads)
            out["unit_shown"] = float(grouped * min(2, len(self._unit_columns & heads)))
            out["figures_of_all"] = float(not grouped and all(isinstance(term, Aggregate) for term in plan.select))
        return out


def anatomy_columns(plan: Plan) -> list[ColumnTerm]:
    """Return the plain columns among the projections."""
    return [term for term in plan.select if isinstance(term, ColumnTerm)]


def _folded(term: ColumnTerm) -> tuple[str, str]:
    return term.table.lower(), term.column.lower()


def _compares_another(part: PlanModel, counted: frozenset[float]) -> bool:
    """Tell whether a comparison holds a number that counts rows against another aggregate than a count."""
    if not isinstance(part, Predicate) or not isinstance(part.left, Aggregate) or part.left.function == "count":
        return False
    numbers = [term.value for term in part.right if isinstance(term, LiteralTerm)]
    return any(isinstance(number, int | float) and float(number) in counted for number in numbers)
