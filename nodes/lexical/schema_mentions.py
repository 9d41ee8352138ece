"""Mentions: where an utterance names tables and columns of a schema, by words, stems, synonyms and near spellings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.lexicon import STOPWORDS, SUPERLATIVES
from nodes.lexical.name_matching import Matcher, Name, Window, named
from nodes.lexical.utterance import Utterance, stem
from value_index.schema import ColumnRef, Schema

HEAD = 0.8
"""Score of a table that only the last word of its name calls."""
SUPERLATIVE_REACH = 3
"""Words between a superlative and the "first" that orders by it, one more: "most expensive ones first"."""


@dataclass(frozen=True)
class ColumnMention:
    """Words of the utterance that name a column, with every column they may name."""

    start: int
    end: int
    candidates: tuple[tuple[ColumnRef, float], ...]
    """Columns with scores 0..1.2, best first."""
    positions: frozenset[int] = frozenset()
    """The words that are part of the best column's name."""

    @cached_property
    def _scores(self) -> dict[ColumnRef, float]:
        return dict(self.candidates)

    def score(self, column: ColumnRef) -> float:
        """Return the score of one candidate; 0 where it is none."""
        return self._scores.get(column, 0.0)


@dataclass(frozen=True)
class TableMention:
    """Words of the utterance that name a table."""

    start: int
    end: int
    table: str
    score: float


@dataclass(frozen=True)
class Mentions:
    """Everything of the schema that an utterance names, in order of appearance."""

    columns: tuple[ColumnMention, ...] = ()
    tables: tuple[TableMention, ...] = ()

    @cached_property
    def _table_scores(self) -> dict[str, float]:
        return {mention.table: mention.score for mention in sorted(self.tables, key=lambda mention: mention.score)}

    def table_score(self, table: str) -> float:
        """Return how well the utterance names a table, 0..1."""
        return self._table_scores.get(table, 0.0)

    @cached_property
    def _column_scores(self) -> dict[ColumnRef, float]:
        ordered = sorted(
            (candidate for mention in self.columns for candidate in mention.candidates), key=lambda item: item[1]
        )
        return dict(ordered)

    def column_score(self, column: ColumnRef) -> float:
        """Return how well the utterance names a column, 0..1.2."""
        return self._column_scores.get(column, 0.0)


def find_mentions(utterance: Utterance, schema: Schema) -> Mentions:
    """Find the tables and columns that an utterance names.

    Args:
        utterance: the words.
        schema: names and natural names.
    """
    tables = [named(t.natural_name, t.name, ColumnRef(table=t.name, column="")) for t in schema.tables]
    contexts = {name.ref.table: name.stems for name in tables}
    columns = [
        named(column.natural_name, column.name, ColumnRef(table=table.name, column=column.name), contexts[table.name])
        for table in schema.tables
        for column in table.columns
    ]
    ordering = _ordering_words(utterance)
    table_windows = Matcher(utterance, tables).windows()
    column_windows = [w for w in Matcher(utterance, columns).windows() if not w.positions <= ordering]
    heads = _heads(utterance, tables, columns)
    return Mentions(_grouped(column_windows), _best_tables([*table_windows, *heads]))


def _heads(utterance: Utterance, tables: list[Name], columns: list[Name]) -> Iterator[Window]:
    """Yield the tables that are named by their last word, where it ends no other name: "jobs" of repair_job, beside job_part."""
    ends = Counter(stem(name.words[-1]) for name in (*tables, *columns) if stem(name.words[-1]) not in name.context)
    by_stem = {stem(name.words[-1]): name for name in tables if len(name.words) > 1 and ends[stem(name.words[-1])] == 1}
    for at, word in enumerate(utterance.words):
        name = by_stem.get(word.stem)
        if name is not None and word.text not in STOPWORDS:
            yield Window(name, frozenset((at,)), at, at + 1, HEAD, HEAD)


def _ordering_words(utterance: Utterance) -> frozenset[int]:
    """Return the places of "first" and "last" that say how rows are ordered: "highest price first"."""
    words = utterance.words
    found: set[int] = set()
    for at, word in enumerate(words):
        before = {earlier.text for earlier in words[max(0, at - SUPERLATIVE_REACH) : at]}
        if word.text in ("first", "last") and before & (SUPERLATIVES.keys() - {"first", "last"}):
            found.add(at)
    return frozenset(found)


def _grouped(windows: list[Window]) -> tuple[ColumnMention, ...]:
    """Group windows by their words: the widest match takes its words, narrower ones become further candidates."""
    mentions: list[ColumnMention] = []
    used: set[int] = set()
    for best in sorted(windows, key=lambda w: (-w.mass, w.start)):
        if best.positions & used and not _coordinated(best.positions, used):
            continue
        own = best.positions - used
        used |= best.positions
        candidates: dict[ColumnRef, float] = {}
        for window in windows:
            if window.positions & own and not _coordinated(window.positions, best.positions):
                share = window.mass / best.mass if best.mass else 0.0
                inside = 1.0 if window.positions <= best.positions else 0.5
                score = window.score * min(1.0, share) * inside
                candidates[window.name.ref] = max(candidates.get(window.name.ref, 0.0), score)
        ranked = sorted(candidates.items(), key=lambda item: -item[1])
        mentions.append(ColumnMention(min(best.positions), max(best.end, max(own) + 1), tuple(ranked), best.positions))
    return tuple(sorted(mentions, key=lambda m: m.start))


def _coordinated(positions: frozenset[int], taken: AbstractSet[int]) -> bool:
    """Whether two names share only their last word: "first" and "last name", of which both hold "name"."""
    own = positions - taken
    return len(positions) > 1 and bool(own) and (positions & taken) == frozenset((max(positions),))


def _best_tables(windows: list[Window]) -> tuple[TableMention, ...]:
    best: dict[tuple[int, str], TableMention] = {}
    for window in windows:
        key = (window.start, window.name.ref.table)
        if key not in best or best[key].score < window.score:
            best[key] = TableMention(window.start, window.end, window.name.ref.table, min(1.0, window.score))
    return tuple(sorted(best.values(), key=lambda m: (m.start, -m.score)))
