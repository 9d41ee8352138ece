"""Conditions on a thing, drawn: on a column of its own, on what it refers to, and on what refers to it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from eval.conversations.making.facts import Facts, is_typed, yes_of
from eval.conversations.making.query import Filter, column
from eval.conversations.making.talk import Said, Talk
from eval.conversations.making.words.phrases import KINDS, PLACES, STATES
from eval.conversations.making.world import Thing
from nodes.plan import ROW_COUNT, Aggregate, Junction, LiteralTerm, Operator, Plan, Predicate, TableSource
from value_index.schema import ForeignKey

NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NAMES = frozenset(("name", "title", "full name", "id"))
MOST_OF_A_PARENT = 300
"""Names of a parent up to which one of them is asked for."""


@dataclass(frozen=True)
class Drawn:
    """A condition and its words."""

    filters: tuple[Filter, ...]
    said: Said
    others: tuple[tuple[Filter, ...], ...] = ()
    """Filters that a typical failure would put in its place."""
    is_multiplying: bool = False
    """Whether its join may give a thing several times."""


def draw_condition(talk: Talk, thing: Thing, *, joins: bool = True) -> Drawn | None:
    """Draw a condition that fits a thing; None where a few tries found none.

    Args:
        joins: whether it may be about another table.
    """
    kinds = (*_OWN, *(_OTHERS if joins else ()))
    for _ in range(6):
        drawn = talk.draw.choice(kinds)(talk, thing)
        if drawn is not None:
            return drawn
    return None


def equality_kind(thing: Thing, fact: Facts) -> str:
    """Return how an equality with a category is said: people are *from* a city, orders *in* a status.

    Only the one place of a thing can go without its name.
    """
    last = fact.name.split()[-1]
    places = [other for other in thing.categories if other.name.split()[-1] in PLACES]
    if last in PLACES and len(places) == 1:
        return "equal, place"
    if last in ("nationality", "hometown") or (last in PLACES and fact.name != last):
        return "equal"
    return "equal, kind" if last in KINDS else "equal, state" if last in STATES and last != "state" else "equal"


def among(key: ForeignKey, operator: Any, filters: tuple[Filter, ...], at_least: int | None = None) -> Filter:
    """Return the condition that rows which refer to a thing exist, hold some filters, or are many."""
    source = column(key.source)
    conditions = [each.condition() for each in filters]
    there = Predicate(left=source, operator="is not null")
    where = Junction(kind="and", conditions=(there, *conditions)) if conditions else there
    rows = Plan(select=(source,), tables=(TableSource(table=key.source.table),), where=where)
    if at_least is not None:
        more = Predicate(left=ROW_COUNT, operator=">", right=(LiteralTerm(value=at_least),))
        rows = rows.model_copy(update={"group_by": (source,), "having": more})
    return Filter(key.target, operator, among=rows)


def child_category(talk: Talk) -> tuple[Thing, ForeignKey, Facts] | None:
    """Draw a category of what refers to the things."""
    options = [(child, key, fact) for child, key in talk.world.children(talk.thing) for fact in child.categories]
    return talk.draw.choice(options) if options else None


def names_one_column(thing: Thing, value: Any, own: Facts) -> bool:
    """Tell whether a value alone says that it is of one column, not of another of the thing."""
    spoken = str(value).lower()
    others = (fact for fact in thing.facts if fact.ref != own.ref)
    return not spoken.isdigit() and not any(spoken in fact.spoken for fact in others)


def plain(number: float) -> int | float:
    """Return a whole number without a fraction."""
    return int(number) if number == int(number) else number


def rounded(talk: Talk, value: Any) -> int | float:
    """Return a number as people say it: mostly round, never with many digits after the point."""
    digits = 1 - math.floor(math.log10(abs(value))) if value else 0
    is_round = abs(value) >= 100 and not 1900 <= value <= 2100 and talk.draw.random() < 0.7
    return plain(round(float(value), digits if is_round else max(0, min(2, digits + 1))))


def flag_name(fact: Facts) -> str | None:
    """Return what rows are that a flag is set for; None where the name is no adjective."""
    name = re.sub(r"^(is|are|was|has been) | (flag|yn|y n)$", "", fact.name)
    is_adjective = name != fact.name or re.search(r"(ed|ive|able|al|ent|ant|ing)$", name)
    return name if is_adjective and not name.startswith(("has ", "can ")) else None


def _one(fact: Facts, operator: Operator, value: Any, kind: str, **words: Any) -> Drawn:
    said = Said(kind, {"column": fact.name, "value": value, "low": value, **words})
    return Drawn((Filter(fact.ref, operator, (value,)),), said)


def _equal(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.categories)
    return _one(fact, "=", talk.draw.choice(fact.values), equality_kind(thing, fact)) if fact else None


def _not_equal(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.categories)
    return _one(fact, "!=", talk.draw.choice(fact.values), "not equal") if fact and not fact.nulls else None


def _number(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.numbers)
    if fact is None:
        return None
    size = len(fact.values)
    value = rounded(talk, fact.values[size // 4 + talk.draw.randrange(size // 2 or 1)])
    kinds: tuple[tuple[Operator, str], ...] = ((">", "above"), ("<", "below"), (">=", "at least"), ("<=", "at most"))
    operator, kind = talk.draw.choice(kinds)
    return _one(fact, operator, value, kind)


def _between(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.numbers)
    if fact is None:
        return None
    low, high = (rounded(talk, fact.values[place * len(fact.values) // 4]) for place in (1, 3))
    said = Said("between", {"column": fact.name, "low": low, "high": high})
    return Drawn((Filter(fact.ref, "between", (low, high)),), said)


def _above_average(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.numbers)
    if fact is None or fact.name.startswith("year"):
        return None
    mean = Plan(
        select=(Aggregate(function="avg", argument=column(fact.ref)),), tables=(TableSource(table=thing.table.name),)
    )
    return Drawn((Filter(fact.ref, ">", among=mean),), Said("above average", {"column": fact.name}))


def _day(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.days)
    if fact is None:
        return None
    try:
        day = date.fromisoformat(talk.draw.choice(fact.values[1:-1])[:10])
    except ValueError:
        return None
    kind = talk.draw.choice(("year", "before", "since"))
    if kind == "year":
        low, high = f"{day.year}-01-01", f"{day.year + 1}-01-01"
        said = Said("year", {"column": fact.name, "low": day.year})
        return Drawn((Filter(fact.ref, ">=", (low,)), Filter(fact.ref, "<", (high,))), said)
    return _one(fact, "<" if kind == "before" else ">=", day.isoformat(), kind)


def _flag(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.flags)
    if fact is None:
        return None
    name = flag_name(fact)
    return _one(fact, "=", yes_of(fact), "flag" if name else "flag noun", column=name or fact.name)


def _gap(talk: Talk, thing: Thing) -> Drawn | None:
    fact = talk.pick(thing.gaps)
    if fact is None:
        return None
    missing = talk.draw.random() < 0.5
    operator: Operator = "is null" if missing else "is not null"
    return Drawn((Filter(fact.ref, operator),), Said(gap_kind(fact, missing=missing), {"column": fact.name}))


def gap_kind(fact: Facts, *, missing: bool) -> str:
    """Return how a value is said to be missing: whoever has no cases may have none, or an unknown number of them."""
    kind = "missing" if missing else "not missing"
    return f"{kind} number" if isinstance(fact.lowest, int | float) or fact.name.endswith("s") else kind


def draw_parent(talk: Talk, thing: Thing) -> Drawn | None:
    """Draw a condition on what a thing refers to: its name, or a category of it."""
    options = [
        (key, role, parent, fact)
        for key, role in thing.parents
        if role and (parent := talk.world.thing(key.target.table))
        for fact in (*parent.categories, *((parent.display,) if _is_askable(parent.display) else ()))
    ]
    if not options:
        return None
    key, role, parent, fact = talk.draw.choice(options)
    value = talk.draw.choice(fact.values)
    if not is_typed(value):
        return None
    if fact.ref == key.target:
        return Drawn((Filter(key.source, "=", (value,)),), Said("parent", {"role": role, "value": value}))
    kind = "parent" if fact == parent.display and parent.called in _NAMES else "parent column"
    if kind == "parent column" and equality_kind(parent, fact) == "equal, place":
        kind = "parent place"
    others = tuple(
        (Filter(fact.ref, "=", (value,), (other,)),)
        for other, _ in thing.parents
        if other != key and other.target == key.target
    )
    said = Said(kind, {"role": role, "column": fact.name, "value": value})
    return Drawn((Filter(fact.ref, "=", (value,), (key,)),), said, others)


def _is_askable(fact: Facts) -> bool:
    return isinstance(fact.lowest, str) and len(fact.values) <= MOST_OF_A_PARENT


def _child(talk: Talk, thing: Thing) -> Drawn | None:
    options = [(child, key, fact) for child, key in talk.world.children(thing) for fact in child.categories]
    if not options:
        return None
    child, key, fact = talk.draw.choice(options)
    value = talk.draw.choice(fact.values)
    words = {"child": child.one, "children": child.many, "column": fact.name, "value": value}
    return Drawn((Filter(fact.ref, "=", (value,), (key,)),), Said("child", words), is_multiplying=True)


def draw_bridge(talk: Talk, thing: Thing) -> Drawn | None:
    """Draw a condition on what a thing is linked with over a link table: "that have the superpower Flight"."""
    bridges = [
        (bridge, far)
        for bridge in talk.world.bridges(thing)
        if (far := talk.world.thing(bridge.far.target.table)) and _is_askable(far.display) and len(far.shown) == 1
    ]
    if not bridges:
        return None
    bridge, far = talk.draw.choice(bridges)
    value = talk.draw.choice(far.display.values)
    if not is_typed(value):
        return None
    said = Said("linked with", {"child": far.one, "children": far.many, "value": value})
    new = Filter(far.display.ref, "=", (value,), (bridge.near, bridge.far))
    return Drawn((new,), said, is_multiplying=True)


def _children(talk: Talk, thing: Thing) -> Drawn | None:
    children = talk.world.children(thing)
    if not children:
        return None
    child, key = talk.draw.choice(children)
    kind = talk.draw.choice(("no child", "some child", "many children", "many children"))
    count = talk.draw.choice((1, 2, 3, 4, 5))
    words = {"child": child.one, "children": child.many, "n": count, "words": NUMBER_WORDS[count]}
    operator = "not in" if kind == "no child" else "in"
    new = among(key, operator, (), at_least=count if kind == "many children" else None)
    return Drawn((new,), Said(kind, words))


_Draw = Callable[[Talk, Thing], Drawn | None]
_OWN: tuple[_Draw, ...] = (
    _equal, _equal, _equal, _equal, _not_equal, _number, _number, _between, _above_average, _day, _day, _flag, _gap,
)  # fmt: skip
_OTHERS: tuple[_Draw, ...] = (draw_parent, draw_parent, draw_parent, _child, _children, draw_bridge)
