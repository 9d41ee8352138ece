"""Whether a text fits an EBNF grammar of the dialect that xgrammar and llama.cpp share: what a server would let pass."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

Ends = frozenset[int]
"""The positions at which a match may end."""
Matcher = Callable[["_Text", int], Ends]
Tokens = deque[tuple[str, str]]

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<set>\[(?:[^\]\\]|\\.)*\])|(?P<rule>[A-Za-z_][\w-]*)"""
    r"""|(?P<bounds>\{\d+(?:,\d*)?\}|[*+?])|(?P<mark>[()|]))"""
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_NAMED = {"n": "\n", "r": "\r", "t": "\t"}
_BOUNDS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


class Grammar:
    """The rules of a grammar, one a line and none left-recursive."""

    def __init__(self, text: str) -> None:
        """Read the rules.

        Raises:
            ValueError: a line is no rule.
        """
        self.rules: dict[str, Matcher] = {}
        for line in filter(str.strip, text.splitlines()):
            name, _, body = line.partition(" ::= ")
            self.rules[name] = _choice(_tokens(body))

    def fits(self, text: str) -> bool:
        """Tell whether the whole text can be derived from `root`."""
        return len(text) in _Text(text, self.rules).rule("root", 0)


@dataclass(frozen=True)
class _Text:
    """A text that is being matched, with what is known of it."""

    text: str
    rules: dict[str, Matcher]
    known: dict[tuple[str, int], Ends] = field(default_factory=dict[tuple[str, int], Ends])

    def rule(self, name: str, start: int) -> Ends:
        key = name, start
        if key not in self.known:
            self.known[key] = self.rules[name](self, start)
        return self.known[key]


def _tokens(body: str) -> Tokens:
    found: Tokens = deque()
    at, body = 0, body.rstrip()
    while at < len(body):
        token = _TOKEN.match(body, at)
        if token is None:
            raise ValueError(f"no rule of a grammar: {body[at : at + 40]!r}")
        found.append((token.lastgroup or "", token[token.lastgroup or 0]))
        at = token.end()
    return found


def _choice(tokens: Tokens) -> Matcher:
    """Read alternatives up to the end or a closing parenthesis."""
    alternatives = [_sequence(tokens)]
    while tokens and tokens[0][1] == "|":
        tokens.popleft()
        alternatives.append(_sequence(tokens))
    # Hundreds of names are looked up at once instead of one by one.
    words = [found for found in alternatives if isinstance(found, _Words)]
    others = [found for found in alternatives if not isinstance(found, _Words)]
    return (
        _either([_Words(frozenset().union(*(found.words for found in words))), *others]) if words else _either(others)
    )


def _sequence(tokens: Tokens) -> Matcher:
    items: list[Matcher] = []
    while tokens and tokens[0][1] not in ("|", ")"):
        item = _item(tokens)
        if tokens and tokens[0][0] == "bounds":
            item = _repeated(item, *_bounds(tokens.popleft()[1]))
        items.append(item)
    if len(items) == 1:
        return items[0]

    def match(text: _Text, start: int) -> Ends:
        ends = frozenset((start,))
        for item in items:
            ends = _after(item, text, ends)
        return ends

    return match


def _item(tokens: Tokens) -> Matcher:
    kind, token = tokens.popleft()
    if kind == "string":
        return _Words(frozenset((_unescaped(token[1:-1]),)))
    if kind == "rule":
        return lambda text, start: text.rule(token, start)
    if kind == "set":
        allowed = re.compile(token, re.DOTALL)
        return lambda text, start: frozenset((start + 1,)) if allowed.match(text.text, start) else frozenset()
    if token != "(":
        raise ValueError(f"no rule of a grammar: {token!r} stands alone")
    inner = _choice(tokens)
    if not tokens:
        raise ValueError("no rule of a grammar: a parenthesis is left open")
    tokens.popleft()
    return inner


@dataclass(frozen=True)
class _Words:
    """One of some terminals."""

    words: frozenset[str]

    def __call__(self, text: _Text, start: int) -> Ends:
        lengths = {len(word) for word in self.words}
        return frozenset(start + n for n in lengths if text.text[start : start + n] in self.words)


def _either(alternatives: Sequence[Matcher]) -> Matcher:
    if len(alternatives) == 1:
        return alternatives[0]
    return lambda text, start: frozenset[int]().union(*(one(text, start) for one in alternatives))


def _repeated(item: Matcher, least: int, most: int | None) -> Matcher:
    def match(text: _Text, start: int) -> Ends:
        ends, found, times = frozenset((start,)), set[int](), 0
        while ends:
            if times >= least:
                found |= ends
            if times == most:
                break
            # What was reached before leads nowhere new.
            ends, times = _after(item, text, ends) - (found if times >= least else frozenset()), times + 1
        return frozenset(found)

    return match


def _after(item: Matcher, text: _Text, starts: Iterable[int]) -> Ends:
    return frozenset[int]().union(*(item(text, start) for start in starts))


def _bounds(token: str) -> tuple[int, int | None]:
    if token in _BOUNDS:
        return _BOUNDS[token]
    least, comma, most = token[1:-1].partition(",")
    return int(least), int(most) if most else None if comma else int(least)


def _unescaped(text: str) -> str:
    def char(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        return chr(int(code, 16)) if code else _NAMED.get(found[4], found[4])

    return _ESCAPE.sub(char, text)
