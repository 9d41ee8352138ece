"""Facts: what a column holds that can be asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from eval.conversations.making.words.nouns import spoken
from value_index.database import Database
from value_index.engines.sqlite.reflection import quoted
from value_index.schema import Column, ColumnRef, Table, limited

LONGEST_TEXT = 32
"""Characters of a value that a person would type."""


MOST_VALUES = 2000
"""Distinct values of a column that are looked at."""


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


def words_of(name: str) -> list[str]:
    return name.lower().split()


def facts_of(database: Database, table: Table, column: Column) -> Facts | None:
    name, source = quoted(column.name, database.schema.dialect), quoted(table.name, database.schema.dialect)
    sql = f"SELECT DISTINCT {name} FROM {source} WHERE {name} IS NOT NULL ORDER BY 1"
    found = rows_of(database, limited(sql, MOST_VALUES, database.schema.dialect))
    nulls = rows_of(database, f"SELECT count(*) FROM {source} WHERE {name} IS NULL")
    values = tuple(row[0] for row in found or ())
    if not values or not nulls or any(not isinstance(value, str | int | float) for value in values):
        return None
    words = spoken(" ".join(words_of(column.natural_name)), values)
    sayable = words and len(words.split()) <= 5 and not _UNSAYABLE.search(words)
    return Facts(ColumnRef(table=table.name, column=column.name), words, values, nulls[0][0]) if sayable else None


def rows_of(database: Database, sql: str) -> tuple[tuple[Any, ...], ...] | None:
    result = database.execute(sql, deadline=DEADLINE, max_rows=2001)
    return tuple(tuple(row) for row in result.rows) if result.ok else None


def is_key(name: str) -> bool:
    words = words_of(name.replace("_", " "))
    return bool(_KEY_WORDS & set(words)) or any(w.endswith("id") and w not in _NO_KEYS for w in words)


def is_typed(value: Any) -> bool:
    """Tell whether a person would type a value: short, and of words."""
    short = isinstance(value, str) and 1 < len(value) <= LONGEST_TEXT and value == value.strip()
    return short and len(value.split()) <= 5 and not re.search(r"[,—()\n\r\t;{}<>|@\"]", value)


_YES = frozenset(("1", "y", "yes", "true", "t"))


_NO = frozenset(("0", "n", "no", "false", "f"))


_STATED = re.compile(
    r"^(is|are|was|were|has|had|have|can|does|do|should) |(ed|ive|able|ible|al|ent|ant|ing|flag|yn|yes|no)$"
)
"""Names of columns that state something: of others, a 1 may be a code."""


def is_flag(fact: Facts) -> bool:
    values = {str(value).lower() for value in fact.values}
    is_coded = values <= {"0", "1"} and not _STATED.search(fact.name)
    return len(fact.values) == 2 and len(values & _YES) == 1 and len(values & _NO) == 1 and not is_coded


def yes_of(fact: Facts) -> Any:
    """Return the value of a flag that means yes."""
    return next(value for value in fact.values if str(value).lower() in _YES)
