"""Candidates: the readings that the words of a turn allow, to be ranked afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from nodes.clues import Superlative
from nodes.evidence import Evidence, display_columns
from nodes.lexicon import COUNTED
from nodes.mentions import ColumnMention
from nodes.reading import COUNT, Base, Filter, Item, Reading, Sort
from nodes.utterance import name_words, stem
from value_index.schema import ColumnRef, Table

MAX_FOCUSES = 4


@dataclass(frozen=True)
class Named:
    """A column mention with the column that it is read as."""

    mention: ColumnMention
    column: ColumnRef
    head: bool
    filtered: bool


@dataclass(frozen=True)
class Projection:
    """A pattern of projections with the grouping and order that belong to it."""

    kind: str
    select: tuple[Item, ...]
    group: tuple[ColumnRef, ...] = ()
    sort: Sort | None = None
    distinct: bool = False


def candidates(evidence: Evidence) -> list[Reading]:
    """Return the readings of a turn, unranked, without repeats."""
    found: dict[Reading, None] = {}
    for focus in focuses(evidence):
        generator = _Generator(evidence, focus)
        projections = list(generator.projections())
        for filters, count_group in generator.filterings():
            for projection in projections:
                for base in generator.bases(projection):
                    reading = Reading(
                        base=base,
                        select=projection.select,
                        focus=focus,
                        filters=filters,
                        group=projection.group or count_group,
                        sort=projection.sort,
                        distinct=projection.distinct,
                        kind=projection.kind,
                    )
                    found.setdefault(reading)
                    if generator.without and base == "fresh" and not filters:
                        found.setdefault(replace(reading, without=generator.without))
    return list(found)


class _Generator:
    """The readings with one table in focus."""

    def __init__(self, evidence: Evidence, focus: str) -> None:
        self.evidence = evidence
        self.clues = evidence.clues
        self.focus = focus
        table = evidence.schema.table(focus)
        assert table is not None
        self.table: Table = table
        self.named = self._resolved()

    def _resolved(self) -> tuple[Named, ...]:
        """Read every column mention as the column that suits the focus best."""
        filtered = frozenset(value.filter.column for value in self.evidence.values)
        found: list[Named] = []
        for mention in self.evidence.named:
            column = max(mention.readings, key=lambda reading: self._suits(*reading))[0]
            found.append(Named(mention, column, mention.start < self.clues.head_end, column in filtered))
        return tuple(found)

    def _suits(self, column: ColumnRef, score: float) -> float:
        return (
            score
            + (0.3 if column.table == self.focus else 0.0)
            + 0.2 * self.evidence.links.get(column, 0.0)
            + (0.1 if column.table in self.evidence.previous_tables else 0.0)
            + 0.1 * self.evidence.mentions.table_score(column.table)
        )

    @cached_property
    def display(self) -> tuple[ColumnRef, ...]:
        """The columns that stand for a row of the focus: its name, else first and last name, else its key."""
        return display_columns(self.table)

    @cached_property
    def key(self) -> ColumnRef:
        """The key of the focus; its first column where it has none."""
        name = self.table.primary_key[0] if self.table.primary_key else self.table.columns[0].name
        return ColumnRef(table=self.focus, column=name)

    @cached_property
    def without(self) -> str:
        """A table, named after a negation, whose rows must not refer to the focus."""
        if not self.clues.negated:
            return ""
        after = [m.table for m in self.evidence.mentions.tables if m.start > self.clues.negated[0] and m.score >= 0.6]
        linked = {key.source.table for key in self.evidence.schema.foreign_keys if key.target.table == self.focus}
        for table in [*after, *linked]:
            if table != self.focus and table in linked:
                return table
        return ""

    def bases(self, projection: Projection) -> Iterator[Base]:
        """Yield how the reading may rest on the previous plan."""
        if projection.kind == "previous":
            yield "narrow"
            return
        yield "fresh"
        if self.evidence.previous:
            yield "swap"
            if projection.kind in ("heads", "all", "count", "aggregate"):
                yield "extend"

    def filterings(self) -> Iterator[tuple[tuple[Filter, ...], tuple[ColumnRef, ...]]]:
        """Yield the filters, each with the grouping that a condition on count(*) needs."""
        values = tuple(value.filter for value in self.evidence.values)
        yield values, ()
        counted = self._counted()
        if counted:
            yield (*[f for f in values if f.values != counted.values], counted), self._unit()

    def _counted(self) -> Filter | None:
        """A comparison of count(*): "at least 3 events", "more than one advisor"."""
        for comparison in self.clues.comparisons:
            if not isinstance(comparison.number, int) or comparison.number > 1000:
                continue
            return Filter(None, comparison.operator, (comparison.number,))
        return None

    def _unit(self) -> tuple[ColumnRef, ...]:
        heads = [named for named in self.named if named.head]
        return (heads[0].column,) if heads else (self.key,)

    def projections(self) -> Iterator[Projection]:
        """Yield the patterns of projections."""
        if self.evidence.previous:
            yield Projection("previous", ())
            for sort in self._sorts():
                yield Projection("previous", (), sort=sort)
        yield from self._plain()
        yield from self._aggregated()
        yield from self._grouped()
        yield from self._superlative()

    def _free(self, *, head: bool = False) -> tuple[Item, ...]:
        sort = self.clues.sort if self.clues.sort is not None else len(self.clues.utterance.words)
        chosen = [
            named.column
            for named in self.named
            if (named.head or not head) and (head or not named.filtered) and named.mention.start < sort
        ]
        return tuple(Item(column=column) for column in dict.fromkeys(chosen))

    def _plain(self) -> Iterator[Projection]:
        heads, everything = self._free(head=True), self._free()
        shown = [("heads", heads), ("all", everything), ("display", tuple(Item(column=c) for c in self.display))]
        if len(heads) > 1:
            shown.append(("first", heads[:1]))
            shown.append(("last", heads[-1:]))
        shown.append(("star", (Item(),)))
        for kind, select in shown:
            if not select or (kind == "all" and select == heads):
                continue
            for sort in (None, *self._sorts()):
                yield Projection(kind, select, sort=sort)
                if self.clues.distinct and kind != "star":
                    yield Projection(kind, select, sort=sort, distinct=True)

    def _sorts(self) -> Iterator[Sort]:
        if self.clues.sort is None:
            return
        after = [named.column for named in self.named if named.mention.start >= self.clues.sort]
        column = after[0] if after else (self._free() or (Item(column=self.display[0]),))[0].column
        yield Sort(Item(column=column), self.clues.descending)

    def _aggregated(self) -> Iterator[Projection]:
        if self.clues.count is not None:
            yield Projection("count", (COUNT,))
            heads = [named.column for named in self.named if named.mention.start > self.clues.count]
            if heads:
                yield Projection("count column", (Item("count", heads[0]),))
                yield Projection("count distinct", (Item("count", heads[0], distinct=True),))
        if items := self._aggregates():
            yield Projection("aggregate", items)
            if self.clues.count is not None:
                yield Projection("aggregate", (COUNT, *items))

    def _aggregates(self) -> tuple[Item, ...]:
        """Bind every aggregate word to the next column; several words may share one."""
        items: list[Item] = []
        for position, function in self.clues.aggregates:
            column = self._column_after(position)
            if column is not None:
                items.append(Item(function, column))
        return tuple(dict.fromkeys(items))

    def _column_after(self, position: int) -> ColumnRef | None:
        after = [
            named for named in self.named if position <= named.mention.end - 1 and named.mention.start <= position + 8
        ]
        after = [named for named in after if named.mention.end > position]
        if after:
            return after[0].column
        before = [named for named in self.named if named.mention.start < position]
        return before[-1].column if before else None

    def _grouped(self) -> Iterator[Projection]:
        for place in self.clues.group[:1]:
            units = self._units(place)
            measures: list[tuple[Item, ...]] = [(COUNT,)]
            if items := self._aggregates():
                measures.append(items)
            for unit in units:
                shown = tuple(Item(column=column) for column in unit)
                for measure in measures:
                    yield Projection("grouped", shown + measure, group=unit[:1])
                    yield Projection("grouped last", measure + shown, group=unit[:1])

    def _units(self, place: int) -> list[tuple[ColumnRef, ...]]:
        """The columns that a group cue may speak of: the next column, or what stands for the next table."""
        named = (n.column for n in self.named if n.mention.end > place and n.mention.start <= place + 3)
        units: list[tuple[ColumnRef, ...]] = []
        if (column := next(named, None)) is not None:
            units.append((column,))
        tables = [m for m in self.evidence.mentions.tables if m.end > place and m.start <= place + 2]
        if tables and (table := self.evidence.schema.table(tables[0].table)):
            units.append(display_columns(table)[:1])
        return units

    def _superlative(self) -> Iterator[Projection]:
        for superlative in self.clues.superlatives[:1]:
            shown = self._shown_beside(superlative)
            for item in self._ranked_by(superlative):
                sort = Sort(item, superlative.descending, superlative.limit)
                for kind, select in shown:
                    rest = tuple(each for each in select if each.column != item.column) or select
                    yield Projection(f"top {kind}", rest, sort=sort)
                    if rest != select:
                        yield Projection(f"top {kind} all", select, sort=sort)
                if item.column:
                    yield Projection("top itself", (Item(column=item.column),), sort=sort)
            if self._counts(superlative):
                sort = Sort(COUNT, superlative.descending, superlative.limit)
                for kind, select in shown:
                    if select[0].column:
                        yield Projection(f"most {kind}", select, group=(select[0].column,), sort=sort)
                        if select[0].column.table == self.focus and select[0].column != self.key:
                            yield Projection(f"most {kind} key", select, group=(self.key,), sort=sort)
                        yield Projection(f"most {kind} count", (*select, COUNT), group=(select[0].column,), sort=sort)

    def _shown_beside(self, superlative: Superlative) -> list[tuple[str, tuple[Item, ...]]]:
        before = tuple(
            dict.fromkeys(
                Item(column=n.column) for n in self.named if n.mention.start < superlative.position and not n.filtered
            )
        )
        shown = [("before", before)] if before else []
        if (free := self._free()) and free != before:
            shown.append(("all", free))
        shown.append(("display", tuple(Item(column=column) for column in self.display)))
        return shown

    def _ranked_by(self, superlative: Superlative) -> Iterator[Item]:
        """The columns that a superlative may rank by."""
        seen: set[ColumnRef] = set()
        implied = {stem(word) for word in superlative.implied}
        if implied:
            for column in self.table.columns:
                words = {stem(word) for word in name_words(column.natural_name)}
                if words & implied:
                    ref = ColumnRef(table=self.focus, column=column.name)
                    seen.add(ref)
                    yield Item(column=ref)
                    break
        after = [n for n in self.named if n.mention.end > superlative.position and n.column not in seen]
        if after:
            yield Item(column=after[0].column)
        elif not seen:
            before = [n for n in self.named if n.column not in seen]
            if before:
                yield Item(column=before[-1].column)

    def _counts(self, superlative: Superlative) -> bool:
        words = self.clues.utterance.words
        return words[superlative.position].text in COUNTED or self.clues.count is not None or words[superlative.position].text in (
            "highest", "largest", "lowest", "smallest", "greatest", "biggest", "maximum", "minimum", "top", "best")  # fmt: skip


def focuses(evidence: Evidence) -> tuple[str, ...]:
    """Return the tables that the question may be about, best first."""
    score: dict[str, float] = {}
    for mention in evidence.mentions.tables:
        early = 0.1 if mention.start < 8 else 0.0
        score[mention.table] = max(score.get(mention.table, 0.0), mention.score + early)
    hints = [(column.table, value) for mention in evidence.named for column, value in mention.readings[:6]]
    hints += [(value.filter.column.table, 1.0) for value in evidence.values if value.filter.column]
    hints += [(table, 1.0) for table in evidence.previous_tables]
    hints += list(evidence.table_links.items())
    for table, value in hints:
        score[table] = score.get(table, 0.0) + 0.3 * value
    ranked = sorted(score, key=lambda table: -score[table])
    return tuple(ranked[:MAX_FOCUSES]) or (evidence.schema.tables[0].name,)
