"""OssieReading: what an Apache Ossie (Open Semantic Interchange) model says of a database: names, relationships, metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import Field

from value_index.models import ForeignModel
from value_index.schema import ColumnRef, Schema
from value_index.text.natural_names import split_identifier

_BARE = re.compile(r'(?:["`]?\w+["`]?\.)*["`]?(\w+)["`]?')
"""An expression that is a column and nothing else; its last part."""
_PIECES = re.compile(r"""('(?:[^']|'')*')|((?:["`]?[^\W\d]\w*["`]?\.)+["`]?[^\W\d]\w*["`]?)""")
"""Texts, and names of several parts, of an expression."""
Place = tuple[str | int | float, ...]
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


class OssieRelationship(ForeignModel):
    """A key of one dataset that leads to another."""

    name: str = ""
    source: str = Field(default="", alias="from")
    target: str = Field(default="", alias="to")
    from_columns: tuple[str, ...] = ()
    to_columns: tuple[str, ...] = ()
    ai_context: AiContext = None


class OssieMetric(ForeignModel):
    """A figure with a name."""

    name: str
    expression: OssieExpression = OssieExpression()
    description: str = ""
    ai_context: AiContext = None


class OssieModel(ForeignModel):
    """One semantic model."""

    datasets: tuple[OssieDataset, ...]
    relationships: tuple[OssieRelationship, ...] = ()
    metrics: tuple[OssieMetric, ...] = ()


class OssieFile(ForeignModel):
    """A file that holds models under `semantic_model`."""

    semantic_model: tuple[OssieModel, ...] = Field(min_length=1)


class OssieEntry(NamedTuple):
    """What is said of one table or column."""

    part: ColumnRef
    synonyms: tuple[str, ...]
    description: str
    place: Place


class OssieJoin(NamedTuple):
    """A key, and what is said for the row that it leads to."""

    source: ColumnRef
    target: ColumnRef
    names: tuple[str, ...]
    place: Place


class OssieFigure(NamedTuple):
    """A metric over the columns of the database."""

    name: str
    synonyms: tuple[str, ...]
    expression: str
    description: str
    place: Place


class OssieReading:
    """One file beside one database; what is elsewhere, or of another engine's language, is passed over."""

    def __init__(self, value: dict[str, Any], schema: Schema) -> None:
        """Check the form of a file.

        Raises:
            ValidationError: it is not Ossie's form.
        """
        self._schema = schema
        models = OssieFile.model_validate(value).semantic_model if "semantic_model" in value else None
        self._models: tuple[tuple[OssieModel, Place], ...] = (
            ((OssieModel.model_validate(value), ()),)
            if models is None
            else tuple((model, ("semantic_model", index)) for index, model in enumerate(models))
        )

    def entries(self) -> Iterator[OssieEntry]:
        """Yield what tables and columns are called; computed fields are passed over."""
        for model, at in self._models:
            for index, dataset in enumerate(model.datasets):
                place = (*at, "datasets", index)
                if (table := self._table(dataset)) is None:
                    continue
                said = _synonyms(dataset.name, table, dataset.ai_context)
                yield OssieEntry(ColumnRef(table=table, column=""), said, dataset.description, place)
                for inner, field in enumerate(dataset.fields):
                    column = self._schema.column(table, _column(field))
                    if column is not None:
                        said = _synonyms(field.name, column.column, field.ai_context)
                        yield OssieEntry(column, said, field.description, (*place, "fields", inner))

    def joins(self) -> Iterator[OssieJoin]:
        """Yield the keys of one column; their names are the synonyms of `ai_context`."""
        for model, at in self._models:
            known = self._written(model)
            for index, each in enumerate(model.relationships):
                ends = [known.get((name.lower(), column.lower())) for name, columns in
                        ((each.source, each.from_columns), (each.target, each.to_columns)) for column in columns]  # fmt: skip
                if len(ends) == 2 and isinstance(ends[0], ColumnRef) and isinstance(ends[1], ColumnRef):
                    names = _synonyms("", "", each.ai_context)
                    yield OssieJoin(ends[0], ends[1], names, (*at, "relationships", index))

    def metrics(self) -> Iterator[OssieFigure]:
        """Yield the metrics whose expression is of columns and computed fields that the database has."""
        for model, at in self._models:
            known = self._written(model)
            for index, metric in enumerate(model.metrics):
                text = _with_columns(_standard(metric.expression), known)
                if text:
                    own, *others = (split_identifier(metric.name), *_synonyms("", "", metric.ai_context))
                    yield OssieFigure(own, tuple(others), text, metric.description, (*at, "metrics", index))

    def _table(self, dataset: OssieDataset) -> str | None:
        found = self._schema.table(_last(dataset.source) or dataset.name)
        return found.name if found else None

    def _written(self, model: OssieModel) -> dict[tuple[str, str], ColumnRef | str]:
        """Return what each name of two parts stands for: a column, or the expression of a computed field."""
        found: dict[tuple[str, str], ColumnRef | str] = {}
        for dataset in model.datasets:
            if (table := self._table(dataset)) is None:
                continue
            columns = [ref for ref in self._schema.columns if ref.table == table]
            for name in (dataset.name.lower(), table.lower()):
                found |= {(name, ref.column.lower()): ref for ref in columns}
            own = found | {("", ref.column.lower()): ref for ref in columns}
            for field in dataset.fields:
                column = self._schema.column(table, _column(field))
                text = _with_columns(_standard(field.expression), own) if column is None else ""
                if column is not None or text:
                    found[dataset.name.lower(), field.name.lower()] = column if column is not None else text
        return found


def _with_columns(text: str, known: Mapping[tuple[str, str], ColumnRef | str]) -> str:
    """Return an expression over tables and columns as the database has them; "" where a name is not known."""
    unknown = False

    def written(piece: re.Match[str]) -> str:
        nonlocal unknown
        if piece[1]:
            return piece[0]
        *_, dataset, field = (part.strip('"`').lower() for part in piece[2].split("."))
        found = known.get((dataset, field))
        unknown = unknown or found is None
        return f"({found})" if isinstance(found, str) else str(found)

    result = _PIECES.sub(written, text)
    return "" if unknown else result


def _standard(expression: OssieExpression) -> str:
    """Return an expression in standard SQL, else in the first dialect; "" if there is none."""
    ranked = sorted(expression.dialects, key=lambda each: each.dialect != "ANSI_SQL")
    return ranked[0].expression.strip() if ranked else ""


def _column(field: OssieField) -> str:
    """Return the column that a field is; "" if it is computed."""
    return _last(_standard(field.expression)) if field.expression.dialects else field.name


def _last(text: str) -> str:
    found = _BARE.fullmatch(text.strip())
    return found[1] if found else ""


def _synonyms(name: str, real: str, context: AiContext) -> tuple[str, ...]:
    """Return a name that differs from the database's, and the synonyms of `ai_context`."""
    told = context.get("synonyms", ()) if isinstance(context, dict) else ()
    told = (told,) if isinstance(told, str) else tuple(map(str, told or ()))
    own = () if name.lower() == real.lower() else (split_identifier(name),)
    return (*own, *told)
