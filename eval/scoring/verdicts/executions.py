"""Executions: the results of SQL texts, so that one text runs once while it is near."""

from __future__ import annotations

from cachetools import LRUCache

from nodes.sql.parsing.parse import repair
from value_index.database import Database, Result
from value_index.errors import DatabaseError

DEADLINE_SECONDS = 30.0
MAX_ROWS = 500_000
MAX_BYTES = 256 << 20
MAX_CELLS = 8_000_000
MAX_KEPT_CELLS = 500_000
MAX_KEPT_RESULTS = 256


class MachineFaultError(DatabaseError):
    """A statement that failed by what surrounds it."""


class Executions:
    """Runs SQL and keeps the latest results, bounded in number and in cells."""

    def __init__(self, *, deadline: float = DEADLINE_SECONDS, max_rows: int = MAX_ROWS) -> None:
        """Set the bounds: seconds for one statement, rows of one result."""
        self._deadline = deadline
        self._max_rows = max_rows
        self._kept = LRUCache[tuple[str, str], Result](MAX_KEPT_CELLS, getsizeof=_room)

    def run(self, database: Database, sql: str) -> Result:
        """Return the result of the SQL, its spaced operators repaired.

        Raises:
            MachineFaultError: the file is locked or gone, or a disk or the memory failed: it says nothing of the SQL.
        """
        key = (database.address, sql)
        known = self._kept.get(key)
        if known is not None:
            return known
        result = database.execute(
            repair(sql), deadline=self._deadline, max_rows=self._max_rows, max_bytes=MAX_BYTES, max_cells=MAX_CELLS
        )
        if result.machine_fault:
            raise MachineFaultError(f"{result.message} ({database.address!r})")
        self._kept[key] = result
        return result


def _room(result: Result) -> int:
    """Return what a result takes of MAX_KEPT_CELLS: its cells, at least a share of the number kept, at most all."""
    cells = len(result.rows) * len(result.columns)
    return min(max(cells, -(-MAX_KEPT_CELLS // MAX_KEPT_RESULTS)), MAX_KEPT_CELLS)
