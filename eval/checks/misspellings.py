"""Mentions as careless people write them: seeded changes that keep what is meant."""

from __future__ import annotations

import string
import unicodedata
from random import Random
from typing import Literal

from value_index.grounding.aliases import Aliases
from value_index.text.folding import fold, plural_variants

Change = Literal["one edit", "two edits", "dropped word", "upper case", "lower case", "no accents", "plural", "demonym"]
CHANGES: tuple[Change, ...] = (
    "one edit", "two edits", "dropped word", "upper case", "lower case", "no accents", "plural", "demonym",
)  # fmt: skip
ONE_EDIT, TWO_EDITS = 5, 8
"""Characters from which a mention still is itself after so many edits."""


def misspelled(mention: str, change: Change, random: Random, aliases: Aliases) -> str | None:
    """Return a mention with one change; None if the change does not apply to it."""
    if change in ("one edit", "two edits"):
        edits, least = (1, ONE_EDIT) if change == "one edit" else (2, TWO_EDITS)
        return _edited(mention, edits, random) if len(mention) >= least else None
    if change == "dropped word":
        words = mention.split()
        drop = random.randrange(len(words)) if len(words) > 1 else -1
        return " ".join(words[:drop] + words[drop + 1 :]) if drop >= 0 else None
    if change == "plural":
        variants = plural_variants(fold(mention))
        return variants[0] if variants and mention.isascii() and mention.isalpha() else None
    if change == "demonym":
        people = aliases.people(fold(mention))
        return people.title() if people else None
    changed = mention.upper() if change == "upper case" else mention.lower()
    if change == "no accents":
        changed = "".join(c for c in unicodedata.normalize("NFKD", mention) if not unicodedata.combining(c))
    return changed if changed != mention else None


def _edited(text: str, edits: int, random: Random) -> str:
    letters = list(text)
    for _ in range(edits):
        place, kind = random.randrange(len(letters)), random.randrange(4)
        if kind == 0:
            letters[place] = random.choice(string.ascii_lowercase)
        elif kind == 1:
            del letters[place]
        elif kind == 2:
            letters.insert(place, random.choice(string.ascii_lowercase))
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
