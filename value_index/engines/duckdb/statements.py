"""Which statements may run: one SELECT, without functions that change something or fill the memory unseen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from value_index.database import Result
from value_index.engines.duckdb.driver import first_line, load_driver

if TYPE_CHECKING:
    import duckdb

MAX_SQL_BYTES = 200_000
_STRINGS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_UNSAFE = re.compile(
    r"""["\s,(]?\b(nextval|setseed|write_log|checkpoint|force_checkpoint|enable_logging|disable_logging|"""
    r"""truncate_duckdb_logs|set_log_\w+|enable_profil\w+|disable_profil\w+|repeat)"?\s*\(""",
    re.IGNORECASE,
)
_PADDING = re.compile(r"""\b([lr]pad|printf|format|bar|list_resize|array_resize)"?\s*\(""", re.IGNORECASE)
_BOUNDED = re.compile(
    r"""\b(?:[lr]pad\s*\(\s*[\w."]+\s*,\s*\d{1,3}\s*,|(?:printf|format)\s*\(\s*'(?:[^'\d*]|\d{1,3}(?!\d))*')""",
    re.IGNORECASE,
)
"""Padding by a short number that stands there: DuckDB builds a text within one step, which no deadline stops."""
_REFUSALS = ("read-only mode", "has been locked", "disabled by configuration", "disabled through configuration")


def refusal(connection: duckdb.DuckDBPyConnection, sql: str) -> Result | None:
    """Return why a statement may not run; None if it may."""
    if len(sql) > MAX_SQL_BYTES:
        return Result(outcome="error", message=f"the statement is longer than {MAX_SQL_BYTES:,} characters")
    driver = load_driver()
    try:
        statements = connection.extract_statements(sql)
    except driver.Error as error:
        return fault(error)
    if not statements:
        return Result(outcome="error", message="no statement")
    if len(statements) > 1:
        return Result(outcome="refused", message="only one statement is allowed")
    kind = statements[0].type.name
    if kind != "SELECT":
        return Result(outcome="refused", message=f"only reading is allowed: {kind.replace('_', ' ')}")
    if statements[0].named_parameters:
        return Result(outcome="error", message="parameters are not allowed: write the values")
    bare = _STRINGS.sub("''", sql)
    if found := _UNSAFE.search(bare):
        return Result(outcome="refused", message=f"only reading is allowed: FUNCTION {found[1].lower()}")
    if len(_PADDING.findall(bare)) > len(_BOUNDED.findall(sql)):
        return Result(outcome="refused", message="a text is padded to a length that does not stand there")
    return None


def fault(error: Exception) -> Result:
    """Return an error of a statement as its outcome."""
    driver, said = load_driver(), first_line(error)
    if isinstance(error, driver.InterruptException):
        return Result(outcome="timeout", message=said)
    if isinstance(error, driver.PermissionException) or any(mark in str(error) for mark in _REFUSALS):
        return Result(outcome="refused", message=f"only reading is allowed: {said}")
    if isinstance(error, (driver.OutOfMemoryException, MemoryError)):
        return Result(outcome="error", message="the statement needs more memory than is allowed")
    return Result(outcome="error", message=said, machine_fault=isinstance(error, (driver.IOException, OSError)))
