"""said_names: parts of a schema's names with the words that an utterance says for them, by synonyms and by likeness.

"How many employees are there?" over staff_member(staff_id, years_old) -> {"staff member": "employee"}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from nodes.compact.names.said_phrases import Names, said_phrases
from nodes.compact.names.synonyms import are_synonyms, singular
from nodes.compact.network import Floats, Network
from nodes.lexical.lexicon import STOPWORDS
from nodes.lexical.utterance import Utterance

LEAST, LEAST_UNLISTED, MARGIN = 0.45, 0.52, 0.1
"""A part of a name is called otherwise if it is as like the word as this, and by so much more than any other part is."""
LEAST_SYNONYM = 0.3
"""So it is for a synonym by the list, if no other part is a synonym as well and none is liker: "rank" and "place"."""
LONGEST = 3
"""Words of a part."""
TIME_UNITS = frozenset(("second", "minute", "hour", "day", "week", "month", "quarter", "year"))
_SYNONYM, _WHOLE, _MANY, _DESCRIBING = 0.25, 0.05, 0.06, 0.1
"""What likeness gains by a synonym, a whole name, and a table named in the plural, and loses by a word that describes another."""
_GENERAL = frozenset(
    ("id", "name", "number", "code", "date", "title", "info", "information", "details", "key", "type", "no")
)
"""Words that names of many parts of a schema share."""


Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Parts:
    """The parts of the names of a schema."""

    texts: tuple[str, ...]
    weights: tuple[float, ...]
    """What a part gains as a name by itself, or loses as what only describes another word: the film of "film maker"."""
    tables: tuple[bool, ...]
    """Whether it is a table's name."""


@lru_cache(maxsize=256)
def name_parts(names: Names, tables: frozenset[str]) -> Parts:
    """Return the parts of names that an utterance may call otherwise.

    Args:
        names: the words of every name of the schema.
        tables: the names of tables, joined by spaces.
    """
    weights: dict[str, float] = {}
    for words in names:
        own = list(words)
        while len(own) > 1 and own[-1] in _GENERAL:
            own.pop()
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
    phrases = said_phrases(names, utterance, taken)
    parts = name_parts(names, tables)
    if not phrases or not parts.texts:
        return {}
    said = tuple(phrases)
    synonyms = np.array([[are_synonyms(phrase, text) for text in parts.texts] for phrase in said])
    unlisted = np.array([[LEAST if listed else LEAST_UNLISTED] for listed in phrases.values()], np.float32)
    least = np.where(synonyms, np.float32(LEAST_SYNONYM), unlisted)
    return _matched(said, synonyms, least, parts, _likeness(said, synonyms, parts, utterance, network))


def _likeness(said: tuple[str, ...], synonyms: Flags, parts: Parts, utterance: Utterance, network: Network) -> Floats:
    """How like each phrase is to each part: (phrases, parts)."""
    many = frozenset(singular(word.text) for word in utterance.words if singular(word.text) != word.text)
    spoken = frozenset(
        singular(word.text) for word in utterance.words
    )  # "pay (salary plus bonus)": the salary is a salary
    more = [
        [
            weight + _MANY * (table and phrase in many) - (text in spoken or _are_units(phrase, text))
            for text, weight, table in zip(parts.texts, parts.weights, parts.tables, strict=True)
        ]
        for phrase in said
    ]
    like = network.meanings(said) @ network.meanings(parts.texts).T
    return (like + _SYNONYM * synonyms + np.array(more)).astype(np.float32)


def _are_units(phrase: str, text: str) -> bool:
    """Tell whether both are units of time: a year is no month, though the words are alike."""
    return phrase in TIME_UNITS and not TIME_UNITS.isdisjoint(map(singular, text.split()))


def _matched(said: Sequence[str], synonyms: Flags, least: Floats, parts: Parts, likeness: Floats) -> dict[str, str]:
    """Give each phrase the part that it is most like, the likest pairs first, where no other part comes near."""
    out: dict[str, str] = {}
    left = set(range(len(said)))
    for flat in np.argsort(-likeness, axis=None):
        row, column = divmod(int(flat), len(parts.texts))
        phrase, part, score = said[row], parts.texts[column], likeness[row, column]
        if score < LEAST_SYNONYM or not left:
            break
        if row not in left or any(_overlap(part, other) for other in (phrase, *out)):
            continue
        left.discard(row)
        taken = (phrase, part, *out)
        by_list = synonyms[row, column]
        rivals = [
            likeness[row, at] + (0 if by_list and not synonyms[row, at] else MARGIN)
            for at, other in enumerate(parts.texts)
            if not any(_overlap(other, each) for each in taken)
        ]
        if score >= least[row, column] and score >= max(rivals, default=MARGIN):
            out[part] = phrase
    return out


def _overlap(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))
