"""ossie_entries: what an Apache Ossie (Open Semantic Interchange) model calls the tables and columns of a database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from pydantic import Field

from value_index.models import ForeignModel
from value_index.schema import ColumnRef, Schema
from value_index.text.natural_names import split_identifier

_BARE = re.compile(r'(?:["`]?\w+["`]?\.)*["`]?(\w+)["`]?')
"""An expression that is a column and nothing else; its last part."""
AiContext = str | dict[str, Any] | None


class OssieDialect(ForeignModel):
    """One spelling of an expression."""

    dialect: str = "ANSI_SQL"
    expression: str


class OssieExpression(ForeignModel):
    """An expression in several dialects."""

    dialects: tuple[OssieDialect, ...] = ()


class OssieField(ForeignModel):
    """A field of a dataset."""

    name: str
    expression: OssieExpression = OssieExpression()
    description: str = ""
    ai_context: AiContext = None


class OssieDataset(ForeignModel):
    """A dataset: a table."""

    name: str
    source: str = ""
    description: str = ""
    ai_context: AiContext = None
    fields: tuple[OssieField, ...] = ()


class OssieModel(ForeignModel):
    """One semantic model."""

    datasets: tuple[OssieDataset, ...]


class OssieFile(ForeignModel):
    """A file that holds models under `semantic_model`."""

    semantic_model: tuple[OssieModel, ...] = Field(min_length=1)


class OssieEntry(NamedTuple):
    """What is said of one table or column."""

    part: ColumnRef
    synonyms: tuple[str, ...]
    description: str
    place: tuple[str | int | float, ...]


def ossie_entries(value: dict[str, Any], schema: Schema) -> Iterator[OssieEntry]:
    """Yield what a file says of the database; datasets and fields that are computed or elsewhere are passed over.

    Raises:
        ValidationError: it is not Ossie's form.
    """
    if "semantic_model" in value:
        for index, model in enumerate(OssieFile.model_validate(value).semantic_model):
            yield from _entries(model, schema, ("semantic_model", index))
    else:
        yield from _entries(OssieModel.model_validate(value), schema, ())


def _entries(model: OssieModel, schema: Schema, at: tuple[str | int | float, ...]) -> Iterator[OssieEntry]:
    for index, dataset in enumerate(model.datasets):
        place = (*at, "datasets", index)
        table = schema.table(_last(dataset.source) or dataset.name)
        if table is None:
            continue
        said = _synonyms(dataset.name, table.name, dataset.ai_context)
        yield OssieEntry(ColumnRef(table=table.name, column=""), said, dataset.description, place)
        for inner, field in enumerate(dataset.fields):
            column = schema.column(table.name, _column(field))
            if column is not None:
                said = _synonyms(field.name, column.column, field.ai_context)
                yield OssieEntry(column, said, field.description, (*place, "fields", inner))


def _column(field: OssieField) -> str:
    """Return the column that a field is; "" if it is computed."""
    if not field.expression.dialects:
        return field.name
    ranked = sorted(field.expression.dialects, key=lambda each: each.dialect != "ANSI_SQL")
    return _last(ranked[0].expression)


def _last(text: str) -> str:
    found = _BARE.fullmatch(text.strip())
    return found[1] if found else ""


def _synonyms(name: str, real: str, context: AiContext) -> tuple[str, ...]:
    """Return a name that differs from the database's, and the synonyms of `ai_context`."""
    told = context.get("synonyms", ()) if isinstance(context, dict) else ()
    told = (told,) if isinstance(told, str) else tuple(map(str, told or ()))
    own = () if name.lower() == real.lower() else (split_identifier(name),)
    return (*own, *told)
