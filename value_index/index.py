"""ValueIndex: which stored values a text names."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz, process

from value_index.build import Builder, Progress
from value_index.context import Context, Names, make_stem
from value_index.database import Database
from value_index.fold import fold, plural_variants
from value_index.matches import MatchOperator, Provenance, ValueMatch
from value_index.mentions import FUNCTION_WORDS, Mention, mentions
from value_index.operators import operator_hint
from value_index.ranking import ColumnFacts, Reading, probability
from value_index.storage import load_or_build
from value_index.text import Token, tokens
from value_index.values import Values

LEAST_LIKENESS = 0.8
LEAST_SCORE = 0.3
"""Below it the index abstains."""
READINGS_A_MENTION = 2
MAX_MENTIONS = 8
_DISPLAY_WORDS = frozenset({"name", "titl", "label", "descript"})


class ValueIndex:
    """The distinct values of a database, found by name."""

    def __init__(self, database: Database, values: Values) -> None:
        self.database = database
        self.values = values
        self._stem = make_stem()
        self._names = Names.of(database.schema, self._stem)
        self._facts = tuple(self._column_facts(position) for position in range(len(values.columns)))

    @classmethod
    def build(cls, database: Database) -> ValueIndex:
        """Read the values of every column worth grounding, into memory."""
        return cls(database, Builder(database).build())

    @classmethod
    def open(cls, database: Database, index_dir: Path, *, progress: Progress | None = None) -> ValueIndex:
        """Open the index kept in a folder; read the database first where it is new or has changed."""
        return cls(database, load_or_build(database, index_dir, progress))

    def lookup(self, mention: str, *, limit: int = 10) -> tuple[ValueMatch, ...]:
        """Return the best readings of one mention, best first."""
        words = tokens(mention)
        if not words:
            return ()
        whole = Mention(mention, 0, len(mention), 0, len(words), fold(mention), "quoted")
        numbers = [found for found in mentions(mention, words) if found.kind == "number"]
        context = Context.of(words, (), self._stem)
        readings = [*self._text_readings(whole), *(r for n in numbers for r in self._number_readings(n) if n.last)]
        return _matches(self._scored(readings, context, words), limit)

    def ground(self, text: str, *, tables: Collection[str] = ()) -> tuple[ValueMatch, ...]:
        """Find the mentions of a text and the values they name, in order; of a mention, the best reading first.

        Args:
            text: an utterance, or a self-contained question.
            tables: tables that the conversation already uses; their columns are preferred.
        """
        words = tokens(text)
        context = Context.of(words, tables, self._stem)
        readings = list(self.readings(text, words))
        return self._choose(self._scored(readings, context, words))

    def readings(self, text: str, words: tuple[Token, ...]) -> Iterator[Reading]:
        """Yield every reading of every span of a text, not scored yet."""
        reached: set[int] = set()
        rest: list[Mention] = []
        for mention in sorted(mentions(text, words), key=lambda item: item.first - item.last):
            if mention.kind == "number":
                yield from self._number_readings(mention)
                continue
            exact = list(self._exact_readings(mention))
            if exact:
                yield from exact
                reached.update(range(mention.first, mention.last))
            else:
                rest.append(mention)
        for mention in rest:
            if not reached.issuperset(range(mention.first, mention.last)) and _may_be_misspelt(mention, words):
                yield from self._near_readings(mention)

    def _text_readings(self, mention: Mention) -> Iterator[Reading]:
        yield from self._exact_readings(mention)
        yield from self._near_readings(mention)

    def _exact_readings(self, mention: Mention) -> Iterator[Reading]:
        entries = self.values.exact(mention.folded)
        likeness = 1.0
        if not entries:
            likeness = 0.95
            variants = plural_variants(mention.folded)
            entries = next((found for variant in variants if (found := self.values.exact(variant))), ())
        for entry in entries:
            kind: Provenance = "exact" if entry.value == mention.text else "folded"
            for column in entry.columns:
                yield Reading(mention, self._facts[column], entry.value, kind, likeness)

    def _near_readings(self, mention: Mention) -> Iterator[Reading]:
        length = len(mention.folded)
        spare = max(2, length // 5)
        near = self.values.near(mention.folded, length - spare, length + spare)
        for _, ratio, position in process.extract(
            mention.folded,
            [entry.folded for entry in near],
            scorer=fuzz.ratio,
            score_cutoff=100 * LEAST_LIKENESS,
            limit=5,
        ):
            for column in near[position].columns:
                yield Reading(mention, self._facts[column], near[position].value, "fuzzy", ratio / 100)

    def _number_readings(self, mention: Mention) -> Iterator[Reading]:
        number = mention.number
        assert number is not None
        value = int(number) if number.is_integer() else number
        for position, stored in self.values.number_columns(number):
            kind: Provenance = "exact" if stored else "folded"
            yield Reading(mention, self._facts[position], value, kind, 1.0 if stored else 0.5)

    def _scored(
        self, readings: list[Reading], context: Context, words: tuple[Token, ...]
    ) -> list[tuple[Reading, float]]:
        columns: dict[tuple[int, int, str], int] = {}
        for reading in readings:
            key = (reading.mention.first, reading.mention.last, reading.kind)
            columns[key] = columns.get(key, 0) + 1
        operators: dict[tuple[int, int], MatchOperator] = {}
        scored: list[tuple[Reading, float]] = []
        for reading in readings:
            mention = reading.mention
            span = (mention.first, mention.last)
            if span not in operators:
                operators[span] = _operator(mention, words)
            reading = replace(reading, operator=operators[span])
            features = self.features(reading, context, columns[(*span, reading.kind)])
            scored.append((reading, probability(features)))
        return sorted(scored, key=lambda item: -item[1])

    def features(self, reading: Reading, context: Context, columns: int) -> tuple[float, ...]:
        """Return the values of ranking.FEATURES for a reading."""
        mention, column = reading.mention, reading.column
        first, last = mention.first, mention.last
        name, table = self._names.columns[column.ref], self._names.tables[column.ref.table]
        near = context.near(first, last, name)
        is_number = mention.kind == "number"
        number = mention.number or 0.0
        digits = mention.text[:1].isdigit()
        schema_word = all(stem in self._names.words for stem in context.stems[first:last])
        return (
            1.0,
            reading.likeness,
            float(reading.kind == "exact" and not is_number),
            float(reading.kind == "folded" and not is_number),
            float(reading.kind == "fuzzy"),
            float(reading.kind == "alias"),
            float(mention.kind == "quoted"),
            float(not is_number and mention.text[:1].isupper() and first > 0),
            float(last - first == 1),
            float(len(mention.folded) <= 3 and not is_number),
            float(min(last - first, 4)),
            float(schema_word),
            near,
            context.anywhere(first, last, name),
            context.anywhere(first, last, table),
            float(column.ref.table.lower() in context.tables),
            float(column.is_key),
            float(column.is_reference),
            float(column.is_display),
            math.log(max(columns, 1)),
            float(is_number),
            float(is_number and reading.kind == "exact"),
            float(is_number and digits and 1800 <= number <= 2100 and last - first == 1),
            float(reading.operator not in ("=", "!=")),
            float(column.is_time),
            math.log(max(column.distinct, 1)),
            near * is_number,
            float(is_number and not digits),
        )

    def _choose(self, scored: list[tuple[Reading, float]]) -> tuple[ValueMatch, ...]:
        chosen: dict[tuple[int, int], list[tuple[Reading, float]]] = {}
        for reading, score in scored:
            span = (reading.mention.first, reading.mention.last)
            if span in chosen:
                if len(chosen[span]) < READINGS_A_MENTION and all(
                    reading.column.ref != other.column.ref for other, _ in chosen[span]
                ):
                    chosen[span].append((reading, score))
            elif score >= LEAST_SCORE and len(chosen) < MAX_MENTIONS and not _overlaps(span, chosen):
                chosen[span] = [(reading, score)]
        ordered = sorted(chosen.items())
        return tuple(match for _, group in ordered for match in _matches(group, READINGS_A_MENTION))

    def _column_facts(self, position: int) -> ColumnFacts:
        column = self.values.columns[position]
        schema = self.database.schema
        table = schema.table(column.ref.table)
        assert table is not None
        return ColumnFacts(
            ref=column.ref,
            distinct=column.texts + column.numbers,
            is_key=column.ref.column in table.primary_key,
            is_reference=any(key.source == column.ref for key in schema.foreign_keys),
            is_display=bool(_DISPLAY_WORDS & self._names.columns[column.ref]),
            is_time=schema.describe(column.ref).kind == "time",
        )


def _operator(mention: Mention, words: tuple[Token, ...]) -> MatchOperator:
    before = " ".join(word.folded for word in words[max(0, mention.first - 8) : mention.first])
    after = " ".join(word.folded for word in words[mention.last : mention.last + 5])
    operator = operator_hint(before, after)
    # Names are not greater or less than others: what stands before them speaks of something else.
    return operator if mention.kind == "number" or operator in ("!=", "like") else "="


def _overlaps(span: tuple[int, int], others: Collection[tuple[int, int]]) -> bool:
    return any(span[0] < last and first < span[1] for first, last in others)


def _may_be_misspelt(mention: Mention, words: tuple[Token, ...]) -> bool:
    """Whether near spellings of a span are worth looking for."""
    return len(mention.folded) >= 4 and (mention.last - mention.first > 1 or mention.folded not in FUNCTION_WORDS)


def _matches(scored: list[tuple[Reading, float]], limit: int) -> tuple[ValueMatch, ...]:
    found: list[ValueMatch] = []
    for position, (reading, score) in enumerate(scored[:limit]):
        following = scored[position + 1][1] if position + 1 < len(scored) else 0.0
        found.append(
            ValueMatch(
                mention=reading.mention.text,
                column=reading.column.ref,
                value=reading.value,
                operator=reading.operator,
                score=round(score, 4),
                margin=round(score - following, 4),
                kind=reading.kind,
                via=reading.via,
            )
        )
    return tuple(found)


__all__ = ["ValueIndex", "ValueMatch"]
