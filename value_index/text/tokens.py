"""The words of an utterance, with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from value_index.text.folding import fold

MAX_TOKENS = 400
"""Words of a text that are looked at; what is longer is no question."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|\w+", re.UNICODE)
_QUOTED = re.compile(r"[\"“”]([^\"“”]+)[\"“”]|(?<!\w)['‘]([^'‘’]+)['’](?!\w)|`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Token:
    """One word."""

    text: str
    start: int
    end: int
    folded: str


def tokens(text: str) -> tuple[Token, ...]:
    """Split a text into words; a possessive 's is left out.

    >>> [token.text for token in tokens("Mr. Mird's 1,200 cats")]
    ['Mr', 'Mird', '1,200', 'cats']
    """
    found: list[Token] = []
    for match in islice(_TOKEN.finditer(text), MAX_TOKENS):
        word, start = match[0], match.start()
        if word in ("s", "S") and text[start - 1 : start] in ("'", "’") and found and found[-1].end == start - 1:
            continue
        found.append(Token(word, start, match.end(), fold(word)))
    return tuple(found)


def quoted_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the places of quoted texts, without their quotes.

    >>> quoted_spans("the film 'Jaws' or \\"Up\\"")
    ((10, 14), (20, 22))
    """
    return tuple(match.span(match.lastindex or 0) for match in _QUOTED.finditer(text))
