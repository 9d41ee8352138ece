"""Expressions of the SQL standard to terms and conditions: what `writing/ansi_terms.py` writes out is taken back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from nodes.plan import Call, Cast, Condition, LiteralTerm, Predicate, Term
from nodes.sql.parsing.postgres_terms import PostgresTermReader
from nodes.sql.writing.ansi_terms import PLACES

_FORM_AT = {place: form for form, place in PLACES.items()}


@dataclass(frozen=True)
class AnsiTermReader(PostgresTermReader):
    """Reads the expressions of one SELECT of an engine of which nothing else is known."""

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; LIKE of upper letters on both sides ignores case."""
        if isinstance(node, exp.Escape) and isinstance(node.this, exp.Like) and node.expression.name == "\\":
            return self._case_sensitive(node.this, node.this.expression)
        if isinstance(node, exp.Like) and (left := _upper(node.this)) is not None:
            pattern = node.expression
            asked = _upper(pattern) or (pattern if pattern.is_string and pattern.name == pattern.name.upper() else None)
            if asked is not None:
                operator = "not like" if node.args.get("negate") else "like"
                return Predicate(left=self.term(left), operator=operator, right=(self.term(asked),))
        return super().condition(node)

    def _cast(self, node: exp.Cast) -> Term:
        if (cut := _cut(node.this)) is not None:
            return Cast(argument=self.term(cut), type="integer")
        return super()._cast(node)

    def _substring(self, node: exp.Substring) -> Term:
        if (found := _form(node)) is not None:
            form, moment = found
            return Call(function="strftime", arguments=(LiteralTerm(value=form), self._moment(moment)))
        return super()._substring(node)


def _cut(node: exp.Expr) -> exp.Expr | None:
    """Return the number that CASE WHEN x < 0 THEN ceil(x) ELSE floor(x) END cuts."""
    ifs = node.args.get("ifs") if isinstance(node, exp.Case) else None
    otherwise = node.args.get("default")
    if not ifs or len(ifs) != 1 or not isinstance(ifs[0].this, exp.LT) or not isinstance(otherwise, exp.Anonymous):
        return None
    number = ifs[0].this.this
    is_floor = str(otherwise.this).lower() == "floor" and otherwise.expressions == [number]
    return number if is_floor and ifs[0].this.expression.name == "0" else None


def _upper(node: exp.Expr) -> exp.Expr | None:
    """Return what upper() is of."""
    is_call = isinstance(node, exp.Anonymous) and str(node.this).lower() == "upper" and len(node.expressions) == 1
    return node.expressions[0] if is_call else None


def _form(node: exp.Substring) -> tuple[str, exp.Expr] | None:
    """Return the form of strftime whose piece of a time's text this is, and the time."""
    text = node.this.this if isinstance(node.this, exp.Cast) else None
    first, length = node.args.get("start"), node.args.get("length")
    if not isinstance(text, exp.Cast) or not isinstance(first, exp.Literal) or not isinstance(length, exp.Literal):
        return None
    kind = text.args["to"].sql().upper()
    if not (first.is_int and length.is_int):
        return None
    form = _FORM_AT.get((kind, int(first.name), int(length.name)))
    return (form, text.this) if form else None
