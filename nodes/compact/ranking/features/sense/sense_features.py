"""SenseFeatures: what can hardly be meant: a key summed, a fan trap, x NOT IN (SELECT x ...), a text that is not stored.

"How many pages do the books have?" -> SELECT SUM(pages) FROM book; SELECT SUM(book_id) FROM book has `key_summed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.features.sense.contradictions import contradicts
from nodes.compact.ranking.features.sense.key_pairs import KeyPairs, taken_away
from nodes.compact.ranking.features.sense.plan_alone import (
    is_own_member,
    is_text_range,
    orders_by_constant,
    pairs_roles,
    shows_absent,
)
from nodes.compact.ranking.features.sense.said_otherwise import SaidOtherwise
from nodes.compact.ranking.features.sense.stored_texts import StoredTexts
from nodes.compact.ranking.features.sense.times import takes_time_for_key, takes_time_for_number
from nodes.compact.ranking.features.sense.turn_before import TurnBefore
from nodes.compact.ranking.features.sense.undetermined import undetermined
from nodes.coverage.asked.roles import role_fit
from nodes.coverage.calculations.numeric_texts import compares_texts, orders_texts
from nodes.coverage.calculations.own_counts import counts_itself
from nodes.coverage.demand import Demand
from nodes.coverage.edits.counts import counts_days, counts_repeats, key_met_often
from nodes.coverage.edits.one_row import orders_one_row
from nodes.coverage.edits.own_key import goes_through_own_key
from nodes.coverage.edits.shown.display import shows_another_name, shows_conditions
from nodes.coverage.edits.shown.people import shows_people
from nodes.coverage.edits.tables import uses_copies
from nodes.coverage.join_paths import fan_traps, repeats_rows
from nodes.plan import ColumnTerm, LiteralTerm, Plan, Predicate, Star, Term
from nodes.plan.traversal import merged
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("condition_twice", "True if a condition stands twice."),
    Feature("contradiction", "True if two conditions exclude each other."),
    Feature("key_summed", "True if a key is summed or averaged."),
    Feature("flag_averaged", "True if it averages a yes/no column that no word names."),
    Feature("shows_literal", "True if it shows a constant."),
    Feature("counts_itself", "True if it counts the rows of one table by what tells them apart: every count is 1."),
    Feature(
        "time_as_number",
        "True if it sums or averages times or plain texts, or compares a time with a number: a birthday over 60.",
    ),
    Feature("period_as_key", 'True if it compares a key with a time that the words name: an id of 2022 for "in 2022".'),
    Feature("undetermined", "How many columns it shows that its group by a table's key does not fix."),
    Feature("one_row_ordered", "True if it puts the one row of an aggregate in order."),
    Feature(
        "values_counted_often",
        'True if "how many regions" asks for values that repeat and it counts each as often as it is stored.',
    ),
    Feature(
        "things_met_often",
        'True if "how many patients" asks for things and it counts them as often as they met others.',
    ),
    Feature("absent_shown", 'True if it shows what has no value: the emails of "guests without an email".'),
    Feature(
        "days_counted", 'True if "how many bookings" asks for rows of a table and it counts the different days of one.'
    ),
    Feature("cross_join", "How many tables are joined by nothing."),
    Feature("fan_trap", "How many joins multiply rows that are counted or summed."),
    Feature("own_members", "True if it looks for a column among all of its own values: x NOT IN (SELECT x ...)."),
    Feature("unrelated_join", "How many joins equate a key with a column of another name that no key ties to it."),
    Feature("text_in_range", "True if it asks what lies before or after a text without a digit: a date before 'Rome'."),
    Feature("unrelated_members", "True if it looks for a column among the values of one that no key ties to it."),
    Feature("order_fixed", "True if it orders by a column that a condition fixes."),
    Feature("unstored_literal", "True if it compares a column with a text that the column does not store."),
    Feature("needless_tables", "True if it reads tables that it can do without."),
    Feature("another_way", "True if it keeps conditions of the turn before without the tables that tied them then."),
    Feature(
        "repeats_counted",
        "True if it counts rows that the turn before showed once each, as often as joins repeat them.",
    ),
    Feature("copy_unused", "True if it reads a table twice and needs it once."),
    Feature("texts_compared", "True if numbers that are stored as texts are compared as texts."),
    Feature("texts_ordered", "True if numbers that are stored as texts are ordered as texts."),
    Feature("shown_twice", "True if it shows something twice."),
    Feature("shows_conditions", "True if it shows what it only has to compare."),
    Feature(
        "other_display",
        "True if it shows an unnamed text of a table whose own name it does not use: a contact for a company.",
    ),
    Feature(
        "own_key_ignored",
        'True if the words speak of the row that a key of the same table leads to ("reports to Ada") and it asks for that row.',
    ),
    Feature("moved_out", "How many conditions on another row of a table in the turn before it asks of the row itself."),
    Feature("roles_paired", 'True if two keys to one table are told apart: "from Rome to Oslo".'),
    Feature("rows_repeated", "True if a join repeats the rows that are shown."),
    Feature("things_repeated", 'True if it does so and the words ask which things there are: "which books".'),
    Feature("people_missing", 'True if the words ask "who" and it shows no people.'),
    Feature("people_uncounted", 'True if the words ask "how many people" and no table of people is read.'),
    Feature("star_over_joins", "True if it shows all columns of joined tables, row by row."),
    Feature("deed_missing", 'True if something was never done ("never rented") and its table is not read.'),
    Feature(
        "sibling_said", "How many columns it uses where the words say the one beside them: loser_name for winners."
    ),
    Feature(
        "things_had_ignored",
        'True if it takes all rows where those are asked for that have another thing ("dogs that had treatments").',
    ),
    Feature("role_fit", "How well the keys that it takes fit the words beside the values."),
)

SAID = 0.5
"""Score of a mention from which the words may name a column."""


@dataclass(frozen=True)
class SenseFeatures:
    """What one turn and its database say against plans."""

    demand: Demand

    @cached_property
    def _before(self) -> TurnBefore:
        return TurnBefore(self.demand)

    @cached_property
    def _key_pairs(self) -> KeyPairs:
        return KeyPairs(self.demand.schema)

    @cached_property
    def _said(self) -> SaidOtherwise:
        return SaidOtherwise(self.demand)

    @cached_property
    def _texts(self) -> StoredTexts:
        return StoredTexts(self.demand)

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        plan, schema = plan_parts.plan, self.demand.schema
        blocks = [part for part in plan_parts.parts if isinstance(part, Plan)]
        keys = self.demand.inquiry.keys
        summed = [each.argument for each in plan_parts.aggregates if each.function in ("sum", "avg")]
        repeated = repeats_rows(plan, schema)
        numeric = any(
            self.demand.inquiry.profiles.of(ref).is_numeric_text for ref in {c.ref for c in plan_parts.columns}
        )
        comparisons = [part for part in plan_parts.parts if isinstance(part, Predicate)]
        return {
            "condition_twice": float(any(merged(b.where) is not b.where or merged(b.having) is not b.having for b in blocks)),
            "contradiction": float(any(map(contradicts, blocks))),
            "key_summed": float(any(isinstance(term, ColumnTerm) and term.ref in keys for term in summed)),
            "flag_averaged": float(any(a.function == "avg" and self._is_flag(a.argument) for a in plan_parts.aggregates)),
            "shows_literal": float(any(isinstance(term, LiteralTerm) for term in plan.select)),
            "one_row_ordered": float(any(map(orders_one_row, blocks))),
            "counts_itself": float(any(counts_itself(b, self.demand) for b in blocks)),
            "values_counted_often": float(any(counts_repeats(term, self.demand) for term in plan.select)),
            "sibling_said": float(self._said.sibling_columns(plan)),
            "things_had_ignored": float(self._said.ignores_other_things(plan_parts)),
            "time_as_number": float(any(takes_time_for_number(part, self.demand) for part in plan_parts.parts)),
            "period_as_key": float(takes_time_for_key(comparisons, self.demand)),
            "undetermined": float(sum(undetermined(b, schema) for b in blocks)),
            "cross_join": float(sum(join.on is None for b in blocks for join in b.joins or ())),
            "fan_trap": float(sum(fan_traps(b, schema) for b in blocks)),
            "own_members": float(any(is_own_member(each, plan) for each in comparisons)),
            "unrelated_members": float(any(map(self._key_pairs.is_unrelated, (*comparisons, *taken_away(plan))))),
            "unrelated_join": float(sum(map(self._key_pairs.unrelated_joins, blocks))),
            "text_in_range": float(any(map(is_text_range, comparisons))),
            "order_fixed": float(orders_by_constant(plan)),
            "unstored_literal": float(self._texts.unstored(plan_parts)),
            "needless_tables": float(self._before.needless_tables(plan_parts)),
            "another_way": float(self._before.takes_another_way(plan_parts)),
            "things_met_often": float(key_met_often(plan, self.demand) is not None),
            "absent_shown": float(shows_absent(plan)),
            "days_counted": float(any(counts_days(term, self.demand) for term in plan.select)),
            "repeats_counted": float(self._before.counts_repeats(plan_parts)),
            "copy_unused": float(len(plan.tables) > len(plan_parts.folded_tables) and not uses_copies(plan)),
            "texts_compared": float(numeric and compares_texts(plan, self.demand)),
            "texts_ordered": float(numeric and orders_texts(plan, self.demand)),
            "shown_twice": float(len(set(plan.select)) < len(plan.select)),
            "shows_conditions": float(shows_conditions(plan, self.demand)),
            "other_display": float(shows_another_name(plan, self.demand)),
            "own_key_ignored": float(self.demand.own_key is not None and not goes_through_own_key(plan, self.demand.own_key)),
            "moved_out": float(self._before.moved_out(plan)),
            "roles_paired": float(pairs_roles(plan)),
            "rows_repeated": float(repeated),
            "things_repeated": float(repeated and self._asks_which),
            "people_missing": float(self.demand.asks_who and not shows_people(plan, self.demand)),
            "people_uncounted": float(self.demand.counts_people and not self._people & plan_parts.folded_tables),
            "star_over_joins": float(plan.select == (Star(),) and len(plan.tables) > 1 and not plan.group_by),
            "deed_missing": float(bool(self._denied - plan_parts.folded_tables)),
            "role_fit": role_fit(plan, self.demand.inquiry),
        }  # fmt: skip

    @cached_property
    def _people(self) -> frozenset[str]:
        """The tables of people, folded."""
        return frozenset(table.name.lower() for table in self.demand.people)

    def _is_flag(self, term: Term) -> bool:
        """Tell whether a term is a yes/no column that no word names."""
        if not isinstance(term, ColumnTerm):
            return False
        said = self.demand.evidence.mentions.column_score(term.ref)
        return self.demand.inquiry.profiles.of(term.ref).flag is not None and said < SAID

    @cached_property
    def _denied(self) -> frozenset[str]:
        """The tables, folded, that record what was never done."""
        return frozenset(map(str.lower, self.demand.tables_denied))

    @cached_property
    def _asks_which(self) -> bool:
        """Whether the words ask which things there are: then each is one answer ("Which airlines fly to Boston?")."""
        words = self.demand.inquiry.utterance.words
        starts = {at for at, word in enumerate(words) if word.text in ("which", "what", "who")}
        return bool({at + 1 for at in starts} & self.demand.evidence.table_starts)
