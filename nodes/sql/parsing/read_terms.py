"""Expressions of a sqlglot tree to terms and conditions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from nodes.plan import (
    Aggregate,
    AggregateFunction,
    Arithmetic,
    Branch,
    Call,
    Case,
    Cast,
    Condition,
    Junction,
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
from nodes.sql.errors import Cause, SQLError
from nodes.sql.parsing.frame import Frame
from nodes.sql.parsing.vocabulary import (
    AGGREGATES,
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    NEGATIVE,
    REFUSED,
    SCALARS,
    cast_type,
)

MOST_DIGITS = 308
"""The most digits of a whole number: one that is longer fits no float, and Python reads none of more than 4,300."""


@dataclass(frozen=True)
class TermReader:
    """Reads the expressions of one SELECT."""

    frame: Frame
    read_query: Callable[[exp.Query, Frame], Plan]
    """Reads a sub-query that stands in a frame."""

    def term(self, node: exp.Expr) -> Term:
        """Read an expression used as a value.

        Raises:
            SQLError: for names out of scope and for what a Plan does not hold.
        """
        kind = type(node)
        if kind is exp.Paren:
            return self.term(node.this)
        if isinstance(node, exp.Column):
            return self._column(node)
        if kind is exp.Literal:
            return LiteralTerm(value=_literal(node))
        if kind in ARITHMETIC:
            return Arithmetic(operator=ARITHMETIC[kind], left=self.term(node.this), right=self.term(node.expression))
        if kind in AGGREGATES:
            return self._aggregate(AGGREGATES[kind], [node.this] if node.this else [])
        if isinstance(node, exp.Query):
            return self._sub_plan(node)
        if isinstance(node, exp.Predicate | exp.Connector | exp.Not) and kind not in REFUSED:
            return Truth(condition=self.condition(node))
        return self._other_term(node)

    def _other_term(self, node: exp.Expr) -> Term:
        match node:
            case exp.Anonymous():
                return self._function(node)
            case exp.Star():
                return Star()
            case exp.Null():
                return LiteralTerm(value=None)
            case exp.Boolean():
                return LiteralTerm(value=bool(node.this))
            case exp.Neg():
                return self._negative(node)
            case exp.Cast():
                return Cast(argument=self.term(node.this), type=cast_type(node))
            case exp.Case():
                return self._case(node)
            case _ if type(node) in SCALARS:
                arguments = [node.this, *node.expressions] if node.this else []
                return Call(function=SCALARS[type(node)], arguments=self.terms(arguments))
            case _:
                raise _refusal(node)

    def terms(self, nodes: list[exp.Expr]) -> tuple[Term, ...]:
        """Read several expressions."""
        return tuple(self.term(node) for node in nodes)

    def condition(self, node: exp.Expr) -> Condition:
        """Read an expression used as a truth value; a bare term is tested with IS TRUE.

        Raises:
            SQLError: as `term`.
        """
        kind = type(node)
        if kind is exp.Paren:
            return self.condition(node.this)
        if kind is exp.And:
            return Junction(kind="and", conditions=tuple(self._junction(node, exp.And)))
        if kind is exp.Or:
            return Junction(kind="or", conditions=tuple(self._junction(node, exp.Or)))
        if kind is exp.Not:
            return self._negation(node.this)
        if kind in COMPARISONS:
            return self._comparison(node, COMPARISONS[kind])
        match node:
            case exp.In():
                return self._membership(node)
            case exp.Between():
                bounds = self.terms([node.args["low"], node.args["high"]])
                return Predicate(left=self.term(node.this), operator="between", right=bounds)
            case exp.Is():
                return self._is(node)
            case exp.Exists():
                return Predicate(operator="exists", right=(self._sub_plan(node.this),))
            case exp.Predicate() | exp.Connector():
                raise _refusal(node)  # a comparison of another dialect: as a term it would come back here
            case _:
                return _truth(self.term(node), expected=True)

    def _junction(self, node: exp.Expr, kind: type[exp.Connector]) -> list[Condition]:
        """Flatten nested conditions of one connector, parentheses included, without recursing into the left side."""
        found: list[Condition] = []
        pending = [node]
        while pending:
            current = pending.pop().unnest()
            if isinstance(current, kind):
                pending += [current.expression, current.this]
            else:
                found.append(self.condition(current))
        return found

    def _negation(self, node: exp.Expr) -> Condition:
        inner = self.condition(node)
        if not isinstance(inner, Predicate) or inner.operator not in NEGATIVE:
            return Negation(condition=inner)
        if inner.operator == "is" and inner.left and not isinstance(node.unnest(), exp.Is | exp.NullSafeEQ):
            # A bare term: NOT NULL is NULL, where NULL IS NOT TRUE would be true.
            return _truth(inner.left, expected=inner.right[0] == LiteralTerm(value=False))
        return inner.model_copy(update={"operator": NEGATIVE[inner.operator]})

    def _comparison(self, node: exp.Expr, operator: Operator) -> Predicate:
        if node.args.get("negate"):
            operator = NEGATIVE[operator]
        return Predicate(left=self.term(node.this), operator=operator, right=(self.term(node.expression),))

    def _membership(self, node: exp.In) -> Predicate:
        query = node.args.get("query")
        if query is not None:
            right: tuple[Term, ...] = (self._sub_plan(query),)
        elif node.args.get("field") is not None:
            raise _refusal(node, "operator", "IN with a table name")
        else:
            right = self.terms(node.expressions)
        return Predicate(left=self.term(node.this), operator="in", right=right)

    def _is(self, node: exp.Is) -> Predicate:
        left = self.term(node.this)
        if isinstance(node.expression, exp.Null):
            return Predicate(left=left, operator="is null")
        return Predicate(left=left, operator="is", right=(self.term(node.expression),))

    def _column(self, node: exp.Column) -> Term:
        if isinstance(node.this, exp.Star):
            raise _refusal(node, "operator", "a table's star inside an expression")
        return self.frame.resolve(node.name, node.table)

    def _sub_plan(self, node: exp.Expr) -> SubPlan:
        if not isinstance(node, exp.Query):
            raise _refusal(node)
        return SubPlan(plan=self.read_query(node, self.frame))

    def _function(self, node: exp.Anonymous) -> Term:
        name = str(node.this).lower()
        if name == "total" or name == "group_concat":
            return self._aggregate(name, node.expressions)
        if name not in FUNCTIONS:
            raise _refusal(node, "function", f"the function {name!r}")
        return Call(function=FUNCTIONS[name], arguments=self.terms(node.expressions))

    def _aggregate(self, function: AggregateFunction, arguments: list[exp.Expr]) -> Aggregate:
        argument = arguments[0] if arguments else exp.Star()
        distinct = isinstance(argument, exp.Distinct)
        inner: list[exp.Expr] = argument.expressions if isinstance(argument, exp.Distinct) else [argument]
        if len(arguments) > 1 or len(inner) != 1:
            raise _refusal(argument, "function", f"{function} of several arguments")
        return Aggregate(function=function, argument=self.term(inner[0]), distinct=distinct)

    def _case(self, node: exp.Case) -> Case:
        branches = [self._branch(node.this, branch) for branch in node.args["ifs"]]
        default = node.args.get("default")
        return Case(branches=tuple(branches), otherwise=None if default is None else self.term(default))

    def _branch(self, subject: exp.Expr | None, branch: exp.If) -> Branch:
        value = self.term(branch.args["true"])
        if subject is None:
            return Branch(condition=self.condition(branch.this), value=value)
        equal = Predicate(left=self.term(subject), operator="=", right=(self.term(branch.this),))
        return Branch(condition=equal, value=value)

    def _negative(self, node: exp.Neg) -> Term:
        inner = self.term(node.this)
        if isinstance(inner, LiteralTerm) and isinstance(inner.value, int | float):
            return LiteralTerm(value=-inner.value)
        return Arithmetic(operator="-", left=LiteralTerm(value=0), right=inner)


def _truth(term: Term, *, expected: bool) -> Predicate:
    return Predicate(left=term, operator="is", right=(LiteralTerm(value=expected),))


def _literal(node: exp.Expr) -> int | float | str:
    text = str(node.this)
    if node.args.get("is_string"):
        return text
    value = int(text) if text.isdigit() and len(text) <= MOST_DIGITS else float(text)
    if math.isinf(value):
        raise _refusal(node, "literal", f"the number {text}")
    return value


def _refusal(node: exp.Expr, cause: Cause | Literal[""] = "", what: str = "") -> SQLError:
    found, name = REFUSED.get(type(node), ("operator", f"{node.key.upper()} in this place"))
    return SQLError(cause or found, f"a plan does not hold {what or name}", what or node.key)
