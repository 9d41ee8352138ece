"""Cues: what one utterance says beside names and values: counts, aggregates, superlatives, groups, order, negation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from nodes.lexical.comparisons import NumberComparison, comparisons, number_of
from nodes.lexical.lexicon import (
    AFFIRMATIONS,
    AGGREGATE_CUES,
    AVERAGING,
    COUNT_CUES,
    DESCENDING_CUES,
    DISTINCT_CUES,
    EXCLUSION_CUES,
    EXTEND_CUES,
    FOLLOW_PHRASES,
    FOLLOW_PRONOUNS,
    NARROW_CUES,
    PATTERN_CUES,
    PATTERN_FILLERS,
    REPLACING,
    RESTRICTORS,
    SORT_CUES,
    STOPWORDS,
    STRONG_GROUP_CUES,
    SUPERLATIVES,
)
from nodes.lexical.utterance import Utterance
from nodes.plan import AggregateFunction, Operator

SHORTEST_REQUEST = 4
"""Words that a last sentence must have to be read as the request by itself."""

_TIME_UNITS = frozenset(("year", "month", "week", "quarter", "night", "summer", "winter", "spring", "autumn"))
"""Words after which "last" is no superlative: "last year"."""


@dataclass(frozen=True)
class TextPart:
    """A part of a text that is asked for: "containing cv"."""

    start: int
    end: int
    """Half-open range of the words of the part."""
    pattern: str
    """The pattern for LIKE."""
    operator: Operator = "like"


@dataclass(frozen=True)
class Superlative:
    """A superlative: its word, its direction, and how many rows it asks for."""

    position: int
    descending: bool
    implied: tuple[str, ...]
    limit: int = 1


@dataclass(frozen=True)
class Cues:
    """The cues of one utterance; each is found when first asked for."""

    utterance: Utterance

    def _at(self, phrases: tuple[str, ...] | frozenset[str]) -> tuple[int, ...]:
        found = [at for phrase in phrases if self.utterance.has(phrase) for at in self.utterance.find(phrase)]
        return tuple(sorted(found))

    @cached_property
    def count(self) -> int | None:
        """The word that asks for a count ("how many"); None if none does."""
        words = self.utterance.words
        found = [at for at in self._at(COUNT_CUES) if not (at and words[at - 1].text in AVERAGING)]
        return found[0] if found else None

    @cached_property
    def aggregates(self) -> tuple[tuple[int, AggregateFunction], ...]:
        """Words that may ask for an aggregate, with the function."""
        words = self.utterance.words
        return tuple(
            (i, AGGREGATE_CUES[word.text])
            for i, word in enumerate(words)
            if word.text in AGGREGATE_CUES and not self._idle_superlative(i)
        )

    def _idle_superlative(self, i: int) -> bool:
        """Whether a superlative word is part of something else: "at most", "first name", "instead of the total"."""
        words = self.utterance.words
        before = words[i - 1].text if i else ""
        after = words[i + 1].text if i + 1 < len(words) else ""
        return (
            before == "at"
            or self._is_replaced(i)
            or (words[i].text == "mean" and before in ("you", "i"))
            or after
            in ("name", "names", "recent", "common", "popular", "expensive", "frequent", "frequently", "commonly")
            or (words[i].text in ("first", "last") and after in ("and", "or", "", "date"))
            or (words[i].text == "last" and after in _TIME_UNITS)
            or (words[i].text == "total" and after in ("number", "count", "of"))
        )

    def _is_replaced(self, i: int) -> bool:
        """Whether something else is asked for in the place of what a word names: "instead of the total"."""
        before = [word.text for word in self.utterance.words[max(0, i - 3) : i]]
        return tuple(before[-3:-1] if before[-1:] == ["the"] else before[-2:]) in REPLACING

    @cached_property
    def superlatives(self) -> tuple[Superlative, ...]:
        """The superlatives, in order."""
        words = self.utterance.words
        found: list[Superlative] = []
        for i, word in enumerate(words):
            if word.text not in SUPERLATIVES or self._idle_superlative(i):
                continue
            descending, implied = SUPERLATIVES[word.text]
            if i and words[i - 1].text == "least":
                descending = False
            found.append(Superlative(i, descending, implied, self._limit(i)))
        return tuple(found)

    def _limit(self, i: int) -> int:
        """Return how many rows a superlative asks for: "top 3", "three highest"."""
        words = self.utterance.words
        for j in (i + 1, i - 1):
            if 0 <= j < len(words) and (number := number_of(words[j].text)) is not None and 1 <= number <= 100:
                return int(number)
        return 1

    @cached_property
    def group(self) -> tuple[int, ...]:
        """The word after each cue of a grouping ("for each city": "city")."""
        found: set[int] = set()
        for phrase in STRONG_GROUP_CUES:
            if self.utterance.has(phrase):
                found |= {at + len(phrase.split(" ")) for at in self.utterance.find(phrase)}
        return tuple(sorted(found))

    @cached_property
    def sort(self) -> int | None:
        """The word that asks for an order ("sorted by"); None if none does."""
        found = self._at(SORT_CUES)
        return found[0] if found else None

    @cached_property
    def descending(self) -> bool:
        """Whether an order that is asked for goes down."""
        return any(word.text in DESCENDING_CUES for word in self.utterance.words)

    @cached_property
    def distinct(self) -> bool:
        """Whether equal rows are to be shown once."""
        return any(word.text in DISTINCT_CUES for word in self.utterance.words)

    @cached_property
    def negated(self) -> tuple[int, ...]:
        """The words that deny something ("not", "without")."""
        return tuple(at for at in self._at(EXCLUSION_CUES) if at or not self.refuses)

    @cached_property
    def refuses(self) -> bool:
        """Whether the utterance begins with a no that answers and denies nothing: "No, just the vans"."""
        words = self.utterance.words
        return bool(words) and words[0].text == "no" and self.utterance.text[words[0].end :][:1] in tuple(",.;:!-")

    @cached_property
    def comparisons(self) -> tuple[NumberComparison, ...]:
        """The comparisons with numbers, in order."""
        return comparisons(self.utterance)

    @cached_property
    def bare_numbers(self) -> tuple[int, ...]:
        """The words in digits that neither a comparison nor a superlative takes."""
        taken = {c.position for c in self.comparisons}
        taken |= {s.position + offset for s in self.superlatives for offset in (-1, 1)}
        return tuple(i for i, word in enumerate(self.utterance.words) if word.is_number and i not in taken)

    @cached_property
    def parts(self) -> tuple[TextPart, ...]:
        """The parts of texts that are asked for, in order."""
        words = self.utterance.words
        found: dict[int, TextPart] = {}
        for i, word in enumerate(words):
            pair = f"{word.stem} {words[i + 1].text}" if i + 1 < len(words) else word.stem
            template = PATTERN_CUES.get(pair, PATTERN_CUES.get(word.stem))
            if template is None:
                continue
            start = next((j for j in range(i + 1, len(words)) if words[j].text not in PATTERN_FILLERS), len(words))
            if start < len(words) and start <= i + 4 and not self._begins_order(start):
                end = self.utterance.quoted_end(start)
                text = self.utterance.text[words[start].start : words[end - 1].end]
                denied = any(each.text in EXCLUSION_CUES for each in words[max(0, i - 2) : i])
                operator: Operator = "not like" if denied else "like"
                found.setdefault(start, TextPart(start, end, template.format(text), operator))
        return tuple(found.values())

    def _begins_order(self, at: int) -> bool:
        """Whether a word says which row comes first, and is no part of a text: "starting with the oldest"."""
        return self.utterance.words[at].text in SUPERLATIVES and not self.utterance.is_quoted(at)

    def count_compared(self, comparison: NumberComparison, table_starts: frozenset[int]) -> bool:
        """Whether a comparison counts rows of a table ("at least 3 events"): one is named right after the number."""
        return any(comparison.position < start <= comparison.end + 1 for start in table_starts)

    @cached_property
    def _request(self) -> Utterance:
        """The last sentence, where it is long enough to be the request; thanks and chatter come before it."""
        last = Utterance.of(re.split(r"(?<=[.!?)])\s+", self.utterance.text.strip())[-1])
        return last if len(last.words) >= SHORTEST_REQUEST else self.utterance

    def _requests(self, phrases: tuple[str, ...]) -> bool:
        return any(self._request.has(phrase) for phrase in phrases)

    @cached_property
    def pronoun(self) -> bool:
        """Whether a pronoun points back."""
        return any(word.text in FOLLOW_PRONOUNS for word in self._request.words)

    @cached_property
    def follow(self) -> bool:
        """Whether a phrase points back: "what about", "of those"."""
        first = self._request.words[0].text if self._request.words else ""
        return self._requests(FOLLOW_PHRASES) or first in ("and", "also", "then", "now")

    @cached_property
    def extend(self) -> bool:
        """Whether something is to be shown beside what was shown."""
        return self._requests(EXTEND_CUES)

    @cached_property
    def narrow(self) -> bool:
        """Whether what was shown is to be cut down."""
        return self._requests(NARROW_CUES)

    @cached_property
    def content(self) -> int:
        """How many words carry content."""
        return sum(w.text not in STOPWORDS and w.text not in AFFIRMATIONS for w in self.utterance.words)

    @cached_property
    def how_many(self) -> bool:
        """Whether the utterance asks "how many"."""
        return self.utterance.has("how many")

    @cached_property
    def both(self) -> bool:
        """Whether two conditions are to hold of different rows."""
        return self.utterance.has("both")

    def head_end(self, start: int, end: int) -> int:
        """Return the word of a range at which the question turns from what it asks for to conditions."""
        words = self.utterance.words
        seen = False
        for i in range(start, end):
            if seen and words[i].text in RESTRICTORS and not self._goes_on(i):
                return i
            seen = seen or (words[i].text not in STOPWORDS and words[i].text not in AFFIRMATIONS)
        return end

    def _goes_on(self, i: int) -> bool:
        """Whether a restrictor only adds to what is shown: "with their headquarters"."""
        after = self.utterance.words[i + 1 : i + 2]
        return bool(after) and self.utterance.words[i].text == "with" and after[0].text in FOLLOW_PRONOUNS
