"""SenseFeatures: what can hardly be meant: a key summed, a fan trap, x NOT IN (SELECT x ...), a text that is not stored.

"How many pages do the books have?" -> SELECT SUM(pages) FROM book; SELECT SUM(book_id) FROM book has `key_summed`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import PlanParts
from nodes.compact.ranking.impossible import (
    contradicts,
    moved_out,
    takes_time_for_key,
    takes_time_for_number,
    undetermined,
)
from nodes.coverage.calculations.numeric_texts import compares_texts, orders_texts
from nodes.coverage.calculations.own_counts import counts_itself
from nodes.coverage.column_profile import SAMPLE
from nodes.coverage.demand import Demand
from nodes.coverage.edits.asked_people import shows_people
from nodes.coverage.edits.display import shows_another_name, shows_conditions
from nodes.coverage.edits.own_key import goes_through_own_key
from nodes.coverage.edits.tables import idle_tables, uses_copies
from nodes.coverage.join_paths import connecting_tables, fan_traps, key_ties, repeats_rows
from nodes.coverage.plan_filters import leaves
from nodes.coverage.references import speaks_of_them
from nodes.coverage.roles import role_fit
from nodes.plan import (
    RANGE_OPERATORS,
    Aggregate,
    ColumnTerm,
    Condition,
    LiteralTerm,
    Plan,
    Predicate,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.traversal import columns, conjuncts, merged
from value_index.linear_model import Feature, Features
from value_index.schema import ColumnRef

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
    Feature("role_fit", "How well the keys that it takes fit the words beside the values."),
)

_COUNTED_ROWS = (Aggregate(function="count", argument=Star()),)
SAID = 0.5
"""Score of a mention from which the words may name a column."""


@dataclass(frozen=True)
class SenseFeatures:
    """What one turn and its database say against plans."""

    demand: Demand

    def of(self, plan_parts: PlanParts) -> Features:
        """Return the features of one plan."""
        return self._senseless(plan_parts)

    def _senseless(self, plan_parts: PlanParts) -> Features:
        """What cannot be meant: a condition twice, a key summed, tables that nothing joins, x NOT IN (SELECT x ...)."""
        plan, schema = plan_parts.plan, self.demand.schema
        blocks = [part for part in plan_parts.parts if isinstance(part, Plan)]
        keys = self.demand.inquiry.keys
        summed = [
            c
            for a in plan_parts.aggregates
            if a.function in ("sum", "avg")
            for c in (a.argument,)
            if isinstance(c, ColumnTerm)
        ]
        repeated = repeats_rows(plan, schema)
        numeric = any(self._is_numeric_text(*named) for named in {(c.table, c.column) for c in plan_parts.columns})
        members = [part for part in plan_parts.parts if isinstance(part, Predicate)]
        return {
            "condition_twice": float(any(merged(b.where) is not b.where or merged(b.having) is not b.having for b in blocks)),
            "contradiction": float(any(map(contradicts, blocks))),
            "key_summed": float(any(c.ref in keys for c in summed)),
            "flag_averaged": float(any(a.function == "avg" and self._is_flag(a.argument) for a in plan_parts.aggregates)),
            "shows_literal": float(any(isinstance(term, LiteralTerm) for term in plan.select)),
            "counts_itself": float(any(counts_itself(b, self.demand) for b in blocks)),
            "time_as_number": float(any(takes_time_for_number(part, self.demand) for part in plan_parts.parts)),
            "period_as_key": float(takes_time_for_key(members, self.demand)),
            "undetermined": float(sum(undetermined(b, schema) for b in blocks)),
            "cross_join": float(sum(join.on is None for b in blocks for join in b.joins or ())),
            "fan_trap": float(sum(fan_traps(b, schema) for b in blocks)),
            "own_members": float(any(_is_own_member(part, plan) for part in members)),
            "unrelated_members": float(any(_is_unrelated(part, self._key_pairs) for part in (*members, *_taken_away(plan)))),
            "unrelated_join": float(sum(self._unrelated_joins(b) for b in blocks)),
            "text_in_range": float(any(_is_text_range(part) for part in members)),
            "order_fixed": float(_orders_by_constant(plan)),
            "unstored_literal": float(self._unstored(plan_parts)),
            "needless_tables": float(self._needless(plan_parts)),
            "another_way": float(self._takes_another_way(plan_parts)),
            "repeats_counted": float(self._counts_repeats(plan_parts)),
            "copy_unused": float(len(plan.tables) > len(plan_parts.folded_tables) and not uses_copies(plan)),
            "texts_compared": float(numeric and compares_texts(plan, self.demand)),
            "texts_ordered": float(numeric and orders_texts(plan, self.demand)),
            "shown_twice": float(len(set(plan.select)) < len(plan.select)),
            "shows_conditions": float(shows_conditions(plan, self.demand)),
            "other_display": float(shows_another_name(plan, self.demand)),
            "own_key_ignored": float(self.demand.own_key is not None and not goes_through_own_key(plan, self.demand.own_key)),
            "moved_out": float(len(moved_out(plan, self.demand.previous)) if self.demand.previous else 0),
            "roles_paired": float(_pairs_roles(plan)),
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

    @cached_property
    def _key_pairs(self) -> frozenset[frozenset[tuple[str, str]]]:
        """The columns that a key ties together, by twos: its ends, and the sources of keys to one target."""
        found = {frozenset((key.source.folded, key.target.folded)) for key in self.demand.schema.foreign_keys}
        by_target: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for key in self.demand.schema.foreign_keys:
            by_target.setdefault(key.target.folded, []).append(key.source.folded)
        found |= {frozenset((a, b)) for sources in by_target.values() for a in sources for b in sources}
        return frozenset(found)

    @cached_property
    def _key_ends(self) -> frozenset[tuple[str, str]]:
        """The columns that some key ties to another."""
        return frozenset(end for pair in self._key_pairs for end in pair)

    def _unrelated_joins(self, plan: Plan) -> int:
        """Return how many conditions of joins equate a key's end with a column of another name that no key ties to it."""
        equated = [
            (_folded(leaf.left), _folded(right))
            for join in plan.joins or ()
            for leaf in conjuncts(join.on)
            if isinstance(leaf, Predicate) and leaf.operator == "="
            for right in leaf.right
            if isinstance(leaf.left, ColumnTerm) and isinstance(right, ColumnTerm)
        ]
        return sum(
            a[1] != b[1] and frozenset((a, b)) not in self._key_pairs and bool({a, b} & self._key_ends)
            for a, b in equated
        )

    def _unstored(self, plan_parts: PlanParts) -> int:
        """Return how many texts are compared with a column none of whose few values they are, though no word asks for it."""
        count = 0
        for each in plan_parts.filters:
            if each.column is None or each.aggregate is not None or each.operator not in ("=", "!=", "in", "not in"):
                continue
            stored = self._few_values(each.column)
            texts = [value.casefold() for value in each.values if isinstance(value, str)]
            count += (
                any(t.strip() not in stored and (each.column.folded, t) not in self._asked for t in texts)
                if stored
                else 0
            )
        return count

    @cached_property
    def _asked(self) -> frozenset[tuple[tuple[str, str], str]]:
        """The columns with the texts that the words ask for there."""
        return frozenset(
            (option.column.folded, str(term.value).casefold())
            for requirement in self.demand.requirements
            for option in requirement.options
            for leaf in leaves(option.conditions)
            for term in leaf.right
            if isinstance(term, LiteralTerm)
        )

    def _is_flag(self, term: Term) -> bool:
        if not isinstance(term, ColumnTerm) or self.demand.schema.column(term.table, term.column) is None:
            return False
        said = self.demand.evidence.mentions.column_score(term.ref)
        return self.demand.inquiry.profiles.of(term.ref).flag is not None and said < SAID

    def _is_numeric_text(self, table: str, name: str) -> bool:
        column = self.demand.schema.column(table, name)
        return column is not None and self.demand.inquiry.profiles.of(column).is_numeric_text

    def _few_values(self, column: ColumnRef) -> frozenset[str]:
        """Return all values of a column, folded; none if it has many, or is none of the schema's."""
        if column not in self._columns:
            return frozenset()
        values = self.demand.inquiry.profiles.of(column).values
        return frozenset(str(value).strip().casefold() for value in values) if len(values) < SAMPLE else frozenset()

    @cached_property
    def _columns(self) -> frozenset[ColumnRef]:
        return frozenset(self.demand.schema.columns)

    def _needless(self, plan_parts: PlanParts) -> int:
        """Return how many tables a plan could do without, those that the words name left out."""
        smaller = next(idle_tables(plan_parts.plan, self.demand), None)
        if smaller is None:
            return 0
        named = {m.table.lower() for m in self.demand.evidence.mentions.tables if m.score >= 0.8}
        told = self._before.folded_tables if self._before and self._before.filters & plan_parts.filters else frozenset()
        return len(plan_parts.folded_tables - PlanParts(smaller).folded_tables - named - told)

    @cached_property
    def _before(self) -> PlanParts | None:
        return PlanParts(self.demand.previous) if self.demand.previous else None

    @cached_property
    def _denied(self) -> frozenset[str]:
        """The tables, folded, that record what was never done."""
        return frozenset(map(str.lower, self.demand.tables_denied))

    @cached_property
    def _ties_before(self) -> frozenset[str]:
        """The tables, folded, that tied others together in the turn before."""
        return connecting_tables(self.demand.previous) if self.demand.previous else frozenset()

    def _counts_repeats(self, plan_parts: PlanParts) -> bool:
        """Tell whether a plan counts the joined rows of what the turn before showed without its repeats."""
        before, plan = self._before, plan_parts.plan
        counts = len(plan.tables) > 1 and plan.select == _COUNTED_ROWS
        if before is None or not before.plan.distinct or not counts or plan.group_by:
            return False
        return before.folded_tables == plan_parts.folded_tables and before.filters <= plan_parts.filters

    def _takes_another_way(self, plan_parts: PlanParts) -> bool:
        """Tell whether a plan keeps conditions of the turn before over several tables, without tables that tied them then.

        Airlines that fly to a city, once found by their routes, are no airlines of the city's country.
        """
        before = self._before
        if before is None or len(plan_parts.plan.tables) < 2 or plan_parts.plan.set_operations:
            return False
        held = {each.column.table.lower() for each in before.filters & plan_parts.filters if each.column}
        lost = before.folded_tables - plan_parts.folded_tables
        elsewhere = bool(held - {term.table.lower() for term in plan_parts.shown})
        return elsewhere and (bool(lost & self._ties_before) or self._leaves_things(plan_parts, lost))

    def _leaves_things(self, plan_parts: PlanParts, lost: frozenset[str]) -> bool:
        """Tell whether what was shown is gone and a table that tied its conditions to it now ties them to something else.

        What each customer in Canada paid, once found by their addresses, is not what staff with such addresses took.
        """
        before = self._before
        if before is None or not speaks_of_them(self.demand.inquiry):
            return False
        gone = lost & {term.table.lower() for term in before.shown}
        old, new = key_ties(before.plan), key_ties(plan_parts.plan)
        ties = {table for pair in old if {table for table, _ in pair} & gone for table, _ in pair} - gone
        return any({table for table, _ in pair} & ties for pair in new - old)

    @cached_property
    def _asks_which(self) -> bool:
        """Whether the words ask which things there are: then each is one answer ("Which airlines fly to Boston?")."""
        words = self.demand.inquiry.utterance.words
        starts = {at for at, word in enumerate(words) if word.text in ("which", "what", "who")}
        return bool({at + 1 for at in starts} & self.demand.evidence.table_starts)


def plan_parts_columns(plan: Plan) -> list[ColumnTerm]:
    """Return the plain columns among the projections."""
    return [term for term in plan.select if isinstance(term, ColumnTerm)]


def _taken_away(plan: Plan) -> list[Predicate]:
    """Return what EXCEPT takes away of a single column, as the look-up that it is."""
    away = [each.plan for each in plan.set_operations if each.operator == "except" and len(each.plan.select) == 1]
    return [Predicate(left=plan.select[0], operator="not in", right=(SubPlan(plan=each),)) for each in away]


def _is_unrelated(part: object, keys: frozenset[frozenset[tuple[str, str]]]) -> bool:
    """Tell whether a column is looked for among the values of another that no key and no name ties to it."""
    if not isinstance(part, Predicate) or part.operator not in ("in", "not in") or len(part.right) != 1:
        return False
    inner, left = part.right[0], part.left
    if not isinstance(inner, SubPlan) or not isinstance(left, ColumnTerm) or not inner.plan.select:
        return False
    right = inner.plan.select[0]
    if not isinstance(right, ColumnTerm) or left.column.lower() == right.column.lower():
        return False
    return frozenset((_folded(left), _folded(right))) not in keys


def _is_text_range(part: object) -> bool:
    """Tell whether a column is asked to lie before, after or between texts without a digit."""
    if not isinstance(part, Predicate) or part.operator not in RANGE_OPERATORS or not isinstance(part.left, ColumnTerm):
        return False
    texts = [term.value for term in part.right if isinstance(term, LiteralTerm) and isinstance(term.value, str)]
    return any(not any(letter.isdigit() for letter in text) for text in texts)


def _orders_by_constant(plan: Plan) -> bool:
    """Tell whether a plan orders by a column that must equal a literal."""
    ordered = {_folded(term) for each in plan.order_by for term in columns(each)}
    return any(
        isinstance(leaf, Predicate) and leaf.operator == "=" and isinstance(leaf.left, ColumnTerm)
        and _folded(leaf.left) in ordered and isinstance(leaf.right[0], LiteralTerm)
        for leaf in conjuncts(plan.where)
    )  # fmt: skip


def _pairs_roles(plan: Plan) -> bool:
    """Tell whether a plan shows the same column of two occurrences of a table."""
    shown = [(_folded(term), term.occurrence) for term in plan_parts_columns(plan)]
    return len({column for column, _ in shown}) < len(set(shown))


def _folded(term: ColumnTerm) -> tuple[str, str]:
    return term.table.lower(), term.column.lower()


def _is_there(condition: Condition, term: ColumnTerm) -> bool:
    """Tell whether a condition says no more of a column than that it has a value."""
    left = condition.left if isinstance(condition, Predicate) and condition.operator == "is not null" else None
    return isinstance(left, ColumnTerm) and left.ref.folded == term.ref.folded


def _is_own_member(part: object, plan: Plan) -> bool:
    """Tell whether a column is compared with all of its own values: `x NOT IN (SELECT x FROM the same table)`."""
    if not isinstance(part, Predicate) or part.operator not in ("in", "not in") or len(part.right) != 1:
        return False
    inner = part.right[0]
    if not isinstance(inner, SubPlan) or not isinstance(part.left, ColumnTerm):
        return False
    sub = inner.plan
    where = [each for each in conjuncts(sub.where) if not _is_there(each, part.left)]
    chooses = bool(where) or sub.having is not None or sub.limit is not None or bool(sub.set_operations)
    same = all(isinstance(s, TableSource) and s.table.lower() == part.left.table.lower() for s in sub.tables)
    return not chooses and same and any(t.table.lower() == part.left.table.lower() for t in plan.tables if isinstance(t, TableSource))  # fmt: skip
