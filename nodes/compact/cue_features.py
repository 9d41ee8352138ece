"""Wording: cues of a turn (denials, averages, groups, orders, comparisons) that a plan leaves unheeded or invents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import Anatomy
from nodes.lexical.evidence import Evidence
from nodes.plan import Aggregate, ColumnTerm, LiteralTerm, Negation, Plan, PlanModel, Predicate, SetOperation, Star
from nodes.plan.constraints import Constraint
from nodes.plan.traversal import columns, walk
from value_index.linear_model import Features
from value_index.schema import ColumnRef

DENYING = frozenset(("!=", "not like", "not in", "not between", "is not null", "is not", "not exists", "not glob"))
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
EXTREMES = frozenset(("max", "min"))


@dataclass(frozen=True)
class Wording:
    """The cues of one turn, to hold plans against."""

    evidence: Evidence

    def of(self, anatomy: Anatomy) -> Features:
        """Return the features of one plan."""
        return {
            **self._denied(anatomy),
            **self._aggregated(anatomy),
            **self._grouped(anatomy),
            **self._ordered(anatomy.plan),
            **self._compared(anatomy),
            **self._carried(anatomy),
            **self._shown(anatomy),
        }

    @cached_property
    def _denied_before(self) -> bool:
        return self.evidence.previous is not None and any(map(_denies, walk(self.evidence.previous)))

    def _denied(self, anatomy: Anatomy) -> Features:
        said, denies = bool(self.evidence.clues.negated), any(map(_denies, anatomy.parts))
        return {
            "denial unheeded": float(said and not denies),
            "denial unsaid": float(denies and not said and not self._denied_before),
        }

    @cached_property
    def _functions(self) -> frozenset[str]:
        return frozenset(function for _, function in self.evidence.aggregates)

    def _aggregated(self, anatomy: Anatomy) -> Features:
        asked, used = self._functions, {term.function for term in anatomy.aggregates}
        ranks = anatomy.plan.limit is not None
        odd = {term.function for term in anatomy.aggregates if term.function != "count" and not self._ordered_in(term)}
        return {
            "average unheeded": float("avg" in asked and "avg" not in used),
            "sum unheeded": float("sum" in asked and "sum" not in used),
            "extreme unheeded": float(bool(asked & EXTREMES) and not used & EXTREMES and not ranks),
            "average unsaid": float("avg" in used and "avg" not in asked),
            "sum unsaid": float("sum" in used and "sum" not in asked),
            "extreme unsaid": float(bool(used & EXTREMES - asked)),
            "average of text": float(bool(odd - EXTREMES)),
            "extreme of text": float(bool(odd & EXTREMES)),
        }

    def _ordered_in(self, term: Aggregate) -> bool:
        """Whether an aggregate is taken of numbers or times."""
        found = [c.ref for c in columns(term)]
        return all(self.evidence.is_ordered(ref) for ref in found if ref in self._columns)

    @cached_property
    def _columns(self) -> frozenset[ColumnRef]:
        return frozenset(self.evidence.schema.columns)

    def _grouped(self, anatomy: Anatomy) -> Features:
        plan = anatomy.plan
        clues, grouped = self.evidence.clues, bool(plan.group_by)
        distinct = plan.distinct or any(term.distinct for term in anatomy.aggregates)
        mixed = {isinstance(term, Aggregate) for term in plan.select} == {True, False}
        return {
            "group asked, none": float(bool(clues.group) and not grouped),
            "group unasked": float(grouped and not clues.group and not self.evidence.superlatives),
            "count beside a column, no group": float(mixed and not grouped),
            "distinct asked, none": float(clues.distinct and not distinct and not grouped),
            "distinct unasked": float(plan.distinct and not clues.distinct),
        }

    def _ordered(self, plan: Plan) -> Features:
        clues, superlatives = self.evidence.clues, self.evidence.superlatives
        sorts = clues.sort is not None
        first = plan.order_by[0] if plan.order_by else None
        if first is None:
            wrong = False
        elif superlatives and plan.limit is not None:
            wrong = all(each.descending != first.descending for each in superlatives)
        else:
            wrong = sorts and clues.descending != first.descending
        limits = {each.limit for each in superlatives}
        return {
            "order asked, none": float(sorts and first is None),
            "order unasked": float(first is not None and plan.limit is None and not sorts),
            "order turned": float(wrong),
            "limit differs": float(bool(limits) and plan.limit is not None and plan.limit not in limits),
        }

    def _compared(self, anatomy: Anatomy) -> Features:
        used: dict[float, set[str]] = {}
        for part in anatomy.parts:
            if isinstance(part, Predicate):
                for term in part.right:
                    if isinstance(term, LiteralTerm) and isinstance(term.value, int | float):
                        used.setdefault(float(term.value), set()).add(part.operator)
        unheeded = turned = loose = 0
        for comparison in self.evidence.clues.comparisons:
            found = used.get(float(comparison.number), set())
            unheeded += not found
            turned += bool({TURNED[comparison.operator], TURNED[comparison.operator][:1]} & found)
            loose += bool(found) and comparison.operator not in found
        return {
            "comparison unheeded": float(unheeded),
            "comparison turned": float(turned),
            "comparison loose": float(loose),
        }

    def _carried(self, anatomy: Anatomy) -> Features:
        before, held = self._before, anatomy.filters
        lost = len(before - held)
        back, narrow = self.evidence.points_back, float(self.evidence.clues.narrow)
        return {
            "points back, filters lost": back * min(2, lost),
            "narrows, filters lost": narrow * min(2, lost),
            "stands alone, filters held": (1.0 - back) * min(2, len(before & held)),
            "narrows, nothing new": narrow * float(not held - before),
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
        return sum(evidence.in_head(m.start) for m in evidence.named if m.readings[0][1] >= 0.8)

    def _shown(self, anatomy: Anatomy) -> Features:
        plan, named, heads = anatomy.plan, self._named, self._heads
        homes = {c.table.lower() for c in anatomy.shown}
        columns_shown = sum(not isinstance(term, Star) for term in plan.select)
        tables = anatomy.folded_tables
        conditioned = {c.table.lower() for c in _conditioned(plan)}
        return {
            "shown from an unnamed table": float(len(homes - named)) * bool(named),
            "fewer shown than named": float(max(0, min(3, heads) - max(1, columns_shown))) * bool(columns_shown),
            "more shown than named": float(max(0, columns_shown - max(1, heads))),
            "idle join": float(len(plan.tables) > 1 and len(tables - homes - conditioned) > 0),
            "star though named": float(heads > 0 and any(isinstance(term, Star) for term in plan.select)),
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
