"""ValueMatch: one reading of a mention as a stored value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from value_index.models import FrozenModel
from value_index.schema import ColumnRef

Provenance = Literal["exact", "folded", "fuzzy", "alias", "carried", "via_row"]
MatchOperator = Literal["=", "!=", "<", "<=", ">", ">=", "like", "not like", "between"]
StoredValue = StrictBool | StrictInt | StrictFloat | StrictStr


class ValueMatch(FrozenModel):
    """A mention, and the stored value it may mean."""

    mention: str
    """The words of the text."""
    column: ColumnRef
    """The column to compare."""
    value: StoredValue
    """The value as stored."""
    operator: MatchOperator = "="
    """Hint from the words around the mention."""
    score: float
    """0..1."""
    margin: float = 0.0
    """How far the score lies above that of the next best reading of the same mention."""
    kind: Provenance = "exact"
    """How the mention reached the value."""
    via: ColumnRef | None = None
    """The display column that the mention matched, whose row gives the value of `column` (`via_row`)."""

    def as_row(self) -> dict[str, Any]:
        """Return the fields as flat JSON: table and column apart, `via` as table.column."""
        row = self.model_dump(mode="json")
        column, via = row.pop("column"), row.pop("via")
        return {**row, **column, "via": f"{via['table']}.{via['column']}" if via else None}


VERBATIM = ("exact", "folded")
"""How a value is matched whose text the mention spells."""


def chance_of_any(readings: Iterable[tuple[float, ColumnRef, StoredValue, Provenance]]) -> float:
    """Return how likely a mention is a value at all, of whichever column.

    Columns of one table that store the same text to the letter share its chance among them: "population of France" beside
    country.name and country.local_name.

    Args:
        readings: the chance of each, its column, its value, and how the mention reached it.

    >>> name, local = (ColumnRef(table="country", column=each) for each in ("name", "local_name"))
    >>> chance_of_any([(0.25, name, "France", "exact"), (0.25, local, "France", "exact"), (0.125, local, "Frans", "fuzzy")])
    0.5
    """
    ranked = sorted(readings, key=lambda each: -each[0])
    if not ranked:
        return 0.0
    best, column, value, kind = ranked[0]
    if kind not in VERBATIM or not isinstance(value, str):
        return best  # a number stands in any column, by chance
    alike = {
        other: chance
        for chance, other, text, how in reversed(ranked)
        if how in VERBATIM and (other.table, text) == (column.table, value)
    }
    return min(1.0, sum(alike.values()))
