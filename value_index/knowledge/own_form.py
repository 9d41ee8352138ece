"""OwnFile: knowledge as our own YAML writes it."""

from __future__ import annotations

from pydantic import Field

from value_index.models import FrozenModel

Place = tuple[str | int | float, ...]
"""The keys that lead to an entry."""


class ColumnEntry(FrozenModel):
    """`tables.T.columns.C`."""

    synonyms: tuple[str, ...] = ()
    description: str = ""
    values: dict[str | int | float, tuple[str, ...]] = Field(default_factory=dict)
    """Stored values, each with what people say for it."""


class TableEntry(FrozenModel):
    """`tables.T`."""

    synonyms: tuple[str, ...] = ()
    description: str = ""
    columns: dict[str, ColumnEntry] = Field(default_factory=dict)


class MetricEntry(FrozenModel):
    """`metrics.NAME`."""

    expression: str = Field(min_length=1)
    synonyms: tuple[str, ...] = ()
    description: str = ""


class TermEntry(FrozenModel):
    """`terms.NAME`: some rows of a table."""

    table: str
    where: str = Field(min_length=1)
    synonyms: tuple[str, ...] = ()
    description: str = ""


class JoinEntry(FrozenModel):
    """One of `joins`: a key, and what the row that it leads to is called."""

    of: str = Field(alias="from")
    to: str
    names: tuple[str, ...] = ()


class QuestionEntry(FrozenModel):
    """One of `questions`."""

    question: str = Field(min_length=1)
    sql: str = Field(min_length=1)


class OwnFile(FrozenModel):
    """Our own form."""

    tables: dict[str, TableEntry] = Field(default_factory=dict)
    metrics: dict[str, MetricEntry] = Field(default_factory=dict)
    terms: dict[str, TermEntry] = Field(default_factory=dict)
    joins: tuple[JoinEntry, ...] = ()
    questions: tuple[QuestionEntry, ...] = ()
