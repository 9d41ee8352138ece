"""is_small_talk: greetings, thanks, farewells and praise, and nothing beside them."""

from __future__ import annotations

import re

from nodes.intent.lexicon import IDLE, PHRASES, TELLING
from nodes.lexical.evidence import span_of
from nodes.lexical.utterance import Utterance
from nodes.turn_analysis import TurnAnalysis

CLOSING = frozenset((
    "you", "so", "much", "very", "for", "now", "i", "need", "needed", "today", "then", "again", "mate", "guys",
    "everyone", "friend",
))  # fmt: skip
"""Words at the end that add nothing to what is said."""


def is_small_talk(turn: TurnAnalysis) -> bool:
    """Tell whether an utterance greets, thanks, praises or parts, and asks for nothing.

    "Thanks, that's all I needed!" is; "Thanks. And the oldest?" is a question. A bare "yes" or "no" is left to the planner:
    in a conversation it answers something.
    """
    utterance = turn.utterance
    texts = [word.text for word in utterance.words]
    if not texts:
        return True  # marks only: "???"
    if _bare(utterance.folded) in _BARE or _without_telling(utterance) in PHRASES:
        return True
    telling = [at for at, text in enumerate(texts) if text in TELLING]
    idle = all(text in TELLING or text in IDLE for text in texts)
    return idle and bool(telling) and not _is_stored(turn, telling)


def _bare(text: str) -> str:
    """Return a text without its marks: "How's it going?" is "hows it going"."""
    return " ".join(_MARKS.sub("", text).split())


_MARKS = re.compile(r"[^\w\s]+")
_BARE = frozenset(map(_bare, PHRASES))


def _without_telling(utterance: Utterance) -> str:
    """Return the words without greetings and thanks around them: "Ok, that is all, thank you"."""
    own = [word.text for word in utterance.words if word.text not in TELLING]
    while own and own[-1] in CLOSING:
        own.pop()
    while own and own[0] in ("you", "so", "much", "very", "no", "yes"):
        own.pop(0)
    return " ".join(own)


def _is_stored(turn: TurnAnalysis, places: list[int]) -> bool:
    """Tell whether one of the words is a stored value as it stands, with its capital: Nice, the city."""
    for match in turn.matches:
        start, end = span_of(match.mention, turn.utterance)
        if match.kind == "exact" and match.mention[:1].isupper() and any(start <= at < end for at in places):
            return True
    return False
