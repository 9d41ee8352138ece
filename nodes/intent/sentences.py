"""sentences: the sentences of an utterance as words, without what only leads into them ("please", "could you")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nodes.intent.lexicon import OPENERS
from nodes.lexical.utterance import Utterance, Word

_END = re.compile(r"[.!?;]+(?=\s|$)|\n+")


@dataclass(frozen=True)
class Sentence:
    """One sentence of an utterance, from its first telling word on."""

    words: tuple[Word, ...]
    start: int
    """The place of its first word among the words of the utterance."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words, lower-case."""
        return tuple(word.text for word in self.words)


def sentences(utterance: Utterance) -> tuple[Sentence, ...]:
    """Return the sentences that hold more than openers.

    >>> [each.texts for each in sentences(Utterance.of("Thanks! Could you please delete it?"))]
    [('delete', 'it')]
    """
    ends = [match.start() for match in _END.finditer(utterance.text)]
    groups: dict[int, list[int]] = {}
    for at, word in enumerate(utterance.words):
        groups.setdefault(sum(end <= word.start for end in ends), []).append(at)
    found: list[Sentence] = []
    for places in groups.values():
        while places and utterance.words[places[0]].text in OPENERS:
            places.pop(0)
        if places:
            found.append(Sentence(tuple(utterance.words[at] for at in places), places[0]))
    return tuple(found)
