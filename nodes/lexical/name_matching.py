"""Names laid over words: where the words of an utterance match the names of a schema, wholly or in part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import log

from nodes.lexical.lexicon import ASKED, STOPWORDS, SUPERLATIVES
from nodes.lexical.utterance import Utterance, name_words, stem
from value_index.schema import ColumnRef
from value_index.text.schema_words import ABBREVIATIONS
from value_index.text.similarity import similarity

NEAR_SPELLING = 0.84
LEAST_COVERAGE = 0.45
SYNONYM_WEIGHT = 0.6
LONGEST_WINDOW = 8


@dataclass
class Name:
    """The stems of one column or table name; `context` holds the stems of a column's table."""

    ref: ColumnRef
    words: tuple[str, ...]
    joined: str
    context: frozenset[str] = frozenset()
    written: tuple[str, ...] = ()
    """The words of the identifier, abbreviated as they stand there."""

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the name's words."""
        return frozenset(stem(word) for word in self.words)


@dataclass(frozen=True)
class Window:
    """One try: a name over some words."""

    name: Name
    positions: frozenset[int]
    """Words that match the name itself."""
    start: int
    end: int
    score: float
    mass: float


def content_words(name: str) -> tuple[str, ...]:
    """Return a name's words, without stop words unless nothing else is left."""
    words = name_words(name)
    return tuple(word for word in words if word not in STOPWORDS) or words


def named(natural: str, name: str, ref: ColumnRef, context: frozenset[str] = frozenset()) -> Name:
    """Return a name from its natural form and its identifier."""
    return Name(ref, content_words(natural), "".join(name_words(name)), context, name_words(name))


class Matcher:
    """Matches the names of one kind against the words."""

    def __init__(self, utterance: Utterance, names: list[Name]) -> None:
        self.words, self.utterance = utterance.words, utterance
        self.names = names
        self.by_stem: dict[str, list[Name]] = {}
        for name in names:
            for each in name.stems:
                self.by_stem.setdefault(each, []).append(name)
        self.shortened = {
            word: stem(ABBREVIATIONS[word].split()[-1])
            for name in names
            for word in name.written
            if word in ABBREVIATIONS and word not in name.words
        }
        """Words of identifiers that their natural names write out: a person says "rep" too, as it stands there."""
        self.weight = {each: log(1.0 + len(names) / len(found)) for each, found in self.by_stem.items()}
        self.vocabulary: dict[str, list[str]] = {}
        """Words of names by their first letter, which misspellings rarely touch."""
        for each in {word for name in names for word in name.words if len(word) >= 4}:
            self.vocabulary.setdefault(each[0], []).append(each)
        self.meanings = [self._meanings(i) for i in range(len(self.words))]

    def _meanings(self, position: int) -> dict[str, float]:
        """Return the name stems that the word at a position may stand for, with weights 0..1."""
        word = self.words[position]
        found: dict[str, float] = {}
        if word.stem in self.by_stem and (word.text not in STOPWORDS):
            found[word.stem] = 1.0
        elif (noun := self.utterance.compound(position)) is not None and noun in self.by_stem:
            found[noun] = 1.0
        elif (full := self.shortened.get(word.text) or self.shortened.get(word.stem)) in self.by_stem:
            found[full] = 1.0
        elif len(word.text) >= 5 and word.text not in STOPWORDS:
            alike = [w for w in self.vocabulary.get(word.text[0], ()) if abs(len(w) - len(word.text)) <= 2]
            score, near = max(((similarity(word.text, each), each) for each in alike), default=(0.0, ""))
            if score >= NEAR_SPELLING:
                found[stem(near)] = score
        phrase = f"{self.words[position - 1].text} {word.text}" if position else ""
        for synonym in ASKED.get(word.text, ASKED.get(word.stem, ())) + ASKED.get(phrase, ()):
            if (stemmed := stem(synonym)) in self.by_stem:
                found.setdefault(stemmed, SYNONYM_WEIGHT)
        return found

    def windows(self) -> list[Window]:
        """Return every promising window of every name."""
        found: list[Window] = []
        for start, meanings in enumerate(self.meanings):
            starters = {id(name): name for each in meanings for name in self.by_stem[each]}
            found += [w for name in starters.values() if (w := self._widest(name, start)) is not None]
            found += self._literal(start)
        return found

    def _literal(self, start: int) -> list[Window]:
        """Match identifiers as they are spelled: `stuid`, `pet type` for PetType."""
        texts = [word.text for word in self.words[start : start + 3]]
        found: list[Window] = []
        for size in range(1, len(texts) + 1):
            joined = "".join(texts[:size])
            if joined in STOPWORDS or len(joined) < 2:
                continue
            span = frozenset(range(start, start + size))
            found += [
                Window(name, span, start, start + size, 1.0, 1.5 * size) for name in self.names if name.joined == joined
            ]
        return found

    def _widest(self, name: Name, start: int) -> Window | None:
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

    def _shares_tail(self, i: int, name: Name) -> bool:
        """Whether a coordination is skipped: the `last` of "first and last name", read for "first name"."""
        return (
            i > 0
            and i + 1 < len(self.words)
            and self.words[i - 1].text in ("and", "or")
            and any(each in name.stems for each in self.meanings[i + 1])
        )

    def _scored(
        self, name: Name, matched: dict[str, float], positions: list[int], start: int, end: int, around: float
    ) -> Window | None:
        mass = sum(self.weight[each] * weight for each, weight in matched.items())
        # A name that repeats its table ("customer name" of customers) is whole without the repetition.
        missing = sum(
            self.weight[each] * (0.25 if each in name.context else 1.0) for each in name.stems if each not in matched
        )
        coverage = mass / (mass + missing) if mass else 0.0
        own = any(each not in name.context for each in matched) or name.stems <= name.context
        if coverage < LEAST_COVERAGE or not own:
            return None
        return Window(name, frozenset(positions), start, end, coverage + 0.2 * around, mass * coverage + 0.2 * around)
