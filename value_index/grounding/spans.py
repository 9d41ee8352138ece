"""Mentions: the spans of an utterance that may name a stored value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from value_index.text.numbers import digits_value, words_value
from value_index.text.tokens import Token, quoted_spans

LONGEST_SPAN = 8
FUNCTION_WORDS = frozenset(
    """a about after all also am an and any are as at be been before being but by can could did do does each every
    find for from get give got had has have hello her here hi him his how i if in into is it its just let like
    list many me more most much my no not of ok okay on only or other our out over please she show so some such
    sure tell than thank thanks that the their them then there these they this those to too under up us want was
    we were what when where which who whom whose why will with would yeah yes you your""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A span of words, or a number."""

    text: str
    """The words as written."""
    start: int
    end: int
    first: int
    """Position of its first word."""
    last: int
    """Position after its last word."""
    folded: str
    kind: Literal["quoted", "words", "number", "date"]
    number: float | None = None
    forms: tuple[str, ...] = ()
    """Other spellings of a date, folded."""


def mentions(text: str, words: tuple[Token, ...]) -> tuple[Mention, ...]:
    """Return every span that may name a value: quoted texts, runs of words that a value may be, numbers."""
    quoted = quoted_spans(text)
    found = [*_quoted(text, words, quoted), *_numbers(text, words)]
    shouted = [_is_shouted(words, place) for place in range(len(words))]
    begins = [_begins(text, words, place) for place in range(len(words))]
    for first in range(len(words)):
        for last in range(first + 1, min(first + LONGEST_SPAN, len(words)) + 1):
            if last - first > 1 and _breaks(text[words[last - 2].end : words[last - 1].start]):
                break
            joined = [
                first + 1 < last and _is_hyphen(text, words, first),
                first + 1 < last and _is_hyphen(text, words, last - 2),
            ]
            if _may_name(words[first:last], shouted[first:last], joined, begins=begins[first]):
                found.append(_span(text, words, first, last, "words"))
    return tuple(found)


def _span(
    text: str, words: tuple[Token, ...], first: int, last: int, kind: Literal["quoted", "words", "number"],
    number: float | None = None,
) -> Mention:  # fmt: skip
    start, end = words[first].start, words[last - 1].end
    folded = " ".join(word.folded for word in words[first:last])
    return Mention(text[start:end], start, end, first, last, folded, kind, number)


def _quoted(text: str, words: tuple[Token, ...], quoted: tuple[tuple[int, int], ...]) -> list[Mention]:
    found: list[Mention] = []
    for start, end in quoted:
        inside = [i for i, word in enumerate(words) if word.start >= start and word.end <= end]
        if inside:
            found.append(_span(text, words, inside[0], inside[-1] + 1, "quoted"))
    return found


def _numbers(text: str, words: tuple[Token, ...]) -> list[Mention]:
    found: list[Mention] = []
    first = 0
    while first < len(words):
        spelled = words_value([word.text.lower() for word in words[first : first + 6]])
        number = spelled[0] if spelled else digits_value(words[first].text)
        used = spelled[1] if spelled else 1
        if number is not None:
            found.append(_span(text, words, first, first + used, "number", number))
        first += used
    return found


def _breaks(between: str) -> bool:
    """Whether the text between two words ends a name: a question, a turn of the dialogue (a full stop may abbreviate)."""
    return any(mark in between for mark in "?!;|\n")


def _begins(text: str, words: tuple[Token, ...], place: int) -> bool:
    """Whether a word begins a sentence, where a capital says nothing."""
    return place == 0 or any(mark in text[words[place - 1].end : words[place].start] for mark in ".?!;|\n")


def _is_shouted(words: tuple[Token, ...], place: int) -> bool:
    """Whether the words on both sides are in capitals too, which then say nothing."""
    beside = words[max(0, place - 1) : place + 2]
    return len(beside) > 1 and all(word.text.isupper() for word in beside)


def _is_hyphen(text: str, words: tuple[Token, ...], place: int) -> bool:
    """Whether a hyphen joins a word to the next: "no-show", "on-hold"."""
    return text[words[place].end : words[place + 1].start] == "-"


def _may_name(words: tuple[Token, ...], shouted: Sequence[bool], joined: Sequence[bool], *, begins: bool) -> bool:
    """Whether a span may be a value: it neither begins nor ends with a function word, unless written with a capital.

    Args:
        words: of the span.
        shouted: whether each stands among words in capitals.
        joined: whether a hyphen joins the first, and the last, to its neighbour in the span.
        begins: whether the span begins a sentence.
    """
    if begins and len(words) == 1 and words[0].folded in FUNCTION_WORDS and not words[0].text[1:].isupper():
        return False
    return all(
        words[edge].folded
        and (
            words[edge].folded not in FUNCTION_WORDS
            or joined[edge]
            or (words[edge].text[0].isupper() and not shouted[edge])
        )
        for edge in (0, -1)
    )
