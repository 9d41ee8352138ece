"""ValueIndex: which stored values a text names."""

from __future__ import annotations

from value_index.database import Database
from value_index.matches import ValueMatch

MAX_VALUES_PER_COLUMN = 20_000


class ValueIndex:
    """The distinct text values of a database, found by name."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @classmethod
    def build(cls, database: Database) -> ValueIndex:
        """Read the distinct values of every column worth grounding."""
        return cls(database)

    def lookup(self, mention: str, *, limit: int = 10) -> tuple[ValueMatch, ...]:
        """Return the best readings of one mention, best first."""
        return ()

    def ground(self, text: str) -> tuple[ValueMatch, ...]:
        """Find the mentions of a text and the values they name."""
        return ()


__all__ = ["ValueIndex", "ValueMatch"]
