"""The forms of strftime in the words of other engines."""

from __future__ import annotations

import re

from nodes.plan import Call, Cast, LiteralTerm, Term
from nodes.sql.errors import SQLError

_PARTS = re.compile(r"%.|[^%]+")
PIECES = {
    "%Y": "year", "%m": "month", "%d": "day", "%H": "hour", "%M": "minute", "%S": "second", "%w": "weekday",
    "%j": "yearday",
}  # fmt: skip
"""What a form of one letter gives."""


def piece_of(term: Cast) -> tuple[str, Term] | None:
    """Return which part of which time a cast to a whole number gives: CAST(strftime('%Y', day) AS INTEGER) is the year."""
    call = term.argument
    if term.type != "integer" or not isinstance(call, Call) or call.function != "strftime" or len(call.arguments) != 2:
        return None
    form, moment = call.arguments
    piece = PIECES.get(str(form.value)) if isinstance(form, LiteralTerm) else None
    return (piece, moment) if piece else None


def translated(form: Term, letters: dict[str, str], engine: str, quote: str = "") -> str:
    """Return a form in another engine's letters.

    Args:
        form: as strftime takes it.
        letters: what each of its letters is called.
        engine: for the message.
        quote: what stands around words that are no letters of the form.

    Raises:
        SQLError: `function` where the form is computed, or has a letter that the engine lacks.

    >>> translated(LiteralTerm(value="%Y-%m"), {"%Y": "YYYY", "%m": "MM"}, "PostgreSQL")
    'YYYY-MM'
    """
    if not isinstance(form, LiteralTerm) or not isinstance(form.value, str):
        raise SQLError("function", f"strftime of a computed form is not written for {engine}", "strftime")
    written = ""
    for part in _PARTS.findall(form.value):
        if not part.startswith("%"):
            written += f"{quote}{part}{quote}" if quote and any(map(str.isalpha, part)) else part
        elif part in letters:
            written += letters[part]
        else:
            raise SQLError("function", f"strftime of {part!r} is not written for {engine}", "strftime")
    return written
