"""values_by_column: values that "or" joins, told apart by the columns that store them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nodes.coverage.demand import Demand
from nodes.coverage.requirement import Requirement
from nodes.plan import ColumnTerm, Condition, Junction, Plan, Predicate
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import conjunction, conjuncts, predicates

Column = tuple[str, str]


def values_by_column(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield a plan whose alternatives are values of one column each.

    "Clients from Germany or France in retail": `trade = 'retail' OR country = 'France'` becomes
    `(country = 'Germany' OR country = 'France') AND trade = 'retail'`.
    """
    mixed = [each for each in conjuncts(plan.where) if _is_mixed(each)]
    values = [each for each in demand.requirements if each.kind == "value" and not each.excludes]
    if not mixed or not values or not _joins_one_column(values, demand):
        return
    by_column: dict[Column, list[Predicate]] = {}
    for each in values:
        for condition in each.options[0].conditions:
            by_column.setdefault(each.options[0].column.folded, []).extend(predicates(condition))
    tables = folded_sources(plan)
    if len(by_column) < 2 or any(table not in tables for table, _ in by_column):
        return
    kept = [each for each in conjuncts(plan.where) if each not in mixed and not _columns(each) & by_column.keys()]
    apart = (_either(each) for each in by_column.values())
    yield plan.model_copy(update={"where": conjunction((*kept, *apart))})


def _is_mixed(condition: Condition) -> bool:
    """Tell whether a condition has alternatives of two columns."""
    return isinstance(condition, Junction) and condition.kind == "or" and len(_columns(condition)) > 1


def _columns(condition: Condition) -> set[Column]:
    return {leaf.left.ref.folded for leaf in predicates(condition) if isinstance(leaf.left, ColumnTerm)}


def _joins_one_column(values: list[Requirement], demand: Demand) -> bool:
    """Tell whether each "or" of the words stands between two values of one column."""
    words = demand.inquiry.utterance.words
    ordered = sorted(values, key=lambda each: each.start)
    places = [at for at, word in enumerate(words) if word.text == "or"]
    between = [
        any(one.end == at and at < other.start <= at + 2 and one.options[0].column == other.options[0].column
            for one, other in pairwise(ordered))
        for at in places
    ]  # fmt: skip
    return bool(between) and all(between)


def _either(leaves: list[Predicate]) -> Condition:
    return leaves[0] if len(leaves) == 1 else Junction(kind="or", conditions=tuple(leaves))
