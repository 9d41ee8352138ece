"""written_out: definitions that build on each other, each with what it names in braces put in its place."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAMED = re.compile(r"\{([^{}]+)\}")
MAX_CHARS = 20_000
MAX_DEPTH = 50


class ReferenceFault(ValueError):
    """A definition that names itself, or what is not defined; its `name` is the definition's."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def written_out(definitions: Mapping[str, str]) -> dict[str, str]:
    """Return every definition without references.

    >>> written_out({"gross": "sum(price)", "net": "{gross} - sum(tax)"})["net"]
    '(sum(price)) - sum(tax)'

    Raises:
        ReferenceFault: one builds on itself, or on what is not defined.
    """
    folded = {_fold(name): name for name in definitions}
    done: dict[str, str] = {}

    def out(name: str, path: tuple[str, ...]) -> str:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise ReferenceFault(path[0], f"{path[0]!r} builds on itself: {circle}")
        if len(path) > MAX_DEPTH:
            raise ReferenceFault(path[0], f"{path[0]!r} builds on more than {MAX_DEPTH} others, one through another")
        if name not in done:
            text = _NAMED.sub(lambda match: f"({out(_known(match[1], name), (*path, name))})", definitions[name])
            if len(text) > MAX_CHARS:
                raise ReferenceFault(name, f"{name!r} is longer than {MAX_CHARS:,} characters when written out")
            done[name] = text
        return done[name]

    def _known(said: str, name: str) -> str:
        if _fold(said) not in folded:
            raise ReferenceFault(name, f"{name!r} builds on {said!r}, which is not defined")
        return folded[_fold(said)]

    for name in definitions:
        out(name, ())
    return done


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
