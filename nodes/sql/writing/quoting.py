"""Identifiers and literals as the engines read them."""

from __future__ import annotations

import math
import re

from nodes.plan import LiteralTerm
from nodes.sql.errors import SQLError
from value_index.schema import Dialect

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
}  # fmt: skip


def identifier(name: str, dialect: Dialect = "sqlite") -> str:
    """Write a name, in double quotes only where it needs them.

    >>> identifier("name"), identifier("home town"), identifier("order")
    ('name', '"home town"', '"order"')
    """
    if _PLAIN.fullmatch(name) and name.upper() not in _RESERVED | _RESERVED_ELSEWHERE[dialect]:
        return name
    return '"' + name.replace('"', '""') + '"'


def literal(term: LiteralTerm) -> str:
    """Write a constant.

    Raises:
        SQLError: `literal` for a number that is not finite.

    >>> literal(LiteralTerm(value="it's")), literal(LiteralTerm(value=None)), literal(LiteralTerm(value=2.5))
    ("'it''s'", 'NULL', '2.5')
    """
    value = term.value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, float) and not math.isfinite(value):
        raise SQLError("literal", f"SQLite has no literal for {value}", str(value))
    return repr(value)
