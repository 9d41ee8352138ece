"""Synonyms: words that say the same, by a list of general English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

SYNONYMS = Path(__file__).with_name("synonyms.txt")
"""A word or phrase a line, then others that may stand for it."""


def lines() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Read the list: each entry with the others that may stand for it."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for line in SYNONYMS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            said, *others = (part.strip() for part in line.split(","))
            found.append((said, tuple(other for other in others if other != said)))
    return tuple(found)


@cache
def _akin() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for said, others in lines():
        for other in map(singular, others):
            found.setdefault(singular(said), set()).add(other)
            found.setdefault(other, set()).add(singular(said))
    return {word: frozenset(others) for word, others in found.items()}


def are_synonyms(one: str, other: str) -> bool:
    """Whether either of two phrases may stand for the other.

    >>> are_synonyms("employee", "staff member"), are_synonyms("employees", "worker"), are_synonyms("employee", "shop")
    (True, True, False)
    """
    return singular(other) in _akin().get(singular(one), ())


def is_listed(word: str) -> bool:
    """Whether the list holds a word."""
    return singular(word) in _akin()


def singular(word: str) -> str:
    """Return a phrase without the plural of its last word.

    >>> [singular(word) for word in ("cities", "classes", "films", "status", "staff members")]
    ['city', 'class', 'film', 'status', 'staff member']
    """
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "uses")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
