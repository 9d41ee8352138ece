"""read_kb and read_column_meanings: BIRD-Interact's knowledge base and what it says of columns."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from value_index.database import Database
from value_index.errors import first_problem
from value_index.knowledge.errors import KnowledgeError
from value_index.knowledge.latex import formula_sql
from value_index.knowledge.references import ReferenceFault, written_out
from value_index.knowledge.store import Definition, Knowledge, Metric, NamedPart
from value_index.models import ForeignModel
from value_index.schema import ColumnRef, Schema
from value_index.text.natural_names import split_identifier

_SHORT = re.compile(r"^(.*?)\s*\(([^()]+)\)\s*$")
_FULL_NAME = re.compile(r"Full name:\s*'([^']+)'\.?\s*")
_WORD = re.compile(r"[A-Za-z][\w-]+")


class KbEntry(ForeignModel):
    """One line of a `*_kb.jsonl`."""

    id: int | str
    knowledge: str
    description: str = ""
    definition: str = ""
    children_knowledge: tuple[int | str, ...] | int | None = None

    @property
    def names(self) -> list[str]:
        """The name, and the abbreviation that stands behind it in brackets."""
        match = _SHORT.match(self.knowledge)
        return [match[1], match[2]] if match else [self.knowledge]


def read_kb(path: Path, text: str, database: Database) -> Knowledge:
    """Read a knowledge base: formulas over columns become metrics, also where they build on each other; the rest is definitions.

    Raises:
        KnowledgeError: a line is no entry.
    """
    lines = [(f"{path}:{number}", line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    entries = [(source, _entry(source, line)) for source, line in lines]
    formulas = _formulas([entry for _, entry in entries], database.schema)
    by_id = {str(entry.id): entry for _, entry in entries}
    metrics = [
        Metric(
            name=each.names[0],
            synonyms=tuple(each.names[1:]),
            expression=sql,
            description=each.description,
            source=source,
        )
        for source, each in entries
        if (sql := formulas.get(each.names[0]))
    ]
    told = [
        Definition(
            name=each.names[-1] if len(each.names) > 1 else each.names[0],
            text=" ".join(f"{each.knowledge}: {each.description} {each.definition}".split()),
            meaning=each.definition,
            builds_on=tuple(_children(each, by_id)),
            source=source,
        )
        for source, each in entries
        if each.names[0] not in formulas
    ]
    return Knowledge(metrics=tuple(metrics), definitions=tuple(told))


def _entry(source: str, line: str) -> KbEntry:
    try:
        return KbEntry.model_validate_json(line)
    except ValidationError as error:
        raise KnowledgeError(f"{source}: not an entry of a knowledge base: {first_problem(error)}") from error


def _formulas(entries: list[KbEntry], schema: Schema) -> dict[str, str]:
    """Return the SQL of the entries whose formula is arithmetic on columns and on other such entries."""
    short = {name: entry.names[0] for entry in entries for name in entry.names}
    columns = {name: refs for name, refs in _by_name(schema).items() if len(refs) == 1}

    def name_of(said: str, own: str, usable: frozenset[str]) -> str | None:
        if (column := columns.get(_fold(said))) is not None:
            return str(column[0])
        other = short.get(said)
        return f"{{{other}}}" if other in usable and other != own else None

    def made_with(usable: frozenset[str]) -> dict[str, str]:
        read = (
            (each, formula_sql(each.definition, partial(name_of, own=each.names[0], usable=usable))) for each in entries
        )
        return {each.names[0]: found[1] for each, found in read if found}

    made = made_with(usable := frozenset(short.values()))
    while frozenset(made) != usable:  # an entry that is no arithmetic takes those with it that build on it
        usable = frozenset(made)
        made = made_with(usable)
    while made:
        try:
            return written_out(made)
        except ReferenceFault as fault:  # a circle: none of it is a figure
            made = {name: sql for name, sql in made.items() if name != fault.name and f"{{{fault.name}}}" not in sql}
    return {}


def _by_name(schema: Schema) -> dict[str, list[ColumnRef]]:
    found: dict[str, list[ColumnRef]] = {}
    for ref in schema.columns:
        found.setdefault(_fold(ref.column), []).append(ref)
    return found


def _fold(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


def _children(entry: KbEntry, by_id: dict[str, KbEntry]) -> list[str]:
    """Return the definitions that one builds on: those that it lists, else those whose short name it uses."""
    listed = entry.children_knowledge
    ids = () if listed is None or isinstance(listed, int) else listed
    words = set(_WORD.findall(entry.definition))
    others = [
        other for key, other in by_id.items() if key in set(map(str, ids)) or (not ids and other.names[-1] in words)
    ]
    return [other.names[-1] for other in others if other.id != entry.id]


def is_column_meanings(value: object) -> bool:
    """Whether a JSON file is of the form `{"database|table|column": meaning}`."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(str(key).count("|") == 2 for key in cast("dict[str, Any]", value))
    )


def read_column_meanings(path: Path, text: str, database: Database) -> Knowledge:
    """Read what is said of columns; those of other databases are passed over, but for the database's name."""
    parts: list[NamedPart] = []
    for key, meaning in cast("dict[str, Any]", json.loads(text)).items():
        _, table, column = key.split("|")
        ref = database.schema.column(table, column)
        if ref is not None:
            parts.append(_part(ref, meaning, f"{path}:{_line(text, key)}"))
    return Knowledge(parts=tuple(parts))


def _part(ref: ColumnRef, meaning: object, source: str) -> NamedPart:
    said = meaning if isinstance(meaning, str) else _of_fields(meaning)
    full = _FULL_NAME.search(said)
    name = re.sub(r"\s*\([^()]*\)$", "", full[1]) if full else ""
    same = name.lower() in (ref.column.lower(), split_identifier(ref.column).lower())
    description = " ".join(_FULL_NAME.sub("", said).split())
    return NamedPart(part=ref, synonyms=() if same or not name else (name,), description=description, source=source)


def _of_fields(meaning: object) -> str:
    """Write what is said of a column whose values are objects with fields of their own."""
    return json.dumps(meaning, ensure_ascii=False)


def _line(text: str, key: str) -> int:
    return text[: max(0, text.find(json.dumps(key, ensure_ascii=False)))].count("\n") + 1
