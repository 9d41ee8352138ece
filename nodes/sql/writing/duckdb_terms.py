"""Terms and conditions as DuckDB reads them: what SQLite does by itself is written out."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Cast,
    ColumnTerm,
    DerivedTerm,
    LiteralTerm,
    Operator,
    Plan,
    Predicate,
    SubPlan,
    Term,
    Truth,
)
from nodes.plan.traversal import walk_block
from nodes.sql.errors import SQLError
from nodes.sql.writing.term_kinds import TermKind, TermKinds
from nodes.sql.writing.write_terms import TermWriter, enclosed, only, pair

CAST_TYPES = {
    "integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR", "numeric": "DOUBLE", "blob": "BLOB", "date": "DATE",
    "datetime": "TIMESTAMP", "float": "DOUBLE", "decimal": "DOUBLE",
}  # fmt: skip
_ON_TEXT = frozenset(
    ("length", "char_length", "upper", "lower", "substr", "trim", "ltrim", "rtrim", "replace", "instr")
)
_ON_NUMBERS = frozenset(("abs", "round", "ceil", "floor", "sqrt", "exp", "ln", "sign", "pow", "mod"))
_NAMES = {"max": "greatest", "min": "least", "iif": "if", "char_length": "length"}
_ON_TIMES = {"julianday": "julian({})", "unixepoch": "epoch({})", "datetime": "{}"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
_NUMERAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.IGNORECASE)
_LIKES: dict[Operator, str] = {"like": "ILIKE", "not like": "NOT ILIKE", "glob": "GLOB", "not glob": "NOT GLOB"}
_IS: dict[Operator, str] = {"is": "IS NOT DISTINCT FROM", "is not": "IS DISTINCT FROM"}


@dataclass(frozen=True)
class DuckDBTermWriter(TermWriter):
    """Writes the terms of one block for DuckDB."""

    kinds: TermKinds
    grouped: Plan | None = None
    """The block, where its groups are what is written of: a column that it is not grouped by is any row's."""

    def of_groups(self, plan: Plan) -> DuckDBTermWriter:
        """Return the writer of what is shown of a block, sorted by and asked of its groups."""
        terms = (*plan.select, *(item.term for item in plan.order_by))
        parts = (part for term in terms for part in walk_block(term))
        one_group = plan.having is not None or any(isinstance(part, Aggregate) for part in parts)
        return replace(self, grouped=plan) if plan.group_by or one_group else self

    def term(self, term: Term, binding: int = 0) -> str:
        """Write a term to stand where an operator binds that tightly."""
        rows = replace(self, grouped=None) if self.grouped is not None else self
        match term:
            case _ if self.grouped is not None and term in self.grouped.group_by:
                return rows.term(term, binding)
            case ColumnTerm() | DerivedTerm():
                return self._of_any_row(self.column(term)) if self.grouped and not term.outer else self.column(term)
            case Truth():
                return f"CAST({self.condition(term.condition)} AS INTEGER)"
            case Aggregate():
                return rows.aggregate(term)
            case Arithmetic():
                return self._arithmetic(term, binding)
            case Cast():
                if term.type == "integer" and self.kinds.of(term.argument) == "real":
                    return f"CAST(trunc({self.term(term.argument)}) AS BIGINT)"  # SQLite cuts, DuckDB rounds
                word = "TRY_CAST" if self.kinds.of(term.argument) == "text" and term.type != "text" else "CAST"
                return f"{word}({self.term(term.argument)} AS {CAST_TYPES[term.type]})"
            case _:
                return super().term(term, binding)

    def _of_any_row(self, column: str) -> str:
        """Write a column that the block is not grouped by: of the row that the one MAX or MIN found, else of any."""
        assert self.grouped is not None
        plan = self.grouped
        terms = [*plan.select, *(item.term for item in plan.order_by)]
        found = {part for term in terms for part in walk_block(term) if isinstance(part, Aggregate)}
        only_one = next(iter(found)) if len(found) == 1 and plan.having is None else None
        if only_one is not None and only_one.function in ("max", "min"):
            inner = replace(self, grouped=None).term(only_one.argument)
            return f"arg_{only_one.function}({column}, {inner})"
        return f"any_value({column})"

    def aggregate(self, term: Aggregate) -> str:
        """Write an aggregate; sums of texts and truth values are of the numbers that they stand for."""
        distinct = "DISTINCT " if term.distinct else ""
        inner = self.term(term.argument)
        if term.function in ("sum", "avg", "total"):
            inner = self._number(term.argument)
        if term.function == "total":
            return f"coalesce(sum({distinct}{inner}), 0)"
        return f"{term.function}({distinct}{inner})"

    def _arithmetic(self, term: Arithmetic, binding: int) -> str:
        if term.operator == "||":
            chained = isinstance(term.left, Arithmetic) and term.left.operator == "||"
            left = self.term(term.left) if chained else self._joined(term.left)
            return enclosed(f"{left} || {self._joined(term.right)}", needed=binding > 0)
        whole = term.operator == "/" and {self.kinds.of(term.left), self.kinds.of(term.right)} <= {"integer", "boolean"}
        level = 6 if term.operator in ("*", "/", "%") else 5
        left, right = self._number(term.left, level), self._number(term.right, level + 1)
        return enclosed(f"{left} {'//' if whole else term.operator} {right}", needed=level < binding)

    def _joined(self, term: Term) -> str:
        """Write a side of ||, which binds loosely in DuckDB."""
        text = self.term(term)
        return f"({text})" if isinstance(term, Arithmetic) else text

    def _number(self, term: Term, binding: int = 0) -> str:
        kind = self.kinds.of(term)
        if kind == "text":
            return f"TRY_CAST({self.term(term)} AS DOUBLE)"
        return f"CAST({self.term(term)} AS INTEGER)" if kind == "boolean" else self.term(term, binding)

    def _text(self, term: Term, binding: int = 0) -> str:
        known = self.kinds.of(term) in ("text", "null")
        return self.term(term, binding) if known else f"CAST({self.term(term)} AS VARCHAR)"

    def _moment(self, term: Term) -> str:
        """Write a term as a time: a column that is one, the present, or a text that says one."""
        if self.kinds.of(term) == "time":
            return self.term(term)
        if isinstance(term, LiteralTerm) and term.value == "now":
            return "CURRENT_TIMESTAMP"
        return f"TRY_CAST({self.term(term)} AS TIMESTAMP)"

    def _call(self, term: Call) -> str:
        name, arguments = term.function, term.arguments
        if name == "strftime" and len(arguments) == 2:
            return f"strftime({self._moment(arguments[1])}, {self.term(arguments[0])})"
        if name in ("strftime", "date", "time", *_ON_TIMES):
            if len(arguments) != 1:
                raise SQLError("function", f"{name} of {len(arguments)} arguments is not written for DuckDB", name)
            moment = self._moment(arguments[0])
            return _ON_TIMES[name].format(moment) if name in _ON_TIMES else f"CAST({moment} AS {name.upper()})"
        if name == "iif" and arguments and isinstance(arguments[0], Truth):
            return f"if({', '.join([self.condition(arguments[0].condition), *map(self.term, arguments[1:])])})"
        if name in _ON_TEXT and arguments:
            return f"{_NAMES.get(name, name)}({', '.join([self._text(arguments[0]), *map(self.term, arguments[1:])])})"
        if name in _ON_NUMBERS:
            return f"{name}({', '.join(map(self._number, arguments))})"
        return f"{_NAMES[name]}({', '.join(map(self.term, arguments))})" if name in _NAMES else super()._call(term)

    def _predicate(self, predicate: Predicate) -> str:
        operator, left = predicate.operator, predicate.left
        if left is None or operator in ("is null", "is not null", "exists", "not exists"):
            return super()._predicate(predicate)
        if operator in _LIKES:
            return f"{self._text(left, 5)} {_LIKES[operator]} {self._text(only(predicate), 5)}"
        if operator in _IS:
            return self._is(predicate, left)
        if operator in ("between", "not between"):
            pair(predicate)
        elif operator not in ("in", "not in"):
            only(predicate)
        one, others = self._alike(left, predicate.right)
        if operator in ("between", "not between"):
            return f"{one} {operator.upper()} {others[0]} AND {others[1]}"
        if operator in ("in", "not in"):
            plain = len(others) == 1 and isinstance(predicate.right[0], SubPlan)
            listed = others[0] if plain else f"({', '.join(others)})"
            return f"{one} {operator.upper()} {listed}"
        return f"{one} {operator} {others[0]}"

    def _is(self, predicate: Predicate, left: Term) -> str:
        right = only(predicate)
        if isinstance(right, LiteralTerm) and (right.value is None or isinstance(right.value, bool)):
            truth = self._number(left, 5) if self.kinds.of(left) == "text" else self._operand(left)
            truth = self.condition(left.condition, 5) if isinstance(left, Truth) else truth
            return f"{truth} {predicate.operator.upper()} {self.term(right)}"
        one, others = self._alike(left, (right,))
        return f"{one} {_IS[predicate.operator]} {others[0]}"

    def _alike(self, left: Term, right: tuple[Term, ...]) -> tuple[str, list[str]]:
        """Write the sides of a comparison so that DuckDB compares them as SQLite does: by affinity."""
        kind = self.kinds.of(left)
        kinds = {self.kinds.of(term) for term in right} - {"null"}
        others: list[TermKind] = [each for each in map(self.kinds.of, right) if each not in ("text", "other", "null")]
        if others and isinstance(left, LiteralTerm) and kind == "text":
            return self._as(left, others[0]), [self._operand(term) for term in right]
        written = [self._as(term, kind) for term in right]
        casts = kind in ("time", "boolean", "integer", "real") and any(
            self.kinds.of(term) == "text" and not self._fits(term, kind) for term in right
        )
        numbers = kind == "text" and any(
            self.kinds.of(term) in ("integer", "real", "boolean") and not isinstance(term, LiteralTerm)
            for term in right
        )
        if casts:
            return f"CAST({self.term(left)} AS VARCHAR)", [self._text(term, 5) for term in right]
        if numbers:
            return self._number(left, 5), [self._number(term, 5) for term in right]
        if kind == "text" and "time" in kinds:
            return self._operand(left), [self._text(term, 5) for term in right]
        return self._operand(left), written

    def _as(self, term: Term, kind: TermKind) -> str:
        """Write a constant as the other side's kind has it: '5' beside numbers, 5 beside texts."""
        if not isinstance(term, LiteralTerm) or isinstance(term.value, bool) or term.value is None:
            return self._operand(term)
        if kind in ("integer", "real") and isinstance(term.value, str) and _NUMERAL.fullmatch(term.value.strip()):
            return term.value.strip()
        if kind in ("text", "time") and isinstance(term.value, int | float):
            return super().term(LiteralTerm(value=str(term.value)))
        return self._operand(term)

    def _fits(self, term: Term, kind: TermKind) -> bool:
        """Tell whether DuckDB reads a text as a value of another kind."""
        if not isinstance(term, LiteralTerm) or not isinstance(term.value, str):
            return False
        text = term.value.strip()
        if kind == "time":
            return _DAY.fullmatch(text) is not None
        return text.lower() in ("true", "false") if kind == "boolean" else _NUMERAL.fullmatch(text) is not None
