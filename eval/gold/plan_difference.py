"""PlanDifference: the parts by which a plan departs from gold, in the terms that failure modes are told by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from eval.gold.plan_form import canonical_ordering, canonical_term, folded_literal
from nodes.plan import Aggregate, ColumnTerm, Plan, PlanModel, Predicate, SubPlan, TableSource, Term
from nodes.plan.constraints import Constraint, constraints
from nodes.plan.traversal import children, parts, rewrite
from value_index.schema import Schema

T = TypeVar("T")
Filter = tuple[Hashable, Hashable, str, Hashable]
"""Column, aggregate, operator and values of a constraint, folded."""
Column = tuple[str, str]


def filters(plan: Plan | None) -> dict[Filter, Constraint]:
    """Return the constraints of a plan by their folded form."""
    return {_filter(item): item for item in constraints(plan)} if plan else {}


@dataclass(frozen=True)
class PlanDifference:
    """A plan beside gold, and the gold plans of the turns before."""

    gold: Plan
    given: Plan
    earlier: tuple[Plan, ...]
    """The plans in order; the last is that of the turn before."""
    schema: Schema

    @property
    def before(self) -> Plan | None:
        """The gold plan of the turn before; None at the start."""
        return self.earlier[-1] if self.earlier else None

    @cached_property
    def forgotten(self) -> dict[Filter, Constraint]:
        """The constraints of gold that the plan lacks."""
        ours = filters(self.given)
        return {key: item for key, item in filters(self.gold).items() if key not in ours}

    @cached_property
    def invented(self) -> dict[Filter, Constraint]:
        """The constraints of the plan that gold lacks."""
        theirs = filters(self.gold)
        return {key: item for key, item in filters(self.given).items() if key not in theirs}

    @cached_property
    def select(self) -> tuple[Counter[Hashable], Counter[Hashable]]:
        """The projections that only gold has, and those that only the plan has, whatever is distinct."""
        return _apart(_projections(self.gold), _projections(self.given))

    @cached_property
    def columns(self) -> tuple[Counter[Column], Counter[Column]]:
        """The uses of columns outside of joins that only gold has, and those that only the plan has."""
        return _apart(Counter(_used(self.gold)), Counter(_used(self.given)))

    @cached_property
    def tables(self) -> tuple[Counter[str], Counter[str]]:
        """The tables that only gold uses, and those that only the plan does, at any depth."""
        return _apart(_named(parts(self.gold, TableSource)), _named(parts(self.given, TableSource)))

    @cached_property
    def named(self) -> frozenset[str]:
        """The tables that the plan uses, at any depth."""
        return frozenset(_named(parts(self.given, TableSource)))

    @cached_property
    def joined(self) -> Counter[str]:
        """The tables that only the plan has in its outermost FROM."""
        return _apart(_outermost(self.gold), _outermost(self.given))[1]


def join_pairs(plan: Plan | None) -> frozenset[frozenset[Column]]:
    """Return the pairs of columns that any condition of a plan equates."""
    found: list[frozenset[Column]] = []
    for part in parts(plan, Predicate) if plan else ():
        sides = (part.left, *part.right)
        if part.operator == "=" and all(isinstance(side, ColumnTerm) for side in sides):
            found.append(frozenset(_column(side) for side in sides if isinstance(side, ColumnTerm)))
    return frozenset(found)


def inner_selects(plan: Plan) -> Counter[Hashable]:
    """Return what the sub-queries of a plan give."""
    return Counter(canonical_term(term, (sub.plan,)) for sub in parts(plan, SubPlan) for term in sub.plan.select)


def clauses(plan: Plan | None) -> Mapping[str, Hashable]:
    """Return the clauses by which a plan may lean on the turn before; those it lacks are left out."""
    if plan is None:
        return {}
    found: dict[str, Hashable] = {
        "order by": tuple(canonical_ordering(item, (block,)) for block in parts(plan, Plan) for item in block.order_by),
        "group by": frozenset(_grouped(term, block) for block in parts(plan, Plan) for term in block.group_by),
        "join": join_pairs(plan),
        "limit": tuple(block.limit for block in parts(plan, Plan) if block.limit is not None),
        "select": tuple(sorted(map(repr, _projections(plan).elements()))),
    }
    return {name: value for name, value in found.items() if value}


def distinct_aggregates(plan: Plan) -> Counter[bool]:
    """Count the aggregates over all rows and over distinct values."""
    return Counter(part.distinct for part in parts(plan, Aggregate))


def _filter(item: Constraint) -> Filter:
    values = tuple(folded_literal(value) if isinstance(value, str) else value for value in item.values)
    return item.column and item.column.folded, item.aggregate, item.operator, values


def _grouped(term: Term, block: Plan) -> Hashable:
    """Leave the table out of a grouping: the two sides of a join group alike."""
    return term.column.lower() if isinstance(term, ColumnTerm) else canonical_term(term, (block,))


def _projections(plan: Plan) -> Counter[Hashable]:
    return Counter(canonical_term(_plain(term), (plan,)) for term in plan.select)


def _plain(term: Term) -> Term:
    def change(part: PlanModel) -> PlanModel:
        return part.model_copy(update={"distinct": False}) if isinstance(part, Aggregate) else part

    return rewrite(term, change)


def _used(plan: Plan) -> Iterator[Column]:
    for part in children(plan):
        if not hasattr(part, "on"):
            for term in parts(part, ColumnTerm):
                yield _column(term)


def _outermost(plan: Plan) -> Counter[str]:
    return _named(source for source in plan.tables if isinstance(source, TableSource))


def _named(sources: Iterable[TableSource]) -> Counter[str]:
    return Counter(source.table.lower() for source in sources)


def _column(term: ColumnTerm) -> Column:
    return term.table.lower(), term.column.lower()


def _apart(gold: Counter[T], given: Counter[T]) -> tuple[Counter[T], Counter[T]]:
    return gold - given, given - gold
