"""Heed: what the words of a turn ask for, and how far a plan does it."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.compact.plan_parts import Anatomy
from nodes.lexical.evidence import Evidence
from nodes.plan import Aggregate, Plan, Star
from value_index.linear_model import Features


@dataclass(frozen=True)
class Heed:
    """The words of one turn, to hold plans against."""

    evidence: Evidence

    def of(self, anatomy: Anatomy) -> Features:
        """Return the features of one plan."""
        return {
            **self._asked(anatomy),
            **self._named(anatomy),
            **self._said(anatomy),
            **self._before(anatomy),
            **_shape(anatomy),
        }

    def _asked(self, anatomy: Anatomy) -> Features:
        """Counts and superlatives."""
        clues, plan = self.evidence.clues, anatomy.plan
        asks = clues.count is not None and not self.evidence.count_in_name
        functions = {part.function for part in anatomy.aggregates}
        shows = any(isinstance(term, Aggregate) and term.function == "count" for term in plan.select)
        highest, ranks = bool(self.evidence.superlatives), bool(plan.limit) or bool(functions & {"max", "min"})
        return {
            "count asked, none": float(asks and "count" not in functions),
            "count asked, shown": float(asks and shows),
            "count shown, not asked": float(shows and not asks),
            "how many, more shown": float(
                clues.how_many and shows and len(plan.select) > 1 and not plan.group_by
            ),
            "superlative unheeded": float(highest and not ranks),
            "ranks unasked": float(ranks and not highest),
        }  # fmt: skip

    def _named(self, anatomy: Anatomy) -> Features:
        """Tables and columns that the words name."""
        evidence, shown = self.evidence, anatomy.shown
        used = {(term.table.lower(), term.column.lower()) for term in anatomy.columns}
        heads = {(term.table.lower(), term.column.lower()) for term in shown}
        unused = unshown = 0
        for mention in evidence.named:
            if mention.readings[0][1] >= 0.9:
                meant = {column.folded for column, score in mention.readings if score >= 0.5}
                unused += not meant & used
                unshown += evidence.in_head(mention.start) and not meant & heads
        scores = [evidence.mentions.column_score(term.ref) for term in shown]
        tables = anatomy.folded_tables
        named = {mention.table.lower() for mention in evidence.mentions.tables if mention.score >= 0.9}
        return {
            "named column unused": float(min(3, unused)),
            "named column not shown": float(min(3, unshown)),
            "shown unnamed": float(sum(score == 0 for score in scores)),
            "shown name": sum(scores) / len(scores) if scores else 0.0,
            "named table unused": float(min(2, len(named - tables))),
            "idle table": float(len(tables - {table for table, _ in used} - named)),
        }

    def _said(self, anatomy: Anatomy) -> Features:
        """Numbers and other literals."""
        utterance = self.evidence.clues.utterance
        limits = {str(part.limit) for part in anatomy.parts if isinstance(part, Plan) and part.limit is not None}
        literals = anatomy.literals | limits
        said = utterance.text.casefold()
        return {
            "numbers unused": float(sum(word.is_number and word.text not in literals for word in utterance.words)),
            "literals unsaid": float(sum(literal not in said for literal in literals)),
        }

    def _before(self, anatomy: Anatomy) -> Features:
        """What the plan before had."""
        before, plan = self.evidence.previous, anatomy.plan
        if before is None:
            return {}
        here, there = anatomy.tables, frozenset(self.evidence.previous_tables)
        return {
            "same as before": float(plan == before),
            "shows what was shown": float(plan.select == before.select),
            "tables as before": float(here == there),
            "points back, tables new": self.evidence.points_back * (not here & there),
        }


def _shape(anatomy: Anatomy) -> Features:
    plan = anatomy.plan
    return {
        "star": float(any(isinstance(term, Star) for term in plan.select)),
        "columns shown": min(5, len(plan.select)) / 2,
        "distinct": float(plan.distinct),
        "grouped": float(bool(plan.group_by)),
        "ordered": float(bool(plan.order_by)),
        "limited": float(plan.limit is not None),
        "joins": float(len(plan.tables) - 1),
        "filters": float(len(anatomy.filters)),
    }
