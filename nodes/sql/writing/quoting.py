"""Identifiers and literals as the engines read them."""

from __future__ import annotations

import math
import re

from nodes.plan import LiteralTerm
from nodes.sql.errors import SQLError
from nodes.sql.writing.reserved_words import MYSQL_WORDS, POSTGRES_WORDS
from value_index.schema import Dialect, quoted, quoted_text

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words that SQLite 3.40, or our parser, does not read as a name in some place where a name may stand (tried one by one).
_RESERVED = frozenset({
    "ADD", "ALL", "ALTER", "AND", "AS", "AUTOINCREMENT", "BETWEEN", "BY", "CASE", "CAST", "CHECK", "COLLATE",
    "COMMIT", "CONSTRAINT", "CREATE", "CROSS", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "DEFAULT",
    "DEFERRABLE", "DELETE", "DESC", "DESCRIBE", "DISTINCT", "DROP", "ELSE", "END", "ESCAPE", "EXCEPT", "EXISTS",
    "FALSE", "FETCH", "FOR", "FOREIGN", "FROM", "FULL", "GLOB", "GRANT", "GROUP", "HAVING", "ILIKE", "IN", "INDEX",
    "INNER", "INSERT", "INTERSECT", "INTERVAL", "INTO", "IS", "ISNULL", "JOIN", "LATERAL", "LEFT", "LIKE", "LIMIT",
    "LOCK", "NATURAL", "NOT", "NOTHING", "NOTNULL", "NULL", "OFFSET", "ON", "OR", "ORDER", "OUTER", "PRIMARY",
    "QUALIFY", "RAISE", "REFERENCES", "REGEXP", "RETURNING", "RIGHT", "RLIKE", "ROLLBACK", "SELECT", "SET", "TABLE",
    "TABLESAMPLE", "THEN", "TO", "TRANSACTION", "TRUE", "UNION", "UNIQUE", "UPDATE", "USING", "VALUES", "WHEN",
    "WHERE", "WINDOW", "WITH", "XOR",
})  # fmt: skip


_RESERVED_ELSEWHERE: dict[Dialect, frozenset[str]] = {
    "sqlite": frozenset(),
    "duckdb": frozenset({
        "ANALYSE", "ANALYZE", "ANTI", "ANY", "ARRAY", "ASC", "ASOF", "ASYMMETRIC", "AT", "AUTHORIZATION", "BINARY",
        "BOTH", "COLLATION", "COLUMN", "COLUMNS", "CONCURRENTLY", "DO", "FREEZE", "GENERATED", "INITIALLY", "LAMBDA",
        "LEADING", "MAP", "ONLY", "OVERLAPS", "PIVOT", "PIVOT_LONGER", "PIVOT_WIDER", "PLACING", "POSITIONAL", "SEMI",
        "SHOW", "SIMILAR", "SOME", "STRUCT", "SUMMARIZE", "SYMMETRIC", "TRAILING", "TRY_CAST", "TUPLE", "UNPACK",
        "UNPIVOT", "VARIADIC", "VERBOSE",
    }),
    "postgres": frozenset(POSTGRES_WORDS),
    "mysql": frozenset(MYSQL_WORDS),
    "ansi": frozenset(),
}  # fmt: skip


def identifier(name: str, dialect: Dialect = "sqlite") -> str:
    """Write a name, quoted only where it needs it: PostgreSQL reads a bare name in small letters, others who knows how.

    >>> identifier("name"), identifier("home town"), identifier("order")
    ('name', '"home town"', '"order"')
    >>> identifier("Name", "postgres"), identifier("home town", "mysql")
    ('"Name"', '`home town`')
    """
    folded = (dialect == "postgres" and name != name.lower()) or dialect == "ansi"
    if not folded and _PLAIN.fullmatch(name) and name.upper() not in _RESERVED | _RESERVED_ELSEWHERE[dialect]:
        return name
    return quoted(name, dialect)


def literal(term: LiteralTerm, dialect: Dialect = "sqlite") -> str:
    r"""Write a constant; MySQL reads a backslash as the begin of an escape.

    Raises:
        SQLError: `literal` for a number that is not finite.

    >>> literal(LiteralTerm(value="it's")), literal(LiteralTerm(value=None)), literal(LiteralTerm(value=2.5))
    ("'it''s'", 'NULL', '2.5')
    >>> print(literal(LiteralTerm(value="a\b"), "mysql"))
    'a\\b'
    """
    value = term.value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return quoted_text(value, dialect)
    if isinstance(value, float) and not math.isfinite(value):
        raise SQLError("literal", f"SQLite has no literal for {value}", str(value))
    return repr(value)
