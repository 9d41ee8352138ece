"""Terms and conditions for engines that do not mix types: what SQLite does by itself is written out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Cast,
    ColumnTerm,
    DerivedTerm,
    FunctionName,
    LiteralTerm,
    Plan,
    Term,
    Truth,
)
from nodes.plan.traversal import walk_block
from nodes.sql.errors import SQLError
from nodes.sql.writing.typed_comparisons import TypedComparisonWriter

ON_TEXT = frozenset(("length", "char_length", "upper", "lower", "substr", "trim", "ltrim", "rtrim", "replace", "instr"))
ON_NUMBERS = frozenset(("abs", "round", "ceil", "floor", "sqrt", "exp", "ln", "sign", "pow", "mod"))
_PRESENT = {"date": "CURRENT_DATE", "time": "CURRENT_TIME", "datetime": "CURRENT_TIMESTAMP"}


@dataclass(frozen=True)
class TypedTermWriter(TypedComparisonWriter):
    """Writes the terms of one block; an engine says how it spells what SQLite understands by itself."""

    grouped: Plan | None = None
    """The block, where its groups are what is written of: a column that it is not grouped by is any row's."""

    ENGINE: ClassVar[str]
    NAMES: ClassVar[dict[FunctionName, str]]
    """Functions that have another name and the same arguments."""
    LACKS: ClassVar[frozenset[str]] = frozenset()
    """Functions that have no counterpart."""

    def of_groups(self, plan: Plan) -> TypedTermWriter:
        """Return the writer of what is shown of a block, sorted by and asked of its groups."""
        terms = (*plan.select, *(item.term for item in plan.order_by))
        parts = (part for term in terms for part in walk_block(term))
        one_group = plan.having is not None or any(isinstance(part, Aggregate) for part in parts)
        return replace(self, grouped=plan) if plan.group_by or one_group else self

    @property
    def rows(self) -> TypedTermWriter:
        """The writer of what is said of single rows."""
        return replace(self, grouped=None) if self.grouped is not None else self

    def term(self, term: Term, binding: int = 0) -> str:
        """Write a term to stand where an operator binds that tightly."""
        match term:
            case _ if self.grouped is not None and term in self.grouped.group_by:
                return self.rows.term(term, binding)
            case ColumnTerm() | DerivedTerm():
                return self._of_any_row(term, self.grouped) if self.grouped and not term.outer else self.column(term)
            case Truth():
                return self.truth(term, binding)
            case Aggregate():
                return self.rows.aggregate(term)
            case Arithmetic():
                return self.arithmetic(term, binding)
            case Cast():
                return self.cast(term)
            case _:
                return super().term(term, binding)

    def _of_any_row(self, term: ColumnTerm | DerivedTerm, plan: Plan) -> str:
        """Write a column that the block is not grouped by: of the row that the one MAX or MIN found, else of any."""
        terms = [*plan.select, *(item.term for item in plan.order_by)]
        found = {part for term in terms for part in walk_block(term) if isinstance(part, Aggregate)}
        only_one = next(iter(found)) if len(found) == 1 and plan.having is None else None
        if only_one is not None and only_one.function in ("max", "min"):
            return self.any_row(term, only_one)
        return self.any_row(term, None)

    def any_row(self, term: ColumnTerm | DerivedTerm, extreme: Aggregate | None) -> str:
        """Write a column of one row of the group: of the one that a MAX or MIN found, of any where none is given."""
        raise NotImplementedError

    def truth(self, term: Truth, binding: int) -> str:
        """Write a truth value as SQLite's 0 and 1."""
        return f"CAST({self.condition(term.condition)} AS INTEGER)"

    def cast(self, term: Cast) -> str:
        """Write a cast, which cuts a number as SQLite's does."""
        raise NotImplementedError

    def aggregate(self, term: Aggregate) -> str:
        """Write an aggregate; sums of texts and truth values are of the numbers that they stand for."""
        distinct = "DISTINCT " if term.distinct else ""
        inner = self.term(term.argument)
        if term.function in ("sum", "avg", "total"):
            inner = self.number(term.argument)
        if term.function == "total":
            return f"coalesce(sum({distinct}{inner}), 0)"
        return f"{term.function}({distinct}{inner})"

    def arithmetic(self, term: Arithmetic, binding: int) -> str:
        """Write an operation: between whole numbers a division cuts, by zero it gives NULL."""
        raise NotImplementedError

    def is_whole(self, term: Arithmetic) -> bool:
        """Tell whether both sides of an operation are whole numbers."""
        return {self.kinds.of(term.left), self.kinds.of(term.right)} <= {"integer", "boolean"}

    def moment(self, term: Term) -> str:
        """Write a term as a time: a column that is one, the present, or a text that says one."""
        if self.kinds.of(term) == "time":
            return self.term(term)
        if isinstance(term, LiteralTerm) and term.value == "now":
            return "CURRENT_TIMESTAMP"
        return self.as_moment(term)

    def as_moment(self, term: Term) -> str:
        """Write a text that says a time as a time."""
        raise NotImplementedError

    def formatted(self, form: Term, moment: Term) -> str:
        """Write a time in a form of strftime."""
        raise NotImplementedError

    def time_call(self, name: FunctionName, term: Term) -> str:
        """Write one of SQLite's functions of a time: date, time, datetime, julianday, unixepoch."""
        raise NotImplementedError

    def _call(self, term: Call) -> str:
        name, arguments = term.function, term.arguments
        if name in self.LACKS:
            raise SQLError("function", f"{name} is not written for {self.ENGINE}", name)
        if name == "strftime" and len(arguments) == 2:
            return self.formatted(*arguments)
        if name in _PRESENT and not arguments:
            return _PRESENT[name]
        if name in ("strftime", "date", "time", "datetime", "julianday", "unixepoch"):
            if len(arguments) != 1 or name == "strftime":
                raise SQLError(
                    "function", f"{name} of {len(arguments)} arguments is not written for {self.ENGINE}", name
                )
            return self.time_call(name, arguments[0])
        if name in ON_TEXT and arguments:
            return self.on_text(term)
        if name in ON_NUMBERS:
            return f"{self.NAMES.get(name, name)}({', '.join(map(self.number, arguments))})"
        return (
            f"{self.NAMES[name]}({', '.join(map(self.term, arguments))})" if name in self.NAMES else super()._call(term)
        )

    def on_text(self, term: Call) -> str:
        """Write a function whose first argument is a text."""
        name = self.NAMES.get(term.function, term.function)
        return f"{name}({', '.join([self.text(term.arguments[0]), *map(self.term, term.arguments[1:])])})"

    def choice_of(self, term: Call) -> list[str]:
        """Write the arguments of iif, the first as a condition where it is one."""
        first = term.arguments[0]
        asked = self.condition(first.condition) if isinstance(first, Truth) else self.term(first)
        return [asked, *map(self.term, term.arguments[1:])]
