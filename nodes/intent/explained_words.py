"""The words of a turn that the database explains, and those that nothing explains: what a user may be asked about.

"Which problematic orders were late?" of a table of orders with their delays: "problematic" is explained by nothing.
"""

from __future__ import annotations

from nodes.intent.lexicon import ASKING
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

EXPLAINED = 0.3
"""Score from which words name something of the schema."""
_IDLE = frozenset(("our", "ours", "us", "my", "mine", "their", "theirs", "should", "would", "could", "must"))
"""Words that nobody is asked about: they say whose, or what ought to be."""
_DISPLAYED = frozenset(map(stem, DISPLAY_WORDS))


def unexplained_phrases(turn: TurnAnalysis) -> tuple[str, ...]:
    """Return the words that name nothing of the schema, no stored value and nothing known, and cue no clause; neighbours as one."""
    known = explained_places(turn) | _known(turn)
    phrases: list[list[Word]] = []
    before = -2
    for at, word in enumerate(turn.utterance.words):
        if at in known or not has_content(word) or is_cue(word) or word.text in _IDLE:
            continue
        if at == before + 1:
            phrases[-1].append(word)
        else:
            phrases.append([word])
        before = at
    return tuple(dict.fromkeys(turn.text[words[0].start : words[-1].end] for words in phrases))


def has_content(word: Word) -> bool:
    """Tell whether a word may name something."""
    return word.text not in STOPWORDS and word.text not in AFFIRMATIONS and not word.is_number and len(word.text) > 1


def is_cue(word: Word) -> bool:
    """Tell whether a word speaks of columns or rows without naming them: "oldest", "salary", "average", "different"."""
    known = (SUPERLATIVES, COMPARED, ASKED, AGGREGATE_CUES, DISTINCT_CUES)
    return word.is_number or word.stem in _DISPLAYED or word.stem in ASKED or any(word.text in words for words in known)


def explained_places(turn: TurnAnalysis) -> set[int]:
    """Return the words that name something of the schema or a stored value."""
    found = {at for m in turn.mentions.tables if m.score >= EXPLAINED for at in range(m.start, m.end)}
    found |= {at for m in turn.mentions.columns if m.candidates[0][1] >= EXPLAINED for at in range(m.start, m.end)}
    # "Who" and "when" speak of names and dates, which nearly every database has.
    asking = {at for at in found if turn.utterance.words[at].text in ASKING}
    return found - asking | value_places(turn)


def value_places(turn: TurnAnalysis) -> set[int]:
    """Return the words that a stored value explains."""
    return {at for match in turn.matches for at in range(*span_of(match.mention, turn.utterance))}


def _known(turn: TurnAnalysis) -> set[int]:
    """Return the words by which the knowledge calls something."""
    if turn.known is None:
        return set()
    named = (*turn.known.metrics, *turn.known.terms, *turn.known.roles, *turn.known.names, *turn.known.values)
    words = [said for _, said in named] + [each.name for each in turn.known.definitions]
    return {at for said in words for at in range(*span_of(said, turn.utterance))}
