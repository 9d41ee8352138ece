"""asks_share, asks_difference: whether the words ask for a share, or how far two things lie apart."""

from __future__ import annotations

import re

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import Utterance, name_words, stem
from value_index.schema import ColumnRef

_SHARE = re.compile(
    r"\b(?:what|which|the|as a|in) (?:share|percentage|percent|proportion|fraction) of (?!the total\b)|^(?:percentage|percent|share) of ",
    re.IGNORECASE,
)
_DIFFERENCE = re.compile(r"\b(?:difference|gap|spread) between\b", re.IGNORECASE)
_DAYS = re.compile(
    r"\b(?:days|how long|time|delay)(?: on average| is there| does it take)* (?:pass(?:ed)? |are there |lie )?(?:between|from) (?P<first>[\w' -]+?) (?:and|to|until) (?P<last>[\w' -]+?)"
    r"(?= (?:by|per|for|in)\b|[?.,!]|$)",
    re.IGNORECASE,
)
NAMED = 0.8
"""Score of a mention from which the word is the name of a column itself."""
SHORTEST_PREFIX = 4
"""Letters that two words of one root share: shipment, shipped."""
_IDLE = frozenset(map(stem, ("date", "day", "time", "the", "its", "at", "on")))


def asks_share(inquiry: Inquiry) -> bool:
    """Tell whether the words ask for a share that no column of that name stores."""
    found = _SHARE.search(inquiry.utterance.text)
    if found is None:
        return False
    start, end = inquiry.utterance.span(*found.span())
    named = (m for m in inquiry.evidence.mentions.columns if start <= m.start < end)
    return all(mention.candidates[0][1] < NAMED for mention in named)


def asks_difference(inquiry: Inquiry) -> bool:
    """Tell whether the words ask how far two things lie apart."""
    return bool(_DIFFERENCE.search(inquiry.utterance.text)) or time_ends(inquiry) is not None


def time_ends(inquiry: Inquiry) -> tuple[ColumnRef, ColumnRef] | None:
    """Return the columns of the two times between which days are counted; None if no two of a table are named."""
    match = _DAYS.search(inquiry.utterance.text)
    if match is None:
        return None
    firsts, lasts = (_times_of(match[name], inquiry) for name in ("first", "last"))
    pairs = ((one, other) for one in firsts for other in lasts if one != other and one.table == other.table)
    return next(pairs, None)


def _times_of(words: str, inquiry: Inquiry) -> list[ColumnRef]:
    """Return the columns of times whose name shares the root of a word, those of named tables first."""
    roots = [word.stem for word in Utterance.of(words).words if word.stem not in _IDLE]
    found = [
        ref
        for ref in inquiry.schema.columns
        if any(_akin(root, stem(word)) for root in roots for word in name_words(ref.column))
        and inquiry.profiles.of(ref).date_form == "iso"
    ]
    return sorted(found, key=lambda ref: -inquiry.table_score(ref.table))


def _akin(one: str, other: str) -> bool:
    """Tell whether two stems begin alike: shipment, ship."""
    shared = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one == other or shared >= SHORTEST_PREFIX
