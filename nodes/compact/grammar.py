"""The plan grammar of the compact planner: what may follow what, so that every decoded sequence is a plan.

A plan is a sequence of symbols, FROM first: closed words ("select", "count", ">=" ...) and pointers to tables, columns
and values at hand. The grammar is LL(1), kept as data; a state is an immutable stack, so that a beam can fork it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

PointerKind = Literal["table", "column", "value"]


@dataclass(frozen=True)
class Pointer:
    """A symbol that points at an item of the turn: a table or column of the schema, or a candidate value."""

    kind: PointerKind
    index: int
    """The index into the turn's tables, columns (all tables, in order) or value candidates."""


Symbol = str | Pointer

AGGREGATES = ("count", "sum", "avg", "min", "max")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=", "like", "not like")
MEMBERSHIPS = ("in", "not in")
RANGES = ("between", "not between")
NULL_TESTS = ("is null", "is not null")
EXISTENCE = ("exists", "not exists")
ARITHMETIC = ("+", "-", "*", "/")
SET_OPERATORS = ("union", "union all", "intersect", "except")
LITERALS = ("'0'", "'1'", "'2'", "'3'", "'4'", "'5'", "'10'")
"""Small integers that queries use although no utterance names them (LIMIT 1, HAVING count(*) > 1)."""
DERIVED = ("out0", "out1", "out2", "out3")
"""The columns of the sub-plan in FROM, by position."""

WORDS: tuple[str, ...] = (
    "end", "from", "select", "distinct", "where", "group", "having", "order", "asc", "desc", "limit", "join",
    "(", ")", "[", "]", "and", "or", "star", "again",
    *AGGREGATES, "of distinct", *COMPARISONS, *MEMBERSHIPS, *RANGES, *NULL_TESTS, *EXISTENCE, *ARITHMETIC,
    *SET_OPERATORS, *LITERALS, *DERIVED,
)  # fmt: skip
"""The closed words, in the order of the decoder's output."""

# Terminals beside the words: "T" a table, "C" a column of the scope's tables, "V" a candidate value.
TABLE, COLUMN, VALUE = "T", "C", "V"

# nonterminal -> alternatives; an alternative is a tuple of symbols, the empty one means "may be left out".
# `{` opens a scope (its tables are those of the FROM that follows), `}` closes it.
RULES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Plan": (("{", "Core", "SetOperations", "Order", "Limit", "}"),),
    "Core": (("from", "Source", "Sources", "Joins", "select", "Distinct", "Term", "Terms", "Where", "Group"),),
    "Sources": (("Source", "Sources"), ()),
    "Source": ((TABLE,), ("(", "Plan", ")")),
    "Joins": (("join", "Column", "Column", "Joins"), ()),
    "Distinct": (("distinct",), ()),
    "Where": (("where", "Condition"), ()),
    "Group": (("group", "Term", "Terms", "Having"), ()),
    "Terms": (("Term", "Terms"), ()),
    "Having": (("having", "Condition"), ()),
    "SetOperations": (*((operator, "{", "Core", "}", "SetOperations") for operator in SET_OPERATORS), ()),
    "Order": (("order", "Ordering", "Orderings"), ()),
    "Orderings": (("Ordering", "Orderings"), ()),
    "Ordering": (("asc", "Term"), ("desc", "Term")),
    "Limit": (("limit", "Literal"), ()),
    "Condition": (("Predicate", "Conditions"),),
    "Conditions": (("and", "Predicate", "Conditions"), ("or", "Predicate", "Conditions"), ()),
    "Predicate": (
        ("[", "Condition", "]"),
        *((operator, "(", "Plan", ")") for operator in EXISTENCE),
        ("Term", "Test"),
    ),
    "Test": (
        *((operator, "Term") for operator in COMPARISONS),
        *((operator, "Members") for operator in MEMBERSHIPS),
        *((operator, "Term", "Term") for operator in RANGES),
        *((operator,) for operator in NULL_TESTS),
    ),
    "Members": (("(", "Plan", ")"), ("[", "Literal", "Literals", "]")),
    "Literals": (("Literal", "Literals"), ()),
    "Literal": ((VALUE,), *((word,) for word in LITERALS)),
    "Column": ((COLUMN,), ("again", COLUMN)),
    "Term": (
        ("Column",),
        ("Literal",),
        ("star",),
        *((word,) for word in DERIVED),
        *((function, "Argument") for function in AGGREGATES),
        *((operator, "Term", "Term") for operator in ARITHMETIC),
        ("(", "Plan", ")"),
    ),
    "Argument": (("of distinct", "Term"), ("Term",)),
}  # fmt: skip


def _first(parts: tuple[str, ...]) -> frozenset[str]:
    """Return the terminals that may begin a run of symbols."""
    starts: set[str] = set()
    for part in parts:
        if part == "{":
            continue
        if part not in RULES:
            return frozenset(starts | {part})
        for alternative in RULES[part]:
            starts |= _first(alternative)
        if () not in RULES[part]:
            break
    return frozenset(starts)


FIRST: dict[str, frozenset[str]] = {name: _first((name,)) for name in RULES}
PARSE: dict[tuple[str, str], tuple[str, ...]] = {
    (name, terminal): alternative
    for name, alternatives in RULES.items()
    for alternative in alternatives
    for terminal in _first(alternative)
}
"""Which alternative a nonterminal takes before a terminal (absent: the empty one, or an error)."""


@dataclass(frozen=True)
class State:
    """The place of a sequence in the grammar: what is still owed, and which tables each open scope has."""

    stack: tuple[str, ...] = ("Plan", "end")
    """Next symbol first."""
    scopes: tuple[tuple[int, ...], ...] = ()
    """Table indexes of each open scope, innermost last; -1 for a sub-plan in FROM."""

    @property
    def done(self) -> bool:
        """Whether the plan is complete."""
        return not self.stack

    def terminals(self) -> frozenset[str]:
        """Return the terminals that may come next."""
        return _terminals(self.stack)

    def advance(self, symbol: Symbol) -> State:
        """Consume one symbol.

        Raises:
            ValueError: The symbol may not come here.
        """
        consumed = _consumed(self.stack, terminal_of(symbol))
        if consumed is None:
            raise ValueError(f"{symbol!r} may not follow here")
        stack, brackets = consumed
        scopes = self.scopes
        for bracket in brackets:
            scopes = (*scopes, ()) if bracket == "{" else scopes[:-1]
        return State(stack, _with_source(scopes, symbol, stack))


@lru_cache(maxsize=1 << 14)
def _terminals(stack: tuple[str, ...]) -> frozenset[str]:
    allowed: frozenset[str] = frozenset()
    for symbol in stack:
        if symbol in ("{", "}"):
            continue
        if symbol not in RULES:
            return allowed | {symbol}
        allowed |= FIRST[symbol]
        if () not in RULES[symbol]:
            return allowed
    return allowed


@lru_cache(maxsize=1 << 14)
def _consumed(stack: tuple[str, ...], terminal: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return what is owed after a terminal, and the scopes opened and closed before it; None where it may not come."""
    brackets: tuple[str, ...] = ()
    while stack:
        head, stack = stack[0], stack[1:]
        if head in ("{", "}"):
            brackets = (*brackets, head)
        elif head == terminal:
            return stack, brackets
        elif (head, terminal) in PARSE:
            stack = PARSE[head, terminal] + stack
        elif head not in RULES or () not in RULES[head]:
            return None
    return None


def terminal_of(symbol: Symbol) -> str:
    """Return the terminal that a symbol is an instance of."""
    if isinstance(symbol, str):
        return symbol
    return {"table": TABLE, "column": COLUMN, "value": VALUE}[symbol.kind]


def _with_source(
    scopes: tuple[tuple[int, ...], ...], symbol: Symbol, stack: tuple[str, ...]
) -> tuple[tuple[int, ...], ...]:
    """Add a table, or a sub-plan just closed in FROM, to the innermost scope."""
    if isinstance(symbol, Pointer) and symbol.kind == "table":
        return (*scopes[:-1], (*scopes[-1], symbol.index))
    if symbol == ")" and stack and stack[0] == "Sources":
        return (*scopes[:-1], (*scopes[-1], -1))
    return scopes
