"""said_names: parts of a schema's names with the words that an utterance says for them, by synonyms and by likeness.

"How many employees are there?" over staff_member(staff_id, years_old) -> {"staff member": "employee"}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from nodes.compact.names.synonyms import are_synonyms, is_listed, singular
from nodes.compact.network import Floats, Network
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

LEAST, LEAST_UNLISTED, MARGIN = 0.45, 0.52, 0.1
"""A part of a name is called otherwise if it is as like the word as this, and by so much more than any other part is."""
LONGEST = 3
"""Words of a part."""
_SYNONYM, _WHOLE, _MANY, _DESCRIBING = 0.25, 0.05, 0.06, 0.1
"""What likeness gains by a synonym, a whole name, and a table named in the plural, and loses by a word that describes another."""
_GENERAL = frozenset(
    ("id", "name", "number", "code", "date", "title", "info", "information", "details", "key", "type", "no")
)
"""Words that names of many parts of a schema share."""
_OTHER_IDLE = frozenset(
    [
        "number",
        "numbers",
        "count",
        "id",
        "ids",
        "order",
        "sort",
        "name",
        "names",
        "more",
        "less",
        "than",
        "over",
        "under",
        "above",
        "below",
        "larger",
        "higher",
        "lower",
        "greater",
        "smaller",
        "fewer",
        "equal",
        "row",
        "rows",
        "column",
        "columns",
        "data",
        "database",
        "result",
        "results",
        "answer",
        "exactly",
        "one",
        "ones",
        "two",
        "three",
        "four",
        "five",
        "six",
        "kind",
        "kinds",
        "different",
        "same",
        "old",
        "born",
        "tall",
        "long",
        "heavy",
        "big",
        "fast",
        "far",
        "high",
        "live",
        "named",
        "called",
        "example",
        "lose",
        "make",
        "made",
    ]
)
_IDLE = frozenset((
    *STOPWORDS, *AGGREGATE_CUES, *SUPERLATIVES, *COMPARED, *DISTINCT_CUES, *RESTRICTORS, *AFFIRMATIONS, *FOLLOW_PRONOUNS,
    *DESCENDING_CUES, *_OTHER_IDLE,
))  # fmt: skip
"""Words that name no part of a schema by themselves."""
_AMBIGUOUS = frozenset(("who", "whom", "where"))
"""Words that ask for one of several kinds of columns."""
_SAME_BEGINNING = 5
"""Letters with which two words begin that are likely of one root."""
Names = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Parts:
    """The parts of the names of a schema."""

    texts: tuple[str, ...]
    weights: tuple[float, ...]
    """What a part gains as a name by itself, or loses as what only describes another word: the film of "film maker"."""
    tables: tuple[bool, ...]
    """Whether it is a table's name."""


@lru_cache(maxsize=256)
def _parts(names: Names, tables: frozenset[str]) -> Parts:
    weights: dict[str, float] = {}
    for words in names:
        own = words
        while len(own) > 1 and own[-1] in _GENERAL:
            own = own[:-1]
        for run in _runs(words):
            weight = _WHOLE if run == words else 0.0 if run[-1] == own[-1] else -_DESCRIBING
            weights[" ".join(run)] = max(weights.get(" ".join(run), weight), weight)
    return Parts(tuple(weights), tuple(weights.values()), tuple(text in tables for text in weights))


def _runs(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the runs of a name's words that tell it from others: "staff" and "staff member" of "staff member id"."""
    for size in range(1, LONGEST + 1):
        for at in range(len(words) - size + 1):
            run = tuple(words[at : at + size])
            if size == 1 and run[0] in STOPWORDS:
                continue
            general = len(words) > 1 and (run[0] in _GENERAL or run[-1] in _GENERAL)
            if not general or (size == len(words) and run[0] in _GENERAL):
                yield run


def said_names(
    names: Names, tables: frozenset[str], utterance: Utterance, taken: frozenset[int], network: Network
) -> dict[str, str]:
    """Return parts of names with what the utterance calls them.

    Args:
        names: the words of every name of the schema.
        tables: the names of tables, joined by spaces.
        taken: places of words that are values.
    """
    phrases = _phrases(names, utterance, taken)
    parts = _parts(names, tables)
    if not phrases or not parts.texts:
        return {}
    said = tuple(phrases)
    return _matched(said, tuple(phrases.values()), parts, _likeness(said, parts, utterance, network))


def _likeness(said: tuple[str, ...], parts: Parts, utterance: Utterance, network: Network) -> Floats:
    """How like each phrase is to each part: (phrases, parts)."""
    many = frozenset(singular(word.text) for word in utterance.words if singular(word.text) != word.text)
    more = [
        [
            _SYNONYM * are_synonyms(phrase, text) + weight + _MANY * (table and phrase in many)
            for text, weight, table in zip(parts.texts, parts.weights, parts.tables, strict=True)
        ]
        for phrase in said
    ]
    return network.meanings(said) @ network.meanings(parts.texts).T + np.array(more, np.float32)


def _matched(said: Sequence[str], least: Sequence[float], parts: Parts, likeness: Floats) -> dict[str, str]:
    """Give each phrase the part that it is most like, the likest pairs first, where no other part comes near."""
    out: dict[str, str] = {}
    left = set(range(len(said)))
    for flat in np.argsort(-likeness, axis=None):
        row, column = divmod(int(flat), len(parts.texts))
        phrase, part, score = said[row], parts.texts[column], likeness[row, column]
        if score < LEAST or not left:
            break
        if row not in left or any(_overlap(part, other) for other in (phrase, *out)):
            continue
        left.discard(row)
        taken = (phrase, part, *out)
        rivals = [
            likeness[row, at]
            for at, other in enumerate(parts.texts)
            if not any(_overlap(other, each) for each in taken)
        ]
        if score >= least[row] and score - max(rivals, default=0.0) >= MARGIN:
            out[part] = phrase
    return out


def _overlap(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))


def _phrases(names: Names, utterance: Utterance, taken: frozenset[int]) -> dict[str, float]:
    """Return what is said that no name says, with the likeness that it needs."""
    stems = frozenset(stem(word) for words in names for word in words)
    found: dict[str, float] = {}
    for at, word in enumerate(utterance.words):
        if at not in taken and _may_name(word, utterance) and word.stem not in stems and not _is_near(word.text, names):
            found[singular(word.text)] = LEAST if is_listed(word.text) else LEAST_UNLISTED
    for cue, meant in _cues():
        if utterance.has(cue) and stem(cue) not in stems and not any(stem(word) in stems for word in meant):
            found.setdefault(meant[0], LEAST)
    return found


def _may_name(word: Word, utterance: Utterance) -> bool:
    """Whether a word may name a part of a schema: no number, no name of somebody, no word of the question's frame."""
    if word.is_number or len(word.text) < 3 or word.text in _IDLE:
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
    """Whether a word begins as a word of a name does, or is a name written as one."""
    return any(
        word == "".join(name)
        or any(
            (word[:_SAME_BEGINNING] == each[:_SAME_BEGINNING] and min(len(word), len(each)) >= _SAME_BEGINNING)
            or each.startswith(word)
            or (word.startswith(each) and len(each) > 3)
            for each in name
        )
        for name in names
    )
