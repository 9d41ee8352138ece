"""How long a cell may be in a statement, so that no single instruction of it runs for hours.

SQLite looks at deadlines between instructions only, and a few functions take the product of two lengths within one.
"""

from __future__ import annotations

import re
import sqlite3

MIN_CELL_BYTES = 1 << 20
MAX_CELL_BYTES = 64 << 20
TRIM_BYTES = 64 << 10
"""The limit for trim(X, Y) and json_patch: some ten seconds on one core."""
SEARCH_BYTES = 1 << 20
"""The limit for instr and replace, which compare faster: some ten seconds too."""
_LINEAR = re.compile(
    r"""\b(?:[lr]?trim|instr|replace)\s*\(\s*[\w."`\[\]]+\s*(?:\)|,\s*'[^']{0,99}'\s*[,)])""", re.IGNORECASE
)
"""A column trimmed, or searched for a short text."""
_TRIM = re.compile(r"\b(?:[lr]?trim|json_patch)\s*\(", re.IGNORECASE)
_SEARCH = re.compile(r"\b(?:instr|replace)\s*\(", re.IGNORECASE)


class CellLimits:
    """The limits of one connection, by what a statement and the views it names call."""

    def __init__(self, connection: sqlite3.Connection, file_bytes: int) -> None:
        # No stored cell is longer than its file, so a small file keeps what one function call can build small too.
        self._most = min(max(file_bytes, MIN_CELL_BYTES), MAX_CELL_BYTES)
        self._declared: dict[str, int] = {}
        declared = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'view' OR (type = 'table' AND sql LIKE '% AS%(%')"
        )
        for name, sql in declared:
            limit = min(self._called(sql), self._named(sql))
            if limit < self._most:
                self._declared[name.lower()] = limit

    def of(self, sql: str, *, ours: bool = False) -> int:
        """Return the bytes that a cell may have in a statement; `ours` calls nothing dear itself."""
        return self._named(sql) if ours else min(self._called(sql), self._named(sql))

    def _called(self, sql: str) -> int:
        dear = _LINEAR.sub("", sql)
        limit = min(self._most, SEARCH_BYTES) if _SEARCH.search(dear) else self._most
        return min(limit, TRIM_BYTES) if _TRIM.search(dear) else limit

    def _named(self, sql: str) -> int:
        folded = sql.lower() if self._declared else ""
        return min([self._most, *(least for name, least in self._declared.items() if name in folded)])
