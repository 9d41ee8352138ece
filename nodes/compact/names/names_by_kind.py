"""names_by_kind: what a question calls the name, year or date of a row, where no column of its table is called so.

"the years of these wines" over wine(label, harvested), harvested = 1999, 2004: harvested is the year, and "their names" the label.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from nodes.compact.names.synonyms import are_synonyms
from nodes.compact.network import Network
from nodes.coverage.column_profile import Profiles
from nodes.lexical.utterance import Utterance, name_words, stem
from value_index.schema import Column, ColumnRef, Schema, Table

Place = tuple[str, str]
Names = Mapping[Place, tuple[str, ...]]
LEAST_NAME = 0.35
"""How like "name" what a column of names is called is, or it is a synonym."""
_KINDS = (
    ("name", frozenset(("name", "names")), frozenset(("name", "title"))),
    ("year", frozenset(("year", "years")), frozenset(("year",))),
    (
        "date",
        frozenset(("date", "dates", "when")),
        frozenset(("date", "day", "time", "year", "month", "birthday", "datetime", "timestamp")),
    ),
)
"""What a column is called, the words that ask for it, and the words with which another column is called so already."""

_PER_YEAR = re.compile(r"\b(?:per|each|every|by|a|which|what) years?\b", re.IGNORECASE)
"""A year as a part of a time, by which rows are told apart."""


def names_by_kind(
    schema: Schema, names: Names, utterance: Utterance, profiles: Profiles, network: Network
) -> dict[Place, tuple[str, ...]]:
    """Return the columns that the utterance calls by their kind, with that."""
    said = {word.text for word in utterance.words}
    keys = frozenset(key.source for key in schema.foreign_keys)
    if "when" in said and _says_deed(schema, names, utterance, profiles):
        said -= {"when"}  # "when were they founded?": the column is named
    found: dict[Place, tuple[str, ...]] = {}
    times = any(column.kind == "time" for table in schema.tables for column in table.columns)
    per_year = times and bool(_PER_YEAR.search(utterance.text))
    stems = {word.stem for word in utterance.words}
    for table in schema.tables:
        own = [c for c in table.columns if ColumnRef(table=table.name, column=c.name) not in keys]
        held = {word for column in own for word in names[_place(table, column)]}
        for word, asked, others in _KINDS:
            if word == "year" and per_year and not stems & set(map(stem, name_words(table.natural_name))):
                continue  # "loans per year" is about when they were, not about the year of a museum
            if said & asked and not held & others:
                of_kind = _OF_KIND[word](table, own, names, profiles, network)
                found |= {_place(table, column): (word,) for column in of_kind if len(of_kind) == 1}
    return found


def _says_deed(schema: Schema, names: Names, utterance: Utterance, profiles: Profiles) -> bool:
    """Tell whether a word names a column of times or years."""
    stems = {word.stem for word in utterance.words}
    return any(
        stems & set(map(stem, names[_place(table, column)]))
        for table in schema.tables
        for column in table.columns
        if column.kind == "time" or profiles.of(ColumnRef(table=table.name, column=column.name)).holds_years
    )


def _place(table: Table, column: Column) -> Place:
    return table.name.lower(), column.name.lower()


def _dates(table: Table, own: list[Column], names: Names, profiles: Profiles, network: Network) -> list[Column]:
    return [column for column in own if column.kind == "time"]


def _years(table: Table, own: list[Column], names: Names, profiles: Profiles, network: Network) -> list[Column]:
    return [c for c in own if profiles.of(ColumnRef(table=table.name, column=c.name)).holds_years]


def _named(table: Table, own: list[Column], names: Names, profiles: Profiles, network: Network) -> list[Column]:
    """Return the text column that is called most like "name"; none if none is."""
    texts = [c for c in own if c.kind == "text" and c.name not in table.primary_key]
    if not texts:
        return []
    called = [" ".join(names[_place(table, column)]) for column in texts]
    like = network.meanings(called) @ network.meanings(("name",))[0]
    scores = [float(score) + are_synonyms("name", text) for score, text in zip(like, called, strict=True)]
    best = max(range(len(texts)), key=lambda at: scores[at])
    return [texts[best]] if scores[best] >= LEAST_NAME else []


_OF_KIND: Mapping[str, Callable[[Table, list[Column], Names, Profiles, Network], list[Column]]] = {
    "name": _named,
    "year": _years,
    "date": _dates,
}
