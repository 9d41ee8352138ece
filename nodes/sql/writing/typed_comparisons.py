"""TypedComparisonWriter: comparisons for engines that do not mix types, each side written as SQLite compares it: by affinity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from nodes.plan import CastType, LiteralTerm, Predicate, SubPlan, Term, Truth
from nodes.sql.writing.term_kinds import TermKind, TermKinds
from nodes.sql.writing.write_terms import TermWriter, only, pair

_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
_NUMERAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class TypedComparisonWriter(TermWriter):
    """Writes the conditions of one block; `WHERE year = '2020'` compares numbers where the column holds numbers."""

    kinds: TermKinds

    CASTS: ClassVar[dict[CastType, str]]
    """What a type of a plan is called."""

    def number(self, term: Term, binding: int = 0) -> str:
        """Write a term as the number that it stands for."""
        raise NotImplementedError

    def text(self, term: Term, binding: int = 0) -> str:
        """Write a term as a text."""
        known = self.kinds.of(term) in ("text", "null")
        return self.term(term, binding) if known else f"CAST({self.term(term)} AS {self.CASTS['text']})"

    def _predicate(self, predicate: Predicate) -> str:
        operator, left = predicate.operator, predicate.left
        if left is None or operator in ("is null", "is not null", "exists", "not exists"):
            return super()._predicate(predicate)
        if operator in ("like", "not like", "glob", "not glob"):
            return self.like(left, predicate)
        if operator in ("is", "is not"):
            return self._is(predicate, left)
        if operator in ("between", "not between"):
            pair(predicate)
        elif operator not in ("in", "not in"):
            only(predicate)
        one, others = self.alike(left, predicate.right)
        if operator in ("between", "not between"):
            return f"{one} {operator.upper()} {others[0]} AND {others[1]}"
        if operator in ("in", "not in"):
            plain = len(others) == 1 and isinstance(predicate.right[0], SubPlan)
            listed = others[0] if plain else f"({', '.join(others)})"
            return f"{one} {operator.upper()} {listed}"
        return f"{one} {operator} {others[0]}"

    def like(self, left: Term, predicate: Predicate) -> str:
        """Write LIKE, which ignores case, or GLOB, which does not."""
        raise NotImplementedError

    def is_same(self, one: str, other: str, *, negated: bool) -> str:
        """Write that two terms are the same, NULL being the same as NULL."""
        return f"{one} IS {'' if negated else 'NOT '}DISTINCT FROM {other}"

    def is_truth(self, left: Term) -> str:
        """Write a term that is asked for its truth."""
        truth = self.number(left, 5) if self.kinds.of(left) == "text" else self._operand(left)
        return self.condition(left.condition, 5) if isinstance(left, Truth) else truth

    def _is(self, predicate: Predicate, left: Term) -> str:
        right = only(predicate)
        if isinstance(right, LiteralTerm) and isinstance(right.value, bool):
            return f"{self.is_truth(left)} {predicate.operator.upper()} {self.term(right)}"
        if right == LiteralTerm(value=None):
            return f"{self._operand(left)} {predicate.operator.upper()} NULL"
        one, others = self.alike(left, (right,))
        return self.is_same(one, others[0], negated=predicate.operator == "is not")

    def alike(self, left: Term, right: tuple[Term, ...]) -> tuple[str, list[str]]:
        """Write the sides of a comparison so that they are compared as SQLite does: by affinity."""
        kind = self.kinds.of(left)
        kinds = {self.kinds.of(term) for term in right} - {"null"}
        others: list[TermKind] = [each for each in map(self.kinds.of, right) if each not in ("text", "other", "null")]
        if others and isinstance(left, LiteralTerm) and kind == "text":
            return self.as_kind(left, others[0]), [self._operand(term) for term in right]
        written = [self.as_kind(term, kind) for term in right]
        casts = kind in ("time", "boolean", "integer", "real") and any(
            self.kinds.of(term) == "text" and not self.fits(term, kind) for term in right
        )
        numbers = kind == "text" and any(
            self.kinds.of(term) in ("integer", "real", "boolean") and not isinstance(term, LiteralTerm)
            for term in right
        )
        if casts:
            return f"CAST({self.term(left)} AS {self.CASTS['text']})", [self.text(term, 5) for term in right]
        if numbers:
            return self.number(left, 5), [self.number(term, 5) for term in right]
        if kind == "text" and "time" in kinds:
            return self._operand(left), [self.text(term, 5) for term in right]
        return self._operand(left), written

    def as_kind(self, term: Term, kind: TermKind) -> str:
        """Write a constant as the other side's kind has it: '5' beside numbers, 5 beside texts."""
        if not isinstance(term, LiteralTerm) or isinstance(term.value, bool) or term.value is None:
            return self._operand(term)
        if kind in ("integer", "real") and isinstance(term.value, str) and _NUMERAL.fullmatch(term.value.strip()):
            return term.value.strip()
        if kind in ("text", "time") and isinstance(term.value, int | float):
            return self.term(LiteralTerm(value=str(term.value)))
        return self._operand(term)

    def fits(self, term: Term, kind: TermKind) -> bool:
        """Tell whether the engine reads a text as a value of another kind."""
        if not isinstance(term, LiteralTerm) or not isinstance(term.value, str):
            return False
        text = term.value.strip()
        if kind == "time":
            return _DAY.fullmatch(text) is not None and _exists(text)
        return text.lower() in ("true", "false") if kind == "boolean" else _NUMERAL.fullmatch(text) is not None


def _exists(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
