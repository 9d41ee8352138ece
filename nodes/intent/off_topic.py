"""is_off_topic: questions about something that the database does not hold."""

from __future__ import annotations

import re
from itertools import pairwise

from nodes.intent.explained_words import explained_places, has_content, is_cue, value_places
from nodes.intent.lexicon import ASKING, ELSEWHERE, ELSEWHERE_PHRASES
from nodes.lexical.utterance import Word
from nodes.turn_analysis import TurnAnalysis

LEAST_CONTENT = 2
"""Content words that must all be foreign to the database before a question is taken to be about something else."""
LEAST_OF_WHO = 3
"""The same for "who": "who treats headaches" may ask for the doctors by what they do, and so may what holds a year."""
_OURS = frozenset(("we", "our", "us", "ours"))
"""Words of those whose database it is."""
_SUM = re.compile(r"\bwhat(?:'s| is) \d+ (?:times|plus|minus|divided by|[-+*/x]) \d+", re.IGNORECASE)
_TELL_ABOUT = ("tell me about", "explain")
"""What asks for an essay: one foreign word is enough."""


def is_off_topic(turn: TurnAnalysis) -> bool:
    """Tell whether a first question names nothing of the schema and no stored value, or asks for what no data are.

    "What is the weather in Paris?" of a table of clients does, wherever the clients live.
    """
    if turn.history and not _is_elsewhere(turn):
        return False  # a follow-up need not name anything
    return _is_elsewhere(turn) or _is_foreign(turn) or bool(_SUM.search(turn.text))


def _is_elsewhere(turn: TurnAnalysis) -> bool:
    """Tell whether the words ask for something that people ask of machines, and the schema does not hold."""
    asked = any(turn.utterance.has(phrase) for phrase in ELSEWHERE_PHRASES)
    told = any(word.stem in ELSEWHERE for word in turn.utterance.words)
    if not asked and not told:
        return False  # most turns end here, before anything is looked up
    named = explained_places(turn)
    return (asked and not named) or (told and not named - value_places(turn))


def _is_foreign(turn: TurnAnalysis) -> bool:
    words = turn.utterance.words
    if not words or words[0].text not in ASKING or any(not words[at].is_number for at in value_places(turn)):
        return False
    if any(word.text in _OURS for word in words):
        return False  # "how much did we make this year?" speaks of what the database is about
    content = [word for word in words if has_content(word)]
    strict = words[0].text == "who" or any(word.is_number for word in words)
    essay = turn.utterance.folded.strip().startswith(_TELL_ABOUT)
    if essay and content and _is_name(turn, content[-1]):
        return False
    least = 1 if essay else LEAST_OF_WHO if strict else LEAST_CONTENT
    cued = any(is_cue(word) and not word.is_number for word in words[1:])
    if any(one.text in ("did", "does", "do") and _is_name(turn, two) for one, two in pairwise(words)):
        return False  # "what did Ann Lee buy?" speaks of one of those whom the database holds
    if len(content) < least or turn.cues.count is not None or cued:
        return False
    return all(words[at].is_number for at in explained_places(turn))


def _is_name(turn: TurnAnalysis, word: Word) -> bool:
    return turn.text[word.start].isupper()
