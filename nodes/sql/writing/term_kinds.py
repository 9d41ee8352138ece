"""What kind of value a term gives: by it engines that do not mix types are written for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Case,
    Cast,
    ColumnTerm,
    DerivedTerm,
    LiteralTerm,
    Plan,
    PlanSource,
    SubPlan,
    Term,
    Truth,
)
from nodes.sql.errors import SQLError
from nodes.sql.writing.outputs import expanded
from value_index.schema import Schema

TermKind = Literal["integer", "real", "text", "time", "boolean", "null", "other"]
_NUMBERS = ("integer", "real")
_UNKNOWN: TermKind = "other"
_INTEGRAL = re.compile(r"INT(?:EGER|\d)?(?:\s*\(\d+\))?(?: UNSIGNED)?(?: ZEROFILL)?$", re.IGNORECASE)
_TEXTS = frozenset(
    ("lower", "upper", "substr", "trim", "ltrim", "rtrim", "replace", "printf", "strftime", "concat", "typeof")
)
_TIMES = frozenset(("date", "datetime", "time", "current_date", "current_time", "current_timestamp"))
_INTEGERS = frozenset(("length", "char_length", "instr", "sign"))
_LIKE_FIRST = frozenset(("abs", "coalesce", "ifnull", "max", "min", "nullif", "mod"))


@dataclass(frozen=True)
class TermKinds:
    """The kinds of the terms of a block, within those around it."""

    schema: Schema
    plans: tuple[Plan, ...] = ()
    """The block and those around it, the inner first; none where a term stands alone."""

    def of(self, term: Term) -> TermKind:
        """Return the kind of a term; `other` where it is not known."""
        match term:
            case ColumnTerm():
                return self._column(term)
            case DerivedTerm():
                return self._derived(term)
            case LiteralTerm():
                return _literal(term)
            case Aggregate():
                return self._aggregate(term)
            case Arithmetic():
                return self._arithmetic(term)
            case Cast():
                return _CASTS.get(term.type, _UNKNOWN)
            case Call():
                return self._call(term)
            case Case():
                return self._case(term)
            case SubPlan():
                return self._first(term.plan)
            case Truth():
                return "integer"
            case _:
                return "other"

    def may_be_null(self, term: Term) -> bool:
        """Tell whether a term can give NULL; where it is not known, it can."""
        if isinstance(term, Aggregate) and term.function == "count":
            return False
        if isinstance(term, LiteralTerm):
            return term.value is None
        outer = any(join.kind in ("left", "right", "full") for plan in self.plans[:1] for join in plan.joins or ())
        if outer or not isinstance(term, ColumnTerm | Aggregate):
            return True
        if isinstance(term, Aggregate):
            grouped = bool(self.plans and self.plans[0].group_by)
            return not grouped or term.function not in ("sum", "avg", "min", "max") or self.may_be_null(term.argument)
        table = self.schema.table(term.table)
        column = table.column(term.column) if table else None
        return column is None or not (column.not_null or (table is not None and table.primary_key == (column.name,)))

    def _column(self, term: ColumnTerm) -> TermKind:
        ref = self.schema.column(term.table, term.column)
        column = self.schema.describe(ref) if ref else None
        if column is None:
            return "other"
        if column.kind == "number":
            return "integer" if _INTEGRAL.search(column.declared_type) else "real"
        return column.kind

    def _derived(self, term: DerivedTerm) -> TermKind:
        plan = self.plans[term.outer] if term.outer < len(self.plans) else None
        source = plan.tables[term.source] if plan and term.source < len(plan.tables) else None
        if not isinstance(source, PlanSource):
            return "other"
        return self._at(source.plan, term.position)

    def _first(self, plan: Plan) -> TermKind:
        return self._at(plan, 0)

    def _at(self, plan: Plan, position: int) -> TermKind:
        try:
            outputs = expanded(plan, self.schema)
        except SQLError:
            return "other"
        inner = TermKinds(self.schema, (plan, *self.plans))
        return inner.of(outputs[position]) if position < len(outputs) else "other"

    def _aggregate(self, term: Aggregate) -> TermKind:
        if term.function == "count":
            return "integer"
        if term.function in ("avg", "total"):
            return "real"
        if term.function == "group_concat":
            return "text"
        inner = self.of(term.argument)
        if term.function == "sum":
            return "integer" if inner in ("integer", "boolean") else "real"
        return inner

    def _arithmetic(self, term: Arithmetic) -> TermKind:
        if term.operator == "||":
            return "text"
        both = {self.of(term.left), self.of(term.right)}
        return "integer" if both <= {"integer", "boolean"} else "real" if both <= {*_NUMBERS, "text"} else "other"

    def _case(self, term: Case) -> TermKind:
        for branch in term.branches:
            kind = self.of(branch.value)
            if kind != "null":
                return kind
        return "other"

    def _call(self, term: Call) -> TermKind:
        name = term.function
        if name in _TEXTS:
            return "text"
        if name in _TIMES:
            return "time"
        if name in _INTEGERS:
            return "integer"
        if name == "iif" and len(term.arguments) > 1:
            return self.of(term.arguments[1])
        if name in _LIKE_FIRST and term.arguments:
            return self.of(term.arguments[0])
        return "real"


_CASTS: dict[str, TermKind] = {
    "integer": "integer", "real": "real", "text": "text", "numeric": "real", "date": "time", "datetime": "time",
    "float": "real", "decimal": "real",
}  # fmt: skip


def _literal(term: LiteralTerm) -> TermKind:
    value = term.value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "real" if isinstance(value, float) else "text"
