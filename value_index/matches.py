"""ValueMatch: one reading of a mention as a stored value."""

from __future__ import annotations

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
