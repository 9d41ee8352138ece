"""Mentions: where an utterance names tables and columns of a schema, by words, stems, synonyms and near spellings."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import log

from nodes.lexicon import ASKED, STOPWORDS, SUPERLATIVES
from nodes.utterance import Utterance, name_words, stem
from value_index.schema import ColumnRef, Schema
from value_index.similarity import similarity

NEAR_SPELLING = 0.84
LEAST_COVERAGE = 0.45
SYNONYM_WEIGHT = 0.6
LONGEST_WINDOW = 8


@dataclass(frozen=True)
class ColumnMention:
    """Words of the utterance that name a column, with every column they may name."""

    start: int
    end: int
    readings: tuple[tuple[ColumnRef, float], ...]
    """Columns with scores 0..1.2, best first."""

    def score(self, column: ColumnRef) -> float:
        """Return the score of one reading; 0 where it is none."""
        return next((score for ref, score in self.readings if ref == column), 0.0)


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

    def table_score(self, table: str) -> float:
        """Return how well the utterance names a table, 0..1."""
        return max((mention.score for mention in self.tables if mention.table == table), default=0.0)

    def column_score(self, column: ColumnRef) -> float:
        """Return how well the utterance names a column, 0..1.2."""
        return max((mention.score(column) for mention in self.columns), default=0.0)


@dataclass
class _Name:
    """The stems of one column or table name; `context` holds the stems of a column's table."""

    ref: ColumnRef
    stems: frozenset[str]
    joined: str
    context: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class _Window:
    """One try: a name over some words."""

    name: _Name
    positions: frozenset[int]
    """Words that match the name itself."""
    start: int
    end: int
    score: float
    mass: float


def find_mentions(utterance: Utterance, schema: Schema) -> Mentions:
    """Find the tables and columns that an utterance names.

    Args:
        utterance: the words.
        schema: names and natural names.
    """
    tables = [_name(t.natural_name, t.name, ColumnRef(table=t.name, column="")) for t in schema.tables]
    contexts = {name.ref.table: name.stems for name in tables}
    columns = [
        _name(column.natural_name, column.name, ColumnRef(table=table.name, column=column.name), contexts[table.name])
        for table in schema.tables
        for column in table.columns
    ]
    table_windows = _Matcher(utterance, tables).windows()
    column_windows = _Matcher(utterance, columns).windows()
    return Mentions(_grouped(column_windows), _best_tables(table_windows))


def content_stems(name: str) -> frozenset[str]:
    """Return the stems of a name's words, without stop words unless nothing else is left."""
    words = name_words(name)
    kept = [word for word in words if word not in STOPWORDS] or list(words)
    return frozenset(stem(word) for word in kept)


def _name(natural: str, name: str, ref: ColumnRef, context: frozenset[str] = frozenset()) -> _Name:
    return _Name(ref, content_stems(natural), "".join(name_words(name)), context)


class _Matcher:
    """Matches the names of one kind against the words."""

    def __init__(self, utterance: Utterance, names: list[_Name]) -> None:
        self.words = utterance.words
        self.names = names
        self.by_stem: dict[str, list[_Name]] = {}
        for name in names:
            for each in name.stems:
                self.by_stem.setdefault(each, []).append(name)
        self.weight = {each: log(1.0 + len(names) / len(found)) for each, found in self.by_stem.items()}
        self.meanings = [self._meanings(i) for i in range(len(self.words))]

    def _meanings(self, position: int) -> dict[str, float]:
        """Return the name stems that the word at a position may stand for, with weights 0..1."""
        word = self.words[position]
        found: dict[str, float] = {}
        if word.stem in self.by_stem and (word.text not in STOPWORDS):
            found[word.stem] = 1.0
        elif len(word.text) >= 5 and word.text not in STOPWORDS:
            near = max(
                ((similarity(word.stem, each), each) for each in self.by_stem if len(each) >= 4), default=(0.0, "")
            )
            if near[0] >= NEAR_SPELLING:
                found[near[1]] = near[0]
        phrase = f"{self.words[position - 1].text} {word.text}" if position else ""
        for synonym in ASKED.get(word.text, ASKED.get(word.stem, ())) + ASKED.get(phrase, ()):
            if (stemmed := stem(synonym)) in self.by_stem:
                found.setdefault(stemmed, SYNONYM_WEIGHT)
        return found

    def windows(self) -> list[_Window]:
        """Return every promising window of every name."""
        found: list[_Window] = []
        for start, meanings in enumerate(self.meanings):
            starters = {id(name): name for each in meanings for name in self.by_stem[each]}
            found += [w for name in starters.values() if (w := self._widest(name, start)) is not None]
            found += self._literal(start)
        return found

    def _literal(self, start: int) -> list[_Window]:
        """Match identifiers as they are spelled: `stuid`, `pet type` for PetType."""
        texts = [word.text for word in self.words[start : start + 3]]
        found: list[_Window] = []
        for size in range(1, len(texts) + 1):
            joined = "".join(texts[:size])
            if joined in STOPWORDS or len(joined) < 2:
                continue
            span = frozenset(range(start, start + size))
            found += [
                _Window(name, span, start, start + size, 1.0, 1.5 * size)
                for name in self.names
                if name.joined == joined
            ]
        return found

    def _widest(self, name: _Name, start: int) -> _Window | None:
        """Return the window of a name that begins at a word, extended as far as its words go."""
        matched: dict[str, float] = {}
        positions: list[int] = []
        end, gap, around = start, 0, 0.0
        for i in range(start, min(len(self.words), start + LONGEST_WINDOW)):
            hits = [
                (weight, each)
                for each, weight in self.meanings[i].items()
                if each in name.stems and each not in matched
            ]
            if hits:
                weight, each = max(hits)
                matched[each] = weight
                positions.append(i)
            elif self.words[i].stem in name.context:
                around = 1.0
            elif self.words[i].text in STOPWORDS or self.words[i].text in SUPERLATIVES:
                gap += 1
                if gap > 2:
                    break
                continue
            elif self._shares_tail(i, name):
                continue
            else:
                break
            end, gap = i + 1, 0
        return self._scored(name, matched, positions, start, end, around)

    def _shares_tail(self, i: int, name: _Name) -> bool:
        """Whether a coordination is skipped: the `last` of "first and last name", read for "first name"."""
        return (
            i > 0
            and i + 1 < len(self.words)
            and self.words[i - 1].text in ("and", "or")
            and any(each in name.stems for each in self.meanings[i + 1])
        )

    def _scored(
        self, name: _Name, matched: dict[str, float], positions: list[int], start: int, end: int, around: float
    ) -> _Window | None:
        mass = sum(self.weight[each] * weight for each, weight in matched.items())
        # A name that repeats its table ("customer name" of customers) is whole without the repetition.
        missing = sum(
            self.weight[each] * (0.25 if each in name.context else 1.0) for each in name.stems if each not in matched
        )
        coverage = mass / (mass + missing) if mass else 0.0
        own = any(each not in name.context for each in matched) or name.stems <= name.context
        if coverage < LEAST_COVERAGE or not own:
            return None
        return _Window(name, frozenset(positions), start, end, coverage + 0.2 * around, mass * coverage + 0.2 * around)


def _grouped(windows: list[_Window]) -> tuple[ColumnMention, ...]:
    """Group windows by their words: the widest match takes its words, narrower ones become further readings."""
    mentions: list[ColumnMention] = []
    used: set[int] = set()
    for best in sorted(windows, key=lambda w: (-w.mass, w.start)):
        if best.positions & used and not _coordinated(best.positions, used):
            continue
        own = best.positions - used
        used |= best.positions
        readings: dict[ColumnRef, float] = {}
        for window in windows:
            if window.positions & own and not _coordinated(window.positions, best.positions):
                share = window.mass / best.mass if best.mass else 0.0
                inside = 1.0 if window.positions <= best.positions else 0.5
                score = window.score * min(1.0, share) * inside
                readings[window.name.ref] = max(readings.get(window.name.ref, 0.0), score)
        ranked = sorted(readings.items(), key=lambda item: -item[1])
        mentions.append(ColumnMention(min(best.positions), max(best.end, max(own) + 1), tuple(ranked)))
    return tuple(sorted(mentions, key=lambda m: m.start))


def _coordinated(positions: frozenset[int], taken: AbstractSet[int]) -> bool:
    """Whether two names share only their last word: "first" and "last name", of which both hold "name"."""
    own = positions - taken
    return len(positions) > 1 and bool(own) and (positions & taken) == frozenset((max(positions),))


def _best_tables(windows: list[_Window]) -> tuple[TableMention, ...]:
    best: dict[tuple[int, str], TableMention] = {}
    for window in windows:
        key = (window.start, window.name.ref.table)
        if key not in best or best[key].score < window.score:
            best[key] = TableMention(window.start, window.end, window.name.ref.table, min(1.0, window.score))
    return tuple(sorted(best.values(), key=lambda m: (m.start, -m.score)))
