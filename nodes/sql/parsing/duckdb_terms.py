"""Expressions of DuckDB to terms and conditions: what `writing/duckdb_terms.py` writes out is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import Arithmetic, Call, Cast, CastType, Condition, FunctionName, Predicate, Term, Truth
from nodes.sql.parsing.read_terms import TermReader
from nodes.sql.writing.term_kinds import TermKinds
from value_index.schema import Schema

_ANY_ROW = frozenset(("any_value", "arg_max", "arg_min", "first", "max_by", "min_by"))
_NAMES: dict[str, FunctionName] = {
    "greatest": "max", "least": "min", "julian": "julianday", "epoch": "unixepoch", "if": "iif",
    "strpos": "instr", "len": "length",
}  # fmt: skip
_TYPES: tuple[tuple[str, CastType], ...] = (
    ("int", "integer"), ("bool", "integer"), ("char", "text"), ("text", "text"), ("string", "text"), ("blob", "blob"),
    ("doub", "real"), ("floa", "real"), ("real", "real"),
)  # fmt: skip
_MOMENTS: tuple[tuple[str, FunctionName], ...] = (
    ("timestamp", "datetime"), ("datetime", "datetime"), ("date", "date"), ("time", "time"),
)  # fmt: skip


@dataclass(frozen=True)
class DuckDBTermReader(TermReader):
    """Reads the expressions of one SELECT of DuckDB."""

    schema: Schema

    def term(self, node: exp.Expr) -> Term:
        """Read an expression used as a value; see `TermReader`."""
        if isinstance(node, exp.IntDiv):
            return Arithmetic(operator="/", left=self.term(node.this), right=self.term(node.expression))
        if isinstance(node, exp.Div):
            return self._division(node)
        if isinstance(node, exp.Cast):
            return self._cast(node)
        return super().term(node)

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; see `TermReader`."""
        if isinstance(node, exp.ILike):
            operator = "not like" if node.args.get("negate") else "like"
            return Predicate(left=self.term(node.this), operator=operator, right=(self.term(node.expression),))
        return super().condition(node)

    def _division(self, node: exp.Div) -> Arithmetic:
        """Read `/`, which never rounds: between whole numbers a plan says so by a cast."""
        left, right = self.term(node.this), self.term(node.expression)
        kinds = TermKinds(self.schema)
        if {kinds.of(left), kinds.of(right)} <= {"integer", "boolean"}:
            left = Cast(argument=left, type="real")
        return Arithmetic(operator="/", left=left, right=right)

    def _cast(self, node: exp.Cast) -> Term:
        words, inner = node.args["to"].sql().lower(), node.this.unnest()
        for mark, moment in _MOMENTS:
            if words.startswith(mark):
                return Call(function=moment, arguments=(self._moment(node.this),))
        kind = _cast_type(words)
        if kind == "integer" and isinstance(inner, exp.Predicate | exp.Connector | exp.Not):
            return Truth(condition=self.condition(inner))
        if kind == "integer" and isinstance(inner, exp.Anonymous) and str(inner.this).lower() == "trunc":
            return Cast(argument=self.term(inner.expressions[0]), type=kind)
        return Cast(argument=self.term(node.this), type=kind)

    def _moment(self, node: exp.Expr) -> Term:
        """Read a time; that a text is read as one is what SQLite does by itself."""
        if isinstance(node, exp.Cast) and node.args["to"].sql().upper().startswith(("TIMESTAMP", "DATETIME")):
            return self.term(node.this)
        return self.term(node)

    def _function(self, node: exp.Anonymous) -> Term:
        name, arguments = str(node.this).lower(), node.expressions
        if name in _ANY_ROW and arguments:
            return self.term(arguments[0])
        if name == "strftime" and len(arguments) == 2:
            moment, form = arguments if isinstance(arguments[1], exp.Literal) else arguments[::-1]
            return Call(function="strftime", arguments=(self.term(form), self._moment(moment)))
        if name in ("julian", "epoch") and len(arguments) == 1:
            return Call(function=_NAMES[name], arguments=(self._moment(arguments[0]),))
        if name == "string_agg" or name == "group_concat":
            return self._aggregate("group_concat", arguments[:1])
        if name in _NAMES:
            return Call(function=_NAMES[name], arguments=self.terms(arguments))
        return super()._function(node)


def _cast_type(words: str) -> CastType:
    """Return what a type of DuckDB is in a plan."""
    for mark, kind in _TYPES:
        if mark in words:
            return kind
    return "numeric"
