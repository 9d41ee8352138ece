"""What a database offers to talk about: things, what they are called, and columns worth asking about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from eval.conversations.making.facts import MOST_VALUES, Facts, facts_of, is_flag, is_key, is_typed, rows_of, words_of
from eval.conversations.making.keys import keys_of, role_of
from eval.conversations.making.words.nouns import noun_of, plural, said_of
from nodes.lexical.evidence import display_columns
from value_index.database import Database
from value_index.engines.sqlite.reflection import quoted
from value_index.schema import ColumnRef, ForeignKey, Table, limited

MOST_CATEGORIES = 40
"""Distinct texts up to which a column sorts rows into categories."""
FEWEST_ROWS = 2
LONGEST_SHOWN = 80
"""Characters of a text that can stand for a row."""
_NO_FIGURES = frozenset(
    (
        "advisor",
        "manager",
        "supervisor",
        "leader",
        "captain",
        "capital",
        "major",
        "minor",
        "room",
        "zip",
        "zipcode",
        "postcode",
        "postal",
        "filename",
        "file",
        "line",
        "phone",
        "telephone",
        "ssn",
    )
)
_TIMES = frozenset(("date", "time", "day", "year", "datetime", "timestamp"))
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?")
_NUMERAL = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Thing:
    """A table whose rows people talk about."""

    table: Table
    one: str
    """A row in words: "airline"."""
    many: str
    """Rows in words: "airlines"."""
    display: Facts
    """The column that stands for a row; of two, the last."""
    names: tuple[Facts, ...]
    """What is shown of a row: its name, first and last name, or its key."""
    is_unique: bool
    """Whether no two rows are called the same."""
    called: str
    """What that is called: "name", "first and last name", "id"."""
    categories: tuple[Facts, ...]
    """Texts that several rows share."""
    numbers: tuple[Facts, ...]
    days: tuple[Facts, ...]
    """ISO days, with or without a time."""
    flags: tuple[Facts, ...]
    """Yes or no, as 0/1, Y/N, yes/no, true/false."""
    gaps: tuple[Facts, ...]
    """Columns that some rows have no value for."""
    numerals: tuple[Facts, ...]
    """Texts that all are numbers."""
    parents: tuple[tuple[ForeignKey, str], ...] = ()
    """Keys to other things, and the role that each plays in words."""

    @property
    def years(self) -> tuple[Facts, ...]:
        """Numbers that are years."""
        return tuple(fact for fact in self.numbers if _is_year(fact))

    @property
    def shown(self) -> tuple[ColumnRef, ...]:
        """The columns that are shown of a row."""
        return tuple(fact.ref for fact in self.names)

    @property
    def facts(self) -> tuple[Facts, ...]:
        """Every column that can be asked about, what stands for a row first."""
        found = (
            self.display,
            *self.names,
            *self.categories,
            *self.numbers,
            *self.days,
            *self.flags,
            *self.gaps,
            *self.numerals,
        )
        return tuple({fact.ref: fact for fact in found}.values())


@dataclass(frozen=True)
class Bridge:
    """A link table, from one of the two things that it links to the other."""

    near: ForeignKey
    far: ForeignKey
    repeats: bool = False
    """Whether it links some two things by several rows."""


@dataclass(frozen=True)
class World:
    """A database as a conversation sees it."""

    database: Database
    things: tuple[Thing, ...]
    links: tuple[Bridge, ...] = ()

    def thing(self, table: str) -> Thing | None:
        """Return the thing of a table; None where nobody would talk of it."""
        return next((thing for thing in self.things if thing.table.name == table), None)

    def children(self, thing: Thing) -> tuple[tuple[Thing, ForeignKey], ...]:
        """Return the things that refer to one by a single key, and that key."""
        found: list[tuple[Thing, ForeignKey]] = []
        for other in self.things:
            keys = [key for key, _ in other.parents if key.target.table == thing.table.name]
            if len(keys) == 1 and other != thing:
                found.append((other, keys[0]))
        return tuple(found)

    def bridges(self, thing: Thing) -> tuple[Bridge, ...]:
        """Return what a thing is linked with over a table that holds little but the two keys."""
        own = [bridge for bridge in self.links if bridge.near.target.table == thing.table.name]
        return tuple(bridge for bridge in own if self.thing(bridge.far.target.table))

    def said(self, ref: ColumnRef) -> str:
        """Return what a column is called."""
        return next((fact.name for thing in self.things for fact in thing.facts if fact.ref == ref), ref.column.lower())

    @classmethod
    def read(cls, database: Database) -> World:
        """Look at every table; those with few rows or nothing to show are left out."""
        keys = keys_of(database)
        read = (_thing(database, table, keys) for table in database.schema.tables)
        things = {thing.table.name: thing for thing in read if thing}
        linked = (_linked(thing, keys, things) for thing in things.values())
        return cls(database, tuple(linked), tuple(_bridges(database, keys, things)))


def _thing(database: Database, table: Table, keys: Iterable[ForeignKey]) -> Thing | None:
    count = rows_of(database, f"SELECT count(*) FROM {quoted(table.name, database.schema.dialect)}")
    if not count or count[0][0] < FEWEST_ROWS:
        return None
    noun = noun_of(" ".join(words_of(table.natural_name)))
    referring = {key.source.column.lower() for key in keys if key.source.table == table.name}
    taken = referring | {name.lower() for name in table.primary_key}
    facts = {c.name: f for c in table.columns if c.name.lower() not in taken and (f := facts_of(database, table, c))}
    facts = _told_apart(facts, noun)
    shown = tuple(facts[ref.column] for ref in display_columns(table) if ref.column in facts)
    alike = len(shown) == 1 and 2 * len(shown[0].values) < min(count[0][0], MOST_VALUES)
    if not shown or alike or not all(map(_is_name, shown)):
        shown = _key_as_name(database, table, referring, noun) or (shown if alike else ())
    if not shown:
        return None
    display = shown[-1]
    rest = [fact for fact in facts.values() if fact not in shown and not is_key(fact.name)]
    texts = [fact for fact in rest if all(isinstance(value, str) for value in fact.values)]
    days = [fact for fact in texts if all(_DAY.fullmatch(value) for value in fact.values)]
    numerals = [fact for fact in texts if all(_NUMERAL.fullmatch(value) for value in fact.values)]
    flags = [fact for fact in rest if is_flag(fact)]
    numbers = [
        fact for fact in rest
        if len(fact.values) > 3 and all(isinstance(value, int | float) for value in fact.values) and fact not in flags
        and not _NO_FIGURES & set(fact.name.split())
    ]  # fmt: skip
    categories = [
        fact for fact in texts
        if fact not in days and fact not in numerals and fact not in flags and 2 <= len(fact.values) <= MOST_CATEGORIES
        and len(fact.values) < count[0][0] and all(is_typed(value) for value in fact.values)
    ]  # fmt: skip
    return Thing(
        table, noun, plural(noun), display, shown, len(shown) > 1 or len(display.values) == count[0][0], _called(shown), tuple(categories), tuple(numbers),
        tuple(fact for fact in days if len(fact.values) > 2), tuple(flags),
        tuple(fact for fact in rest if 0 < fact.nulls < count[0][0] and not _NOTHING & fact.spoken),
        tuple(fact for fact in numerals if len(fact.values) > 3 and fact not in flags and not _NO_FIGURES & set(fact.name.split())),
    )  # fmt: skip


def _is_year(fact: Facts) -> bool:
    return "year" in fact.name.split() and all(value == int(value) and 1000 <= value <= 2100 for value in fact.values)


def _key_as_name(database: Database, table: Table, referring: set[str], noun: str) -> tuple[Facts, ...]:
    """Return the part of the key that is the rows' own, where nothing else can stand for them."""
    own = [c for c in table.columns if c.name in table.primary_key and c.name.lower() not in referring]
    facts = facts_of(database, table, own[-1]) if own else None
    if facts is None:
        return ()
    name = said_of(facts.name, noun)
    return (replace(facts, name="id" if name.endswith("id") else name),)


def _is_name(fact: Facts) -> bool:
    """Tell whether a column can stand for a row: a short text that is no day and no code."""
    texts = all(isinstance(value, str) and len(value) <= LONGEST_SHOWN for value in fact.values)
    return texts and not is_key(fact.name) and not _TIMES & set(words_of(fact.name))


def _called(shown: tuple[Facts, ...]) -> str:
    if len(shown) == 1:
        return shown[0].name
    return " and ".join((*(fact.name.removesuffix(" name") for fact in shown[:-1]), shown[-1].name))


def _told_apart(facts: dict[str, Facts], noun: str) -> dict[str, Facts]:
    """Name columns as people do beside their thing, where that tells them apart."""
    short = {name: said_of(fact.name, noun) for name, fact in facts.items()}
    given = list(short.values()) + [fact.name for fact in facts.values()]
    clear = {name for name, words in short.items() if given.count(words) - (facts[name].name == words) == 1}
    return {name: replace(fact, name=short[name]) if name in clear else fact for name, fact in facts.items()}


def _linked(thing: Thing, keys: Iterable[ForeignKey], things: dict[str, Thing]) -> Thing:
    own = [key for key in keys if key.source.table == thing.table.name and key.target.table in things]
    own = [key for key in own if key.target.table != thing.table.name]
    return replace(thing, parents=tuple((key, role_of(key, own, things[key.target.table].one)) for key in own))


def _bridges(database: Database, keys: Iterable[ForeignKey], things: dict[str, Thing]) -> Iterable[Bridge]:
    """Yield tables nobody talks of that refer to two things, once in each direction."""
    for table in database.schema.tables:
        own = [key for key in keys if key.source.table == table.name and key.target.table in things]
        if table.name in things or len(own) != 2 or own[0].target.table == own[1].target.table:
            continue
        dialect = database.schema.dialect
        pair = ", ".join(quoted(key.source.column, dialect) for key in own)
        sql = limited(f"SELECT 1 FROM {quoted(table.name, dialect)} GROUP BY {pair} HAVING count(*) > 1", 1, dialect)
        repeats = rows_of(database, sql) != ()
        yield Bridge(own[0], own[1], repeats)
        yield Bridge(own[1], own[0], repeats)


_NOTHING = frozenset(("", "-", "?", "n/a", "na", "nil", "none", "null", "unknown"))
"""Texts that stand for a missing value: where they do, it is open what is missing."""
