"""An utterance as words with stems, so that the lexical stages all count in the same positions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice, pairwise

import snowballstemmer

from value_index.text.numbers import digits_value

MAX_WORDS = 400
"""Words beyond these are not read: a question is shorter, and the time of a turn stays bounded."""
_WORD = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[^\W\d_]+(?:['’][a-z]{1,2})?|[^\W_]+", re.UNICODE)
_PARTICLES = frozenset(("in", "out", "up", "off", "on", "down"))
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+|-+|\s+")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return the English stem of a lower-case word."""
    # A stemmer holds the word it works on, so a shared one would not be safe in threads.
    return snowballstemmer.stemmer("english").stemWord(word)


_DOUBLES = ("duplicate", "duplicates", "duplication", "repeat", "repeats", "repetition", "repetitions", "doubles")
_MEANT = {("no", "of"): "number", **{(word, double): "distinct" for word in ("no", "without") for double in _DOUBLES}}
"""A word that denies nothing before the word that says so: "the no of flights", "with no duplicates"."""

_ANEW = re.compile(
    r"\b(?:new|different|separate|unrelated) (?:question|topic|subject)\b|\b(?:start|starting|begin|beginning) (?:over|afresh|anew|from scratch)\b"
    r"|\bforget (?:everything|all (?:of )?(?:that|this))\b",
    re.IGNORECASE,
)
_REST = 4
"""Words that the question itself has at least, beside those that announce it."""


@lru_cache(maxsize=1 << 14)
def name_words(name: str) -> tuple[str, ...]:
    """Split an identifier or a natural name into lower-case words.

    >>> name_words("Year_ofWork")
    ('year', 'of', 'work')
    """
    return tuple(part.lower() for part in _CAMEL.split(name) if part)


@dataclass(frozen=True)
class Word:
    """One word of an utterance."""

    text: str
    """Lower-case, without a possessive ending."""
    stem: str
    start: int
    """Offset of the first character in the utterance."""
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return digits_value(self.text) is not None


@dataclass(frozen=True)
class Utterance:
    """The words of one utterance, in order."""

    text: str
    words: tuple[Word, ...]

    @classmethod
    def of(cls, text: str) -> Utterance:
        """Split a text into words."""
        words: list[Word] = []
        for match in islice(_WORD.finditer(text), MAX_WORDS):
            plain = re.sub(r"['’]s?$", "", match.group().lower())
            words.append(Word(plain, stem(plain), match.start(), match.end()))
        for at, (word, after) in enumerate(pairwise(words)):
            if meant := _MEANT.get((word.text, after.text)):
                words[at] = replace(word, text=meant, stem=stem(meant))
        return cls(text, tuple(words))

    @cached_property
    def folded(self) -> str:
        """The words joined by single spaces, with a space at both ends."""
        return f" {' '.join(word.text for word in self.words)} "

    def has(self, phrase: str) -> bool:
        """Whether the words hold a phrase of whole words."""
        return f" {phrase} " in self.folded

    def compound(self, position: int) -> str | None:
        """Return the stem of the noun that a verb and its particle make: "login" of "logged in"; None if no particle follows."""
        pair = self.words[position : position + 2]
        return stem(pair[0].stem + pair[1].text) if len(pair) == 2 and pair[1].text in _PARTICLES else None

    def find(self, phrase: str) -> tuple[int, ...]:
        """Return the positions of the words at which a phrase begins."""
        parts = phrase.split(" ")
        texts = [word.text for word in self.words]
        size = len(parts)
        return tuple(i for i in range(len(texts) - size + 1) if texts[i : i + size] == parts)

    @cached_property
    def segments(self) -> tuple[int, ...]:
        """The words at which the parts of a folded clarification begin (`user | system | user`); the first is 0."""
        bars = [match.end() for match in re.finditer(r"\s\|\s", self.text)]
        starts = {next((i for i, word in enumerate(self.words) if word.start >= bar), len(self.words)) for bar in bars}
        return tuple(sorted({0, *starts} - {len(self.words)})) or (0,)

    def is_quoted(self, position: int) -> bool:
        """Whether a quotation mark opens right before a word."""
        start = self.words[position].start
        return self.text[start - 1 : start] in ("'", '"', "“", "‘")

    def quoted_end(self, position: int) -> int:
        """Return the word after the quotation that opens before a word; the next word where none does."""
        if self.is_quoted(position):
            for end in range(position, min(len(self.words), position + 10)):
                if self.text[self.words[end].end : self.words[end].end + 1] in ("'", '"', "”", "’"):
                    return end + 1
        return position + 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open range of words that characters `start` to `end` touch."""
        inside = [i for i, word in enumerate(self.words) if word.start < end and word.end > start]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


def is_new_question(text: str) -> bool:
    """Tell whether an utterance announces a new question, and asks it.

    >>> is_new_question("Now a new question. List the months of all happy hours."), is_new_question("New question!")
    (True, False)
    >>> is_new_question("Which customers asked a new question in May?")
    False
    """
    found = _ANEW.search(text)
    if found is None or len(text[: found.start()].split()) >= _REST:
        return False
    return len(text[found.end() :].split()) >= _REST
