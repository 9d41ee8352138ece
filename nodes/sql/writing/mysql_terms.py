"""Terms and conditions as MySQL and MariaDB read them: they cast as SQLite does, and name much in their own way."""

from __future__ import annotations

import re
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
    LiteralTerm,
    Plan,
    PlanSource,
    Predicate,
    Star,
    SubPlan,
    Term,
    Truth,
)
from nodes.plan.traversal import walk_block
from nodes.sql.writing.chain import chain
from nodes.sql.writing.groups import depends_on_groups
from nodes.sql.writing.like_pattern import like_pattern
from nodes.sql.writing.quoting import literal
from nodes.sql.writing.time_forms import piece_of, translated
from nodes.sql.writing.typed_terms import TypedTermWriter
from nodes.sql.writing.write_terms import enclosed, only

LETTERS = {"%Y": "%Y", "%m": "%m", "%d": "%d", "%H": "%H", "%M": "%i", "%S": "%S", "%w": "%w", "%j": "%j", "%%": "%%"}
FIELDS = {
    "year": "year({})", "month": "month({})", "day": "day({})", "hour": "hour({})", "minute": "minute({})",
    "second": "second({})", "weekday": "dayofweek({}) - 1", "yearday": "dayofyear({})",
}  # fmt: skip
EPOCH, JULIAN = "62167219200", "1721059.5"
"""What to_seconds, and the days in it, count from before 1970, and before the first Julian day."""
_ON_TIMES: dict[str, str] = {
    "julianday": f"(to_seconds({{}}) / 86400 + {JULIAN})", "unixepoch": f"(to_seconds({{}}) - {EPOCH})",
    "datetime": "CAST({} AS DATETIME)", "date": "CAST({} AS DATE)", "time": "CAST({} AS TIME)",
}  # fmt: skip
_HEEDS_CASE = re.compile(r"\bcollate \w+_(?:bin|cs)\b|\bbinary\b", re.IGNORECASE)


@dataclass(frozen=True)
class MySQLTermWriter(TypedTermWriter):
    """Writes the terms of one block for MySQL and MariaDB."""

    ENGINE: ClassVar = "MySQL"
    CASTS: ClassVar[dict[CastType, str]] = {
        "integer": "SIGNED", "real": "DOUBLE", "text": "CHAR", "numeric": "DOUBLE", "blob": "BINARY", "date": "DATE",
        "datetime": "DATETIME", "float": "DOUBLE", "decimal": "DOUBLE",
    }  # fmt: skip
    NAMES: ClassVar[dict[FunctionName, str]] = {
        "max": "greatest", "min": "least", "length": "char_length", "iif": "if",
    }  # fmt: skip
    LACKS: ClassVar[frozenset[str]] = frozenset(("printf", "typeof", "json_extract"))

    def any_row(self, term: ColumnTerm | DerivedTerm, extreme: Aggregate | None) -> str:
        """Write a column of one row of the group; one that hangs on the group's key may stand alone."""
        column = self.column(term)
        if self.grouped is not None and depends_on_groups(term, self.grouped, self.kinds.schema):
            return column
        if extreme is None:
            return f"min({column})"  # MariaDB knows no any_value
        key = self.rows.term(extreme.argument)
        order = f"{key} DESC" if extreme.function == "max" else f"{key} IS NULL, {key}"
        found = f"substring_index(group_concat({column} ORDER BY {order} SEPARATOR '\\n'), '\\n', 1)"
        return f"{found} + 0" if self.kinds.of(term) in ("integer", "real") else found

    def truth(self, term: Truth, binding: int) -> str:
        """Write a truth value, which is 0 or 1."""
        return self.condition(term.condition, binding)

    def cast(self, term: Cast) -> str:
        """Write a cast, which cuts a number as SQLite's does."""
        if (piece := piece_of(term)) is not None:
            return FIELDS[piece[0]].format(self.moment(piece[1]))
        target, kind = self.CASTS[term.type], self.kinds.of(term.argument)
        inner = self.term(term.argument)
        return f"CAST({f'truncate({inner}, 0)' if term.type == 'integer' and kind == 'real' else inner} AS {target})"

    def arithmetic(self, term: Arithmetic, binding: int) -> str:
        """Write an operation; DIV divides whole numbers, and || is OR."""
        if term.operator == "||":
            return f"concat({', '.join(map(self.term, chain(term)))})"
        whole = term.operator == "/" and self.is_whole(term)
        level = 6 if term.operator in ("*", "/", "%") else 5
        left, right = self.term(term.left, level), self.term(term.right, level + 1)
        return enclosed(f"{left} {'DIV' if whole else term.operator} {right}", needed=level < binding)

    def number(self, term: Term, binding: int = 0) -> str:
        """Write a term as a number: a text is read as one by itself."""
        return self.term(term, binding)

    def text(self, term: Term, binding: int = 0) -> str:
        """Write a term as a text: a number is read as one by itself."""
        return self.term(term, binding)

    def as_moment(self, term: Term) -> str:
        """Write a text that says a time: it is read as one by itself."""
        return self.term(term)

    def formatted(self, form: Term, moment: Term) -> str:
        """Write a time in a form of strftime."""
        said = literal(LiteralTerm(value=translated(form, LETTERS, self.ENGINE)), "mysql")
        return f"date_format({self.moment(moment)}, {said})"

    def time_call(self, name: FunctionName, term: Term) -> str:
        """Write one of SQLite's functions of a time."""
        return _ON_TIMES[name].format(self.moment(term))

    def _call(self, term: Call) -> str:
        if term.function == "iif":
            return f"if({', '.join(self.choice_of(term))})"
        if term.function == "concat":  # SQLite's leaves NULL out
            return f"concat_ws('', {', '.join(map(self.term, term.arguments))})"
        return super()._call(term)

    def term(self, term: Term, binding: int = 0) -> str:
        """Write a term; a backslash in a text is written twice."""
        return literal(term, "mysql") if isinstance(term, LiteralTerm) else super().term(term, binding)

    def like(self, left: Term, predicate: Predicate) -> str:
        """Write LIKE, in small letters where the column's order is case-sensitive; GLOB always is."""
        word = "NOT " if predicate.operator.startswith("not") else ""
        pattern = only(predicate)
        if predicate.operator in ("glob", "not glob"):
            said = literal(LiteralTerm(value=like_pattern(pattern, self.ENGINE)), "mysql")
            return f"{self.term(left, 5)} {word}LIKE BINARY {said}"
        if isinstance(pattern, LiteralTerm) and isinstance(pattern.value, str):
            pattern = LiteralTerm(value=pattern.value.replace("\\", "\\\\"))
        if self._is_case_sensitive(left):
            return f"lower({self.term(left)}) {word}LIKE lower({self.term(pattern)})"
        return f"{self.term(left, 5)} {word}LIKE {self.term(pattern, 5)}"

    def _is_case_sensitive(self, term: Term) -> bool:
        columns = (part for part in walk_block(term) if isinstance(part, ColumnTerm))
        refs = (self.kinds.schema.column(column.table, column.column) for column in columns)
        return any(_HEEDS_CASE.search(self.kinds.schema.describe(ref).declared_type) for ref in refs if ref)

    def is_same(self, one: str, other: str, *, negated: bool) -> str:
        """Write that two terms are the same, NULL being the same as NULL."""
        return f"NOT ({one} <=> {other})" if negated else f"{one} <=> {other}"

    def alike(self, left: Term, right: tuple[Term, ...]) -> tuple[str, list[str]]:
        """Write the sides of a comparison; a sub-query with a limit goes into FROM, where it may stand."""
        return super().alike(left, tuple(map(_limited, right)))


def _limited(term: Term) -> Term:
    """Return a sub-query so that it may have a limit behind IN."""
    if not isinstance(term, SubPlan) or term.plan.limit is None:
        return term
    return SubPlan(plan=Plan(select=(Star(),), tables=(PlanSource(plan=term.plan),)))
