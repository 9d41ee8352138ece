"""Which statements may run: one that reads, without functions that change something and without what is not for all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from value_index.database import Result
from value_index.engines.postgres.channel import ServerFault

MAX_SQL_BYTES = 200_000
HARMLESS = frozenset(
    ("bernoulli", "system", "clock_timestamp", "timeofday", "gen_random_uuid", "random", "pg_relation_size")
)
"""Functions that change from call to call, but nothing else."""
FORBIDDEN_SQL = """
SELECT proname, true FROM pg_catalog.pg_proc WHERE provolatile = 'v'
UNION SELECT relname, false FROM pg_catalog.pg_class
WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'v')
AND NOT has_table_privilege('public', oid, 'SELECT') AND NOT has_any_column_privilege('public', oid, 'SELECT')
UNION VALUES ('pg_largeobject', false), ('pg_stats', false), ('pg_stats_ext', false), ('pg_stats_ext_exprs', false)
"""
"""Functions that the server itself knows to have effects (sleeping, locking, reading files, writing), and the tables of its
own that are not for everybody (passwords, files)."""
_TOKENS = re.compile(
    r"""
    (?P<skipped> --[^\n]* | [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | '(?:[^']|'')*(?:'|\Z)
                 | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z) )
    | (?P<comment> /\* ) | (?P<name> [^\W\d][\w$]* ) | "(?P<quoted>(?:[^"]|"")*)(?:"|\Z) | (?P<other> \d[\w.]* | \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_READING = frozenset(("select", "with", "values", "table", "("))
_READ_ONLY = "25006"
"""The code of writing within a transaction that only reads."""
_NOT_READING = (("0A000", "DECLARE CURSOR"), ("0A000", " is not allowed in "), ("42601", "INTO is not allowed"))
"""Codes and words of what reads no rows alone: WITH ... DELETE, writing in a function, SELECT ... INTO."""
_MACHINE_CLASSES = ("08", "40", "53", "55", "57", "58", "XX")
"""Classes of SQLSTATE that say nothing about the SQL: connection, rollback, resources, locks, the operator, the system."""


@dataclass(frozen=True)
class Forbidden:
    """Names that no statement may use."""

    functions: frozenset[str]
    tables: frozenset[str]

    @classmethod
    def of(cls, rows: Iterable[tuple[str, bool]]) -> Forbidden:
        """Sort what the server says."""
        found = list(rows)
        functions = frozenset(name for name, is_function in found if is_function) - HARMLESS
        return cls(functions, frozenset(name for name, is_function in found if not is_function))


def refusal(sql: str, forbidden: Forbidden) -> Result | None:
    """Return why a statement may not run; None if it may."""
    if len(sql) > MAX_SQL_BYTES:
        return Result(outcome="error", message=f"the statement is longer than {MAX_SQL_BYTES:,} characters")
    if "\x00" in sql:
        return Result(outcome="error", message="the statement holds the character NUL")
    found = words(sql)
    while found and found[-1] == ";":
        found.pop()
    if not found:
        return Result(outcome="error", message="no statement")
    if ";" in found:
        return Result(outcome="refused", message="only one statement is allowed")
    if found[0] not in _READING:
        return Result(outcome="refused", message=f"only reading is allowed: {found[0].upper()}")
    for word, following in zip(found, [*found[1:], ""], strict=True):
        if (following == "(" and word in forbidden.functions) or word in forbidden.tables:
            return Result(outcome="refused", message=f"only reading is allowed: {word}")
    if "u&" in found:
        return Result(outcome="refused", message="names in Unicode escapes are not allowed")
    return None


def words(sql: str) -> list[str]:
    """Return the names (without case where they are not quoted) and signs of a statement, without texts and comments.

    >>> words("SELECT pg_sleep /* a /* b */ */ (1), 'it''s', E'\\\\'(', $x$ ; $x$ FROM \\"T\\"; -- x")
    ['select', 'pg_sleep', '(', '1', ')', ',', ',', ',', 'from', 'T', ';']
    """
    found: list[str] = []
    place = 0
    while match := _TOKENS.search(sql, place):
        place = match.end()
        if match["comment"]:
            place = _comment_end(sql, place)
        elif match["name"] is not None:
            name = match["name"].lower()
            found.append("u&" if name == "u" and sql.startswith('&"', place) else name)
        elif match["quoted"] is not None:
            found.append(match["quoted"].replace('""', '"'))
        elif match["other"]:
            found.append(match["other"])
    return found


def _comment_end(sql: str, place: int) -> int:
    """Return where a comment ends: they nest."""
    depth = 1
    for mark in re.finditer(r"/\*|\*/", sql[place:]):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            return place + mark.end()
    return len(sql)


def fault(error: ServerFault) -> Result:
    """Return an error of a statement as its outcome."""
    said = str(error)
    if error.code == "57014":
        return Result(outcome="timeout", message=said)
    if error.code == _READ_ONLY or any(error.code == code and said_so in said for code, said_so in _NOT_READING):
        return Result(outcome="refused", message=f"only reading is allowed: {said}")
    gone = not error.code or error.code.startswith(_MACHINE_CLASSES)
    return Result(outcome="error", message=said if error.code else f"the server is gone: {said}", machine_fault=gone)
