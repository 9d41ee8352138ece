"""Features of a plan by what the turn asks for: requirements missed, orders and units not heeded, and what cannot be meant."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from nodes.compact.plan_parts import Anatomy
from nodes.coverage.demand import Demand
from nodes.coverage.edits.conditions import COVERED
from nodes.coverage.edits.display import shows_conditions
from nodes.coverage.edits.numeric_texts import compares_texts, orders_texts
from nodes.coverage.edits.repeats import merged
from nodes.coverage.edits.tables import idle_tables, uses_copies
from nodes.coverage.join_paths import fan_traps, repeats_rows
from nodes.coverage.plan_filters import PlanFilters
from nodes.coverage.references import asks_of_each, chooses_among, exchanges, gives_up, leaves_out, points_at_rows
from nodes.coverage.roles import role_fit
from nodes.plan import ColumnTerm, LiteralTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import columns, conjuncts
from value_index.linear_model import Features
from value_index.schema import ColumnRef

ASKING = frozenset(["quantity", "amount", "total"]) | frozenset(
    ["what", "which", "who", "whom", "whose", "when", "where", "how", "why", "name", "names", "count", "number"]
)
"""Words with which an utterance asks for something to be shown."""
CODE_LENGTH = 2
"""Characters up to which a literal may be a code that no words spell."""


@dataclass(frozen=True)
class RequirementFeatures:
    """The demand of one turn, to hold plans against."""

    demand: Demand

    def of(self, anatomy: Anatomy) -> Features:
        """Return the features of one plan."""
        return {
            **self._missing(anatomy),
            **self._ordered(anatomy.plan),
            **self._senseless(anatomy),
            **self._refined(anatomy),
        }

    def _missing(self, anatomy: Anatomy) -> Features:
        """How much of each kind of requirement the plan leaves out ("in 2024" and no condition on a time)."""
        filters = PlanFilters(anatomy.plan)
        found = defaultdict[str, float](float)
        for each in self.demand.requirements:
            covered = filters.coverage(each)
            name = f"missing_{each.kind}" if covered < COVERED else "weak_option"
            found[name] += each.strength * (1.0 - covered)
        unasked = [each for each in filters.literals - self._known_literals if len(each) > CODE_LENGTH]
        found["unasked_literal"] = min(3, len(unasked))
        return dict(found)

    @cached_property
    def _known_literals(self) -> frozenset[str]:
        before = Anatomy(self.demand.previous).literals if self.demand.previous else frozenset[str]()
        dated = {at for each in self.demand.requirements if each.kind == "date" for at in range(each.start, each.end)}
        words = frozenset(word.text for at, word in enumerate(self.demand.inquiry.utterance.words) if at not in dated)
        numbers = frozenset(str(c.number) for c in self.demand.evidence.clues.comparisons)
        return self.demand.literals | before | words | numbers

    def _ordered(self, plan: Plan) -> Features:
        """Orders and units: "oldest first" with LIMIT 1, "six runners" without LIMIT 6, "per town" without a group."""
        asked, units = self.demand.order, self.demand.units
        out: Features = {}
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
            out["unit_not_shown"] = float(grouped and not shown & {_folded(c) for c in anatomy_columns(plan)})
        return out

    @cached_property
    def _key_pairs(self) -> frozenset[frozenset[tuple[str, str]]]:
        """The columns that a key ties together, by twos: its ends, and the sources of keys to one target."""
        found = {frozenset((key.source.folded, key.target.folded)) for key in self.demand.schema.foreign_keys}
        by_target: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for key in self.demand.schema.foreign_keys:
            by_target.setdefault(key.target.folded, []).append(key.source.folded)
        found |= {frozenset((a, b)) for sources in by_target.values() for a in sources for b in sources}
        return frozenset(found)

    def _needless(self, anatomy: Anatomy) -> int:
        """Return how many tables a plan could do without, those that the words name left out."""
        smaller = next(idle_tables(anatomy.plan, self.demand), None)
        if smaller is None:
            return 0
        named = {m.table.lower() for m in self.demand.evidence.mentions.tables if m.score >= 0.8}
        return len(anatomy.folded_tables - Anatomy(smaller).folded_tables - named)

    @cached_property
    def _asks_which(self) -> bool:
        """Whether the words ask which things there are: then each is one answer ("Which airlines fly to Boston?")."""
        words = self.demand.inquiry.utterance.words
        starts = {at for at, word in enumerate(words) if word.text in ("which", "what", "who")}
        return bool({at + 1 for at in starts} & self.demand.evidence.table_starts)

    @cached_property
    def _only_refines(self) -> bool:
        """Whether the words name nothing new to show: then what was shown stays ("Only the ones from France")."""
        evidence = self.demand.evidence
        if evidence.previous is None or evidence.clues.count is not None or self.demand.units:
            return False
        if evidence.aggregates and self.demand.order is None:
            return False
        words = {word.text for word in evidence.clues.utterance.words}
        if words & ASKING and not chooses_among(self.demand.inquiry):
            return False
        used = {each.options[0].column for each in self.demand.requirements}
        heads = [m for m in evidence.named if evidence.in_head(m.start) and m.readings[0][1] >= 0.6]
        news = [m for m in heads if not any(column in used for column, _ in m.readings)]
        compared = {at for m in heads if m not in news for at in range(m.start, m.end)}
        tables = {m.table.lower() for m in evidence.mentions.tables if m.score >= 0.8 and m.start not in compared}
        before = {table.lower() for table in evidence.previous_tables}
        starts = any(evidence.in_head(m.start) for m in evidence.mentions.tables if m.score >= 0.8)
        if starts and not (evidence.clues.narrow or leaves_out(self.demand.inquiry) or self.demand.order):
            return False
        asks = bool(self.demand.requirements or self.demand.order or evidence.clues.comparisons)
        return not news and tables <= before and asks

    def _refined(self, anatomy: Anatomy) -> Features:
        """What becomes of the turn before: shown columns, filters and groups that the words leave alone."""
        before = self.demand.previous
        if before is None:
            return {}
        plan, refines = anatomy.plan, self._only_refines
        lost = len(frozenset(self.demand.evidence.constraints_before) - anatomy.filters)
        narrow = self.demand.evidence.clues.narrow
        extends = self.demand.evidence.clues.extend and not any(r.kind == "value" for r in self.demand.requirements)
        return {
            "refines_other_shown": float(refines and plan.select != before.select),
            "refines_group_lost": float(refines and bool(before.group_by) and plan.group_by != before.group_by),
            "refines_tables_lost": float(refines and bool(Anatomy(before).folded_tables - anatomy.folded_tables)),
            "refines_filters_lost": float(refines and lost > len(self.demand.requirements)),
            "refines_narrow_lost": float(refines and narrow and lost > 0),
            "extends_shown_lost": float(extends and not set(before.select) <= set(plan.select)),
            "extends_nothing": float(extends and set(plan.select) <= set(before.select)),
            **self._referring(plan, lost),
        }

    def _referring(self, plan: Plan, lost: int) -> Features:
        """How a turn refers to the one before: to its rows, to each of them, to a value to exchange or give up."""
        inquiry, evidence = self.demand.inquiry, self.demand.evidence
        before = len(evidence.constraints_before)
        asks = evidence.clues.count is not None or bool(evidence.aggregates)
        each = asks and asks_of_each(inquiry)
        given_up = gives_up(inquiry)
        previous = self.demand.previous
        assert previous is not None
        return {
            "rows_meant_filters_lost": float(points_at_rows(inquiry) and not given_up and before)
            * lost
            / max(1, before),
            "each_missing": float(each and not (plan.group_by and set(previous.select) <= set(plan.select))),
            "exchange_unheeded": float(bool(self._exchanged) and bool(self._exchanged & self._equalities(plan))),
            "given_up_held": float(given_up and not lost),
        }

    @cached_property
    def _exchanged(self) -> frozenset[tuple[tuple[str, str], str]]:
        """The equalities of the turn before that a named value is to replace: those of columns that may store it."""
        if self.demand.previous is None or not exchanges(self.demand.inquiry):
            return frozenset()
        inquiry = self.demand.inquiry
        columns = {o.column for r in self.demand.requirements if r.kind == "value" for o in r.options}
        domain = columns | {p for column in columns for p in inquiry.key_partners(column)}
        domain |= {p for column in domain for p in inquiry.key_partners(column)}
        folded = {column.folded for column in domain}
        return frozenset(
            pair for pair in self._equalities(self.demand.previous)
            if pair[0] in folded and pair[1] not in self.demand.literals
        )  # fmt: skip

    def _equalities(self, plan: Plan) -> frozenset[tuple[tuple[str, str], str]]:
        return frozenset(
            (each.column.folded, str(value).casefold())
            for each in Anatomy(plan).filters
            if each.column and each.operator == "="
            for value in each.values
        )

    def _senseless(self, anatomy: Anatomy) -> Features:
        """What cannot be meant: a condition twice, a key summed, tables that nothing joins, x NOT IN (SELECT x ...)."""
        plan, schema = anatomy.plan, self.demand.schema
        blocks = [part for part in anatomy.parts if isinstance(part, Plan)]
        keys = self.demand.inquiry.keys
        summed = [
            c
            for a in anatomy.aggregates
            if a.function in ("sum", "avg")
            for c in (a.argument,)
            if isinstance(c, ColumnTerm)
        ]
        repeated = repeats_rows(plan, schema)
        return {
            "condition_twice": float(any(merged(b.where) != b.where or merged(b.having) != b.having for b in blocks)),
            "contradiction": float(any(_contradicts(b) for b in blocks)),
            "key_summed": float(any(ColumnRef(table=c.table, column=c.column) in keys for c in summed)),
            "cross_join": float(sum(join.on is None for b in blocks for join in b.joins or ())),
            "fan_trap": float(sum(fan_traps(b, schema) for b in blocks)),
            "own_members": float(any(_is_own_member(part, plan) for part in anatomy.parts)),
            "unrelated_members": float(any(_is_unrelated(part, self._key_pairs) for part in anatomy.parts)),
            "order_fixed": float(_orders_by_constant(plan)),
            "needless_tables": float(self._needless(anatomy)),
            "copy_unused": float(len(plan.tables) > len(anatomy.folded_tables) and not uses_copies(plan)),
            "texts_compared": float(compares_texts(plan, self.demand)),
            "texts_ordered": float(orders_texts(plan, self.demand)),
            "shown_twice": float(len(set(plan.select)) < len(plan.select)),
            "shows_conditions": float(shows_conditions(plan, self.demand)),
            "roles_paired": float(_pairs_roles(plan)),
            "rows_repeated": float(repeated),
            "things_repeated": float(repeated and self._asks_which),
            "role_fit": role_fit(plan, self.demand.inquiry),
        }  # fmt: skip


def anatomy_columns(plan: Plan) -> list[ColumnTerm]:
    """Return the plain columns among the projections."""
    return [term for term in plan.select if isinstance(term, ColumnTerm)]


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
    shown = [(_folded(term), term.occurrence) for term in anatomy_columns(plan)]
    return len({column for column, _ in shown}) < len(set(shown))


def _folded(term: ColumnTerm) -> tuple[str, str]:
    return term.table.lower(), term.column.lower()


def _contradicts(plan: Plan) -> bool:
    """Tell whether one column must equal two literals."""
    equal: dict[tuple[str, str, int], set[str]] = {}
    for leaf in conjuncts(plan.where):
        if isinstance(leaf, Predicate) and leaf.operator == "=" and isinstance(leaf.left, ColumnTerm):
            values = {str(term.value) for term in leaf.right if isinstance(term, LiteralTerm)}
            if values:
                equal.setdefault((*_folded(leaf.left), leaf.left.occurrence), set()).update(values)
    return any(len(values) > 1 for values in equal.values())


def _is_own_member(part: object, plan: Plan) -> bool:
    """Tell whether a column is compared with all of its own values: `x NOT IN (SELECT x FROM the same table)`."""
    if not isinstance(part, Predicate) or part.operator not in ("in", "not in") or len(part.right) != 1:
        return False
    inner = part.right[0]
    if not isinstance(inner, SubPlan) or not isinstance(part.left, ColumnTerm):
        return False
    sub = inner.plan
    chooses = sub.where is not None or sub.having is not None or sub.limit is not None or sub.set_operations
    same = all(isinstance(s, TableSource) and s.table.lower() == part.left.table.lower() for s in sub.tables)
    return not chooses and same and any(t.table.lower() == part.left.table.lower() for t in plan.tables if isinstance(t, TableSource))  # fmt: skip
