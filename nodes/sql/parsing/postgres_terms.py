"""Expressions of PostgreSQL to terms and conditions: what `writing/postgres_terms.py` writes out is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import Arithmetic, Call, Condition, FunctionName, LiteralTerm, Predicate, Term
from nodes.sql.errors import SQLError
from nodes.sql.parsing.server_terms import ServerTermReader
from nodes.sql.writing.postgres_terms import LETTERS, MOMENT_FORM, NUMBER_FORM

_NAMES: dict[str, FunctionName] = {"strpos": "instr", "length": "length", "power": "pow"}
_LETTER_OF = sorted(((word, letter) for letter, word in LETTERS.items()), key=lambda pair: -len(pair[0]))


@dataclass(frozen=True)
class PostgresTermReader(ServerTermReader):
    """Reads the expressions of one SELECT of PostgreSQL."""

    def term(self, node: exp.Expr) -> Term:
        """Read an expression used as a value; see `TermReader`."""
        if isinstance(node, exp.Bracket) and (row := _any_row(node)) is not None:
            return self.term(row)
        if isinstance(node, exp.Div | exp.Mod) and (divisor := _without_zero(node.expression)) is not None:
            operator = "/" if isinstance(node, exp.Div) else "%"
            return Arithmetic(operator=operator, left=self.term(node.this), right=self.term(divisor))
        if isinstance(node, exp.Add) and (moment := _julian(node)) is not None:
            return Call(function="julianday", arguments=(self._moment(moment),))
        return super().term(node)

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; LIKE is case-sensitive here, as GLOB is in SQLite."""
        if isinstance(node, exp.ILike):
            operator = "not like" if node.args.get("negate") else "like"
            return Predicate(left=self.term(node.this), operator=operator, right=(self._pattern(node.expression),))
        if isinstance(node, exp.Like):
            return self._case_sensitive(node, node.expression)
        return super().condition(node)

    def _substring(self, node: exp.Substring) -> Term:
        start = node.args.get("start")
        if isinstance(start, exp.Literal) and start.is_string:
            if start.this in (NUMBER_FORM, MOMENT_FORM):
                return self.term(node.this)
            raise SQLError("function", "a plan does not hold a regular expression", "substring")
        return super()._substring(node)

    def _function(self, node: exp.Anonymous) -> Term:
        name, arguments = str(node.this).lower(), node.expressions
        if name == "to_char" and len(arguments) == 2:
            return Call(function="strftime", arguments=(_form(arguments[1]), self._moment(arguments[0])))
        if name == "date_part" and len(arguments) == 2:
            return self._piece(str(arguments[0].name), arguments[1])
        if name == "string_agg" and arguments:
            first = arguments[0]
            distinct = isinstance(first, exp.Distinct)
            return self._joined(first.expressions[0] if isinstance(first, exp.Distinct) else first, distinct=distinct)
        if name == "round" and arguments and _is_decimal(arguments[0]):
            return Call(function="round", arguments=self.terms([arguments[0].this, *arguments[1:]]))
        if name in _NAMES:
            return Call(function=_NAMES[name], arguments=self.terms(arguments))
        return super()._function(node)


def _is_decimal(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.args["to"].sql().upper() in ("DECIMAL", "NUMERIC")


def _any_row(node: exp.Bracket) -> exp.Expr | None:
    """Return the column that `(array_agg(x ORDER BY ...))[1]` is one row's of."""
    inner = node.this.unnest()
    if not isinstance(inner, exp.Anonymous) or str(inner.this).lower() != "array_agg" or len(inner.expressions) != 1:
        return None
    found = inner.expressions[0]
    return found.this if isinstance(found, exp.Order) else found


def _without_zero(node: exp.Expr) -> exp.Expr | None:
    """Return what NULLIF(x, 0) keeps from being zero, which is no matter in SQLite."""
    if not isinstance(node, exp.Anonymous) or str(node.this).lower() != "nullif" or len(node.expressions) != 2:
        return None
    zero = node.expressions[1]
    return node.expressions[0] if isinstance(zero, exp.Literal) and zero.name == "0" else None


def _julian(node: exp.Add) -> exp.Expr | None:
    """Return the time whose Julian day is written as seconds since 1970."""
    if not isinstance(node.expression, exp.Literal) or node.expression.name != "2440587.5":
        return None
    found = node.this.this if isinstance(node.this, exp.Div) else None
    return found.expression if isinstance(found, exp.Extract) and str(found.this).upper() == "EPOCH" else None


def _form(node: exp.Expr) -> LiteralTerm:
    """Read a form of to_char as one of strftime."""
    rest = str(node.this) if isinstance(node, exp.Literal) else ""
    found = ""
    while rest:
        word, letter = next(((w, x) for w, x in _LETTER_OF if rest.upper().startswith(w)), (rest[0], rest[0]))
        if letter == rest[0] and letter == '"':
            letter, _, _ = rest[1:].partition('"')
            word = f'"{letter}"'
        elif letter == rest[0] and letter.isalpha():
            raise SQLError("function", f"a plan does not hold to_char of {rest!r}", "to_char")
        found, rest = found + letter, rest[len(word) :]
    if not found:
        raise SQLError("function", "a plan does not hold to_char of a computed form", "to_char")
    return LiteralTerm(value=found)
