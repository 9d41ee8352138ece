"""projections: what a turn may ask to be shown, with the grouping and order that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nodes.lexical.cues import Superlative
from nodes.lexical.evidence import display_columns
from nodes.lexical.focus import Focused
from nodes.lexical.interpretation import (
    COUNT,
    Item,
    Sort,
    item_of,
)
from nodes.lexical.lexicon import COUNTED, COUNTED_BY_CONTEXT
from nodes.lexical.utterance import name_words, stem
from value_index.schema import ColumnRef, Table

_BESIDE = ("before", "all", "display")
"""What may be shown beside a superlative: what is named before it, everything that is asked, what stands for a row."""
KINDS = (
    *("previous", "heads", "all", "display", "first", "last", "star"),
    *("count", "count_column", "count_distinct", "aggregate", "grouped", "grouped_last"),
    *(f"top_{shown}{more}" for shown in _BESIDE for more in ("", "_all")),
    "top_itself",
    *(f"most_{shown}{more}" for shown in _BESIDE for more in ("", "_count", "_key")),
)
"""The names of the patterns."""


@dataclass(frozen=True)
class Projection:
    """A pattern of projections with the grouping and order that belong to it."""

    kind: str
    """The pattern's name; "previous" keeps the projections of the previous plan."""
    select: tuple[Item, ...] = ()
    group: tuple[ColumnRef, ...] = ()
    sort: Sort | None = None
    distinct: bool = False


def projections(focused: Focused) -> Iterator[Projection]:
    """Yield the patterns that the words allow with one table in focus."""
    yield from _previous(focused)
    yield from _plain(focused)
    yield from _aggregated(focused)
    yield from _grouped(focused)
    for superlative in focused.evidence.superlatives[:1]:
        yield from _ranked(focused, superlative)
        yield from _ranked_by_count(focused, superlative)


def _previous(focused: Focused) -> Iterator[Projection]:
    previous = focused.evidence.previous
    if previous is None:
        return
    yield Projection("previous")
    for sort in _sorts(focused):
        yield Projection("previous", sort=sort)
    for superlative in focused.evidence.superlatives[:1]:
        items = [item_of(ordering.term) for ordering in previous.order_by[:1]]
        for item in (*items, *(_rankable(focused, superlative) if not items else ())):
            if item is not None:
                yield Projection("previous", sort=Sort(item, superlative.descending, superlative.limit))


def _plain(focused: Focused) -> Iterator[Projection]:
    heads = focused.heads
    shown = [("heads", heads), ("all", focused.asked), ("display", focused.shown)]
    if len(heads) > 1:
        shown += [("first", heads[:1]), ("last", heads[-1:])]
    shown.append(("star", (Item(),)))
    for kind, select in shown:
        if not select or (kind == "all" and select == heads):
            continue
        for sort in (None, *_sorts(focused)):
            yield Projection(kind, select, sort=sort)
            if focused.evidence.cues.distinct and kind != "star":
                yield Projection(kind, select, sort=sort, distinct=True)


def _sorts(focused: Focused) -> Iterator[Sort]:
    cues = focused.evidence.cues
    if cues.sort is None:
        return
    after = [named.column for named in focused.named if named.mention.start >= cues.sort]
    column = after[0] if after else (focused.asked or focused.shown)[0].column
    yield Sort(Item(column=column), cues.descending)


def _aggregated(focused: Focused) -> Iterator[Projection]:
    count = focused.evidence.cues.count
    if count is not None:
        yield Projection("count", (COUNT,))
        columns = [named.column for named in focused.named if named.mention.start > count]
        if columns:
            yield Projection("count_column", (Item("count", columns[0]),))
            yield Projection("count_distinct", (Item("count", columns[0], distinct=True),))
    if items := _aggregates(focused):
        yield Projection("aggregate", items)
        if count is not None:
            yield Projection("aggregate", (COUNT, *items))


def _aggregates(focused: Focused) -> tuple[Item, ...]:
    """Bind every aggregate word to the next column; several words may share one."""
    items: list[Item] = []
    for position, function in focused.evidence.aggregates:
        column = focused.near(position)
        if column and (function not in ("avg", "sum") or focused.evidence.is_ordered(column)):
            items.append(Item(function, column))
    return tuple(dict.fromkeys(items))


def _grouped(focused: Focused) -> Iterator[Projection]:
    for place in focused.evidence.cues.group[:1]:
        measures = [(COUNT,), *([items] if (items := _aggregates(focused)) else [])]
        for unit in _units(focused, place):
            shown = (Item(column=unit),)
            for measure in measures:
                yield Projection("grouped", shown + measure, group=(unit,))
                yield Projection("grouped_last", measure + shown, group=(unit,))
                if focused.evidence.cues.sort is not None:
                    sort = Sort(measure[0], focused.evidence.cues.descending)
                    yield Projection("grouped", shown + measure, group=(unit,), sort=sort)


def _units(focused: Focused, place: int) -> list[ColumnRef]:
    """The columns that a group cue may speak of: the next column, or what stands for the next table."""
    evidence = focused.evidence
    units = [n.column for n in focused.named if n.mention.end > place and n.mention.start <= place + 3][:1]
    tables = [m for m in evidence.mentions.tables if m.end > place and m.start <= place + 2]
    if tables and (table := evidence.schema.table(tables[0].table)):
        units.append(display_columns(table)[0])
    return units


def _ranked(focused: Focused, superlative: Superlative) -> Iterator[Projection]:
    """Yield what ranks the rows by a column: "the oldest", "with the highest level"."""
    for item in _rankable(focused, superlative):
        sort = Sort(item, superlative.descending, superlative.limit)
        for kind, select in _beside(focused, superlative):
            rest = tuple(each for each in select if each.column != item.column) or select
            yield Projection(f"top_{kind}", rest, sort=sort)
            if rest != select:
                yield Projection(f"top_{kind}_all", select, sort=sort)
        yield Projection("top_itself", (item,), sort=sort)


def _ranked_by_count(focused: Focused, superlative: Superlative) -> Iterator[Projection]:
    """Yield what ranks groups by their rows: "with the most events", "the most common"."""
    word = focused.evidence.cues.utterance.words[superlative.position].text
    if word not in COUNTED and word not in COUNTED_BY_CONTEXT and focused.evidence.cues.count is None:
        return
    sort = Sort(COUNT, superlative.descending, superlative.limit)
    for kind, select in _beside(focused, superlative):
        unit = select[0].column
        if unit is None:
            continue
        yield Projection(f"most_{kind}", select, group=(unit,), sort=sort)
        yield Projection(f"most_{kind}_count", (*select, COUNT), group=(unit,), sort=sort)
        table = focused.evidence.schema.table(unit.table)
        if table is not None and table.key is not None and table.key != unit:
            yield Projection(f"most_{kind}_key", select, group=(table.key,), sort=sort)


def _beside(focused: Focused, superlative: Superlative) -> list[tuple[str, tuple[Item, ...]]]:
    before, asked = focused.before(superlative.position), focused.asked
    shown = (before, asked if asked != before else (), focused.shown)
    return [(kind, select) for kind, select in zip(_BESIDE, shown, strict=True) if select]


def _rankable(focused: Focused, superlative: Superlative) -> Iterator[Item]:
    """Yield the columns that a superlative may rank by: the one it implies, the next one named, the last one before."""
    evidence = focused.evidence
    tables = [
        focused.table,
        *(table for table in evidence.schema.tables if evidence.mentions.table_score(table.name) >= 0.9),
    ]
    implied = [column for table in tables for column in _implied(table, superlative)][:1]
    after = [n.column for n in focused.named if n.mention.end > superlative.position][:1]
    if superlative.implied:
        after = [column for column in after if evidence.is_ordered(column)]
    before = (
        [n.column for n in focused.named if evidence.is_ordered(n.column)][-1:] if not implied and not after else []
    )
    for column in dict.fromkeys((*implied, *after, *before)):
        yield Item(column=column)


def _implied(table: Table, superlative: Superlative) -> Iterator[ColumnRef]:
    """Yield the columns of a table that a superlative speaks of by itself: the age of "the oldest"."""
    stems = {stem(word) for word in superlative.implied}
    for column in table.columns:
        if stems & {stem(word) for word in name_words(column.natural_name)}:
            yield ColumnRef(table=table.name, column=column.name)
