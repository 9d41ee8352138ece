"""where_they_are: the place of the rows before, where only a table that they lead to is one ("where are they kept?")."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import has_name, row_names
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, Plan
from nodes.plan.sources import folded_sources
from value_index.schema import Table

_WHERE = re.compile(
    r"^\W*(?:(?:and|so|ok|okay|now|then)\b\W*)*where (?:is|are|was|were|do|does|did|can) (?:they|it|those|these|he|she|that|we see them)(?: all)?(?: \w+)?\W*$",
    re.IGNORECASE,
)
_PLACES = frozenset(map(stem, ("city", "town", "country", "address", "location", "place", "street", "village", "region", "state", "postcode", "venue", "district")))  # fmt: skip


def where_they_are(demand: Demand) -> Iterator[Plan]:
    """Yield the rows shown before with what the only place is called that they lead to.

    "Where are they kept?" after `SELECT title FROM painting`: `SELECT title, gallery.name FROM painting JOIN gallery ...`.
    """
    before = demand.previous
    if before is None or not _WHERE.match(demand.inquiry.utterance.text) or before.group_by or before.limit is not None:
        return
    shown = tuple(term for term in before.select if isinstance(term, ColumnTerm))
    tables = folded_sources(before)
    if not shown or len(shown) < len(before.select) or any(_is_place(each, demand) for each in _tables(tables, demand)):
        return
    led = {
        key.target.table
        for key in demand.schema.foreign_keys
        if key.source.table.lower() == shown[0].table.lower() and key.target.table.lower() not in tables
    }
    places = [each for each in _tables(set(map(str.lower, led)), demand) if _is_place(each, demand) and has_name(each)]
    joined = with_table(before, places[0].name, demand.schema) if len(places) == 1 else None
    if joined is not None:
        yield joined.model_copy(update={"select": (*shown, *row_names(places[0]))})


def _tables(names: Collection[str], demand: Demand) -> list[Table]:
    return [table for table in demand.schema.tables if table.name.lower() in names]


def _is_place(table: Table, demand: Demand) -> bool:
    """Tell whether a table says where something is."""
    own = {stem(word) for word in name_words(table.natural_name)}
    return bool(own & _PLACES) or any(
        _PLACES & set(map(stem, name_words(column.natural_name))) for column in table.columns
    )
