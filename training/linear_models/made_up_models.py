"""made_up_answer: what a language model might answer to a turn whose gold is known, right or with the mistakes of real ones.

No real model's answers are learnt from. The kinds of mistake are what anybody sees who reads such answers: a column too
many (what is counted or ordered by is shown), everything shown, a value in other letters than it is stored in, a condition
forgotten or kept too long, the like-named column of another table, a key joined that multiplies the rows, DISTINCT where
none is asked, no answer at all, a column that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import get_args

from eval.ablation.corruptions import CorruptionInput, FailureMode, corrupt
from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    ColumnTerm,
    LiteralTerm,
    Ordering,
    Plan,
    Predicate,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.sources import source_tables
from nodes.plan.traversal import conjunction, conjuncts, parts, rewrite
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from value_index.schema import Schema

Change = Callable[[CorruptionInput, Random], Iterator[Plan]]
_MODES: tuple[FailureMode, ...] = tuple(mode for mode in get_args(FailureMode) if mode != "syntax")
SILENT, BROKEN, PLANNED = 0.12, 0.1, 0.12
"""Shares of a made-up model's wrong answers: none at all, SQL that does not run, a plan of the planner's."""
REWORDED = 0.6
"""Share of its right answers that write the gold in another way, where there is one."""


@dataclass(frozen=True)
class Answerable:
    """A turn that a made-up model answers."""

    gold: str
    given: CorruptionInput | None
    """The gold as a plan, with the plan before and the database; None for SQL that is no plan."""
    planned: tuple[str, ...] = ()
    """What the planner offers."""


def made_up_answer(turn: Answerable, strength: float, draw: Random) -> str:
    """Return the SQL that a model of some strength might write; "" for no answer.

    Args:
        strength: how likely the answer is meant to be right, 0..1.
    """
    if draw.random() < strength:
        return _reworded(turn, draw)
    kind = draw.random()
    if kind < SILENT:
        return ""
    if kind < SILENT + BROKEN or turn.given is None:
        return _broken(turn.gold, draw)
    if kind < SILENT + BROKEN + PLANNED and len(turn.planned) > 1:
        return draw.choice(turn.planned[1:])
    return _mistaken(turn.given, draw) or turn.gold


def _broken(gold: str, draw: Random) -> str:
    """Name a column that is not there, or end in the middle."""
    return gold.replace("SELECT", "SELECT T9.label,", 1) if draw.random() < 0.7 else gold[: len(gold) // 2] + " ("


def _reworded(turn: Answerable, draw: Random) -> str:
    if turn.given is None or draw.random() > REWORDED:
        return turn.gold
    changed = [plan for change in REWORDINGS for plan in change(turn.given, draw)]
    draw.shuffle(changed)
    return next((sql for plan in changed if (sql := _written(plan, turn.given.schema))), turn.gold)


def _mistaken(given: CorruptionInput, draw: Random) -> str:
    """Return SQL with one mistake; "" if none can be made."""
    kinds: list[Change | FailureMode] = [*MISTAKES, *_MODES]
    draw.shuffle(kinds)
    for kind in kinds:
        if callable(kind):
            plans = list(kind(given, draw))
            draw.shuffle(plans)
            sql = next((text for plan in plans if (text := _written(plan, given.schema))), "")
        else:
            sql = corrupt(kind, given, draw) or ""
        if sql:
            return sql
    return ""


def _written(plan: Plan, schema: Schema) -> str:
    try:
        return from_plan(with_sources(plan, schema), schema)
    except SQLError:
        return ""


def shown_too(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Show what is grouped by, ordered by, counted or compared, or the name or key of the table, beside what is asked."""
    plan = given.plan
    if plan.set_operations or not plan.select or any(isinstance(term, Star) for term in plan.select):
        return
    grouped = bool(plan.group_by) or any(isinstance(term, Aggregate) for term in plan.select)
    more: list[Term] = [*plan.group_by, *(each.term for each in plan.order_by)]
    more += [ROW_COUNT] if plan.group_by else []
    if not grouped:
        more += [
            term for each in conjuncts(plan.where) if isinstance(each, Predicate) for term in parts(each, ColumnTerm)
        ]
        tables = source_tables(plan)
        found = [given.schema.table(name) for name in tables]
        more += [
            ColumnTerm(table=table.name, column=column.name) for table in found if table for column in table.columns[:3]
        ]
    for term in more:
        if term not in plan.select:
            order = (term, *plan.select) if draw.random() < 0.4 else (*plan.select, term)
            yield plan.model_copy(update={"select": order})


def shown_all(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Show every column where some are asked."""
    plan = given.plan
    if not plan.group_by and not plan.set_operations and all(isinstance(term, ColumnTerm) for term in plan.select):
        yield plan.model_copy(update={"select": (Star(),)})


def misspelt_values(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Write a value otherwise than it is stored: other case, an initial, the plural, without its blank."""
    for predicate in parts(given.plan, Predicate):
        literal = predicate.right[0] if len(predicate.right) == 1 else None
        if isinstance(literal, LiteralTerm) and isinstance(literal.value, str) and literal.value.strip():
            value = literal.value
            others = {
                value.lower(),
                value.upper(),
                value.title(),
                value[:1],
                value[:2].upper(),
                f"{value}s",
                value.strip(),
            }
            other = draw.choice(sorted(others - {value}))
            yield _replaced(given.plan, predicate, predicate.model_copy(update={"right": (LiteralTerm(value=other),)}))


def forgotten_conditions(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Leave out a condition."""
    held = conjuncts(given.plan.where)
    for index in range(len(held)):
        yield given.plan.model_copy(update={"where": conjunction(held[:index] + held[index + 1 :])})


def counted_or_listed(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Count what should be listed, or list what should be counted."""
    plan = given.plan
    if plan.group_by or plan.set_operations or plan.limit is not None:
        return
    counts = [term for term in plan.select if isinstance(term, Aggregate) and term.function == "count"]
    if counts:
        yield plan.model_copy(update={"select": (counts[0].argument,), "distinct": counts[0].distinct})
    elif all(isinstance(term, ColumnTerm) for term in plan.select):
        yield plan.model_copy(update={"select": (ROW_COUNT,), "order_by": ()})


def other_ends(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Order the other way, or without the bound of rows."""
    plan = given.plan
    if plan.limit is not None:
        yield plan.model_copy(update={"limit": None})
    if plan.order_by:
        first = plan.order_by[0]
        turned = first.model_copy(update={"descending": not first.descending})
        yield plan.model_copy(update={"order_by": (turned, *plan.order_by[1:])})


def repeated_turn(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Answer the turn before once more, or show what it showed under the conditions of this one."""
    if given.before is not None and given.before != given.plan:
        yield given.before
        yield given.plan.model_copy(update={"select": given.before.select, "distinct": given.before.distinct})


MISTAKES: tuple[Change, ...] = (
    shown_too, shown_too, shown_too, shown_all, misspelt_values, misspelt_values, forgotten_conditions,
    counted_or_listed, other_ends, repeated_turn,
)  # fmt: skip
"""Those that are frequent stand more than once."""


def extremes_compared(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Write ORDER BY x DESC LIMIT 1 as x = (SELECT max(x) ...): all rows of a tie are shown."""
    plan = given.plan
    if plan.limit != 1 or len(plan.order_by) != 1 or plan.group_by or plan.set_operations:
        return
    order = plan.order_by[0]
    if isinstance(order.term, ColumnTerm):
        most = Aggregate(function="max" if order.descending else "min", argument=order.term)
        inner = plan.model_copy(update={"select": (most,), "order_by": (), "limit": None, "distinct": False})
        same = Predicate(left=order.term, operator="=", right=(SubPlan(plan=inner),))
        where = conjunction((*conjuncts(plan.where), same))
        yield plan.model_copy(update={"where": where, "order_by": (), "limit": None})


def single_extremes(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Write SELECT x ... ORDER BY x DESC LIMIT 1 as SELECT max(x), and the reverse."""
    plan = given.plan
    if plan.group_by or plan.set_operations or plan.distinct or len(plan.select) != 1:
        return
    shown = plan.select[0]
    if plan.limit == 1 and len(plan.order_by) == 1 and plan.order_by[0].term == shown:
        most = Aggregate(function="max" if plan.order_by[0].descending else "min", argument=shown)
        yield plan.model_copy(update={"select": (most,), "order_by": (), "limit": None})
    if isinstance(shown, Aggregate) and shown.function in ("max", "min") and not plan.order_by:
        order = Ordering(term=shown.argument, descending=shown.function == "max")
        yield plan.model_copy(update={"select": (shown.argument,), "order_by": (order,), "limit": 1})


def counted_columns(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Write count(*) as count(key) or count(DISTINCT key), and count(x) as count(*)."""
    plan = given.plan
    for term in plan.select:
        if not isinstance(term, Aggregate) or term.function != "count" or term.distinct:
            continue
        if isinstance(term.argument, Star):
            for source in plan.tables:
                table = given.schema.table(source.table) if isinstance(source, TableSource) else None
                if table and table.primary_key:
                    key = ColumnTerm(table=table.name, column=table.primary_key[0])
                    for once in (False, True):
                        counted = Aggregate(function="count", argument=key, distinct=once)
                        yield _replaced(plan, term, counted)
        else:
            yield _replaced(plan, term, ROW_COUNT)


def nested_filters(given: CorruptionInput, draw: Random) -> Iterator[Plan]:
    """Write a join that only filters as x IN (SELECT ...)."""
    plan = given.plan
    if len(plan.tables) != 2 or not plan.joins or plan.group_by or plan.set_operations:
        return
    on = conjuncts(plan.joins[0].on)
    first = on[0] if len(on) == 1 else None
    if not isinstance(first, Predicate) or not isinstance(first.left, ColumnTerm) or first.operator != "=":
        return
    ends = (first.left, first.right[0])
    shown = {term.table.lower() for part in (*plan.select, *plan.order_by) for term in parts(part, ColumnTerm)}
    for own, other in (ends, ends[::-1]):
        if not isinstance(own, ColumnTerm) or not isinstance(other, ColumnTerm) or shown != {own.table.lower()}:
            continue
        held = conjuncts(plan.where)
        inside = [c for c in held if {t.table.lower() for t in parts(c, ColumnTerm)} == {other.table.lower()}]
        inner = Plan(select=(other,), tables=(TableSource(table=other.table),), where=conjunction(tuple(inside)))
        member = Predicate(left=own, operator="in", right=(SubPlan(plan=inner),))
        outside = (*(c for c in held if c not in inside), member)
        changed = {"tables": (TableSource(table=own.table),), "joins": (), "where": conjunction(outside)}
        yield plan.model_copy(update=changed)


REWORDINGS: tuple[Change, ...] = (extremes_compared, single_extremes, counted_columns, nested_filters)


def _replaced(plan: Plan, old: object, new: object) -> Plan:
    return rewrite(plan, lambda part: new if part == old else part)  # type: ignore[arg-type, return-value]
