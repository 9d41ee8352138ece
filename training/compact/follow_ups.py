"""follow_ups: made-up next turns of real dialogues, whose gold plans follow by construction.

They hold what CoSQL's annotators seldom write and users often do: dates, yes/no columns, missing values, patterns, numbers in
words, filters exchanged, denied and dropped. The choice among plans is fitted on them beside the real turns.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nodes.coverage.column_profile import Profiles, profiles_of
from nodes.coverage.edits.joining import with_table
from nodes.plan import (
    Aggregate,
    ColumnTerm,
    Condition,
    LiteralTerm,
    LiteralValue,
    Operator,
    Ordering,
    Plan,
    Predicate,
    Star,
    TableSource,
    Term,
)
from nodes.plan.traversal import conjunction, conjuncts
from value_index.database import Database
from value_index.schema import ColumnRef

LONGEST_VALUE = 25
WORDS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 10: "ten"}

COMPARED: tuple[tuple[Operator, str], ...] = (
    (">", "more than"), ("<", "less than"), (">=", "at least"), ("<=", "at most"), (">", "above"), ("<", "below"),
)  # fmt: skip


@dataclass(frozen=True)
class FollowUp:
    """A made-up turn."""

    kind: str
    utterance: str
    plan: Plan


Maker = Callable[["Material"], "FollowUp | None"]


@dataclass(frozen=True)
class Material:
    """What a maker draws from: the plan of the turn before, the database, a source of chance."""

    plan: Plan
    database: Database
    draw: random.Random

    @property
    def profiles(self) -> Profiles:
        """The profiles of the columns."""
        return profiles_of(self.database)

    def one(self, *templates: str) -> str:
        """Return one of some ways to say a thing."""
        return self.draw.choice(templates)

    def name(self, ref: ColumnRef) -> str:
        """Return how a person says a column."""
        return self.database.schema.describe(ref).natural_name.lower()

    def columns(self, *kinds: str) -> list[ColumnRef]:
        """Return the columns of the plan's tables of some kinds, keys left out, in a drawn order."""
        schema = self.database.schema
        tables = {source.table.lower() for source in self.plan.tables if isinstance(source, TableSource)}
        keys = {end for key in schema.foreign_keys for end in (key.source, key.target)}
        primary = {ColumnRef(table=t.name, column=c) for t in schema.tables for c in t.primary_key}
        found = [
            ref
            for ref in schema.columns
            if ref.table.lower() in tables and ref not in keys | primary and schema.describe(ref).kind in kinds
        ]
        self.draw.shuffle(found)
        return found

    def texts(self, ref: ColumnRef) -> list[str]:
        """Return short texts that a column stores."""
        return [
            v
            for v in self.profiles.of(ref).values
            if isinstance(v, str) and 2 < len(v) <= LONGEST_VALUE and not v[0].isdigit() and v == v.strip()
        ]

    def filtered(self, condition: Condition) -> Plan:
        """Return the plan with one more condition."""
        return self.plan.model_copy(update={"where": conjunction((*conjuncts(self.plan.where), condition))})


def follow_ups(plan: Plan, database: Database, draw: random.Random, most: int) -> Iterator[FollowUp]:
    """Yield up to `most` next turns of a turn, each of another kind."""
    if plan.set_operations or not all(isinstance(source, TableSource) for source in plan.tables):
        return
    makers = list(MAKERS)
    draw.shuffle(makers)
    made = (maker(Material(plan, database, draw)) for maker in makers)
    found = [each for each in made if each is not None and each.plan != plan]
    yield from found[:most]


def _compare(ref: ColumnRef, operator: Operator, value: LiteralValue) -> Predicate:
    return Predicate(left=ColumnTerm.of(ref), operator=operator, right=(LiteralTerm(value=value),))


def _is_list(plan: Plan) -> bool:
    return not plan.group_by and plan.limit is None and not any(isinstance(t, Aggregate) for t in plan.select)


def _with_value(m: Material) -> FollowUp | None:
    for ref in m.columns("text"):
        values = m.texts(ref)
        if values and not m.profiles.of(ref).date_form and m.plan.limit is None:
            value, name = m.draw.choice(values), m.name(ref)
            said = m.one(
                f"Only those with {name} {value}.", f"Just the ones whose {name} is {value}.", f"Only the {value} ones.",
                f"Of those, which have the {name} {value}?", f"Keep only those where the {name} is {value}.",
                f"Only show the ones from {value}." if name in ("city", "country", "state", "nationality", "hometown") else f"Only {value}, please.",
            )  # fmt: skip
            return FollowUp("value", said, m.filtered(_compare(ref, "=", value)))
    return None


def _without_value(m: Material) -> FollowUp | None:
    for ref in m.columns("text"):
        values = m.texts(ref)
        if 1 < len(values) < 40 and not m.profiles.of(ref).date_form and m.plan.limit is None:
            value, name = m.draw.choice(values), m.name(ref)
            said = m.one(
                f"Leave out {value}.", f"Without the {value} ones, please.", f"Exclude those whose {name} is {value}.",
                f"Which of them are not {value}?", f"All but those with the {name} {value}.",
            )  # fmt: skip
            return FollowUp("denied", said, m.filtered(_compare(ref, "!=", value)))
    return None


def _exchanged(m: Material) -> FollowUp | None:
    for place, leaf in enumerate(conjuncts(m.plan.where)):
        if not isinstance(leaf, Predicate) or leaf.operator != "=" or not isinstance(leaf.left, ColumnTerm):
            continue
        old = leaf.right[0]
        values = m.texts(ColumnRef(table=leaf.left.table, column=leaf.left.column))
        others = [v for v in values if isinstance(old, LiteralTerm) and v != old.value]
        if others:
            value = m.draw.choice(others)
            parts = list(conjuncts(m.plan.where))
            parts[place] = leaf.model_copy(update={"right": (LiteralTerm(value=value),)})
            said = m.one(
                f"And for {value}?",
                f"What about {value}?",
                f"The same for {value}.",
                f"And {value} instead?",
                f"Now {value}.",
            )
            return FollowUp("exchanged", said, m.plan.model_copy(update={"where": conjunction(tuple(parts))}))
    return None


def _dropped(m: Material) -> FollowUp | None:
    for place, leaf in enumerate(conjuncts(m.plan.where)):
        if (
            isinstance(leaf, Predicate)
            and leaf.operator == "="
            and isinstance(leaf.left, ColumnTerm)
            and isinstance(leaf.right[0], LiteralTerm)
        ):
            parts = list(conjuncts(m.plan.where))
            parts.pop(place)
            name = m.name(ColumnRef(table=leaf.left.table, column=leaf.left.column))
            said = m.one(f"Regardless of the {name}.", f"Forget about the {name}, show all.", f"Now for any {name}.")
            return FollowUp("dropped", said, m.plan.model_copy(update={"where": conjunction(tuple(parts))}))
    return None


def _number(m: Material) -> FollowUp | None:
    for ref in m.columns("number"):
        values = sorted(v for v in m.profiles.of(ref).values if isinstance(v, int | float))
        if len(values) > 2 and m.plan.limit is None and not m.profiles.of(ref).date_form:
            value, name = m.draw.choice(values[1:-1]), m.name(ref)
            operator, words = m.draw.choice(COMPARED)
            spelled = (
                WORDS.get(int(value), str(value)) if float(value).is_integer() and m.draw.random() < 0.5 else str(value)
            )
            said = m.one(
                f"Only those with {name} {words} {spelled}.", f"Which of them have a {name} of {words} {spelled}?",
                f"Keep the ones whose {name} is {words} {spelled}.",
            )  # fmt: skip
            return FollowUp("number", said, m.filtered(_compare(ref, operator, value)))
    return None


def _period(m: Material) -> FollowUp | None:
    for ref in m.columns("text", "number", "time"):
        form = m.profiles.of(ref).date_form
        years = sorted(
            {int(str(v)[:4]) for v in m.profiles.of(ref).values if form in ("iso", "year") and str(v)[:4].isdigit()}
        )
        if not years or m.plan.limit is not None:
            continue
        year = m.draw.choice(years)
        word, first, end = m.draw.choice([("in", year, year + 1), ("from", year, year + 1), ("before", None, year), ("since", year, None), ("after", year + 1, None)])  # fmt: skip
        conditions: list[Condition] = []
        if form == "year" and word in ("in", "from"):
            conditions.append(_compare(ref, "=", year))
        else:
            start = [] if first is None else [_compare(ref, ">=", first if form == "year" else f"{first}-01-01")]
            stop = [] if end is None else [_compare(ref, "<", end if form == "year" else f"{end}-01-01")]
            conditions += [*start, *stop]
        name = m.name(ref)
        said = m.one(f"Only those {word} {year}.", f"Only those with a {name} {word} {year}.", f"Which of them are {word} {year}?") if word != "from" else f"Only those from {year}."  # fmt: skip
        both = conjunction((*conjuncts(m.plan.where), *conditions))
        return FollowUp("date", said, m.plan.model_copy(update={"where": both}))
    return None


def _null(m: Material) -> FollowUp | None:
    for ref in m.columns("text", "number", "time"):
        if m.profiles.of(ref).has_null and m.plan.limit is None:
            name = m.name(ref)
            said = m.one(
                f"Which of them have no {name}?",
                f"Only those without a {name}.",
                f"Just the ones whose {name} is missing.",
            )
            return FollowUp("null", said, m.filtered(Predicate(left=ColumnTerm.of(ref), operator="is null")))
    return None


def _pattern(m: Material) -> FollowUp | None:
    for ref in m.columns("text"):
        values = m.texts(ref)
        if values and m.plan.limit is None:
            value, name = m.draw.choice(values), m.name(ref)
            piece = value[: m.draw.choice((1, 2, 3))].strip()
            if piece.isalpha():
                said = m.one(
                    f"Only those whose {name} starts with {piece}.",
                    f"Which of them have a {name} starting with '{piece}'?",
                )
                return FollowUp("pattern", said, m.filtered(_compare(ref, "like", f"{piece}%")))
    return None


def _sorted(m: Material) -> FollowUp | None:
    for ref in m.columns("text", "number", "time"):
        if _is_list(m.plan) and not m.plan.order_by:
            name, down = m.name(ref), m.draw.random() < 0.5
            way = (
                m.one("in descending order", "highest first", "from highest to lowest")
                if down
                else m.one("", "in ascending order", "lowest first")
            )
            said = m.one(f"Sort them by {name} {way}".strip() + ".", f"Order these by {name} {way}".strip() + ".")
            order = (Ordering(term=ColumnTerm.of(ref), descending=down),)
            return FollowUp("sorted", said, m.plan.model_copy(update={"order_by": order}))
    return None


def _top(m: Material) -> FollowUp | None:
    for ref in m.columns("number", "time"):
        if _is_list(m.plan) and not m.plan.order_by:
            count, down, name = m.draw.choice(list(WORDS)), m.draw.random() < 0.5, m.name(ref)
            number = m.one(WORDS[count], str(count))
            said = m.one(
                f"Just the {number} with the {'highest' if down else 'lowest'} {name}.",
                f"Only the {'top' if down else 'bottom'} {number} by {name}.",
            )
            order = (Ordering(term=ColumnTerm.of(ref), descending=down),)
            return FollowUp("top", said, m.plan.model_copy(update={"order_by": order, "limit": count}))
    return None


def _shown_too(m: Material) -> FollowUp | None:
    shown = {term.column.lower() for term in m.plan.select if isinstance(term, ColumnTerm)}
    for ref in m.columns("text", "number", "time"):
        if _is_list(m.plan) and shown and ref.column.lower() not in shown:
            name = m.name(ref)
            said = m.one(
                f"Also show the {name}.", f"Add their {name}.", f"Show the {name} too.", f"Include the {name} as well."
            )
            return FollowUp("shown", said, m.plan.model_copy(update={"select": (*m.plan.select, ColumnTerm.of(ref))}))
    return None


def _shown_from_parent(m: Material) -> FollowUp | None:
    schema = m.database.schema
    tables = {s.table.lower() for s in m.plan.tables if isinstance(s, TableSource)}
    for key in schema.foreign_keys:
        if key.source.table.lower() in tables and key.target.table.lower() not in tables and _is_list(m.plan):
            target = schema.table(key.target.table)
            named = [c for c in target.columns if c.natural_name.lower().endswith("name")] if target else []
            joined = with_table(m.plan, key.target.table, schema)
            if target and named and joined and any(isinstance(t, ColumnTerm) for t in m.plan.select):
                column = ColumnTerm(table=target.name, column=named[0].name)
                said = m.one(
                    f"Add the name of the {target.natural_name.lower()}.",
                    f"Show the {target.natural_name.lower()} too.",
                )
                return FollowUp("shown", said, joined.model_copy(update={"select": (*m.plan.select, column)}))
    return None


def _counted(m: Material) -> FollowUp | None:
    if not _is_list(m.plan) or m.plan.distinct:
        return None
    counted = Aggregate(function="count", argument=Star())
    said = m.one("How many are there?", "How many is that?", "How many of them are there?", "Count them.")
    return FollowUp("counted", said, m.plan.model_copy(update={"select": (counted,), "order_by": ()}))


def _grouped(m: Material) -> FollowUp | None:
    for ref in m.columns("text"):
        values = m.profiles.of(ref).values
        if 1 < len(values) < 20 and m.plan.limit is None and not m.plan.group_by:
            aggregates: tuple[Term, ...] = tuple(t for t in m.plan.select if isinstance(t, Aggregate))
            name = m.name(ref)
            if aggregates and len(aggregates) == len(m.plan.select):
                said = m.one(
                    f"Break that down by {name}.",
                    f"Split that by {name}.",
                    f"And per {name}?",
                    f"The same for each {name}.",
                )
            else:
                aggregates = (Aggregate(function="count", argument=Star()),)
                said = m.one(
                    f"How many are there per {name}?", f"How many of them for each {name}?", f"Count them by {name}."
                )
            changed = {
                "select": (ColumnTerm.of(ref), *aggregates),
                "group_by": (ColumnTerm.of(ref),),
                "order_by": (),
                "distinct": False,
            }
            return FollowUp("grouped", said, m.plan.model_copy(update=changed))
    return None


MAKERS: tuple[Maker, ...] = (
    _with_value, _without_value, _exchanged, _dropped, _number, _period, _null, _pattern, _sorted, _top, _shown_too,
    _shown_from_parent, _counted, _grouped,
)  # fmt: skip
