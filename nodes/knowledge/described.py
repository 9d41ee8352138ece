"""described_names: phrases of descriptions that speak of one table or column alone, as further names for it."""

from __future__ import annotations

from functools import lru_cache

from nodes.lexical.utterance import Utterance, stem
from value_index.knowledge.store import Knowledge, NamedPart

LONGEST = 4
"""Words of a phrase; one has two at least."""
_EMPTY = frozenset(
    ("a", "an", "the", "of", "in", "on", "at", "for", "to", "and", "or", "is", "are", "this", "that", "with", "by", "it", "its")
)  # fmt: skip
Stems = tuple[str, ...]


def described_names(knowledge: Knowledge, utterance: Utterance) -> tuple[tuple[NamedPart, tuple[str, ...]], ...]:
    """Return the parts of whose description the utterance says two words or more side by side, with those words.

    A phrase counts that stands in one description only, and neither begins nor ends with a word that says nothing.
    """
    known = _phrases(tuple(part.description for part in knowledge.parts))
    found: dict[int, list[str]] = {}
    words = utterance.words
    for start in range(len(words)):
        for end in range(start + 2, min(len(words), start + LONGEST) + 1):
            place = known.get(tuple(word.stem for word in words[start:end]), -1)
            if place >= 0:
                found.setdefault(place, []).append(" ".join(word.text for word in words[start:end]))
    return tuple((knowledge.parts[place], tuple(names)) for place, names in found.items())


@lru_cache(maxsize=16)
def _phrases(descriptions: tuple[str, ...]) -> dict[Stems, int]:
    """Return the stems of each phrase with the place of the one description that has it; -1 if several have it."""
    found: dict[Stems, int] = {}
    idle = frozenset(map(stem, _EMPTY))
    for place, text in enumerate(descriptions):
        stems = [word.stem for word in Utterance.of(text).words]
        for start in range(len(stems)):
            for end in range(start + 2, min(len(stems), start + LONGEST) + 1):
                phrase = tuple(stems[start:end])
                if not {phrase[0], phrase[-1]} & idle:
                    found[phrase] = place if found.get(phrase, place) == place else -1
    return found
