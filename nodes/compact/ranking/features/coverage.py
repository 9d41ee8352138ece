"""CoverageFeatures: how much of what the utterance asks for a plan covers.

"Which genre has the most books?" -> SELECT genre FROM book GROUP BY genre ORDER BY COUNT(*) DESC LIMIT 1;
SELECT genre FROM book has `superlative_ignored`, and SELECT COUNT(*) FROM book has `named_column_not_shown`.
"""

from __future__ import annotations

from dataclasses import dataclass

from nodes.compact.plan_parts import PlanParts
from nodes.lexical.evidence import Evidence
from nodes.plan import Aggregate, Plan, Star
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("count_asked_none", 'True if "how many" is asked and nothing is counted.'),
    Feature("count_asked_shown", "True if a count is asked and shown."),
    Feature("count_shown_not_asked", "True if a count is shown that is not asked."),
    Feature("how_many_more_shown", 'True if "how many" is asked and more than a count is shown, without groups.'),
    Feature("superlative_ignored", 'True if there is a superlative ("the oldest") and no LIMIT, MAX or MIN.'),
    Feature("ranks_unasked", "True if there is a LIMIT, MAX or MIN and no superlative."),
    Feature("named_column_unused", "How many columns that are named in full it does not use, up to three."),
    Feature("named_column_not_shown", "How many of those named before the conditions it does not show, up to three."),
    Feature("shown_unnamed", "How many columns it shows that are not named."),
    Feature("shown_name", "How well the columns that it shows are named, on average."),
    Feature("named_table_unused", "How many named tables it does not read, up to two."),
    Feature("idle_table", "How many tables it reads that are neither used nor named."),
    Feature("numbers_unused", "How many numbers of the utterance it does not use."),
    Feature("literals_unsupported", "How many of its literals the utterance does not hold."),
    Feature("same_as_before", "True if it is the plan of the turn before."),
    Feature("shows_what_was_shown", "True if it shows what the turn before showed."),
    Feature("tables_as_before", "True if it reads the tables of the turn before."),
    Feature(
        "points_back_tables_new", "How much the words point back, if it reads none of the tables of the turn before."
    ),
    Feature("star", "True if it shows *."),
    Feature("columns_shown", "How many columns it shows, up to five, over two."),
    Feature("distinct", "True if it has SELECT DISTINCT."),
    Feature("grouped", "True if it groups."),
    Feature("ordered", "True if it orders."),
    Feature("limited", "True if it has a LIMIT."),
    Feature("joins", "How many joins it has."),
    Feature("filters", "How many conditions it has."),
)


@dataclass(frozen=True)
class CoverageFeatures:
    """The words of one turn, to hold plans against."""

    evidence: Evidence

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return {
            **self._asked(plan_parts),
            **self._named(plan_parts),
            **self._said(plan_parts),
            **self._before(plan_parts),
            **_shape(plan_parts),
        }

    def _asked(self, plan_parts: PlanParts) -> Features:
        """Counts and superlatives."""
        cues, plan = self.evidence.cues, plan_parts.plan
        asks = cues.count is not None and not self.evidence.count_in_name
        functions = {part.function for part in plan_parts.aggregates}
        shows = any(isinstance(term, Aggregate) and term.function == "count" for term in plan.select)
        highest, ranks = bool(self.evidence.superlatives), bool(plan.limit) or bool(functions & {"max", "min"})
        return {
            "count_asked_none": float(asks and "count" not in functions),
            "count_asked_shown": float(asks and shows),
            "count_shown_not_asked": float(shows and not asks),
            "how_many_more_shown": float(
                cues.how_many and shows and len(plan.select) > 1 and not plan.group_by
            ),
            "superlative_ignored": float(highest and not ranks),
            "ranks_unasked": float(ranks and not highest),
        }  # fmt: skip

    def _named(self, plan_parts: PlanParts) -> Features:
        """Tables and columns that the words name."""
        evidence, shown = self.evidence, plan_parts.shown
        used = {(term.table.lower(), term.column.lower()) for term in plan_parts.columns}
        heads = {(term.table.lower(), term.column.lower()) for term in shown}
        unused = unshown = 0
        for mention in evidence.named:
            if mention.candidates[0][1] >= 0.9:
                meant = {column.folded for column, score in mention.candidates if score >= 0.5}
                unused += not meant & used
                unshown += evidence.in_head(mention.start) and not meant & heads
        scores = [evidence.mentions.column_score(term.ref) for term in shown]
        unnamed = {term for term, score in zip(shown, scores, strict=True) if score == 0}
        tables = plan_parts.folded_tables
        named = {mention.table.lower() for mention in evidence.mentions.tables if mention.score >= 0.9}
        return {
            "named_column_unused": float(min(3, unused)),
            "named_column_not_shown": float(min(3, unshown)),
            "shown_unnamed": float(len(unnamed)),
            "shown_name": sum(scores) / len(scores) if scores else 0.0,
            "named_table_unused": float(min(2, len(named - tables))),
            "idle_table": float(len(tables - {table for table, _ in used} - named)),
        }

    def _said(self, plan_parts: PlanParts) -> Features:
        """Numbers and other literals."""
        utterance = self.evidence.cues.utterance
        limits = {str(part.limit) for part in plan_parts.parts if isinstance(part, Plan) and part.limit is not None}
        literals = plan_parts.literals | limits
        said = utterance.text.casefold()
        return {
            "numbers_unused": float(sum(word.is_number and word.text not in literals for word in utterance.words)),
            "literals_unsupported": float(sum(literal not in said for literal in literals)),
        }

    def _before(self, plan_parts: PlanParts) -> Features:
        """What the plan before had."""
        before, plan = self.evidence.previous, plan_parts.plan
        if before is None:
            return {}
        here, there = plan_parts.tables, frozenset(self.evidence.previous_tables)
        return {
            "same_as_before": float(plan == before),
            "shows_what_was_shown": float(plan.select == before.select),
            "tables_as_before": float(here == there),
            "points_back_tables_new": self.evidence.points_back * (not here & there),
        }


def _shape(plan_parts: PlanParts) -> Features:
    plan = plan_parts.plan
    return {
        "star": float(any(isinstance(term, Star) for term in plan.select)),
        "columns_shown": min(5, len(plan.select)) / 2,
        "distinct": float(plan.distinct),
        "grouped": float(bool(plan.group_by)),
        "ordered": float(bool(plan.order_by)),
        "limited": float(plan.limit is not None),
        "joins": float(len(plan.tables) - 1),
        "filters": float(len(plan_parts.filters)),
    }
