"""WordingFeatures: numbers, names, "or" and "id" as the utterance says them, against the plan's own.

"wineries with at least four wines" -> SELECT winery FROM wine GROUP BY winery HAVING COUNT(*) >= 4; with COUNT(*) >= 2 it has
`invented_number`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.coverage.asked.things import shows_figures_only
from nodes.coverage.demand import Demand
from nodes.coverage.plan_filters import leaves
from nodes.coverage.requirement import Requirement
from nodes.lexical.comparisons import number_of
from nodes.lexical.lexicon import STOPWORDS
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Junction, LiteralTerm, Plan, Predicate, SetOperation, Star
from nodes.plan.traversal import conjuncts
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature(
        "invented_number",
        "How many numbers it compares with that neither the words nor the plan before hold, up to two.",
    ),
    Feature("said_number_unused", "How many numbers of the words, in digits or letters, it does not use, up to two."),
    Feature(
        "rank_number_differs", 'True if its LIMIT is not the number beside a superlative: "the 4 with the lowest ...".'
    ),
    Feature("either_ignored", 'True if "or" is said and it has no OR, IN or UNION.'),
    Feature("either_unasked", 'True if it has OR or UNION and no "or" is said.'),
    Feature("both_ignored", 'True if "both" is said and nothing intersects.'),
    Feature("intersects_unasked", 'True if it intersects and neither "both" nor "and" is said.'),
    Feature("shows_fixed", "True if it shows only columns whose value its conditions fix."),
    Feature("id_asked_not_shown", 'True if an "id" or "code" is to be shown and no such column is.'),
    Feature("id_shown_unasked", "True if it shows a key column and no id, code or number is named."),
    Feature("name_asked_not_shown", 'True if a "name" or "title" is to be shown and no such column is.'),
    Feature("head_words_shown", "How many words of what is to be shown the names of shown columns hold, up to four."),
    Feature("head_words_missed", "How many words of columns' names in what is to be shown no part of the plan holds."),
    Feature("better_named", "How much better named columns are that words of a shown one may also mean."),
    Feature(
        "counts_asked_which", 'True if it shows only a count and the words ask which: "Which of them are from Rome?".'
    ),
    Feature(
        "asked_thing_not_shown", 'True if it shows nothing of the table asked for first: "What languages are they in?".'
    ),
    Feature("done_table_unused", 'True if it counts without the table of what was done: "the most rented films".'),
    Feature("extreme_of_thing", 'True if it shows only MAX or MIN and a thing is asked for: "the longest track".'),
    Feature("figures_missing", "How many aggregates fewer it has than the words ask for."),
)

COUNTS, EXTREMES = frozenset(("count",)), frozenset(("max", "min"))
IDS = frozenset(("id", "code", "number", "key", "ssn", "no", "num"))
NAMES = frozenset(("name", "titl"))


@dataclass(frozen=True)
class WordingFeatures:
    """The wording of one turn, to hold plans against."""

    demand: Demand

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return {**self._numbers(plan_parts), **self._logic(plan_parts), **self._shown(plan_parts)}

    @cached_property
    def _said(self) -> frozenset[float]:
        """The numbers of the utterance, in digits or letters; those of times are written as dates."""
        dated = {at for r in self.demand.requirements if _is_rewritten(r) for at in range(r.start, r.end)}
        words = self.demand.inquiry.utterance.words
        found = (number_of(word.text) for at, word in enumerate(words) if at not in dated)
        return frozenset(float(number) for number in found if number is not None)

    @cached_property
    def _known(self) -> frozenset[float]:
        """Numbers that a plan may compare with: those said, asked for, or of the plan before."""
        before = _numbers(PlanParts(self.demand.previous)) if self.demand.previous else frozenset[float]()
        asked = {number for text in self.demand.literals if (number := _number(text)) is not None}
        return self._said | before | asked

    @cached_property
    def _ranked(self) -> int | None:
        """The number of rows said beside a superlative."""
        taken = {c.number for c in self.demand.evidence.cues.comparisons}
        free = [n for n in self._said if n.is_integer() and 1 < n <= 100 and n not in taken]
        return int(free[0]) if self.demand.evidence.superlatives and len(free) == 1 else None

    def _numbers(self, plan_parts: PlanParts) -> Features:
        used, plan = _numbers(plan_parts), plan_parts.plan
        limits = {float(p.limit) for p in plan_parts.parts if isinstance(p, Plan) and p.limit is not None}
        said = {number for number in self._said if number != 1.0}
        return {
            "invented_number": float(min(2, len(used - self._known))),
            "said_number_unused": float(min(2, len(said - used - limits))),
            "rank_number_differs": float(self._ranked is not None and plan.limit != self._ranked),
        }

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word.text for word in self.demand.inquiry.utterance.words)

    def _logic(self, plan_parts: PlanParts) -> Features:
        parts = plan_parts.parts
        sets = {part.operator for part in parts if isinstance(part, SetOperation)}
        either = any(isinstance(p, Junction) and p.kind == "or" for p in parts) or "union" in sets
        listed = any(isinstance(p, Predicate) and p.operator in ("in", "between") and len(p.right) > 1 for p in parts)
        said_or = bool(self._words & {"or", "either"})
        crosses = "intersect" in sets
        return {
            "either_ignored": float(said_or and not (either or listed)),
            "either_unasked": float(either and not said_or and not self._names_several),
            "both_ignored": float("both" in self._words and not crosses),
            "intersects_unasked": float(crosses and not self._words & {"both", "and", "also"}),
        }

    @cached_property
    def _names_several(self) -> bool:
        """Whether several values of one column are named, or one beside that of the turn before."""
        named = [r.options[0].column for r in self.demand.requirements if r.kind == "value"]
        return self.demand.adds_value or len(named) != len(set(named))

    @cached_property
    def _heads(self) -> tuple[str, ...]:
        """The stems of what is to be shown."""
        evidence = self.demand.evidence
        words = self.demand.inquiry.utterance.words
        return tuple(w.stem for at, w in enumerate(words) if evidence.in_head(at) and w.text not in STOPWORDS)

    @cached_property
    def _head_names(self) -> frozenset[str]:
        """Those of them that are in the name of some column."""
        columns = [self.demand.inquiry.column_stems(ref) for ref in self.demand.schema.columns]
        return frozenset(each for each in self._heads if any(each in stems for stems in columns))

    def _stems(self, terms: tuple[ColumnTerm, ...]) -> frozenset[str]:
        found = [self.demand.inquiry.column_stems(term.ref) for term in terms]
        return frozenset[str]().union(*found) if found else frozenset()

    def _shown(self, plan_parts: PlanParts) -> Features:
        plan, shown = plan_parts.plan, plan_parts.shown
        names, heads = self._stems(shown), frozenset(self._heads)
        star = any(isinstance(term, Star) for term in plan.select)
        keys = self.demand.inquiry.keys
        plain = [term for term in plan.select if isinstance(term, ColumnTerm)]
        missed = self._head_names - self._stems(plan_parts.columns) - self._table_stems(plan_parts)
        return {
            "shows_fixed": float(len(plain) == len(plan.select) > 0 and {(t.table, t.column) for t in plain} <= _fixed(plan)),
            "id_asked_not_shown": float(bool(heads & {"id", "code"}) and not star and not names & {"id", "code"}),
            "id_shown_unasked": float(any(t.ref in keys for t in plain) and not heads & IDS and not plan.group_by),
            "name_asked_not_shown": float(bool(heads & NAMES) and not star and not names & NAMES and bool(shown)),
            "head_words_shown": float(min(4, len(heads & names))),
            "head_words_missed": float(min(3, len(missed))),
            "better_named": self._better(plan_parts),
            "counts_asked_which": float(self.demand.asks_which and shows_figures_only(plan, COUNTS)),
            "asked_thing_not_shown": float(self._misses_thing(plan_parts, star)),
            "done_table_unused": float(bool(self._done) and bool(plan.group_by) and not self._done & plan_parts.folded_tables),
            "extreme_of_thing": float(self.demand.thing_ranked is not None and shows_figures_only(plan, EXTREMES)),
            "figures_missing": float(max(0, len(self.demand.evidence.aggregates) - len(plan_parts.aggregates))),
        }  # fmt: skip

    def _misses_thing(self, plan_parts: PlanParts, star: bool) -> bool:
        """Tell whether a plan shows nothing of the table asked for; all columns are something of each table that it reads."""
        asked = self.demand.table_asked
        if asked is None or (star and asked.lower() in plan_parts.folded_tables):
            return False
        return asked not in {term.table for term in plan_parts.shown}

    @cached_property
    def _done(self) -> frozenset[str]:
        return frozenset(table.lower() for table in self.demand.tables_done)

    def _table_stems(self, plan_parts: PlanParts) -> frozenset[str]:
        found = [self._stems_of_table.get(table, frozenset[str]()) for table in plan_parts.folded_tables]
        return frozenset[str]().union(*found) if found else frozenset()

    @cached_property
    def _stems_of_table(self) -> dict[str, frozenset[str]]:
        return {
            table.name.lower(): frozenset(map(stem, name_words(table.natural_name)))
            for table in self.demand.schema.tables
        }

    def _better(self, plan_parts: PlanParts) -> float:
        """Return how much better the best columns of the mentions are named than the used ones that they may mean."""
        used = {term.ref for term in plan_parts.columns}
        lost = 0.0
        for mention in self.demand.evidence.named:
            (best, most), *_ = mention.candidates
            if best not in used:
                lost += max((most - score for ref, score in mention.candidates if ref in used), default=0.0)
        return min(2.0, lost)


def _numbers(plan_parts: PlanParts) -> frozenset[float]:
    """Return the numbers that a plan compares with."""
    values = (part.value for part in plan_parts.parts if isinstance(part, LiteralTerm))
    return frozenset(float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool))


def _is_rewritten(requirement: Requirement) -> bool:
    """Tell whether a plan is to write a requirement in other words than the turn: times, and lengths in another unit."""
    if requirement.kind != "number":
        return requirement.kind == "date"
    literals = {
        str(t.value)
        for leaf in leaves(requirement.options[0].conditions)
        for t in leaf.right
        if isinstance(t, LiteralTerm)
    }
    return str(number_of(requirement.mention)) not in literals


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _fixed(plan: Plan) -> set[tuple[str, str]]:
    """Return the columns that must equal one literal."""
    return {
        (leaf.left.table, leaf.left.column)
        for leaf in conjuncts(plan.where)
        if isinstance(leaf, Predicate) and leaf.operator == "=" and isinstance(leaf.left, ColumnTerm)
        and isinstance(leaf.right[0], LiteralTerm)
    }  # fmt: skip
