"""Terms and conditions as the SQL standard has them: for engines of which nothing else is known."""

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
    LiteralTerm,
    Negation,
    Predicate,
    Term,
    Truth,
)
from nodes.sql.errors import SQLError
from nodes.sql.writing.chain import chain
from nodes.sql.writing.groups import depends_on_groups
from nodes.sql.writing.like_pattern import like_pattern
from nodes.sql.writing.postgres_terms import PostgresTermWriter, whole_of
from nodes.sql.writing.quoting import literal
from nodes.sql.writing.time_forms import piece_of
from nodes.sql.writing.write_terms import enclosed, only

TEXT = "VARCHAR(1000)"
PLACES: dict[str, tuple[str, int, int]] = {
    "%Y": ("DATE", 1, 4), "%m": ("DATE", 6, 2), "%d": ("DATE", 9, 2), "%Y-%m": ("DATE", 1, 7), "%m-%d": ("DATE", 6, 5),
    "%Y-%m-%d": ("DATE", 1, 10), "%H": ("TIMESTAMP", 12, 2), "%M": ("TIMESTAMP", 15, 2), "%S": ("TIMESTAMP", 18, 2),
    "%H:%M": ("TIMESTAMP", 12, 5), "%H:%M:%S": ("TIMESTAMP", 12, 8),
}  # fmt: skip
"""The place of a form of strftime in the text that the standard makes of a day or a time: the type, first place, length."""
_FIELDS = {"year": "YEAR", "month": "MONTH", "day": "DAY", "hour": "HOUR", "minute": "MINUTE", "second": "SECOND"}
_ON_TIMES = {"datetime": "TIMESTAMP", "date": "DATE", "time": "TIME"}
_NUMBERS: tuple[CastType, ...] = ("integer", "real", "numeric", "float", "decimal")


@dataclass(frozen=True)
class AnsiTermWriter(PostgresTermWriter):
    """Writes the terms of one block in the words of the standard."""

    ENGINE: ClassVar = "the SQL standard"
    CASTS: ClassVar[dict[CastType, str]] = {
        "integer": "BIGINT", "real": "DOUBLE PRECISION", "text": TEXT, "numeric": "DOUBLE PRECISION", "blob": TEXT,
        "date": "DATE", "datetime": "TIMESTAMP", "float": "DOUBLE PRECISION", "decimal": "DOUBLE PRECISION",
    }  # fmt: skip
    NAMES: ClassVar[dict[FunctionName, str]] = {"length": "char_length", "ifnull": "coalesce", "pow": "power"}
    LACKS: ClassVar[frozenset[str]] = frozenset(("printf", "typeof", "json_extract", "julianday", "unixepoch"))

    def any_row(self, term: ColumnTerm | DerivedTerm, extreme: Aggregate | None) -> str:
        """Write a column of one row of the group, which hangs on the group, or is the smallest."""
        known = self.grouped is not None and depends_on_groups(term, self.grouped, self.kinds.schema)
        if extreme is not None and not known:
            raise SQLError(
                "function", f"a column of the row with the {extreme.function} is not written for {self.ENGINE}"
            )
        return f"min({self.column(term)})"

    def truth(self, term: Truth, binding: int) -> str:
        """Write a truth value as 0 and 1, and NULL where it is not known."""
        otherwise = self.condition(Negation(condition=term.condition))
        return f"CASE WHEN {self.condition(term.condition)} THEN 1 WHEN {otherwise} THEN 0 END"

    def cast(self, term: Cast) -> str:
        """Write a cast, which cuts a number as SQLite's does."""
        kind, target = self.kinds.of(term.argument), self.CASTS[term.type]
        if (piece := piece_of(term)) is not None and piece[0] in _FIELDS:
            return f"CAST(extract({_FIELDS[piece[0]]} FROM {self.moment(piece[1])}) AS {target})"
        if kind == "boolean" and term.type in _NUMBERS:
            return self.number(term.argument)
        if term.type == "integer" and kind in ("real", "text"):
            number = self.number(term.argument)
            return f"CAST(CASE WHEN {number} < 0 THEN ceil({number}) ELSE floor({number}) END AS BIGINT)"
        return f"CAST({self.term(term.argument)} AS {target})"

    def aggregate(self, term: Aggregate) -> str:
        """Write an aggregate; the average of whole numbers is none in some engines."""
        if term.function == "group_concat":
            raise SQLError("function", f"group_concat is not written for {self.ENGINE}", "group_concat")
        if term.function == "avg" and self.kinds.of(term.argument) in ("integer", "boolean"):
            return f"avg({'DISTINCT ' if term.distinct else ''}CAST({self.number(term.argument)} AS DOUBLE PRECISION))"
        return super().aggregate(term)

    def arithmetic(self, term: Arithmetic, binding: int) -> str:
        """Write an operation; by zero NULL comes out, and a remainder is mod()."""
        if term.operator == "||":
            return enclosed(" || ".join(self.text(each, 6) for each in chain(term)), needed=binding > 0)
        level = 6 if term.operator in ("*", "/", "%") else 5
        zero = isinstance(term.right, LiteralTerm) and term.right.value not in (0, "0", None)
        safe = zero or term.operator not in ("/", "%")
        if term.operator == "%":
            left, right = (
                self.term(side if self.kinds.of(side) == "integer" else whole_of(side))
                for side in (term.left, term.right)
            )
            return f"mod({left}, {right if safe else f'nullif({right}, 0)'})"
        left, right = self.number(term.left, level), self.number(term.right, 0 if not safe else level + 1)
        return enclosed(f"{left} {term.operator} {right if safe else f'NULLIF({right}, 0)'}", needed=level < binding)

    def number(self, term: Term, binding: int = 0) -> str:
        """Write a term as the number that it stands for."""
        kind = self.kinds.of(term)
        if kind == "text":
            return f"CAST({self.term(term)} AS DOUBLE PRECISION)"
        if kind == "boolean":
            asked = self.term(term, 5)
            return f"CASE WHEN {asked} IS TRUE THEN 1 WHEN {asked} IS FALSE THEN 0 END"
        return self.term(term, binding)

    def text(self, term: Term, binding: int = 0) -> str:
        """Write a term as a text."""
        return self.term(term, binding) if self.kinds.of(term) == "null" else super().text(term, binding)

    def as_moment(self, term: Term) -> str:
        """Write a text that says a time as a time."""
        return f"CAST({self.term(term)} AS TIMESTAMP)"

    def formatted(self, form: Term, moment: Term) -> str:
        """Write a time in a form of strftime: as a piece of its text."""
        found = PLACES.get(str(form.value)) if isinstance(form, LiteralTerm) else None
        if found is None:
            raise SQLError("function", f"this form of strftime is not written for {self.ENGINE}", "strftime")
        kind, first, length = found
        return f"substring(CAST(CAST({self.moment(moment)} AS {kind}) AS VARCHAR(30)) FROM {first} FOR {length})"

    def time_call(self, name: FunctionName, term: Term) -> str:
        """Write one of SQLite's functions of a time."""
        return f"CAST({self.moment(term)} AS {_ON_TIMES[name]})"

    def on_text(self, term: Call) -> str:
        """Write a function whose first argument is a text."""
        text, *rest = (self.text(term.arguments[0]), *map(self.term, term.arguments[1:]))
        first = term.arguments[1].value if rest and isinstance(term.arguments[1], LiteralTerm) else None
        if term.function == "substr":
            start = rest[0] if rest else "1"
            if isinstance(first, int) and first < 0:
                start = f"CASE WHEN char_length({text}) > {-first} THEN char_length({text}) - {-first - 1} ELSE 1 END"
            return f"substring({text} FROM {start}{f' FOR {rest[1]}' if len(rest) > 1 else ''})"
        if term.function == "instr":
            return f"position({rest[0]} IN {text})"
        if term.function in ("trim", "ltrim", "rtrim"):
            side = {"trim": "BOTH", "ltrim": "LEADING", "rtrim": "TRAILING"}[term.function]
            return f"trim({side} {rest[0] if rest else literal(LiteralTerm(value=' '))} FROM {text})"
        return super().on_text(term)

    def _of_one_kind(self, terms: tuple[Term, ...]) -> list[str]:
        """Write values that take each other's place; a shorter constant among them would be filled up with blanks."""
        written = super()._of_one_kind(terms)
        texts = {len(term.value) for term in terms if isinstance(term, LiteralTerm) and isinstance(term.value, str)}
        if len(texts) < 2:
            return written
        return [
            f"CAST({said} AS {TEXT})" if isinstance(term, LiteralTerm) and isinstance(term.value, str) else said
            for term, said in zip(terms, written, strict=True)
        ]

    def _widest(self, term: Call) -> str:
        """Write the larger or smaller of two values; NULL where one is."""
        if len(term.arguments) != 2:
            raise SQLError(
                "function", f"{term.function} of more than two is not written for {self.ENGINE}", term.function
            )
        one, other = self._of_one_kind(term.arguments)
        sign, contrary = (">=", "<") if term.function == "max" else ("<=", ">")
        return f"CASE WHEN {one} {sign} {other} THEN {one} WHEN {one} {contrary} {other} THEN {other} END"

    def _call(self, term: Call) -> str:
        if term.function in ("max", "min"):
            return self._widest(term)
        if term.function == "concat":
            return " || ".join(f"coalesce({self.text(each)}, '')" for each in term.arguments)
        if term.function == "round" and term.arguments:
            return f"round({', '.join(map(self.number, term.arguments))}{', 0' if len(term.arguments) == 1 else ''})"
        return super()._call(term)

    def like(self, left: Term, predicate: Predicate) -> str:
        """Write LIKE of upper letters, and GLOB, which is case-sensitive, as LIKE."""
        word = "NOT " if predicate.operator.startswith("not") else ""
        pattern = only(predicate)
        if predicate.operator in ("glob", "not glob"):
            said = like_pattern(pattern, self.ENGINE)
            escape = " ESCAPE '\\'" if "\\" in said else ""
            return f"{self.text(left, 5)} {word}LIKE {literal(LiteralTerm(value=said))}{escape}"
        if isinstance(pattern, LiteralTerm) and isinstance(pattern.value, str):
            return f"upper({self.text(left)}) {word}LIKE {literal(LiteralTerm(value=pattern.value.upper()))}"
        return f"upper({self.text(left)}) {word}LIKE upper({self.text(pattern)})"
