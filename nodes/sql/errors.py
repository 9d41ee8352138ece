"""The one error of this package."""

from __future__ import annotations

from typing import Literal

from value_index.errors import TurnSQLError

Cause = Literal[
    "syntax", "statement", "unknown_table", "unknown_column", "collation", "escape", "window", "function", "cast",
    "operator", "row_value", "recursive", "limit", "literal", "position", "plan",
]  # fmt: skip
"""What stands in the way: malformed SQL, a name out of scope, or a construct that a Plan does not hold."""


class SQLError(TurnSQLError):
    """SQL that cannot be read as a plan, or a plan that cannot be written as SQL."""

    def __init__(self, cause: Cause, message: str, subject: str = "") -> None:
        super().__init__(message)
        self.cause: Cause = cause
        self.subject = subject
        """The identifier or construct at fault, as written."""
