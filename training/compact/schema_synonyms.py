"""A schema whose names say the same in other words, while its questions stay as they are.

Analysts do not know what a column is called: they ask for employees where the table holds staff members. Schemas with other
names make a network tie questions to names by meaning, where equal words would do on the training schemas.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache

from nodes.compact.names.synonyms import lines
from nodes.lexical.utterance import name_words, stem
from training.compact.schema_renaming import with_natural_names
from training.data.generated.phrasing import plural
from value_index.schema import Schema, Table

SHARES = (0.3, 0.6, 0.9)
"""How many of the names' parts that have synonyms are exchanged, drawn once a turn."""
LONGEST = 5
"""Words of the longest entry."""

Stems = tuple[str, ...]


@cache
def synonyms() -> Mapping[Stems, tuple[str, ...]]:
    """Read the shipped list: stems of a word or phrase to the others of its groups."""
    found: dict[Stems, list[str]] = {}
    # The first of a line is what the line is about: the others stand for it, not for each other.
    for said, others in lines():
        found.setdefault(_stems(said.split()), []).extend(others)
    return {said: tuple(dict.fromkeys(others)) for said, others in found.items()}


def synonymised(schema: Schema, draw: random.Random) -> Schema | None:
    """Exchange parts of natural names for synonyms, the same part alike wherever it stands.

    Returns:
        The schema with other names; None if nothing was exchanged, or two names of a table became one.
    """
    share, chosen = draw.choice(SHARES), dict[Stems, str | None]()

    def called(name: str) -> str:
        return _exchanged(name, chosen, share, draw)

    found = with_natural_names(schema, called)
    return found if any(chosen.values()) and not _clash(found.tables, schema.tables) else None


def _exchanged(name: str, chosen: dict[Stems, str | None], share: float, draw: random.Random) -> str:
    words, out, at = name_words(name), list[str](), 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            part = words[at : at + length]
            key = _stems(part)
            if key not in synonyms():
                continue
            if key not in chosen:
                chosen[key] = draw.choice(synonyms()[key]) if draw.random() < share else None
            out += _like(part, chosen[key])
            at += length
            break
        else:
            out.append(words[at])
            at += 1
    return " ".join(out) or name


def _like(part: list[str] | tuple[str, ...], new: str | None) -> list[str]:
    """Return what stands for a part, plural where the part is."""
    if new is None:
        return list(part)
    words = new.split()
    if (
        len(part) == len(words) == 1
        and part[0].endswith("s")
        and not part[0].endswith("ss")
        and stem(part[0]) != part[0]
    ):
        return [words[0] if words[0].endswith("s") else plural(words[0])]
    return words


def _stems(words: list[str] | tuple[str, ...]) -> Stems:
    return tuple(stem(word) for word in words)


def _clash(tables: tuple[Table, ...], before: tuple[Table, ...]) -> bool:
    """Whether names that told apart tables, or columns of a table, no longer do."""

    def distinct(names: list[str]) -> int:
        return len(set(names))

    pairs = [([t.natural_name for t in tables], [t.natural_name for t in before])]
    pairs += [
        ([c.natural_name for c in new.columns], [c.natural_name for c in old.columns])
        for new, old in zip(tables, before, strict=True)
    ]
    return any(distinct(new) < distinct(old) for new, old in pairs)
