"""ValueIndex: which stored values a text names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rapidfuzz import fuzz, process

from value_index.aliases import Aliases, Domain
from value_index.build import Builder, Progress
from value_index.context import Context, Names, make_stem
from value_index.database import Database
from value_index.dates import Dates
from value_index.fold import fold, plural_variants
from value_index.linked_rows import linked_readings
from value_index.matches import MatchOperator, Provenance, Scalar, ValueMatch
from value_index.mentions import FUNCTION_WORDS, Mention, mentions
from value_index.operators import operator_hint
from value_index.ranking import ColumnFacts, Features, Ranker, Reading, readings_features, span_features
from value_index.schema import ColumnRef
from value_index.storage import load_or_build
from value_index.text import Token, tokens
from value_index.values import Values
from value_index.weights import READING_WEIGHTS, SPAN_WEIGHTS

KEPT_FROM = 16 << 20
"""Bytes of a database from which reading it each time costs more than keeping its index."""
LEAST_LIKENESS = 0.8
LONG_NAME = 8
"""Characters from which two edits are forgiven."""
LEAST_LONG_LIKENESS = 0.72
CLOSE = 0.85
"""A spelling so near that values which merely hold the span are not looked for."""
MAX_NEAR = 5
"""Near spellings of one span that are looked at."""
LEAST_SCORE = 0.25
"""Below it the index abstains."""
READINGS_A_MENTION = 3
MAX_MENTIONS = 12
ALIAS_LIKENESS = 0.9
DOMAIN_SAMPLE = 40
"""Values looked at to tell what a column holds."""
_DISPLAY_WORDS = frozenset({"name", "titl", "label", "descript"})


class ValueIndex:
    """The distinct values of a database, found by name."""

    def __init__(self, database: Database, values: Values) -> None:
        self.database = database
        self.values = values
        self._stem = make_stem()
        self._ranker = Ranker(SPAN_WEIGHTS, READING_WEIGHTS)
        self._names = Names.of(database.schema, self._stem)
        self._aliases = Aliases()
        self._dates = Dates()
        self._domains: dict[tuple[int, Domain, bool], bool] = {}
        self._facts = tuple(self._column_facts(position) for position in range(len(values.columns)))

        self._facts_of = {facts.ref: facts for facts in self._facts}

    @classmethod
    def build(cls, database: Database) -> ValueIndex:
        """Read the values of every column worth grounding, into memory."""
        return cls(database, Builder(database).build())

    @classmethod
    def of(cls, database: Database, index_dir: Path) -> ValueIndex:
        """Return the index of a database: read into memory where the file is small, else kept in a folder."""
        small = database.path.stat().st_size < KEPT_FROM
        return cls.build(database) if small else cls.open(database, index_dir)

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
        context = Context.of(words, self._names, self._stem)
        found: list[tuple[Reading, float]] = []
        left = 1.0
        for readings in (
            [reading for number in numbers for reading in self._number_readings(number)],
            [*self._exact_readings(whole)] or [*self._alias_readings(whole), *self._dated_readings(mention, words)],
            [*self._near_readings(whole, limit)],
        ):
            for group in self.spans(readings, words):
                linked = self.with_linked(group)
                shares = self._ranker.shares(linked, context, self._names)
                # That the text names a value is given here; how alike it is to one is not.
                likeness = max(reading.likeness for reading in linked)
                scored = _distinct(linked, shares)
                found += [(reading, left * likeness * share) for reading, share in scored]
                left *= 1.0 - likeness
        return _matches(sorted(found, key=lambda pair: -pair[1]), limit)

    def ground(
        self, text: str, *, tables: Collection[str] = (), columns: Collection[ColumnRef] = ()
    ) -> tuple[ValueMatch, ...]:
        """Find the mentions of a text and the values they name, in order; of a mention, the best reading first.

        Args:
            text: an utterance, or a self-contained question.
            tables: tables that the conversation uses; their columns are preferred.
            columns: columns that the conversation has compared with values; "and in Rome?" speaks of them again.
        """
        words = tokens(text)
        context = Context.of(words, self._names, self._stem, tables, columns)
        return self._choose(self._scored(self.readings(text, words), context, words), context)

    def features(
        self, text: str, *, tables: Collection[str] = (), columns: Collection[ColumnRef] = ()
    ) -> Iterator[tuple[list[Reading], Features, list[Features]]]:
        """Yield the readings of each span of a text with what the ranker sees of them: what its weights are fitted on."""
        words = tokens(text)
        context = Context.of(words, self._names, self._stem, tables, columns)
        for group in self.spans(self.readings(text, words), words):
            readings = self.with_linked(group)
            each = readings_features(readings, context, self._names)
            yield readings, span_features(readings, each, context, self._names), each

    def readings(self, text: str, words: tuple[Token, ...]) -> Iterator[Reading]:
        """Yield every reading of every span of a text, not scored yet."""
        named: list[Mention] = []
        rest: list[Mention] = []
        found = [*mentions(text, words), *self._date_mentions(text, words)]
        for mention in sorted(found, key=lambda item: item.first - item.last):
            if mention.kind == "number":
                yield from self._number_readings(mention)
            elif not any(other.first <= mention.first and mention.last <= other.last for other in named):
                exact = list(self._exact_readings(mention)) or list(self._alias_readings(mention))
                yield from exact
                (named if exact else rest).append(mention)
        reached = {place for mention in named for place in range(mention.first, mention.last)}
        for mention in rest:
            if not reached.issuperset(range(mention.first, mention.last)) and _may_be_misspelt(mention):
                yield from self._near_readings(mention)

    def _date_mentions(self, text: str, words: tuple[Token, ...]) -> Iterator[Mention]:
        for found in self._dates.find(text):
            inside = [i for i, word in enumerate(words) if word.start >= found.start and word.end <= found.end]
            if inside:
                written = text[found.start : found.end]
                forms = tuple(form for day in found.dates for form in self._dates.spellings(day))
                yield Mention(
                    written, found.start, found.end, inside[0], inside[-1] + 1, fold(written), "date", forms=forms
                )

    def _dated_readings(self, text: str, words: tuple[Token, ...]) -> Iterator[Reading]:
        for mention in self._date_mentions(text, words):
            yield from self._exact_readings(mention)

    def _exact_readings(self, mention: Mention) -> Iterator[Reading]:
        entries = self.values.exact(mention.folded)
        likeness = 1.0
        if not entries:
            likeness = 0.95
            variants = mention.forms or plural_variants(mention.folded)
            entries = next((found for variant in variants if (found := self.values.exact(variant))), ())
        for entry in entries:
            kind: Provenance = "exact" if entry.value == mention.text else "folded"
            for column in entry.columns:
                yield Reading(mention, self._facts[column], entry.value, kind, likeness)

    def _alias_readings(self, mention: Mention) -> Iterator[Reading]:
        for alias in self._aliases.of(mention.text, mention.folded):
            for entry in self.values.exact(alias.name):
                for column in entry.columns:
                    if self._holds(column, alias.domain, alias.is_code):
                        yield Reading(mention, self._facts[column], entry.value, "alias", ALIAS_LIKENESS)

    def _holds(self, position: int, domain: Domain, codes: bool) -> bool:
        """Whether most values of a column are names, or codes, of a domain: 'IT' need not be Italy."""
        key = (position, domain, codes)
        if key not in self._domains:
            values = self.database.distinct(self._facts[position].ref, DOMAIN_SAMPLE)
            texts = [fold(value) for value in values if isinstance(value, str)]
            known = sum(self._aliases.is_member(text, domain, codes) for text in texts)
            self._domains[key] = known > len(texts) / 2
        return self._domains[key]

    def _near_readings(self, mention: Mention, limit: int = MAX_NEAR) -> Iterator[Reading]:
        """Yield near spellings of a span, and the few values that it is a part of."""
        length = len(mention.folded)
        spare = max(2, length // 6)
        found = self.values.near(mention.folded, length - spare, length + spare)
        near = [entry for entry in found if entry.folded != mention.folded]
        least = LEAST_LIKENESS if length < LONG_NAME else LEAST_LONG_LIKENESS
        alike = process.extract(
            mention.folded, [entry.folded for entry in near], scorer=fuzz.ratio, score_cutoff=100 * least, limit=limit
        )
        for _, ratio, position in alike:
            for column in near[position].columns:
                yield Reading(mention, self._facts[column], near[position].value, "fuzzy", ratio / 100)
        if alike and alike[0][1] >= 100 * CLOSE:
            return
        whole = self.values.holding(mention.folded, 3 * length, limit + 1)
        for entry in whole if len(whole) <= limit else ():
            for column in entry.columns:
                likeness = length / len(entry.folded)
                yield Reading(mention, self._facts[column], entry.value, "fuzzy", likeness, is_part=True)

    def _number_readings(self, mention: Mention) -> Iterator[Reading]:
        number = mention.number
        assert number is not None
        value = int(number) if number.is_integer() else number
        for position, stored in self.values.number_columns(number):
            kind: Provenance = "exact" if stored else "folded"
            yield Reading(mention, self._facts[position], value, kind, 1.0 if stored else 0.5)

    def spans(self, readings: Iterable[Reading], words: tuple[Token, ...]) -> list[list[Reading]]:
        """Group readings by their span, each with the operator that the words around the span ask for."""
        groups: dict[tuple[int, int], list[Reading]] = {}
        for reading in readings:
            groups.setdefault((reading.mention.first, reading.mention.last), []).append(reading)
        for group in groups.values():
            operator = _operator(group[0].mention, words)
            if operator != "=":
                group[:] = [replace(reading, operator=operator) for reading in group]
        return list(groups.values())

    def _scored(
        self, readings: Iterable[Reading], context: Context, words: tuple[Token, ...]
    ) -> list[list[tuple[Reading, float]]]:
        """Return the readings of each span with their probabilities, best first, each column once."""
        return [self._ranked(group, context) for group in self.spans(readings, words)]

    def _ranked(self, group: list[Reading], context: Context) -> list[tuple[Reading, float]]:
        """Return the readings of one span with their probabilities, best first."""
        return _distinct(group, self._ranker.chances(group, context, self._names))

    def with_linked(self, group: list[Reading]) -> list[Reading]:
        """Return readings with those that lead through a row."""
        linked = (other for reading in group for other in linked_readings(reading, self.database, self._facts_of))
        return [*group, *linked]

    def _choose(self, scored: list[list[tuple[Reading, float]]], context: Context) -> tuple[ValueMatch, ...]:
        """Keep the likeliest spans that do not overlap; what several columns share adds up for their span."""
        chosen: dict[tuple[int, int], tuple[ValueMatch, ...]] = {}
        ranked = sorted(((_chance(group), group) for group in scored), key=lambda pair: -pair[0])
        for chance, group in ranked:
            mention = group[0][0].mention
            span = (mention.first, mention.last)
            if chance < LEAST_SCORE or len(chosen) == MAX_MENTIONS:
                break
            if not any(span[0] < last and first < span[1] for first, last in chosen):
                readings = self.with_linked([reading for reading, _ in group])
                best = {
                    reading.column.ref: (reading, score) for reading, score in reversed(self._ranked(readings, context))
                }
                chosen[span] = _matches(sorted(best.values(), key=lambda pair: -pair[1]), READINGS_A_MENTION)
        return tuple(match for _, found in sorted(chosen.items()) for match in found)

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
            is_referred=any(key.target == column.ref for key in schema.foreign_keys),
            is_display=bool(_DISPLAY_WORDS & self._names.columns[column.ref]),
            is_time=schema.describe(column.ref).kind == "time",
        )


def _operator(mention: Mention, words: tuple[Token, ...]) -> MatchOperator:
    before = " ".join(word.folded for word in words[max(0, mention.first - 8) : mention.first])
    after = " ".join(word.folded for word in words[mention.last : mention.last + 5])
    operator = operator_hint(before, after)
    # Names are not greater or less than others: what stands before them speaks of something else.
    return operator if mention.kind in ("number", "date") or operator in ("!=", "like") else "="


def _distinct(readings: Sequence[Reading], scores: Sequence[float]) -> list[tuple[Reading, float]]:
    """Return the readings with their scores, best first, each value of a column once."""
    best: dict[tuple[ColumnRef, Scalar], tuple[Reading, float]] = {}
    for reading, score in sorted(zip(readings, scores, strict=True), key=lambda pair: -pair[1]):
        best.setdefault((reading.column.ref, reading.value), (reading, score))
    return list(best.values())


def _chance(group: list[tuple[Reading, float]]) -> float:
    return sum(chance for _, chance in group)


def _may_be_misspelt(mention: Mention) -> bool:
    """Whether near spellings of a span are worth looking for."""
    return len(mention.folded) >= 4 and mention.folded not in FUNCTION_WORDS


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
