"""Clues: what one utterance says beside names and values: counts, aggregates, superlatives, groups, order, negation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from nodes.lexicon import (
    AFFIRMATIONS,
    AGGREGATE_CUES,
    COMPARISONS,
    COUNT_CUES,
    DESCENDING_CUES,
    DISTINCT_CUES,
    EXCLUSION_CUES,
    EXTEND_CUES,
    FOLLOW_PHRASES,
    FOLLOW_PRONOUNS,
    NARROW_CUES,
    RESTRICTORS,
    SORT_CUES,
    STOPWORDS,
    STRONG_GROUP_CUES,
    SUPERLATIVES,
)
from nodes.plan import AggregateFunction, Operator
from nodes.utterance import Utterance

NUMBER_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


@dataclass(frozen=True)
class Comparison:
    """A phrase of comparison and the number it speaks of."""

    start: int
    end: int
    """Half-open range of words, the number included."""
    operator: Operator
    number: int | float
    position: int
    """The word that is the number."""


@dataclass(frozen=True)
class Superlative:
    """A superlative: its word, its direction, and how many rows it asks for."""

    position: int
    descending: bool
    implied: tuple[str, ...]
    limit: int = 1


@dataclass(frozen=True)
class Clues:
    """The cues of one utterance; each is found when first asked for."""

    utterance: Utterance

    def _at(self, phrases: tuple[str, ...] | frozenset[str]) -> tuple[int, ...]:
        found = [at for phrase in phrases if self.utterance.has(phrase) for at in self.utterance.find(phrase)]
        return tuple(sorted(found))

    @cached_property
    def count(self) -> int | None:
        """Where a count is asked for; None where it is not."""
        found = self._at(COUNT_CUES)
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
        """Whether a superlative word is part of something else: "at most", "first name", "total number"."""
        words = self.utterance.words
        before = words[i - 1].text if i else ""
        after = words[i + 1].text if i + 1 < len(words) else ""
        return (
            before == "at"
            or after
            in ("name", "names", "recent", "common", "popular", "expensive", "frequent", "frequently", "commonly")
            or (words[i].text in ("first", "last") and after in ("and", "or", "", "date"))
            or (words[i].text == "total" and after in ("number", "count", "of"))
        )

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
        """Where a grouping is asked for: the word after the cue."""
        found: set[int] = set()
        for phrase in STRONG_GROUP_CUES:
            if self.utterance.has(phrase):
                found |= {at + len(phrase.split(" ")) for at in self.utterance.find(phrase)}
        return tuple(sorted(found))

    @cached_property
    def sort(self) -> int | None:
        """Where an order is asked for; None where it is not."""
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
        """Where something is denied."""
        return self._at(EXCLUSION_CUES)

    @cached_property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons with numbers, in order."""
        return tuple(_comparisons(self.utterance))

    def count_compared(self, comparison: Comparison, table_starts: frozenset[int]) -> bool:
        """Whether a comparison counts rows of a table ("at least 3 events"): one is named right after the number."""
        return any(comparison.position < start <= comparison.position + 2 for start in table_starts)

    @cached_property
    def pronoun(self) -> bool:
        """Whether a pronoun points back."""
        return any(word.text in FOLLOW_PRONOUNS for word in self.utterance.words)

    @cached_property
    def follow(self) -> bool:
        """Whether a phrase points back: "what about", "of those"."""
        return bool(self._at(FOLLOW_PHRASES)) or (
            bool(self.utterance.words) and self.utterance.words[0].text in ("and", "also", "then", "now")
        )

    @cached_property
    def extend(self) -> bool:
        """Whether something is to be shown beside what was shown."""
        return bool(self._at(EXTEND_CUES))

    @cached_property
    def narrow(self) -> bool:
        """Whether what was shown is to be cut down."""
        return bool(self._at(NARROW_CUES))

    @cached_property
    def content(self) -> int:
        """How many words carry content."""
        return sum(w.text not in STOPWORDS and w.text not in AFFIRMATIONS for w in self.utterance.words)

    @cached_property
    def head_end(self) -> int:
        """The word at which the question turns from what it asks for to conditions."""
        seen = False
        for i, word in enumerate(self.utterance.words):
            if seen and word.text in RESTRICTORS:
                return i
            seen = seen or (word.text not in STOPWORDS and word.text not in AFFIRMATIONS)
        return len(self.utterance.words)


def number_of(text: str) -> int | float | None:
    """Return the number that a word is, in digits or letters; None for another word.

    >>> number_of("2,500"), number_of("three"), number_of("rain")
    (2500, 3, None)
    """
    if text in NUMBER_WORDS:
        return NUMBER_WORDS.index(text)
    plain = text.replace(",", "")
    if plain.isdigit():
        return int(plain)
    try:
        return float(plain) if plain[:1].isdigit() else None
    except ValueError:
        return None


def _comparisons(utterance: Utterance) -> list[Comparison]:
    """Find comparison phrases with a number within three words after, or just before ("5 or more")."""
    found: dict[int, Comparison] = {}
    words = utterance.words
    for phrase, operator in sorted(COMPARISONS.items(), key=lambda item: -len(item[0])):
        if not utterance.has(phrase):
            continue
        size = len(phrase.split(" "))
        for at in utterance.find(phrase):
            places = [at - 1] if phrase.startswith("or ") else range(at + size, min(len(words), at + size + 4))
            for place in places:
                number = number_of(words[place].text) if place >= 0 else None
                if number is not None:
                    start, end = min(at, place), max(at + size, place + 1)
                    found.setdefault(place, Comparison(start, end, operator, number, place))
                    break
    return sorted(found.values(), key=lambda c: c.start)
