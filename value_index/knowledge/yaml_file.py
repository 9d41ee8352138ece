"""read_yaml: knowledge as YAML or JSON, in our own form, as dbt's `schema.yml` or as an Apache Ossie model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import yaml
from pydantic import Field, ValidationError

from value_index.database import Database
from value_index.errors import first_problem
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.ossie import OssieReading
from value_index.knowledge.own_form import ColumnEntry, OwnFile, Place, QuestionEntry, TableEntry
from value_index.knowledge.references import ReferenceFault, written_out
from value_index.knowledge.store import (
    BusinessTerm,
    JoinRole,
    Knowledge,
    Metric,
    NamedPart,
    NamedValue,
    VerifiedQuestion,
)
from value_index.knowledge.stored_codes import stored_codes
from value_index.models import ForeignModel
from value_index.schema import ColumnRef
from value_index.text.yaml_events import DEEPEST, events_with_depth
from value_index.text.yaml_lines import line_of


class DbtColumn(ForeignModel):
    """A column of a dbt model."""

    name: str
    description: str = ""
    meta: dict[str, Any] = Field(default_factory=dict)


class DbtModel(ForeignModel):
    """One of dbt's `models`."""

    name: str
    description: str = ""
    meta: dict[str, Any] = Field(default_factory=dict)
    columns: tuple[DbtColumn, ...] = ()


class DbtFile(ForeignModel):
    """dbt's `schema.yml`: names, descriptions, and `meta.synonyms`."""

    models: tuple[DbtModel, ...]


def read_yaml(path: Path, text: str, database: Database) -> Knowledge:
    """Read one file.

    Raises:
        KnowledgeError: it is no YAML, has an unknown key, or names what the database does not have.
    """
    try:
        deep = next((event for event, depth in events_with_depth(text) if depth > DEEPEST), None)
        if deep is not None:
            raise KnowledgeError(f"{path}:{deep.start_mark.line + 1}: nested too deep to be knowledge")
        tree, value = yaml.compose(text, yaml.SafeLoader), yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise KnowledgeError(f"{path}:{line}: not YAML ({error.problem})") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise KnowledgeError(f"{path}:1: not YAML ({' '.join(str(error).split())})") from error
    file = _Read(path, tree, database)
    try:
        if isinstance(value, dict) and "models" in value:
            return Knowledge(parts=tuple(file.of_dbt(DbtFile.model_validate(value))))
        if isinstance(value, dict) and ("semantic_model" in value or "datasets" in value):
            return file.of_ossie(OssieReading(cast("dict[str, Any]", value), database.schema))
        return file.of_own(OwnFile.model_validate(value if value is not None else {}))
    except ValidationError as error:
        place = tuple(error.errors()[0]["loc"])
        file.refuse(place, first_problem(error))


class _Read:
    """One file while it is read: knows the line of each entry."""

    def __init__(self, path: Path, tree: yaml.Node | None, database: Database) -> None:
        self._path, self._tree, self._database = path, tree, database

    def of_own(self, file: OwnFile) -> Knowledge:
        parts: list[NamedPart] = []
        values: list[NamedValue] = []
        for name, entry in file.tables.items():
            at: Place = ("tables", name)
            table = self._database.schema.table(name)
            if table is None:
                self.refuse(at, f"the database has no table {name!r}")
            parts.append(self._part(ColumnRef(table=table.name, column=""), entry, at))
            for inner, column in entry.columns.items():
                here = (*at, "columns", inner)
                ref = self._database.schema.column(name, inner)
                if ref is None:
                    self.refuse(here, f"the table {table.name!r} has no column {inner!r}")
                parts.append(self._part(ref, column, here))
                values += self._values(ref, column, here)
        written = self._written(file)
        return Knowledge(
            parts=tuple(parts),
            values=tuple(values),
            metrics=tuple(self._metrics(file, written)),
            terms=tuple(self._terms(file, written)),
            joins=tuple(self._joins(file)),
            questions=tuple(self._questions(file.questions)),
        )

    def _written(self, file: OwnFile) -> dict[str, str]:
        """Return the metrics and terms with what they build on in its place."""
        places: dict[str, Place] = {name: ("metrics", name, "expression") for name in file.metrics}
        for name in file.terms:
            if name in places:
                self.refuse(("terms", name), f"{name!r} is a metric too: give one of them another name")
            places[name] = ("terms", name, "where")
        texts = {name: entry.expression for name, entry in file.metrics.items()}
        try:
            return written_out(texts | {name: entry.where for name, entry in file.terms.items()})
        except ReferenceFault as fault:
            self.refuse(places[fault.name], str(fault))

    def _metrics(self, file: OwnFile, written: dict[str, str]) -> Iterator[Metric]:
        for name, entry in file.metrics.items():
            source = self._source(("metrics", name))
            said = " ".join(entry.description.split())
            yield Metric(
                name=name, synonyms=entry.synonyms, expression=written[name], description=said, source=source
            )  # fmt: skip

    def _terms(self, file: OwnFile, written: dict[str, str]) -> Iterator[BusinessTerm]:
        for name, entry in file.terms.items():
            table = self._database.schema.table(entry.table)
            if table is None:
                self.refuse(("terms", name, "table"), f"the database has no table {entry.table!r}")
            said, source = " ".join(entry.description.split()), self._source(("terms", name))
            yield BusinessTerm(
                name=name, synonyms=entry.synonyms, table=table.name, condition=written[name], description=said,
                source=source,
            )  # fmt: skip

    def _joins(self, file: OwnFile) -> Iterator[JoinRole]:
        for index, entry in enumerate(file.joins):
            ends = [self._column(name, ("joins", index, key)) for key, name in (("from", entry.of), ("to", entry.to))]
            yield JoinRole(source=ends[0], target=ends[1], names=entry.names, origin=self._source(("joins", index)))

    def _column(self, name: str, place: Place) -> ColumnRef:
        table, _, column = name.rpartition(".")
        found = self._database.schema.column(table, column)
        if found is None:
            self.refuse(place, f"the database has no column {name!r}: write TABLE.COLUMN")
        return found

    def of_dbt(self, file: DbtFile) -> Iterator[NamedPart]:
        """Models of other databases are passed over: a project describes them all."""
        for index, model in enumerate(file.models):
            if self._database.schema.table(model.name) is None:
                continue
            for at, column in ((None, ""), *enumerate(column.name for column in model.columns)):
                entry = model if at is None else model.columns[at]
                place: Place = ("models", index) if at is None else ("models", index, "columns", at)
                ref = self._database.schema.column(model.name, column) if column else ColumnRef(
                    table=self._spelled(model.name), column=""
                )  # fmt: skip
                if ref is not None:
                    words = entry.meta.get("synonyms", ())
                    words = tuple(map(str, words)) if isinstance(words, list | tuple) else (str(words),)
                    yield self._part(ref, TableEntry(synonyms=words, description=entry.description), place)

    def of_ossie(self, reading: OssieReading) -> Knowledge:
        told = [
            self._part(entry.part, TableEntry(synonyms=entry.synonyms, description=entry.description), entry.place)
            for entry in reading.entries()
        ]
        joins = [
            JoinRole(source=join.source, target=join.target, names=join.names, origin=self._source(join.place))
            for join in reading.joins()
        ]
        metrics = [
            Metric(
                name=each.name, synonyms=each.synonyms, expression=each.expression,
                description=" ".join(each.description.split()), source=self._source(each.place),
            )
            for each in reading.metrics()
        ]  # fmt: skip
        return Knowledge(parts=tuple(told), joins=tuple(joins), metrics=tuple(metrics))

    def _spelled(self, name: str) -> str:
        table = self._database.schema.table(name)
        return table.name if table else name

    def _part(self, ref: ColumnRef, entry: TableEntry | ColumnEntry, place: Place) -> NamedPart:
        said = " ".join(entry.description.split())
        return NamedPart(part=ref, synonyms=entry.synonyms, description=said, source=self._source(place))

    def _values(self, ref: ColumnRef, entry: ColumnEntry, place: Place) -> Iterator[NamedValue]:
        codes = stored_codes(ref, self._database) if entry.values else {}
        for code, said in entry.values.items():
            here = (*place, "values", code)
            if str(code).casefold() not in codes:
                self.refuse(here, f"{ref} holds no {code!r}")
            for words in said:
                yield NamedValue(
                    column=ref, value=codes[str(code).casefold()], words=words, source=self._source(here)
                )  # fmt: skip

    def _questions(self, questions: tuple[QuestionEntry, ...]) -> Iterator[VerifiedQuestion]:
        for index, each in enumerate(questions):
            checked = self._database.check(each.sql)
            if not checked.ok:
                self.refuse(("questions", index, "sql"), f"the SQL does not run: {checked.message}")
            yield VerifiedQuestion(
                question=each.question, sql=each.sql.strip().rstrip(";"), source=self._source(("questions", index))
            )

    def refuse(self, place: Place, what: str) -> NoReturn:
        raise KnowledgeError(f"{self._source(place)}: {what}")

    def _source(self, place: Place) -> str:
        return f"{self._path}:{line_of(self._tree, place)}"
