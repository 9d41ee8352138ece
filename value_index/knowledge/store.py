"""Knowledge: the one typed store that linking, grounding and planning read."""

from __future__ import annotations

from value_index.matches import StoredValue
from value_index.models import FrozenModel
from value_index.schema import ColumnRef


class NamedPart(FrozenModel):
    """A table or a column, with other words for it."""

    part: ColumnRef
    """The column; of a table, its `column` is empty."""
    synonyms: tuple[str, ...] = ()
    description: str = ""
    source: str = ""
    """The file and the line that say so."""

    @property
    def written(self) -> str:
        """The name as a reader sees it: `orders`, `orders.total`."""
        return str(self.part) if self.part.column else self.part.table


class NamedValue(FrozenModel):
    """A stored value, with the words that people say for it: "female" for F."""

    column: ColumnRef
    value: StoredValue
    words: str
    source: str = ""


class VerifiedQuestion(FrozenModel):
    """A question whose SQL somebody has checked."""

    question: str
    sql: str
    source: str = ""


class Knowledge(FrozenModel):
    """Everything that the files of `--knowledge` say of one database."""

    parts: tuple[NamedPart, ...] = ()
    values: tuple[NamedValue, ...] = ()
    questions: tuple[VerifiedQuestion, ...] = ()

    def with_more(self, other: Knowledge) -> Knowledge:
        """Return both together; what was read first stands first."""
        return Knowledge(
            parts=(*self.parts, *other.parts),
            values=(*self.values, *other.values),
            questions=(*self.questions, *other.questions),
        )
