"""Terms and conditions as PostgreSQL reads them: it casts nothing by itself, and one text that is no number fails a query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from nodes.plan import (
    Aggregate,
    Arithmetic,
    Call,
    Case,
    Cast,
    CastType,
    ColumnTerm,
    DerivedTerm,
    FunctionName,
    LiteralTerm,
    Predicate,
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

NUMBER_FORM = r"^\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
"""The number that a text begins with; without one a text is no number, and gives NULL."""
MOMENT_FORM = r"^\d{4}-[01]\d-[0-3]\d(?:[ T][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?"
LETTERS = {"%Y": "YYYY", "%m": "MM", "%d": "DD", "%H": "HH24", "%M": "MI", "%S": "SS", "%j": "DDD", "%%": "%"}
FIELDS = {
    "year": "YEAR", "month": "MONTH", "day": "DAY", "hour": "HOUR", "minute": "MINUTE", "second": "SECOND",
    "weekday": "DOW", "yearday": "DOY",
}  # fmt: skip
_ON_TIMES: dict[str, str] = {
    "julianday": "(extract(EPOCH FROM {}) / 86400 + 2440587.5)", "unixepoch": "extract(EPOCH FROM {})",
    "datetime": "CAST({} AS TIMESTAMP)", "date": "CAST({} AS DATE)", "time": "CAST({} AS TIME)",
}  # fmt: skip
_TEXT_TYPES = re.compile(r"(?:character|varchar|char|bpchar|text|citext|name)\b", re.IGNORECASE)


@dataclass(frozen=True)
class PostgresTermWriter(TypedTermWriter):
    """Writes the terms of one block for PostgreSQL."""

    ENGINE: ClassVar = "PostgreSQL"
    CASTS: ClassVar[dict[CastType, str]] = {
        "integer": "BIGINT", "real": "DOUBLE PRECISION", "text": "TEXT", "numeric": "NUMERIC", "blob": "BYTEA",
        "date": "DATE", "datetime": "TIMESTAMP", "float": "DOUBLE PRECISION", "decimal": "NUMERIC",
    }  # fmt: skip
    NAMES: ClassVar[dict[FunctionName, str]] = {
        "max": "greatest", "min": "least", "char_length": "length", "instr": "strpos", "ifnull": "coalesce",
        "pow": "power",
    }  # fmt: skip
    LACKS: ClassVar[frozenset[str]] = frozenset(("printf", "typeof", "json_extract"))

    def any_row(self, term: ColumnTerm | DerivedTerm, extreme: Aggregate | None) -> str:
        """Write a column of one row of the group; one that hangs on the group's key may stand alone."""
        column = self.column(term)
        if self.grouped is not None and depends_on_groups(term, self.grouped, self.kinds.schema):
            return column
        if extreme is None:
            return f"(array_agg({column}))[1]"
        order = (
            f"{self.rows.term(extreme.argument)} {'DESC NULLS LAST' if extreme.function == 'max' else 'ASC NULLS LAST'}"
        )
        return f"(array_agg({column} ORDER BY {order}))[1]"

    def cast(self, term: Cast) -> str:
        """Write a cast; of a text to a number, one that fails on no row."""
        kind, target = self.kinds.of(term.argument), self.CASTS[term.type]
        if (piece := piece_of(term)) is not None:
            return f"CAST(extract({FIELDS[piece[0]]} FROM {self.moment(piece[1])}) AS {target})"
        if term.type == "integer" and kind == "real":
            return f"CAST(trunc({self.term(term.argument)}) AS BIGINT)"  # SQLite cuts, PostgreSQL rounds
        if kind == "boolean" and term.type != "text":
            return f"CAST({self.term(term.argument)} AS INTEGER)"
        if kind == "text" and term.type in ("date", "datetime"):
            return f"CAST({self._moment_in(term.argument)} AS {target})"
        if kind == "text" and term.type in ("integer", "real", "numeric", "float", "decimal"):
            found = self._number_in(term.argument)
            return (
                f"CAST(trunc(CAST({found} AS NUMERIC)) AS BIGINT)"
                if term.type == "integer"
                else f"CAST({found} AS {target})"
            )
        return f"CAST({self.term(term.argument)} AS {target})"

    def _number_in(self, term: Term) -> str:
        return f"substring({self.text(term)}, '{NUMBER_FORM}')"

    def _moment_in(self, term: Term) -> str:
        if isinstance(term, LiteralTerm):
            return self.term(term)
        return f"substring({self.text(term)}, '{MOMENT_FORM}')"

    def aggregate(self, term: Aggregate) -> str:
        """Write an aggregate; there is no smallest truth value, and texts are joined by a sign that has to be given."""
        distinct = "DISTINCT " if term.distinct else ""
        if term.function == "group_concat":
            return f"string_agg({distinct}{self.text(term.argument)}, ',')"
        if term.function in ("min", "max") and self.kinds.of(term.argument) == "boolean":
            return f"{term.function}({distinct}{self.number(term.argument)})"
        return super().aggregate(term)

    def arithmetic(self, term: Arithmetic, binding: int) -> str:
        """Write an operation; by zero PostgreSQL fails, and % is of whole numbers."""
        if term.operator == "||":
            return enclosed(" || ".join(self.text(each, 6) for each in chain(term)), needed=binding > 0)
        whole, divides = self.is_whole(term), term.operator in ("/", "%")
        level = 6 if term.operator in ("*", "/", "%") else 5
        if whole and divides:
            left, right = self._bounded(term.left, level), self._bounded(term.right, level + 1)
        elif term.operator == "%":
            left, right = (self._bounded(whole_of(side), level) for side in (term.left, term.right))
        else:
            left, right = self.number(term.left, level), self.number(term.right, level + 1)
        if divides and not (isinstance(term.right, LiteralTerm) and term.right.value not in (0, "0", None)):
            right = f"NULLIF({right}, 0)"
        return enclosed(f"{left} {term.operator} {right}", needed=level < binding)

    def _bounded(self, term: Term, binding: int) -> str:
        """Write a whole number whose type is one: a sum of them is a decimal."""
        summed = any(isinstance(part, Aggregate) and part.function == "sum" for part in walk_block(term))
        summed = summed and not isinstance(term, Cast)
        return f"CAST({self.term(term)} AS BIGINT)" if summed else self.number(term, binding)

    def number(self, term: Term, binding: int = 0) -> str:
        """Write a term as the number that it stands for."""
        kind = self.kinds.of(term)
        if kind == "text":
            return f"CAST({self._number_in(term)} AS DOUBLE PRECISION)"
        return f"CAST({self.term(term)} AS INTEGER)" if kind == "boolean" else self.term(term, binding)

    def text(self, term: Term, binding: int = 0) -> str:
        """Write a term as a text; what is of an enumeration, or a UUID, is none."""
        return super().text(term, binding) if self._is_text(term) else f"CAST({self.term(term)} AS TEXT)"

    def _is_text(self, term: Term) -> bool:
        ref = self.kinds.schema.column(term.table, term.column) if isinstance(term, ColumnTerm) else None
        declared = self.kinds.schema.describe(ref).declared_type if ref else ""
        return not declared or self.kinds.of(term) != "text" or _TEXT_TYPES.match(declared) is not None

    def as_moment(self, term: Term) -> str:
        """Write a text that says a time as a time."""
        return f"CAST({self._moment_in(term)} AS TIMESTAMP)"

    def formatted(self, form: Term, moment: Term) -> str:
        """Write a time in a form of strftime."""
        if form == LiteralTerm(value="%w"):
            return f"CAST(extract(DOW FROM {self.moment(moment)}) AS TEXT)"
        said = literal(LiteralTerm(value=translated(form, LETTERS, self.ENGINE, quote='"')))
        return f"to_char({self.moment(moment)}, {said})"

    def time_call(self, name: FunctionName, term: Term) -> str:
        """Write one of SQLite's functions of a time."""
        return _ON_TIMES[name].format(self.moment(term))

    def _call(self, term: Call) -> str:
        name, arguments = term.function, term.arguments
        if name == "iif" and len(arguments) in (2, 3):
            asked = arguments[0].condition if isinstance(arguments[0], Truth) else _is_true(arguments[0])
            then, *otherwise = self._of_one_kind(arguments[1:])
            return f"CASE WHEN {self.condition(asked)} THEN {then} {f'ELSE {otherwise[0]} ' if otherwise else ''}END"
        if name in ("coalesce", "ifnull", "max", "min", "nullif"):
            return f"{self.NAMES.get(name, name)}({', '.join(self._of_one_kind(arguments))})"
        if name == "round" and arguments:
            rounded = f"CAST({self.number(arguments[0])} AS NUMERIC)"
            return f"round({', '.join([rounded, *map(self.number, arguments[1:])])})"
        return super()._call(term)

    def on_text(self, term: Call) -> str:
        """Write a function whose first argument is a text; a place from its end is counted by right()."""
        text, *rest = term.arguments
        first = rest[0].value if rest and isinstance(rest[0], LiteralTerm) else None
        if term.function == "substr" and isinstance(first, int) and first < 0:
            end = f"right({self.text(text)}, {-first})"
            return f"left({end}, {self.term(rest[1])})" if len(rest) > 1 else end
        return super().on_text(term)

    def _case(self, term: Case) -> str:
        values = self._of_one_kind(
            (*(each.value for each in term.branches), *([term.otherwise] if term.otherwise else []))
        )
        whens = [
            f"WHEN {self.condition(branch.condition)} THEN {value}"
            for branch, value in zip(term.branches, values, strict=False)
        ]
        return " ".join(["CASE", *whens, *([f"ELSE {values[-1]}"] if term.otherwise else []), "END"])

    def _of_one_kind(self, terms: tuple[Term, ...]) -> list[str]:
        """Write values that take each other's place; where they are of several kinds, as texts."""
        kinds = {self.kinds.of(term) for term in terms} - {"null"}
        if kinds <= {"integer", "real", "other"} or len(kinds) < 2:
            return [self.term(term) for term in terms]
        if kinds <= {"integer", "real", "boolean"}:
            return [self.number(term) for term in terms]
        if kinds == {"time", "text"} and all(self.fits(t, "time") for t in terms if self.kinds.of(t) == "text"):
            return [self.term(term) for term in terms]
        return [self.text(term) for term in terms]

    def like(self, left: Term, predicate: Predicate) -> str:
        """Write LIKE as ILIKE, and GLOB, which is case-sensitive, as LIKE."""
        word = "NOT " if predicate.operator.startswith("not") else ""
        pattern = only(predicate)
        if predicate.operator in ("glob", "not glob"):
            return f"{self.text(left, 5)} {word}LIKE {literal(LiteralTerm(value=like_pattern(pattern, self.ENGINE)))}"
        if isinstance(pattern, LiteralTerm) and isinstance(pattern.value, str):
            pattern = LiteralTerm(value=pattern.value.replace("\\", "\\\\"))
        return f"{self.text(left, 5)} {word}ILIKE {self.text(pattern, 5)}"

    def is_truth(self, left: Term) -> str:
        """Write a term that is asked for its truth: a number is no truth value."""
        known = isinstance(left, Truth) or self.kinds.of(left) in ("boolean", "null")
        return super().is_truth(left) if known else f"({self.number(left, 5)} != 0)"

    def alike(self, left: Term, right: tuple[Term, ...]) -> tuple[str, list[str]]:
        """Write the sides of a comparison; truth values are compared with each other, or as numbers."""
        kinds = [self.kinds.of(term) for term in (left, *right)]
        if "boolean" in kinds and not set(kinds) <= {"boolean", "null", "other"}:
            bits = [_as_bit(term) for term in (left, *right)]
            if all(kind == "boolean" or bit is not None for kind, bit in zip(kinds, bits, strict=True)):
                written = [self._operand(bit or term) for term, bit in zip((left, *right), bits, strict=True)]
            else:
                written = [self.number(term, 5) for term in (left, *right)]
            return written[0], written[1:]
        if not self._is_text(left):
            return self.text(left), [self.as_kind(term, "text") for term in right]
        return super().alike(left, right)


def whole_of(term: Term) -> Term:
    """Return a term cut to a whole number."""
    whole = isinstance(term, LiteralTerm) and isinstance(term.value, int)
    return term if whole or (isinstance(term, Cast) and term.type == "integer") else Cast(argument=term, type="integer")


def _is_true(term: Term) -> Predicate:
    return Predicate(left=term, operator="is", right=(LiteralTerm(value=True),))


def _as_bit(term: Term) -> Term | None:
    """Return the truth value that a constant stands for."""
    if isinstance(term, LiteralTerm) and str(term.value).lower() in ("0", "1", "true", "false", "t", "f"):
        return LiteralTerm(value=str(term.value).lower() in ("1", "true", "t"))
    return None
