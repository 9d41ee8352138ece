"""printable: text from a database, a model or a server, as a terminal may be given it."""

from __future__ import annotations

import re

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Escape what would drive a terminal or turn its text around; tabs and line ends stay.

    >>> printable("France\x1b]52;c;eA==\x1b\\")
    'France\\x1b]52;c;eA==\\x1b\\'
    """
    return _CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
