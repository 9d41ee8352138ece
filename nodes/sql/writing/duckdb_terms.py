"""Terms and conditions as DuckDB reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Cast,
    CastType,
    ColumnTerm,
    DerivedTerm,
    FunctionName,
    Operator,
    Predicate,
    Term,
)
from nodes.sql.writing.typed_terms import TypedTermWriter
from nodes.sql.writing.write_terms import enclosed, only

_ON_TIMES = {"julianday": "julian({})", "unixepoch": "epoch({})", "datetime": "{}"}
_LIKES: dict[Operator, str] = {"like": "ILIKE", "not like": "NOT ILIKE", "glob": "GLOB", "not glob": "NOT GLOB"}


@dataclass(frozen=True)
class DuckDBTermWriter(TypedTermWriter):
    """Writes the terms of one block for DuckDB."""

    ENGINE: ClassVar = "DuckDB"
    CASTS: ClassVar[dict[CastType, str]] = {
        "integer": "BIGINT", "real": "DOUBLE", "text": "VARCHAR", "numeric": "DOUBLE", "blob": "BLOB", "date": "DATE",
        "datetime": "TIMESTAMP", "float": "DOUBLE", "decimal": "DOUBLE",
    }  # fmt: skip
    NAMES: ClassVar[dict[FunctionName, str]] = {"max": "greatest", "min": "least", "char_length": "length"}

    def any_row(self, term: ColumnTerm | DerivedTerm, extreme: Aggregate | None) -> str:
        """Write a column of one row of the group."""
        column = self.column(term)
        if extreme is None:
            return f"any_value({column})"
        return f"arg_{extreme.function}({column}, {self.rows.term(extreme.argument)})"

    def cast(self, term: Cast) -> str:
        """Write a cast; a text that is no number gives NULL."""
        kind = self.kinds.of(term.argument)
        if term.type == "integer" and kind == "real":
            return f"CAST(trunc({self.term(term.argument)}) AS BIGINT)"  # SQLite cuts, DuckDB rounds
        word = "TRY_CAST" if kind == "text" and term.type != "text" else "CAST"
        return f"{word}({self.term(term.argument)} AS {self.CASTS[term.type]})"

    def arithmetic(self, term: Arithmetic, binding: int) -> str:
        """Write an operation; // divides whole numbers."""
        if term.operator == "||":
            chained = isinstance(term.left, Arithmetic) and term.left.operator == "||"
            left = self.term(term.left) if chained else self._joined(term.left)
            return enclosed(f"{left} || {self._joined(term.right)}", needed=binding > 0)
        whole = term.operator == "/" and self.is_whole(term)
        level = 6 if term.operator in ("*", "/", "%") else 5
        left, right = self.number(term.left, level), self.number(term.right, level + 1)
        return enclosed(f"{left} {'//' if whole else term.operator} {right}", needed=level < binding)

    def _joined(self, term: Term) -> str:
        """Write a side of ||, which binds loosely in DuckDB."""
        return enclosed(self.term(term), isinstance(term, Arithmetic))

    def number(self, term: Term, binding: int = 0) -> str:
        """Write a term as the number that it stands for."""
        kind = self.kinds.of(term)
        if kind == "text":
            return f"TRY_CAST({self.term(term)} AS DOUBLE)"
        return f"CAST({self.term(term)} AS INTEGER)" if kind == "boolean" else self.term(term, binding)

    def as_moment(self, term: Term) -> str:
        """Write a text that says a time as a time."""
        return f"TRY_CAST({self.term(term)} AS TIMESTAMP)"

    def formatted(self, form: Term, moment: Term) -> str:
        """Write a time in a form of strftime."""
        return f"strftime({self.moment(moment)}, {self.term(form)})"

    def time_call(self, name: FunctionName, term: Term) -> str:
        """Write one of SQLite's functions of a time."""
        moment = self.moment(term)
        return _ON_TIMES[name].format(moment) if name in _ON_TIMES else f"CAST({moment} AS {name.upper()})"

    def _call(self, term: Call) -> str:
        return f"if({', '.join(self.choice_of(term))})" if term.function == "iif" else super()._call(term)

    def like(self, left: Term, predicate: Predicate) -> str:
        """Write LIKE as ILIKE."""
        return f"{self.text(left, 5)} {_LIKES[predicate.operator]} {self.text(only(predicate), 5)}"
