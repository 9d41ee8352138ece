"""is_off_topic: questions about something that the database does not hold."""

from __future__ import annotations

import re
from itertools import pairwise

from nodes.intent.lexicon import ASKING, ELSEWHERE, ELSEWHERE_PHRASES
from nodes.lexical.evidence import span_of
from nodes.lexical.lexicon import (
    AFFIRMATIONS,
    AGGREGATE_CUES,
    ASKED,
    COMPARED,
    DISPLAY_WORDS,
    DISTINCT_CUES,
    STOPWORDS,
    SUPERLATIVES,
)
from nodes.lexical.utterance import Word, stem
from nodes.turn_analysis import TurnAnalysis

LEAST_CONTENT = 2
"""Content words that must all be foreign to the database before a question is taken to be about something else."""
LEAST_OF_WHO = 3
"""The same for "who": "who treats headaches" may ask for the doctors by what they do, and so may what holds a year."""
_SUM = re.compile(r"\bwhat(?:'s| is) \d+ (?:times|plus|minus|divided by|[-+*/x]) \d+", re.IGNORECASE)
_TELL_ABOUT = ("tell me about", "explain")
"""What asks for an essay: one foreign word is enough."""
EXPLAINED = 0.3
"""Score from which words name something of the schema."""
_DISPLAYED = frozenset(map(stem, DISPLAY_WORDS))


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
    named = _explained(turn)
    return (asked and not named) or (told and not named - _values(turn))


def _is_foreign(turn: TurnAnalysis) -> bool:
    words = turn.utterance.words
    if not words or words[0].text not in ASKING or any(not words[at].is_number for at in _values(turn)):
        return False
    content = [word for word in words if _has_content(word)]
    strict = words[0].text == "who" or any(word.is_number for word in words)
    essay = turn.utterance.folded.strip().startswith(_TELL_ABOUT)
    if essay and content and _is_name(turn, content[-1]):
        return False
    least = 1 if essay else LEAST_OF_WHO if strict else LEAST_CONTENT
    cued = any(_is_cue(word) and not word.is_number for word in words[1:])
    if any(one.text in ("did", "does", "do") and _is_name(turn, two) for one, two in pairwise(words)):
        return False  # "what did Ann Lee buy?" speaks of one of those whom the database holds
    if len(content) < least or turn.cues.count is not None or cued:
        return False
    return all(words[at].is_number for at in _explained(turn))


def _is_name(turn: TurnAnalysis, word: Word) -> bool:
    return turn.text[word.start].isupper()


def _has_content(word: Word) -> bool:
    return word.text not in STOPWORDS and word.text not in AFFIRMATIONS and not word.is_number and len(word.text) > 1


def _is_cue(word: Word) -> bool:
    """Tell whether a word speaks of columns or rows without naming them: "oldest", "salary", "average", "different"."""
    known = (SUPERLATIVES, COMPARED, ASKED, AGGREGATE_CUES, DISTINCT_CUES)
    return word.is_number or word.stem in _DISPLAYED or word.stem in ASKED or any(word.text in words for words in known)


def _explained(turn: TurnAnalysis) -> set[int]:
    """Return the words that name something of the schema or a stored value."""
    found = {at for m in turn.mentions.tables if m.score >= EXPLAINED for at in range(m.start, m.end)}
    found |= {at for m in turn.mentions.columns if m.candidates[0][1] >= EXPLAINED for at in range(m.start, m.end)}
    # "Who" and "when" speak of names and dates, which nearly every database has.
    asking = {at for at in found if turn.utterance.words[at].text in ASKING}
    return found - asking | _values(turn)


def _values(turn: TurnAnalysis) -> set[int]:
    """Return the words that a stored value explains."""
    return {at for match in turn.matches for at in range(*span_of(match.mention, turn.utterance))}
