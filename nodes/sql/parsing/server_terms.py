"""Expressions that PostgreSQL and MySQL share, to terms: parts of times, places in texts, ends of texts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import (
    Aggregate,
    Call,
    Cast,
    CastType,
    Condition,
    FunctionName,
    LiteralTerm,
    Predicate,
    Term,
    Truth,
)
from nodes.sql.errors import SQLError
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.writing.like_pattern import glob_pattern
from nodes.sql.writing.time_forms import PIECES
from value_index.schema import Schema

LETTER_OF = {piece: letter for letter, piece in PIECES.items()}
_TYPES: tuple[tuple[str, CastType], ...] = (
    ("int", "integer"), ("signed", "integer"), ("bool", "integer"), ("char", "text"), ("text", "text"), ("string", "text"),
    ("blob", "blob"), ("bina", "blob"), ("bytea", "blob"), ("doub", "real"), ("floa", "real"), ("real", "real"),
)  # fmt: skip
_MOMENTS: tuple[tuple[str, FunctionName], ...] = (
    ("timestamp", "datetime"), ("datetime", "datetime"), ("date", "date"), ("time", "time"),
)  # fmt: skip


@dataclass(frozen=True)
class ServerTermReader(TermReader):
    """Reads the expressions of one SELECT of a server's SQL."""

    schema: Schema

    def term(self, node: exp.Expr) -> Term:
        """Read an expression used as a value; see `TermReader`."""
        match node:
            case exp.Cast():
                return self._cast(node)
            case exp.Extract():
                return self._piece(str(node.this), node.expression)
            case exp.Substring():
                return self._substring(node)
            case exp.StrPosition() if not node.args.get("position"):
                return Call(function="instr", arguments=(self.term(node.this), self.term(node.args["substr"])))
            case exp.Trim() if not node.args.get("collation"):
                return self._trim(node)
            case _:
                return super().term(node)

    def _trim(self, node: exp.Trim) -> Call:
        word = str(node.args.get("position") or "").upper()
        functions: dict[str, FunctionName] = {"LEADING": "ltrim", "TRAILING": "rtrim"}
        removed = node.args.get("expression")
        arguments = [node.this] if removed is None else [node.this, removed]
        return Call(function=functions.get(word, "trim"), arguments=self.terms(arguments))

    def _piece(self, field: str, moment: exp.Expr) -> Term:
        """Read a part of a time: the year is CAST(strftime('%Y', ...) AS INTEGER)."""
        said = field.lower()
        piece = {"dow": "weekday", "doy": "yearday"}.get(said, said)
        if piece == "epoch":
            return Call(function="unixepoch", arguments=(self._moment(moment),))
        if piece not in LETTER_OF:
            raise SQLError("function", f"a plan does not hold the {field.lower()} of a time", field)
        form = LiteralTerm(value=LETTER_OF[piece])
        return Cast(argument=Call(function="strftime", arguments=(form, self._moment(moment))), type="integer")

    def _substring(self, node: exp.Substring) -> Term:
        arguments = [node.this, *(each for key in ("start", "length") if (each := node.args.get(key)) is not None)]
        return Call(function="substr", arguments=self.terms(arguments))

    def _cast(self, node: exp.Cast) -> Term:
        words, inner = node.args["to"].sql().lower(), node.this.unnest()
        if words.startswith("interval"):
            raise SQLError("operator", "a plan does not hold an interval", "INTERVAL")
        for mark, moment in _MOMENTS:
            if words.startswith(mark):
                return Call(function=moment, arguments=(self._moment(node.this),))
        kinds: list[CastType] = [kind for mark, kind in _TYPES if mark in words]
        kind = kinds[0] if kinds else "numeric"
        if kind == "integer" and isinstance(inner, exp.Predicate | exp.Connector | exp.Not):
            return Truth(condition=self.condition(inner))
        if kind == "integer" and isinstance(inner, exp.Anonymous) and str(inner.this).lower() in ("trunc", "truncate"):
            inner = inner.expressions[0]
        term = self.term(inner)
        if kind == "integer" and isinstance(term, Cast) and term.type in ("integer", "numeric"):
            return term.model_copy(update={"type": "integer"})
        return Cast(argument=term, type=kind)

    def _moment(self, node: exp.Expr) -> Term:
        """Read a time; that a text is read as one is what SQLite does by itself."""
        if isinstance(node, exp.Cast) and node.args["to"].sql().upper().startswith(("TIMESTAMP", "DATETIME")):
            return self.term(node.this)
        return self.term(node)

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; see `TermReader`."""
        if isinstance(node, exp.Is) and (asked := _asked(node)) is not None:
            return Predicate(left=self.term(asked), operator="is", right=(self.term(node.expression),))
        return super().condition(node)

    def _function(self, node: exp.Anonymous) -> Term:
        name, arguments = str(node.this).lower(), node.expressions
        if name in ("greatest", "least"):
            return Call(function="max" if name == "greatest" else "min", arguments=self.terms(arguments))
        if name in ("left", "right") and len(arguments) == 2:
            text, count = self.terms(arguments)
            return self._end(name, text, count)
        if name in ("now", "localtimestamp", "sysdate"):
            return Call(function="current_timestamp")
        return super()._function(node)

    def _end(self, side: str, text: Term, count: Term) -> Term:
        if not isinstance(count, LiteralTerm) or not isinstance(count.value, int) or count.value <= 0:
            raise SQLError("function", f"a plan holds {side}() of a length that stands there", side)
        if side == "right":
            return Call(function="substr", arguments=(text, LiteralTerm(value=-count.value)))
        if isinstance(text, Call) and text.function == "substr" and len(text.arguments) == 2:
            return text.model_copy(update={"arguments": (*text.arguments, count)})
        return Call(function="substr", arguments=(text, LiteralTerm(value=1), count))

    def _pattern(self, node: exp.Expr) -> Term:
        r"""Read a pattern of a LIKE that ignores case; a backslash stands twice."""
        term = self.term(node)
        if not isinstance(term, LiteralTerm) or not isinstance(term.value, str):
            return term
        if "\\" in term.value.replace("\\\\", ""):
            raise SQLError("escape", "a plan does not hold a pattern with an escaped sign", term.value)
        return LiteralTerm(value=term.value.replace("\\\\", "\\"))

    def _case_sensitive(self, node: exp.Expr, pattern: exp.Expr) -> Condition:
        """Read a case-sensitive LIKE: as GLOB."""
        if not isinstance(pattern, exp.Literal) or not pattern.is_string:
            raise SQLError("operator", "a plan does not hold LIKE of a computed pattern", "LIKE")
        operator = "not glob" if node.args.get("negate") else "glob"
        glob = LiteralTerm(value=glob_pattern(str(pattern.this)))
        return Predicate(left=self.term(node.this), operator=operator, right=(glob,))

    def _joined(self, argument: exp.Expr, *, distinct: bool) -> Aggregate:
        return Aggregate(function="group_concat", argument=self.term(argument), distinct=distinct)


def _asked(node: exp.Is) -> exp.Expr | None:
    """Return what is asked for its truth by `(x != 0) IS TRUE`."""
    inner = node.this.unnest()
    zero = isinstance(inner, exp.NEQ) and isinstance(inner.expression, exp.Literal) and inner.expression.name == "0"
    return inner.this if zero and isinstance(node.expression, exp.Boolean) else None
