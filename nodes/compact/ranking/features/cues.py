"""CueFeatures: cues that a plan ignores (denials, averages, groups, orders, comparisons), and clauses that no cue supports.

"books that are not mysteries" -> SELECT title FROM book WHERE genre != 'Mystery'; with genre = 'Mystery' it has
`denial_ignored`, and "all mysteries" with genre != 'Mystery' has `denial_unsupported`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.lexical.comparisons import meant_operator
from nodes.lexical.evidence import Evidence
from nodes.plan import (
    Aggregate,
    ColumnTerm,
    LiteralTerm,
    Negation,
    Plan,
    PlanModel,
    Predicate,
    SetOperation,
    Star,
    SubPlan,
)
from nodes.plan.constraints import Constraint
from nodes.plan.traversal import columns, walk
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

DENYING = frozenset(("!=", "not like", "not in", "not between", "is not null", "is not", "not exists", "not glob"))
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
EXTREMES = frozenset(("max", "min"))


FEATURES = (
    Feature("denial_ignored", 'True if something is denied ("not") and the plan denies nothing.'),
    Feature("denial_unsupported", "True if the plan denies something and neither the words nor the turn before do."),
    Feature("average_ignored", "True if an average is asked and none is taken."),
    Feature("sum_ignored", "True if a sum is asked and none is taken."),
    Feature("extreme_ignored", "True if a maximum or minimum is asked and there is neither MAX, MIN nor LIMIT."),
    Feature("average_unsupported", "True if an average is taken that is not asked."),
    Feature("sum_unsupported", "True if a sum is taken that is not asked."),
    Feature("extreme_unsupported", "True if MAX or MIN is taken that is not asked."),
    Feature(
        "figure_compared_unasked",
        "True if a new condition compares with a maximum, minimum or average that no word asks for.",
    ),
    Feature("average_of_text", "True if an average or sum of texts is taken."),
    Feature("extreme_of_text", "True if MAX or MIN of texts is taken."),
    Feature("group_asked_none", 'True if a group is asked ("for each genre") and there is none.'),
    Feature("group_unasked", "True if there is a group that is not asked."),
    Feature("count_beside_a_column_no_group", "True if an aggregate and a column are shown without a group."),
    Feature("distinct_asked_none", 'True if "different" is said and there is neither DISTINCT nor a group.'),
    Feature("distinct_unasked", "True if there is a DISTINCT that is not asked."),
    Feature("order_asked_none", 'True if an order is asked ("sorted by") and there is none.'),
    Feature("order_unasked", "True if there is an order that is not asked."),
    Feature("order_inverted", 'True if the order runs the wrong way: "the longest" with ASC.'),
    Feature("limit_differs", "True if the LIMIT is none that a superlative asks for."),
    Feature("comparison_ignored", "How many compared numbers the plan does not use."),
    Feature("comparison_inverted", 'How many it compares the wrong way: "over 300" with <.'),
    Feature("comparison_loose", 'How many it compares otherwise than said: "over 300" with >=.'),
    Feature("points_back_filters_lost", "How much the words point back, times the conditions lost, up to two."),
    Feature("narrows_filters_lost", "How many conditions are lost though the words narrow the rows, up to two."),
    Feature("stands_alone_filters_held", "How many conditions are held though the words stand alone, up to two."),
    Feature("narrows_nothing_new", "True if the words narrow the rows and there is no new condition."),
    Feature("shown_from_an_unnamed_table", "How many tables it shows columns of that are not named, if one is."),
    Feature("fewer_shown_than_named", "How many columns fewer are shown than named, up to two."),
    Feature("more_shown_than_named", "How many columns more are shown than named."),
    Feature("idle_join", "True if a joined table is neither shown nor compared."),
    Feature("star_though_named", "True if * is shown though columns are named."),
)


@dataclass(frozen=True)
class CueFeatures:
    """The cues of one turn, to hold plans against."""

    evidence: Evidence

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return {
            **self._denied(plan_parts),
            **self._aggregated(plan_parts),
            **self._grouped(plan_parts),
            **self._ordered(plan_parts.plan),
            **self._compared(plan_parts),
            **self._carried(plan_parts),
            **self._shown(plan_parts),
        }

    @cached_property
    def _denied_before(self) -> bool:
        return self.evidence.previous is not None and any(map(_denies, walk(self.evidence.previous)))

    def _denied(self, plan_parts: PlanParts) -> Features:
        said, denies = bool(self.evidence.cues.negated), any(map(_denies, plan_parts.parts))
        lacks = any(isinstance(part, Predicate) and part.operator == "is null" for part in plan_parts.parts)
        return {
            "denial_ignored": float(said and not denies and not lacks),
            "denial_unsupported": float(denies and not said and not self._denied_before),
        }

    @cached_property
    def _functions(self) -> frozenset[str]:
        return frozenset(function for _, function in self.evidence.aggregates)

    def _aggregated(self, plan_parts: PlanParts) -> Features:
        asked, used = self._functions, {term.function for term in plan_parts.aggregates}
        ranks = plan_parts.plan.limit is not None
        odd = {
            term.function for term in plan_parts.aggregates if term.function != "count" and not self._ordered_in(term)
        }
        return {
            "average_ignored": float("avg" in asked and "avg" not in used),
            "sum_ignored": float("sum" in asked and "sum" not in used),
            "extreme_ignored": float(bool(asked & EXTREMES) and not used & EXTREMES and not ranks),
            "average_unsupported": float("avg" in used and "avg" not in asked),
            "sum_unsupported": float("sum" in used and "sum" not in asked),
            "extreme_unsupported": float(bool(used & EXTREMES - asked)),
            "figure_compared_unasked": float(
                not asked and not self.evidence.superlatives and self._compares_figure(plan_parts)
            ),
            "average_of_text": float(bool(odd - EXTREMES)),
            "extreme_of_text": float(bool(odd & EXTREMES)),
        }

    def _compares_figure(self, plan_parts: PlanParts) -> bool:
        """Tell whether a condition compares with a figure of rows, and the turn before has no such condition."""
        found = [part for part in plan_parts.parts if isinstance(part, Predicate) and _is_figure_compared(part)]
        return bool(found) and not set(found) <= self._predicates_before

    @cached_property
    def _predicates_before(self) -> frozenset[Predicate]:
        previous = self.evidence.previous
        return frozenset(part for part in walk(previous) if isinstance(part, Predicate)) if previous else frozenset()

    def _ordered_in(self, term: Aggregate) -> bool:
        """Whether an aggregate is taken of numbers or times."""
        found = [c.ref for c in columns(term)]
        return all(self.evidence.is_ordered(ref) for ref in found if ref in self._columns)

    @cached_property
    def _columns(self) -> frozenset[ColumnRef]:
        return frozenset(self.evidence.schema.columns)

    def _grouped(self, plan_parts: PlanParts) -> Features:
        plan = plan_parts.plan
        cues, grouped = self.evidence.cues, bool(plan.group_by)
        distinct = plan.distinct or any(term.distinct for term in plan_parts.aggregates)
        mixed = {isinstance(term, Aggregate) for term in plan.select} == {True, False}
        return {
            "group_asked_none": float(bool(cues.group) and not grouped),
            "group_unasked": float(grouped and not cues.group and not self.evidence.superlatives),
            "count_beside_a_column_no_group": float(mixed and not grouped),
            "distinct_asked_none": float(cues.distinct and not distinct and not grouped),
            "distinct_unasked": float(plan.distinct and not cues.distinct),
        }

    def _ordered(self, plan: Plan) -> Features:
        cues, superlatives = self.evidence.cues, self.evidence.superlatives
        sorts = cues.sort is not None
        first = plan.order_by[0] if plan.order_by else None
        if first is None:
            wrong = False
        elif superlatives and plan.limit is not None:
            wrong = all(each.descending != first.descending for each in superlatives)
        else:
            wrong = sorts and cues.descending != first.descending
        limits = {each.limit for each in superlatives}
        return {
            "order_asked_none": float(sorts and first is None),
            "order_unasked": float(first is not None and plan.limit is None and not sorts),
            "order_inverted": float(wrong),
            "limit_differs": float(bool(limits) and plan.limit is not None and plan.limit not in limits),
        }

    def _compared(self, plan_parts: PlanParts) -> Features:
        used: dict[float, set[str]] = {}
        for part in plan_parts.parts:
            if isinstance(part, Predicate):
                for term in part.right:
                    if isinstance(term, LiteralTerm) and isinstance(term.value, int | float):
                        used.setdefault(float(term.value), set()).add(part.operator)
        unheeded = turned = loose = 0
        for comparison in self.evidence.cues.comparisons:
            found = used.get(float(comparison.number), set())
            operator = meant_operator(self.evidence.cues.utterance, comparison)
            unheeded += not found
            turned += bool({TURNED[operator], TURNED[operator][:1]} & found)
            loose += bool(found) and operator not in found
        return {
            "comparison_ignored": float(unheeded),
            "comparison_inverted": float(turned),
            "comparison_loose": float(loose),
        }

    def _carried(self, plan_parts: PlanParts) -> Features:
        before, held = self._before, plan_parts.filters
        lost = len(before - held)
        back, narrow = self.evidence.points_back, float(self.evidence.cues.narrow)
        return {
            "points_back_filters_lost": back * min(2, lost),
            "narrows_filters_lost": narrow * min(2, lost),
            "stands_alone_filters_held": (1.0 - back) * min(2, len(before & held)),
            "narrows_nothing_new": narrow * float(not held - before),
        }

    @cached_property
    def _before(self) -> frozenset[Constraint]:
        return frozenset(self.evidence.constraints_before)

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(mention.table.lower() for mention in self.evidence.mentions.tables if mention.score >= 0.6)

    @cached_property
    def _heads(self) -> int:
        """How many columns the words name among what is to be shown."""
        evidence = self.evidence
        return sum(evidence.in_head(m.start) for m in evidence.named if m.candidates[0][1] >= 0.8)

    def _shown(self, plan_parts: PlanParts) -> Features:
        plan, named, heads = plan_parts.plan, self._named, self._heads
        homes = {c.table.lower() for c in plan_parts.shown}
        columns_shown = sum(not isinstance(term, Star) for term in plan.select)
        tables = plan_parts.folded_tables
        conditioned = {c.table.lower() for c in _conditioned(plan)}
        return {
            "shown_from_an_unnamed_table": float(len(homes - named)) * bool(named),
            "fewer_shown_than_named": float(max(0, min(3, heads) - max(1, columns_shown))) * bool(columns_shown),
            "more_shown_than_named": float(max(0, columns_shown - max(1, heads))),
            "idle_join": float(len(plan.tables) > 1 and len(tables - homes - conditioned) > 0),
            "star_though_named": float(heads > 0 and any(isinstance(term, Star) for term in plan.select)),
        }


def _denies(part: PlanModel) -> bool:
    if isinstance(part, Predicate):
        return part.operator in DENYING
    return isinstance(part, Negation) or (isinstance(part, SetOperation) and part.operator == "except")


def _conditioned(plan: Plan) -> Iterator[ColumnTerm]:
    """Yield the columns of a plan outside its projections."""
    for part in (plan.where, plan.having, *plan.group_by, *plan.order_by):
        if part is not None:
            yield from columns(part)


def _is_figure_compared(predicate: Predicate) -> bool:
    shown = (term for inner in predicate.right if isinstance(inner, SubPlan) for term in inner.plan.select)
    return any(isinstance(term, Aggregate) and term.function != "count" for term in shown)
