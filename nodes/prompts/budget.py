"""within: the parts of a text that a budget of tokens has room for."""

from __future__ import annotations

from collections.abc import Iterable

from nodes.llm.endpoint import CHARACTERS_PER_TOKEN


def within(parts: Iterable[str], tokens: int | None) -> list[str]:
    """Return the parts from the first on until one finds no room.

    >>> within(["abc", "abcdef", "a"], 2)
    ['abc']
    """
    room = None if tokens is None else tokens * CHARACTERS_PER_TOKEN
    kept: list[str] = []
    for part in parts:
        if room is not None:
            room -= len(part) + 1
            if room < 0:
                break
        kept.append(part)
    return kept
