"""ReferenceFeatures: how a plan follows the turn that it refers to: refined, extended, a value exchanged or given up.

After SELECT title FROM book WHERE genre = 'Mystery', "and poetry?" -> SELECT title FROM book WHERE genre = 'Poetry'; a plan
with both values has `exchange_ignored`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.references import (
    asks_of_each,
    asks_the_same,
    chooses_among,
    denies_everything,
    exchanges,
    gives_up,
    is_fragment,
    leaves_out,
    orders_rows,
    points_at_rows,
    turns_to,
)
from nodes.coverage.asked.things import OPENING
from nodes.coverage.demand import Demand
from nodes.coverage.edits.each import told_of
from nodes.lexical.lexicon import STOPWORDS
from nodes.plan import Aggregate, ColumnTerm, Plan, Term
from nodes.plan.traversal import columns
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

FEATURES = (
    Feature("refines_other_shown", "True if the words only refine the turn before and it shows something else."),
    Feature("refines_group_lost", "True if the words only refine the turn before and its group is lost."),
    Feature("refines_tables_lost", "True if the words only refine the turn before and a table of it is lost."),
    Feature(
        "refines_filters_lost", "True if they only refine the turn before and more conditions are lost than asked for."
    ),
    Feature("distinct_lost", "True if they refine or extend the turn before and its DISTINCT is lost."),
    Feature("refines_narrow_lost", 'True if the words narrow it ("only those") and a condition is lost.'),
    Feature("extends_shown_lost", 'True if more is asked ("also their pages") and something shown before is lost.'),
    Feature("extends_nothing", "True if more is asked and nothing more is shown."),
    Feature("rows_meant_filters_lost", 'The share of the conditions lost though rows before are meant: "those books".'),
    Feature(
        "when_missing",
        'True if the words ask only when ("Show when, too") and it shows no time that was compared before.',
    ),
    Feature("each_missing", 'True if a figure is asked of each row before ("how many of each") and it does not group.'),
    Feature(
        "fragment_kept",
        'True if the words are one more condition ("of books by French authors") and it shows the same under all conditions.',
    ),
    Feature(
        "same_changed", 'True if the same is asked of something else ("the same for Leeds") and other things are shown.'
    ),
    Feature(
        "denies_everything_held",
        'How many conditions it holds though what has nothing at all is asked for ("never ordered anything"), up to two.',
    ),
    Feature("each_told", "True if a figure is asked of each row before and it tells one beside each, none left out."),
    Feature("exchange_ignored", 'True if a value is to be replaced ("and poetry?") and the old one stays.'),
    Feature(
        "added_value_lost", 'True if a value comes beside another ("and Poland too") and the other is not left open.'
    ),
    Feature("given_up_held", 'True if a condition is given up ("of any genre") and none is lost.'),
)

ASKING = frozenset(["quantity", "amount", "total"]) | frozenset(
    ["what", "which", "who", "whom", "whose", "when", "where", "how", "why", "name", "names", "count", "number"]
)
"""Words with which an utterance asks for something to be shown."""


@dataclass(frozen=True)
class ReferenceFeatures:
    """How one turn refers to the one before, to hold plans against."""

    demand: Demand

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return self._refined(plan_parts)

    @cached_property
    def _only_refines(self) -> bool:
        """Whether the words name nothing new to show: then what was shown stays ("Only the ones from France")."""
        evidence = self.demand.evidence
        if evidence.previous is None or evidence.cues.count is not None or self.demand.units:
            return False
        if evidence.aggregates and self.demand.order is None:
            return False
        if is_fragment(self.demand.inquiry):
            return bool(self.demand.requirements)
        spoken = evidence.cues.utterance.words
        words = {word.text for word in spoken if not (word.text in ("what", "how") and turns_to(self.demand.inquiry))}
        if words & ASKING and not chooses_among(self.demand.inquiry) and not orders_rows(self.demand.inquiry):
            return False
        used = {each.options[0].column for each in self.demand.requirements}
        heads = [m for m in evidence.named if evidence.in_head(m.start) and m.candidates[0][1] >= 0.6]
        news = [m for m in heads if not any(column in used for column, _ in m.candidates)]
        compared = {at for m in heads if m not in news for at in range(m.start, m.end)}
        named = self.demand.inquiry.named_tables
        tables = {m.table.lower() for m in named if m.start not in compared}
        before = {table.lower() for table in evidence.previous_tables}
        starts = any(evidence.in_head(m.start) for m in named)
        if starts and not (evidence.cues.narrow or leaves_out(self.demand.inquiry) or self.demand.order):
            return False
        asks = bool(self.demand.requirements or self.demand.order or evidence.cues.comparisons)
        return not news and tables <= before and asks

    def _refined(self, plan_parts: PlanParts) -> Features:
        """What becomes of the turn before: shown columns, filters and groups that the words leave alone."""
        before = self.demand.previous
        if before is None:
            return {}
        plan, refines = plan_parts.plan, self._only_refines
        lost = len(frozenset(self.demand.evidence.constraints_before) - plan_parts.filters)
        narrow = self.demand.evidence.cues.narrow or leaves_out(self.demand.inquiry)
        extends = self.demand.evidence.cues.extend and not any(r.kind == "value" for r in self.demand.requirements)
        return {
            "refines_other_shown": float(refines and plan.select != before.select),
            "refines_group_lost": float(refines and bool(before.group_by) and plan.group_by != before.group_by),
            "refines_tables_lost": float(refines and bool(PlanParts(before).folded_tables - plan_parts.folded_tables)),
            "refines_filters_lost": float(refines and lost > len(self.demand.requirements)),
            "distinct_lost": float((refines or extends) and before.distinct and not plan.distinct),
            "refines_narrow_lost": float(refines and narrow and lost > 0),
            "extends_shown_lost": float(extends and not set(self.demand.shown_before) <= set(plan.select)),
            "extends_nothing": float(extends and set(plan.select) <= set(before.select)),
            **self._referring(plan, lost),
        }

    def _referring(self, plan: Plan, lost: int) -> Features:
        """How a turn refers to the one before: to its rows, to each of them, to a value to exchange or give up."""
        inquiry, evidence = self.demand.inquiry, self.demand.evidence
        before = len(evidence.constraints_before)
        asks = evidence.cues.count is not None or bool(evidence.aggregates) or self.demand.sales is not None
        each = asks and asks_of_each(inquiry)
        given_up = gives_up(inquiry)
        previous = self.demand.previous
        assert previous is not None
        return {
            "rows_meant_filters_lost": float(points_at_rows(inquiry) and not given_up and before)
            * lost
            / max(1, before),
            "each_missing": float(each and not (plan.group_by and _things(previous) <= set(plan.select))),
            "fragment_kept": float(
                is_fragment(inquiry) and bool(self.demand.requirements) and not lost and _shows_same(plan, previous)
            ),
            "same_changed": float(asks_the_same(inquiry) and not _shows_same(plan, previous)),
            "denies_everything_held": float(denies_everything(inquiry)) * min(2, before - lost),
            "each_told": float(each and not lost and _tells_each(plan, previous)),
            "exchange_ignored": float(exchanges(inquiry) and bool(self._rivals & self._equalities(plan))),
            "added_value_lost": float(self.demand.adds_value and not self._leaves_open(plan)),
            "given_up_held": float(given_up and not lost),
            "when_missing": float(
                bool(self._times_meant)
                and not self._times_meant & {t.ref for t in plan.select if isinstance(t, ColumnTerm)}
            ),
        }

    @cached_property
    def _times_meant(self) -> frozenset[ColumnRef]:
        """The times that the turn before compared, where the words ask only when ("Show when, too")."""
        words = {word.text for word in self.demand.inquiry.utterance.words}
        previous = self.demand.previous
        alone = "when" in words and words <= STOPWORDS | OPENING | {"when", "that", "was", "too", "also", "exactly"}
        if not alone or previous is None or previous.where is None:
            return frozenset()
        return frozenset(term.ref for term in columns(previous.where) if self._is_time(term.ref))

    def _is_time(self, ref: ColumnRef) -> bool:
        return self.demand.inquiry.profiles.of(ref).date_form is not None

    @cached_property
    def _rivals(self) -> frozenset[tuple[tuple[str, str], str]]:
        """The equalities of the turn before that a named value may stand in the place of, or beside."""
        return frozenset((column.folded, value) for column, value in self.demand.rival_values)

    def _leaves_open(self, plan: Plan) -> bool:
        """Tell whether a plan holds the values before besides, in a way that either may be met."""
        crosses = any(each.operator == "intersect" for each in plan.set_operations)
        return not crosses and self._rivals <= self._equalities(plan)

    def _equalities(self, plan: Plan) -> frozenset[tuple[tuple[str, str], str]]:
        return frozenset(
            (each.column.folded, str(value).casefold())
            for each in PlanParts(plan).filters
            if each.column and each.operator in ("=", "in")
            for value in each.values
        )


def _things(previous: Plan) -> set[Term]:
    """Return what told the rows before from each other: all that was shown, of figures of groups the groups alone."""
    return set(told_of(previous) or previous.select)


def _tells_each(plan: Plan, previous: Plan) -> bool:
    """Tell whether a plan shows what was shown and a figure of each such row."""
    things = _things(previous)
    new = [term for term in plan.select if term not in previous.select]
    tables = {term.table.lower() for term in things if isinstance(term, ColumnTerm)}
    grouped = {term.table.lower() for term in plan.group_by if isinstance(term, ColumnTerm)}
    beside = things <= set(plan.select) and any(isinstance(term, Aggregate) for term in new)
    return beside and bool(grouped) and grouped <= tables


def _shows_same(plan: Plan, previous: Plan) -> bool:
    """Tell whether a plan shows what was shown, of the same groups, in the same order."""
    same = plan.select == previous.select and plan.group_by == previous.group_by
    return same and plan.order_by == previous.order_by and plan.limit == previous.limit
