"""ColumnProfile: what the stored values of a column say of it beyond its declared type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal
from weakref import WeakKeyDictionary

from nodes.lexical.utterance import name_words, stem
from value_index.database import Database
from value_index.schema import ColumnRef, limited, quoted

DateForm = Literal["iso", "year", "text"]
"""iso: ISO 8601 dates, with or without a time; year: four digits; text: the year stands somewhere in a text."""
SAMPLE = 60
"""Distinct values that are looked at."""
MOST_OF = 0.9
"""Share of the sample that must agree."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_YEAR_INSIDE = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
YEAR_WORDS = frozenset(
    map(stem, ("year", "founded", "established", "opened", "built", "born", "season", "since", "died"))
)
DATE_WORDS = frozenset(map(stem, ("date", "day", "time", "when", "birthday", "dob", "at", "on", "month")))
NEVER_SUMMED = frozenset(map(stem, ("price", "rate", "rating", "score", "age", "year", "pct", "percent", "percentage", "level", "rank", "size", "height", "weight", "latitude", "longitude")))  # fmt: skip
"""Words of figures whose sum says nothing."""
_FLAGS: tuple[tuple[str | int, str | int], ...] = (
    (1, 0),
    ("y", "n"),
    ("yes", "no"),
    ("t", "f"),
    ("true", "false"),
    ("1", "0"),
    ("s", "n"),
    ("si", "no"),
    ("sí", "no"),
    ("sim", "nao"),
    ("j", "n"),
    ("ja", "nein"),
    ("ja", "nee"),
    ("o", "n"),
    ("oui", "non"),
)


@dataclass(frozen=True)
class ColumnProfile:
    """One column, by a sample of its values."""

    ref: ColumnRef
    values: tuple[object, ...]
    """Distinct values without NULL, at most SAMPLE."""
    has_null: bool
    date_form: DateForm | None = None
    flag: tuple[str | int, str | int] | None = None
    """What it stores for true and false; None if it is no yes/no column."""
    is_numeric_text: bool = False
    """True if the column stores numbers as texts."""

    @property
    def holds_years(self) -> bool:
        """Whether what it stores looks like years, whatever it is called."""
        return self.date_form == "year" or _share(self.values, _is_year) >= MOST_OF


@dataclass(frozen=True)
class Profiles:
    """The profiles of one database, each read when first asked for."""

    database: Database
    _known: dict[ColumnRef, ColumnProfile] = field(default_factory=dict[ColumnRef, ColumnProfile])
    _unique: dict[ColumnRef, bool] = field(default_factory=dict[ColumnRef, bool])
    _counts: dict[str, int] = field(default_factory=dict[str, int])

    def of(self, ref: ColumnRef) -> ColumnProfile:
        """Return the profile of a column of the schema."""
        if ref not in self._known:
            self._known[ref] = self._read(ref)
        return self._known[ref]

    def is_unique(self, ref: ColumnRef) -> bool:
        """Tell whether no two rows of the table hold the same value; False where that takes too long to find out."""
        if ref not in self._unique:
            self._unique[ref] = self._no_value_twice(ref)
        return self._unique[ref]

    def row_count(self, table: str) -> int:
        """Return how many rows a table has; 0 where that takes too long to find out."""
        if table not in self._counts:
            sql = f"SELECT count(*) FROM {quoted(table, self.database.schema.dialect)}"
            found = self.database.execute(sql, deadline=0.5, max_rows=1)
            value = found.rows[0][0] if found.ok and found.rows else 0
            self._counts[table] = value if isinstance(value, int) else 0
        return self._counts[table]

    def _no_value_twice(self, ref: ColumnRef) -> bool:
        table = self.database.schema.table(ref.table)
        if table is None or self.database.schema.column(ref.table, ref.column) is None:
            return False
        if table.key == ref:
            return True
        source, column = (quoted(name, self.database.schema.dialect) for name in (ref.table, ref.column))
        dialect = self.database.schema.dialect
        sql = limited(f"SELECT {column} FROM {source} GROUP BY {column} HAVING count(*) > 1", 1, dialect)
        found = self.database.execute(sql, deadline=0.5, max_rows=1)
        return found.ok and not found.rows

    def _read(self, ref: ColumnRef) -> ColumnProfile:
        if self.database.schema.column(ref.table, ref.column) is None:  # it stands for a figure of the knowledge
            return ColumnProfile(ref=ref, values=(), has_null=False)
        values = self.database.distinct(ref, SAMPLE)
        kind = self.database.schema.describe(ref).kind
        natural = self.database.schema.describe(ref).natural_name
        words = frozenset(stem(word) for word in (*name_words(ref.column), *name_words(natural)))
        return ColumnProfile(
            ref=ref,
            values=values,
            has_null=self._has_null(ref),
            date_form=_date_form(values, dated=kind == "time" or bool(words & (YEAR_WORDS | DATE_WORDS)), words=words),
            flag=_flag(values),
            is_numeric_text=kind == "text" and bool(values) and _share(values, _is_number_text) >= MOST_OF,
        )

    def _has_null(self, ref: ColumnRef) -> bool:
        table, column = (quoted(name, self.database.schema.dialect) for name in (ref.table, ref.column))
        sql = limited(f"SELECT 1 FROM {table} WHERE {column} IS NULL", 1, self.database.schema.dialect)
        found = self.database.execute(sql, deadline=0.5, max_rows=1)
        return bool(found.rows)


_PROFILES: WeakKeyDictionary[Database, Profiles] = WeakKeyDictionary()


def profiles_of(database: Database) -> Profiles:
    """Return the profiles of an open database."""
    if database not in _PROFILES:
        _PROFILES[database] = Profiles(database)
    return _PROFILES[database]


def _share(values: tuple[object, ...], test: object) -> float:
    assert callable(test)
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0


def _is_number_text(value: object) -> bool:
    return isinstance(value, str) and bool(_NUMBER.fullmatch(value.strip()))


def _is_year(value: object) -> bool:
    text = str(value).removesuffix(".0")
    return len(text) == 4 and bool(_YEAR_INSIDE.fullmatch(text))


def _date_form(values: tuple[object, ...], *, dated: bool, words: frozenset[str]) -> DateForm | None:
    if not values:
        return "iso" if dated and not words & YEAR_WORDS else None
    if _share(values, lambda value: isinstance(value, str) and _ISO.match(value)) >= MOST_OF:
        return "iso"
    if (dated or words & YEAR_WORDS) and _share(values, _is_year) >= MOST_OF:
        return "year"
    if dated and _share(values, lambda value: isinstance(value, str) and _YEAR_INSIDE.search(value)) >= MOST_OF:
        return "text"
    return None


def _flag(values: tuple[object, ...]) -> tuple[str | int, str | int] | None:
    """Return what a column stores for true and false, spelled as it is stored."""
    if not 1 <= len(values) <= 2:
        return None
    folded = {str(value).strip().lower() if isinstance(value, str) else value: value for value in values}
    for true, false in _FLAGS:
        if set(folded) <= {true, false} and all(isinstance(key, type(true)) for key in folded):
            return _spelled(folded, true, false), _spelled(folded, false, true)
    return None


def _spelled(folded: dict[object, object], wanted: str | int, other: str | int) -> str | int:
    found = folded.get(wanted)
    if isinstance(found, str | int):
        return found
    like = folded.get(other)
    return wanted.upper() if isinstance(wanted, str) and isinstance(like, str) and like.isupper() else wanted
