"""Patterns of GLOB as patterns of a case-sensitive LIKE, and back."""

from __future__ import annotations

import re

from nodes.plan import LiteralTerm, Term
from nodes.sql.errors import SQLError

_SIGNS = re.compile(r"\[([*?\[])\]|(.)", re.DOTALL)
_CLASS = re.compile(r"\[(?![*?\[]\])")
_MARKS = {"\\": "\\\\", "%": "\\%", "_": "\\_", "*": "%", "?": "_"}


def like_pattern(glob: Term, engine: str) -> str:
    r"""Return a pattern of GLOB as one of LIKE.

    Raises:
        SQLError: `operator` where it is computed, or has a class of characters.

    >>> print(like_pattern(LiteralTerm(value="L*_?"), "PostgreSQL"))
    L%\__
    """
    if not isinstance(glob, LiteralTerm) or not isinstance(glob.value, str) or _CLASS.search(glob.value):
        raise SQLError("operator", f"this GLOB is not written for {engine}", "GLOB")
    signs: list[tuple[str, str]] = _SIGNS.findall(glob.value)
    return "".join(kept or _MARKS.get(char, char) for kept, char in signs)


def glob_pattern(like: str) -> str:
    r"""Return a pattern of LIKE as one of GLOB.

    >>> print(glob_pattern(r"L%\__"))
    L*_?
    """
    found, escaped = "", False
    for char in like:
        plain = f"[{char}]" if char in "*?[" else char
        found += plain if escaped else {"\\": "", "%": "*", "_": "?"}.get(char, plain)
        escaped = char == "\\" and not escaped
    return found
