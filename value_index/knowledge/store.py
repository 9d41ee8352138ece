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


class Metric(FrozenModel):
    """A figure with a name: "net revenue" is `sum(line.price * line.quantity)`."""

    name: str
    synonyms: tuple[str, ...] = ()
    expression: str
    """SQL over columns, what it builds on written out."""
    description: str = ""
    source: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What a question may call it."""
        return (self.name, *self.synonyms)


class BusinessTerm(FrozenModel):
    """A word for some rows of a table: "active customer" is a customer with a sale this year."""

    name: str
    synonyms: tuple[str, ...] = ()
    table: str
    condition: str
    """SQL over the table's columns, what it builds on written out."""
    description: str = ""
    source: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """What a question may call it."""
        return (self.name, *self.synonyms)


class JoinRole(FrozenModel):
    """A key with the name of what it leads to: `game.home_id` leads to the "home team"."""

    source: ColumnRef
    target: ColumnRef
    names: tuple[str, ...] = ()
    origin: str = ""
    """The file and the line that say so."""


class Definition(FrozenModel):
    """A term that is defined in words or formulas only: what a model may read."""

    name: str
    text: str
    meaning: str = ""
    """The definition alone, where the text says more."""
    builds_on: tuple[str, ...] = ()
    """Names of other definitions."""
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
    metrics: tuple[Metric, ...] = ()
    terms: tuple[BusinessTerm, ...] = ()
    joins: tuple[JoinRole, ...] = ()
    definitions: tuple[Definition, ...] = ()
    questions: tuple[VerifiedQuestion, ...] = ()
    match_descriptions: bool = False
    """Whether words of a description may name its table or column too."""

    def with_more(self, other: Knowledge) -> Knowledge:
        """Return both together; what was read first stands first."""
        lists = [name for name in Knowledge.model_fields if name != "match_descriptions"]
        both = self.match_descriptions or other.match_descriptions
        return Knowledge.model_validate(
            {name: (*getattr(self, name), *getattr(other, name)) for name in lists} | {"match_descriptions": both}
        )
