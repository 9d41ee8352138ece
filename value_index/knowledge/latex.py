"""formula_sql: a formula in LaTeX as SQL, if it is arithmetic: what BIRD-Interact's knowledge defines its figures by."""

from __future__ import annotations

import re
from collections.abc import Callable

_FORMULA = re.compile(r"\$\$?(.+?)\$\$?", re.S)
_LEFT = re.compile(r"^\s*(?:\\(?:text|mathrm|operatorname)\{([^{}]+)\}|([A-Za-z]\w*))\s*=\s*(.+)$", re.S)
_TOKEN = re.compile(
    r"\s*(?:\\(?:text|mathrm|operatorname)\{(?P<name>[^{}]+)\}|(?P<frac>\\d?frac\b)|(?P<times>\\times|\\cdot|\*)|(?P<div>\\div|/)"
    r"|(?P<open>\\left\s*\(|\(|\{|\\left\s*\[|\[)|(?P<close>\\right\s*\)|\)|\}|\\right\s*\]|\])|(?P<sign>[-+])"
    r"|(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z]\w*)|(?P<space>\\[,;:! ]))"
)


class NoFormulaError(ValueError):
    """A text that is no arithmetic."""


def formula_sql(text: str, name_of: Callable[[str], str | None]) -> tuple[str, str] | None:
    r"""Return what a formula defines, and its SQL; None if the text holds none, or more than arithmetic on known names.

    >>> formula_sql(r"$\text{AOI} = \text{Clear} \times (1 - \frac{\text{Wet}}{100})$", {"Clear": "sky.clear", "Wet": "sky.wet"}.get)
    ('AOI', 'sky.clear * (1 - (sky.wet) * 1.0 / (100))')

    Args:
        text: holds one formula between dollar signs.
        name_of: the SQL of a name; None if it is not known.
    """
    found = _FORMULA.findall(text)
    left = _LEFT.match(found[0]) if len(found) == 1 else None
    if left is None:
        return None
    try:
        return left[1] or left[2], _Parser(left[3], name_of).whole()
    except (NoFormulaError, RecursionError):
        return None


class _Parser:
    """Reads one side of a formula from left to right."""

    def __init__(self, text: str, name_of: Callable[[str], str | None]) -> None:
        self._tokens = list(_tokens(text))
        self._name_of, self._at = name_of, 0

    def whole(self) -> str:
        written = self._sum()
        if self._at != len(self._tokens):
            raise NoFormulaError
        return written

    def _sum(self) -> str:
        parts = [self._take()[1] if self._is("sign") else "", self._product()]
        while self._is("sign"):
            parts += [f" {self._take()[1]} ", self._product()]
        return "".join(parts)

    def _product(self) -> str:
        written = self._factor()
        while self._is("times") or self._is("div"):
            written += " * " if self._take()[0] == "times" else " * 1.0 / "
            written += self._factor()
        return written

    def _factor(self) -> str:
        kind, text = self._take()
        match kind:
            case "number":
                return text
            case "name" | "word" if (found := self._name_of(text.strip())) is not None:
                return found
            case "frac":
                return f"{self._braced()} * 1.0 / {self._braced()}"
            case "open":
                inner = self._sum()
                self._close()
                return f"({inner})"
            case _:
                raise NoFormulaError

    def _braced(self) -> str:
        if self._take()[0] != "open":
            raise NoFormulaError
        inner = self._sum()
        self._close()
        return f"({inner})"

    def _close(self) -> None:
        if self._take()[0] != "close":
            raise NoFormulaError

    def _is(self, kind: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at][0] == kind

    def _take(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise NoFormulaError
        self._at += 1
        return self._tokens[self._at - 1]


def _tokens(text: str) -> list[tuple[str, str]]:
    text, at, found = text.strip().rstrip("."), 0, list[tuple[str, str]]()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NoFormulaError
        kind = match.lastgroup or ""
        if kind != "space":
            found.append((kind, match[kind]))
        at = match.end()
    return found
