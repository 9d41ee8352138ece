"""What a database offers to talk about: things, what they are called, and columns worth asking about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from eval.conversations.making.nouns import in_full, noun_of, plural, said_of, singular, spoken
from nodes.lexical.evidence import display_columns
from value_index.database import Database
from value_index.engines.sqlite.reflection import quoted
from value_index.schema import Column, ColumnRef, ForeignKey, Schema, Table, limited

MOST_CATEGORIES = 40
"""Distinct texts up to which a column sorts rows into categories."""
LONGEST_TEXT = 32
"""Characters of a value that a person would type."""
MOST_VALUES = 2000
"""Distinct values of a column that are looked at."""
FEWEST_ROWS = 2
LONGEST_SHOWN = 80
"""Characters of a text that can stand for a row."""
DEADLINE = 1.0
"""Seconds that one look at a column may take; a slower column is not talked about."""
_KEY_WORDS = frozenset(
    [
        "id",
        "ids",
        "key",
        "uuid",
        "guid",
        "code",
        "codes",
        "url",
        "uri",
        "hash",
        "password",
        "email",
        "phone",
        "fax",
        "rowid",
        "index",
        "no",
        "number",
    ]
)
_NO_KEYS = frozenset(
    [
        "acid",
        "aid",
        "android",
        "arid",
        "asteroid",
        "avoid",
        "bid",
        "covid",
        "fluid",
        "grid",
        "hominid",
        "humid",
        "hybrid",
        "invalid",
        "kid",
        "lipid",
        "liquid",
        "maid",
        "mid",
        "orchid",
        "paid",
        "prepaid",
        "pyramid",
        "raid",
        "rapid",
        "rid",
        "said",
        "solid",
        "splendid",
        "steroid",
        "unpaid",
        "valid",
        "void",
    ]
)
"""Words that end like the name of a key."""
_UNSAYABLE = re.compile(r"^(how|what|which|who|where|when|why|if|all)\b|\b(from|to|by|of|with)$")
"""Names of columns that no sentence can be made with."""
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
class Facts:
    """A column that can be asked about."""

    ref: ColumnRef
    name: str
    """The name as a person says it, in lower case."""
    values: tuple[Any, ...] = ()
    """Distinct values in order; of numbers and days, all of them up to a bound."""
    nulls: int = 0
    """Rows without a value."""

    @cached_property
    def spoken(self) -> frozenset[str]:
        """The values as texts, without case."""
        return frozenset(str(value).lower() for value in self.values)

    @property
    def lowest(self) -> Any:
        """The smallest value."""
        return self.values[0]

    @property
    def highest(self) -> Any:
        """The largest value."""
        return self.values[-1]


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
        keys = _keys(database)
        read = (_thing(database, table, keys) for table in database.schema.tables)
        things = {thing.table.name: thing for thing in read if thing}
        linked = (_linked(thing, keys, things) for thing in things.values())
        return cls(database, tuple(linked), tuple(_bridges(database, keys, things)))


def _words(name: str) -> list[str]:
    return name.lower().split()


def _thing(database: Database, table: Table, keys: Iterable[ForeignKey]) -> Thing | None:
    count = _rows(database, f"SELECT count(*) FROM {quoted(table.name, database.schema.dialect)}")
    if not count or count[0][0] < FEWEST_ROWS:
        return None
    noun = noun_of(" ".join(_words(table.natural_name)))
    referring = {key.source.column.lower() for key in keys if key.source.table == table.name}
    taken = referring | {name.lower() for name in table.primary_key}
    facts = {c.name: f for c in table.columns if c.name.lower() not in taken and (f := _facts(database, table, c))}
    facts = _told_apart(facts, noun)
    shown = tuple(facts[ref.column] for ref in display_columns(table) if ref.column in facts)
    alike = len(shown) == 1 and 2 * len(shown[0].values) < min(count[0][0], MOST_VALUES)
    if not shown or alike or not all(map(_is_name, shown)):
        shown = _key_as_name(database, table, referring, noun) or (shown if alike else ())
    if not shown:
        return None
    display = shown[-1]
    rest = [fact for fact in facts.values() if fact not in shown and not _is_key(fact.name)]
    texts = [fact for fact in rest if all(isinstance(value, str) for value in fact.values)]
    days = [fact for fact in texts if all(_DAY.fullmatch(value) for value in fact.values)]
    numerals = [fact for fact in texts if all(_NUMERAL.fullmatch(value) for value in fact.values)]
    flags = [fact for fact in rest if _is_flag(fact)]
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
    facts = _facts(database, table, own[-1]) if own else None
    if facts is None:
        return ()
    name = said_of(facts.name, noun)
    return (replace(facts, name="id" if name.endswith("id") else name),)


def _is_name(fact: Facts) -> bool:
    """Tell whether a column can stand for a row: a short text that is no day and no code."""
    texts = all(isinstance(value, str) and len(value) <= LONGEST_SHOWN for value in fact.values)
    return texts and not _is_key(fact.name) and not _TIMES & set(_words(fact.name))


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
    return replace(thing, parents=tuple((key, _role(key, own, things)) for key in own))


def _bridges(database: Database, keys: Iterable[ForeignKey], things: dict[str, Thing]) -> Iterable[Bridge]:
    """Yield tables nobody talks of that refer to two things, once in each direction."""
    for table in database.schema.tables:
        own = [key for key in keys if key.source.table == table.name and key.target.table in things]
        if table.name in things or len(own) != 2 or own[0].target.table == own[1].target.table:
            continue
        dialect = database.schema.dialect
        pair = ", ".join(quoted(key.source.column, dialect) for key in own)
        sql = limited(f"SELECT 1 FROM {quoted(table.name, dialect)} GROUP BY {pair} HAVING count(*) > 1", 1, dialect)
        repeats = _rows(database, sql) != ()
        yield Bridge(own[0], own[1], repeats)
        yield Bridge(own[1], own[0], repeats)


def _role(key: ForeignKey, keys: list[ForeignKey], things: dict[str, Thing]) -> str:
    """Return what a key makes of the row it refers to: the thing's name, or the key's own where there are several.

    "home team" and "away team" where a game has home_team_id and away_team_id.
    """
    one = things[key.target.table].one
    if sum(other.target.table == key.target.table for other in keys) < 2:
        return _played(key.source.column.lower(), one) or one
    words = [word for word in re.split(r"[_\W]+", key.source.column.lower()) if word and not _is_key(word)]
    if words and words[-1] != one and words[-1].endswith(one):
        words[-1:] = [words[-1].removesuffix(one), one]
    if len(words) == 1 and words[0] != one and words[0].startswith(one):
        return ""
    name = in_full(" ".join(words))
    return name if not words or words[-1] == one else f"{name} {one}"


def _played(column: str, one: str) -> str | None:
    """Return the role that a key names which does not name the thing that it refers to.

    >>> _played("manager_id", "employee"), _played("head", "physician"), _played("emp_id", "employee")
    ('manager', 'head', None)
    """
    word = re.sub(r"[_\W]*(id|code|key|no|num|number)$", "", column)
    alike = any(word[:3] in part or part[:3] in word for part in one.split())
    return word if re.fullmatch(r"[a-z]{4,}", word) and not alike and in_full(word) == word else None


def _keys(database: Database) -> tuple[ForeignKey, ...]:
    """Return the keys that refer to one row: declared, and those that only names and values show.

    Half of a key of two columns refers to several rows: a join by it alone would repeat and invent some.
    """
    schema = database.schema
    declared = tuple(key for key in schema.foreign_keys if _is_unique(database, key.target))
    return (*declared, *_undeclared(database, schema))


def _is_unique(database: Database, ref: ColumnRef) -> bool:
    table = database.schema.table(ref.table)
    if table is not None and [name.lower() for name in table.primary_key] == [ref.column.lower()]:
        return True  # declared, so nothing has to be read
    column = quoted(ref.column, database.schema.dialect)
    found = _rows(
        database, f"SELECT count({column}), count(DISTINCT {column}) FROM {quoted(ref.table, database.schema.dialect)}"
    )
    return bool(found) and found[0][0] == found[0][1]


def _undeclared(database: Database, schema: Schema) -> Iterable[ForeignKey]:
    """Yield columns named as another table or its only key, all of whose values stand in that key."""
    declared = {key.source.folded for key in schema.foreign_keys}
    keyed = [table for table in schema.tables if len(table.primary_key) == 1]
    targets = {name: t for t in keyed for name in (singular(t.name.lower()), t.primary_key[0].lower())}
    for table in schema.tables:
        for column in table.columns:
            target = targets.get(column.name.lower())
            ref = ColumnRef(table=table.name, column=column.name)
            if target is None or target.name == table.name or ref.folded in declared or column.name.lower() == "id":
                continue
            key = target.primary_key[0]
            sql = (
                f"SELECT count(*) FROM {quoted(table.name, database.schema.dialect)} WHERE {quoted(column.name, database.schema.dialect)} NOT IN"
                f" (SELECT {quoted(key, database.schema.dialect)} FROM {quoted(target.name, database.schema.dialect)})"
            )
            if _rows(database, sql) == ((0,),) and [n.lower() for n in table.primary_key] != [column.name.lower()]:
                yield ForeignKey(source=ref, target=ColumnRef(table=target.name, column=key))


def _facts(database: Database, table: Table, column: Column) -> Facts | None:
    name, source = quoted(column.name, database.schema.dialect), quoted(table.name, database.schema.dialect)
    sql = f"SELECT DISTINCT {name} FROM {source} WHERE {name} IS NOT NULL ORDER BY 1"
    found = _rows(database, limited(sql, MOST_VALUES, database.schema.dialect))
    nulls = _rows(database, f"SELECT count(*) FROM {source} WHERE {name} IS NULL")
    values = tuple(row[0] for row in found or ())
    if not values or not nulls or any(not isinstance(value, str | int | float) for value in values):
        return None
    words = spoken(" ".join(_words(column.natural_name)), values)
    sayable = words and len(words.split()) <= 5 and not _UNSAYABLE.search(words)
    return Facts(ColumnRef(table=table.name, column=column.name), words, values, nulls[0][0]) if sayable else None


def _rows(database: Database, sql: str) -> tuple[tuple[Any, ...], ...] | None:
    result = database.execute(sql, deadline=DEADLINE, max_rows=2001)
    return tuple(tuple(row) for row in result.rows) if result.ok else None


def _is_key(name: str) -> bool:
    words = _words(name.replace("_", " "))
    return bool(_KEY_WORDS & set(words)) or any(w.endswith("id") and w not in _NO_KEYS for w in words)


def is_typed(value: Any) -> bool:
    """Tell whether a person would type a value: short, and of words."""
    short = isinstance(value, str) and 1 < len(value) <= LONGEST_TEXT and value == value.strip()
    return short and len(value.split()) <= 5 and not re.search(r"[,—()\n\r\t;{}<>|@\"]", value)


_NOTHING = frozenset(("", "-", "?", "n/a", "na", "nil", "none", "null", "unknown"))
"""Texts that stand for a missing value: where they do, it is open what is missing."""
_YES = frozenset(("1", "y", "yes", "true", "t"))
_NO = frozenset(("0", "n", "no", "false", "f"))


_STATED = re.compile(
    r"^(is|are|was|were|has|had|have|can|does|do|should) |(ed|ive|able|ible|al|ent|ant|ing|flag|yn|yes|no)$"
)
"""Names of columns that state something: of others, a 1 may be a code."""


def _is_flag(fact: Facts) -> bool:
    values = {str(value).lower() for value in fact.values}
    is_coded = values <= {"0", "1"} and not _STATED.search(fact.name)
    return len(fact.values) == 2 and len(values & _YES) == 1 and len(values & _NO) == 1 and not is_coded


def yes_of(fact: Facts) -> Any:
    """Return the value of a flag that means yes."""
    return next(value for value in fact.values if str(value).lower() in _YES)
