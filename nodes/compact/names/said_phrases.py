"""said_phrases: words of an utterance that may name a part of a schema and that no name of it holds.

"Which workers have the highest salary?" over employee(name, wage) -> worker, salary
"""

from __future__ import annotations

from functools import lru_cache

from nodes.compact.names.synonyms import is_listed, singular
from nodes.lexical.comparisons import number_of
from nodes.lexical.lexicon import (
    AFFIRMATIONS,
    AGGREGATE_CUES,
    ASKED,
    COMPARED,
    DESCENDING_CUES,
    DISTINCT_CUES,
    FOLLOW_PRONOUNS,
    RESTRICTORS,
    STOPWORDS,
    SUPERLATIVES,
)
from nodes.lexical.utterance import Utterance, Word, stem

Names = tuple[tuple[str, ...], ...]
"""The words of each name of a schema."""
_FRAME = """number numbers count id ids sort name names more less than over under above below larger higher lower greater smaller fewer
equal row rows column columns data database result results answer exactly one ones two three four five six kind kinds different same
old young younger born tall long heavy big fast far high live named called example lose won make made
revenue revenues turnover takings sales spend spends spending spent earn earns earned"""
_IDLE = frozenset((
    *STOPWORDS, *AGGREGATE_CUES, *SUPERLATIVES, *COMPARED, *DISTINCT_CUES, *RESTRICTORS, *AFFIRMATIONS, *FOLLOW_PRONOUNS,
    *DESCENDING_CUES, *_FRAME.split(),
))  # fmt: skip
"""Words that name no part of a schema by themselves."""
_PATTERNS = frozenset(map(stem, ("start", "begin", "end")))
_SORTING = ("order by", "in order", "the order", "order them", "order the", "ascending order", "descending order")
"""Phrases in which an order is one of rows."""
_DENIALS = ("in", "un", "non", "dis", "im", "ir")
"""What makes a word the contrary of another: "inactive" is not called so."""
_AFTER_DEEDS = frozenset(
    ("under", "in", "at", "on", "to", "from", "with", "for", "through", "between", "into", "the", "a", "an")
)
"""Words that go on after what things do."""
_AMBIGUOUS = frozenset(("who", "whom", "where"))
"""Words that ask for one of several kinds of columns."""
_SAME_BEGINNING = 5
"""Letters with which two words begin that are likely of one root."""


def said_phrases(names: Names, utterance: Utterance, taken: frozenset[int]) -> dict[str, bool]:
    """Return what is said that no name says, with whether the list of synonyms holds it.

    Args:
        names: of the schema.
        taken: places of words that are values.
    """
    stems = frozenset(stem(word) for words in names for word in words)
    found: dict[str, bool] = {}
    for at, word in enumerate(utterance.words):
        if (
            at not in taken
            and _may_name(word, utterance)
            and not _is_pattern(utterance, at)
            and not _is_deed(utterance, at, stems)
            and word.stem not in stems
            and not _is_near(word.text, names)
        ):
            found[singular(word.text)] = is_listed(word.text)
    for cue, meant in _cues():
        if utterance.has(cue) and stem(cue) not in stems and not any(stem(word) in stems for word in meant):
            found.setdefault(meant[0], True)
    return found


def _is_pattern(utterance: Utterance, at: int) -> bool:
    """Whether a word says of a text how it starts or ends: "those whose name starts with Ne"."""
    following = utterance.words[at + 1 : at + 2]
    return utterance.words[at].stem in _PATTERNS and bool(following) and following[0].text in ("with", "in")


def _is_deed(utterance: Utterance, at: int, stems: frozenset[str]) -> bool:
    """Whether a word is what named things do: "which vessels sail under the flag of Panama"."""
    words = utterance.words
    before, after = words[at - 1 : at] if at else (), words[at + 1 : at + 2]
    subject = bool(before) and before[0].stem in stems and singular(before[0].text) != before[0].text
    return subject and singular(words[at].text) == words[at].text and bool(after) and after[0].text in _AFTER_DEEDS


def _may_name(word: Word, utterance: Utterance) -> bool:
    """Whether a word may name a part of a schema: no number, no name of somebody, no word of the question's frame."""
    if number_of(word.text) is not None or len(word.text) < 3 or word.text in _IDLE:
        return False
    if word.text == "order" and any(utterance.has(each) for each in _SORTING):
        return False
    if word.stem == "year" and utterance.has(f"{word.text} old"):
        return False
    named = word.start > 0 and utterance.text[word.start].isupper() and not utterance.text.isupper()
    return not named and (is_listed(word.text) or not word.text.endswith(("ing", "ed", "est", "ly")))


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words that ask for a kind of column, with what such a column may be called."""
    ranked = {cue: meant for cue, (_, meant) in SUPERLATIVES.items()}
    found = ((cue, meant) for table in (ASKED, COMPARED, ranked) for cue, meant in table.items())
    return tuple((cue, meant) for cue, meant in found if meant and cue not in _AMBIGUOUS and not is_listed(cue))


def _is_near(word: str, names: Names) -> bool:
    """Whether a word begins as a word of a name does, denies it, or is a name written as one."""
    return any(
        word == "".join(name)
        or any(word == f"{denial}{each}" for denial in _DENIALS for each in name)
        or any(
            (word[:_SAME_BEGINNING] == each[:_SAME_BEGINNING] and min(len(word), len(each)) >= _SAME_BEGINNING)
            or each.startswith(word)
            or (word.startswith(each) and len(each) > 3)
            for each in name
        )
        for name in names
    )
