"""Expressions of MySQL to terms and conditions: what `writing/mysql_terms.py` writes out is taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from sqlglot import exp

from nodes.plan import Arithmetic, Call, Cast, Condition, LiteralTerm, Predicate, Term
from nodes.sql.errors import SQLError
from nodes.sql.parsing.server_terms import ServerTermReader
from nodes.sql.writing.mysql_terms import EPOCH, FIELDS, JULIAN, LETTERS
from nodes.sql.writing.term_kinds import TermKinds

_PIECES = {**{word.partition("(")[0]: piece for piece, word in FIELDS.items()}, "dayofmonth": "day"}
_FORM = re.compile(r"%.|[^%]+")
_LETTER_OF: dict[str, str] = {word: letter for letter, word in LETTERS.items()} | {"%s": "%S", "%T": "%H:%M:%S"}


@dataclass(frozen=True)
class MySQLTermReader(ServerTermReader):
    """Reads the expressions of one SELECT of MySQL."""

    def term(self, node: exp.Expr) -> Term:
        """Read an expression used as a value; see `TermReader`."""
        match node:
            case exp.IntDiv():
                return Arithmetic(operator="/", left=self.term(node.this), right=self.term(node.expression))
            case exp.Div():
                return self._division(node)
            case exp.Add() | exp.Sub() if (found := self._counted(node)) is not None:
                return found
            case exp.GroupConcat():
                inner = node.this.this if isinstance(node.this, exp.Order) else node.this
                distinct = isinstance(inner, exp.Distinct)
                return self._joined(
                    inner.expressions[0] if isinstance(inner, exp.Distinct) else inner, distinct=distinct
                )
            case _:
                return super().term(node)

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; only LIKE BINARY is case-sensitive."""
        if isinstance(node, exp.Like):
            left, right = _in_small_letters(node.this), _in_small_letters(node.expression)
            if isinstance(node.expression, exp.Cast):
                return self._case_sensitive(node, node.expression.this)
            small = left is not None and right is not None
            operator = "not like" if node.args.get("negate") else "like"
            pattern = self._pattern(right if small and right is not None else node.expression)
            return Predicate(
                left=self.term(left if small and left is not None else node.this), operator=operator, right=(pattern,)
            )
        return super().condition(node)

    def _division(self, node: exp.Div) -> Arithmetic:
        """Read `/`, which never cuts: between whole numbers a plan says so by a cast."""
        left, right = self.term(node.this), self.term(node.expression)
        kinds = TermKinds(self.schema)
        if {kinds.of(left), kinds.of(right)} <= {"integer", "boolean"}:
            left = Cast(argument=left, type="real")
        return Arithmetic(operator="/", left=left, right=right)

    def _counted(self, node: exp.Add | exp.Sub) -> Term | None:
        """Read the Julian day and the seconds since 1970, which are written by to_seconds, and the day of a week."""
        if not isinstance(node.expression, exp.Literal):
            return None
        number, inner = node.expression.name, node.this
        if isinstance(node, exp.Add) and number == "0" and _any_row(inner) is not None:
            return self.term(inner)
        if isinstance(node, exp.Add) and number == JULIAN and isinstance(inner, exp.Div):
            return self._of_seconds(inner.this, "julianday")
        if isinstance(node, exp.Sub) and number == EPOCH:
            return self._of_seconds(inner, "unixepoch")
        if isinstance(node, exp.Sub) and number == "1" and _named(inner, "dayofweek"):
            return self._piece("weekday", inner.expressions[0])
        return None

    def _of_seconds(self, node: exp.Expr, function: str) -> Term | None:
        if not _named(node, "to_seconds"):
            return None
        return Call.model_validate({"function": function, "arguments": (self._moment(node.expressions[0]),)})

    def _function(self, node: exp.Anonymous) -> Term:
        name, arguments = str(node.this).lower(), node.expressions
        if (row := _any_row(node)) is not None:
            return self.term(row)
        if name in _PIECES and name != "dayofweek" and len(arguments) == 1:
            return self._piece(_PIECES[name], arguments[0])
        if name == "date_format" and len(arguments) == 2:
            return Call(function="strftime", arguments=(_form(arguments[1]), self._moment(arguments[0])))
        if name == "concat" and arguments:
            return reduce(lambda left, right: Arithmetic(operator="||", left=left, right=right), self.terms(arguments))
        if name == "concat_ws" and isinstance(arguments[0], exp.Literal) and not arguments[0].name:
            return Call(function="concat", arguments=self.terms(arguments[1:]))
        if name == "char_length" and len(arguments) == 1:
            return Call(function="length", arguments=self.terms(arguments))
        if name == "locate" and len(arguments) == 2:
            return Call(function="instr", arguments=self.terms(arguments[::-1]))
        if name == "curdate" and not arguments:
            return Call(function="current_date")
        if name == "datediff" and len(arguments) == 2:
            days = [
                Call(function="julianday", arguments=(Call(function="date", arguments=(each,)),))
                for each in self.terms(arguments)
            ]
            return Arithmetic(operator="-", left=days[0], right=days[1])
        return super()._function(node)


def _named(node: exp.Expr, name: str) -> bool:
    return isinstance(node, exp.Anonymous) and str(node.this).lower() == name and len(node.expressions) == 1


def _in_small_letters(node: exp.Expr) -> exp.Expr | None:
    return node.expressions[0] if _named(node, "lower") else None


def _any_row(node: exp.Expr) -> exp.Expr | None:
    """Return the column whose first value `substring_index(group_concat(x ORDER BY ...), ...)` is."""
    if not isinstance(node, exp.Anonymous) or str(node.this).lower() != "substring_index":
        return None
    inner = node.expressions[0]
    ordered = inner.this if isinstance(inner, exp.GroupConcat) else None
    return ordered.this if isinstance(ordered, exp.Order) else None


def _form(node: exp.Expr) -> LiteralTerm:
    """Read a form of date_format as one of strftime."""
    if not isinstance(node, exp.Literal):
        raise SQLError("function", "a plan does not hold date_format of a computed form", "date_format")
    found = ""
    parts: list[str] = _FORM.findall(str(node.this))
    for part in parts:
        if part.startswith("%") and part not in _LETTER_OF:
            raise SQLError("function", f"a plan does not hold date_format of {part!r}", "date_format")
        found += _LETTER_OF.get(part, part)
    return LiteralTerm(value=found)
