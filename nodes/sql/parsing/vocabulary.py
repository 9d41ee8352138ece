"""The closed sets of a plan, and the sqlglot nodes and SQL words that stand for their members."""

from __future__ import annotations

from typing import get_args

from sqlglot import exp

from nodes.plan import AggregateFunction, ArithmeticOperator, CastType, FunctionName, Operator
from nodes.sql.errors import Cause

COMPARISONS: dict[type[exp.Expr], Operator] = {
    exp.EQ: "=", exp.NEQ: "!=", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.Like: "like", exp.Glob: "glob", exp.NullSafeEQ: "is", exp.NullSafeNEQ: "is not",
}  # fmt: skip
NEGATIVE: dict[Operator, Operator] = {
    "like": "not like", "glob": "not glob", "in": "not in", "between": "not between",
    "is null": "is not null", "is": "is not", "exists": "not exists",
}  # fmt: skip
ARITHMETIC: dict[type[exp.Expr], ArithmeticOperator] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.DPipe: "||",
}  # fmt: skip
AGGREGATES: dict[type[exp.Expr], AggregateFunction] = {
    exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max",
}  # fmt: skip
SCALARS: dict[type[exp.Expr], FunctionName] = {
    exp.Greatest: "max", exp.Least: "min",
    exp.CurrentDate: "current_date", exp.CurrentTime: "current_time", exp.CurrentTimestamp: "current_timestamp",
}  # fmt: skip
_SYNONYMS: dict[str, FunctionName] = {"substring": "substr", "if": "iif", "ceiling": "ceil", "power": "pow"}
FUNCTIONS: dict[str, FunctionName] = {**{name: name for name in get_args(FunctionName)}, **_SYNONYMS}
_CAST_TYPES: tuple[CastType, ...] = get_args(CastType)
_AFFINITIES: tuple[tuple[str, CastType], ...] = (
    ("int", "integer"), ("char", "text"), ("clob", "text"), ("text", "text"), ("blob", "blob"),
    ("real", "real"), ("floa", "real"), ("doub", "real"),
)  # fmt: skip
REFUSED: dict[type[exp.Expr], tuple[Cause, str]] = {
    exp.Escape: ("escape", "LIKE ... ESCAPE"), exp.Collate: ("collation", "COLLATE"),
    exp.Window: ("window", "a window function"), exp.Filter: ("function", "FILTER"),
    exp.Tuple: ("row_value", "a row value"), exp.HexString: ("literal", "a blob literal"),
}  # fmt: skip


def cast_type(node: exp.Cast) -> CastType:
    """Keep a known type's word; read any other by SQLite's affinity rules."""
    words = str(node.args["to"].args.get("kind", "")).lower()
    for known in _CAST_TYPES:
        if known == words:
            return known
    for mark, kind in _AFFINITIES:
        if mark in words:
            return kind
    return "numeric"
