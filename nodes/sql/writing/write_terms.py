"""Terms and conditions to SQL text, with no more parentheses than SQLite's precedence needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nodes.plan import (
    Aggregate,
    Arithmetic,
    ArithmeticOperator,
    Call,
    Case,
    Cast,
    ColumnTerm,
    Condition,
    DerivedTerm,
    LiteralTerm,
    Negation,
    Operator,
    Plan,
    Predicate,
    Star,
    SubPlan,
    Term,
    Truth,
)
from nodes.sql.errors import SQLError
from nodes.sql.writing.quoting import literal

# How tightly an operator binds, loosest first (https://www.sqlite.org/lang_expr.html).
_OR, _AND, _NOT, _EQUALITY, _ORDER, _SUM, _PRODUCT, _CONCAT, _UNIT = range(9)
_BINDING: dict[ArithmeticOperator, int] = {
    "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT, "||": _CONCAT,
}  # fmt: skip
_ORDERED: tuple[Operator, ...] = ("<", "<=", ">", ">=")
_KEYWORDS = ("current_date", "current_time", "current_timestamp")


@dataclass(frozen=True)
class TermWriter:
    """Writes the terms of one block; the block says how its columns are called."""

    column: Callable[[ColumnTerm | DerivedTerm], str]
    star: Callable[[Star], str]
    sub_query: Callable[[Plan], str]
    """Writes a nested plan, without its parentheses."""

    def of_groups(self, plan: Plan) -> TermWriter:
        """Return the writer of what is shown of a block, sorted by and asked of its groups: SQLite writes it alike."""
        return self

    def term(self, term: Term, binding: int = _OR) -> str:
        """Write a term to stand where an operator binds that tightly."""
        match term:
            case Arithmetic():
                level = _BINDING[term.operator]
                left, right = self.term(term.left, level), self.term(term.right, level + 1)
                return enclosed(f"{left} {term.operator} {right}", level < binding)
            case Truth():
                return self.condition(term.condition, binding)
            case ColumnTerm() | DerivedTerm():
                return self.column(term)
            case LiteralTerm():
                return literal(term)
            case Star():
                return self.star(term)
            case Aggregate():
                distinct = "DISTINCT " if term.distinct else ""
                return f"{term.function}({distinct}{self.term(term.argument)})"
            case Call():
                return self._call(term)
            case Cast():
                return f"CAST({self.term(term.argument)} AS {term.type.upper()})"
            case Case():
                return self._case(term)
            case SubPlan():
                return f"({self.sub_query(term.plan)})"

    def condition(self, condition: Condition, binding: int = _OR) -> str:
        """Write a condition to stand where an operator binds that tightly."""
        if isinstance(condition, Predicate):
            level = _ORDER if condition.operator in _ORDERED else _EQUALITY
            return enclosed(self._predicate(condition), level < binding)
        if isinstance(condition, Negation):
            return enclosed(f"NOT {self.condition(condition.condition, _EQUALITY)}", binding > _NOT)
        level = _AND if condition.kind == "and" else _OR
        joint = f" {condition.kind.upper()} "
        # One level tighter than its own: a nested junction of the same kind keeps its parentheses.
        return enclosed(joint.join(self.condition(inner, level + 1) for inner in condition.conditions), level < binding)

    def _call(self, term: Call) -> str:
        if term.function in _KEYWORDS:
            return term.function.upper()
        return f"{term.function}({', '.join(self.term(argument) for argument in term.arguments)})"

    def _case(self, term: Case) -> str:
        whens = [f"WHEN {self.condition(branch.condition)} THEN {self.term(branch.value)}" for branch in term.branches]
        otherwise = [] if term.otherwise is None else [f"ELSE {self.term(term.otherwise)}"]
        return " ".join(["CASE", *whens, *otherwise, "END"])

    def _predicate(self, predicate: Predicate) -> str:
        operator, word = predicate.operator, predicate.operator.upper()
        if operator in ("exists", "not exists"):
            return f"{word} {self._operand(only(predicate))}"
        if predicate.left is None:
            raise SQLError("plan", f"the plan compares nothing with {word}", operator)
        left = self._operand(predicate.left)
        if operator in ("is null", "is not null"):
            return f"{left} {word}"
        if operator in ("in", "not in"):
            return f"{left} {word} {self._set(predicate.right)}"
        if operator in ("between", "not between"):
            low, high = pair(predicate)
            return f"{left} {word} {self._operand(low)} AND {self._operand(high)}"
        return f"{left} {word} {self._operand(only(predicate))}"

    def _operand(self, term: Term) -> str:
        """Write a side of a predicate; one that is a predicate itself keeps its parentheses, for the reader's sake."""
        return self.term(term, _SUM)

    def _set(self, right: tuple[Term, ...]) -> str:
        if len(right) == 1 and isinstance(right[0], SubPlan):
            return self.term(right[0])
        return f"({', '.join(self.term(item) for item in right)})"


def enclosed(text: str, needed: bool) -> str:
    """Put parentheses around a text that needs them."""
    return f"({text})" if needed else text


def only(predicate: Predicate) -> Term:
    """Return the one right side of a comparison.

    Raises:
        SQLError: `plan` where there are more or fewer.
    """
    if len(predicate.right) != 1:
        raise SQLError("plan", f"{predicate.operator!r} takes one right side, not {len(predicate.right)}")
    return predicate.right[0]


def pair(predicate: Predicate) -> tuple[Term, Term]:
    """Return the two right sides of BETWEEN.

    Raises:
        SQLError: `plan` where there are more or fewer.
    """
    if len(predicate.right) != 2:
        raise SQLError("plan", f"{predicate.operator!r} takes two right sides, not {len(predicate.right)}")
    return predicate.right[0], predicate.right[1]
