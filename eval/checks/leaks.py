"""Whether training rows hold what evaluation rows ask: the same databases, questions or SQL under a thin disguise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Literal

from eval.checks.leak_rows import LeakRow, LeakRows
from eval.checks.near_duplicates import NearQuestions, words
from eval.gold.outputs import parsed
from eval.gold.plan_form import canonical
from nodes.plan import LiteralTerm, Plan
from nodes.plan.traversal import parts, table_names
from nodes.sql.parsing.parse import repair
from value_index.models import FrozenModel
from value_index.schema import Schema

LeakKind = Literal["database", "schema", "question", "sql"]
LEAK_KINDS: tuple[LeakKind, ...] = ("database", "schema", "question", "sql")
ALIKE = 0.8
"""Schemas at least so similar are one; the official 140 training and 20 dev databases reach at most .45."""
LONG = 12
"""Words of a query that two people hardly write alike, where no schema tells its parts."""
_ALIAS = re.compile(
    r"\b(?:from|join)\s+(\w+)\s+(?:as\s+)?"
    r"(?!(?:as|on|using|where|group|order|having|limit|join|inner|left|cross|natural|union|intersect|except)\b)(\w+)",
    re.IGNORECASE,
)


class Leak(FrozenModel):
    """One training row, or database, that is too close to an evaluation row."""

    kind: LeakKind
    train: str
    """File, row and turn; the id of a database."""
    evaluation: str
    """The same on the other side."""
    similarity: float
    """0..1; 1 is the same."""
    detail: str
    """What the two have in common."""


def find_leaks(train: LeakRows, evaluation: LeakRows) -> list[Leak]:
    """Audit training rows against evaluation rows: databases, then questions, then SQL; of each kind the nearest first."""
    databases = list(_databases(train, evaluation))
    alike = {(leak.train, leak.evaluation) for leak in databases}
    questions = sorted(_questions(train, evaluation), key=lambda leak: -leak.similarity)
    return [*databases, *questions, *_queries(train, evaluation, alike)]


def schema_similarity(one: Schema, other: Schema) -> float:
    """Return how alike two schemas are in 0..1: by their columns, or by their tables whatever these are called."""
    columns = _jaccard({ref.folded for ref in one.columns}, {ref.folded for ref in other.columns})
    return max(columns, _jaccard(_tables(one), _tables(other)))


def normalised(sql: str) -> str:
    """Return a SQL text without case, spacing and table aliases, where no schema is there to read it by.

    >>> normalised("SELECT T1.name  FROM city AS T1 WHERE T1.id > = 3")
    'select city name from city where city id 3'
    """
    text = repair(sql)
    for table, alias in _ALIAS.findall(text):
        text = re.sub(rf"\b({table})\s+(?:as\s+)?{alias}\b", r"\1", text, flags=re.IGNORECASE)
        text = re.sub(rf"\b{alias}\s*\.", f"{table}.", text, flags=re.IGNORECASE)
    return " ".join(words(text))


def _databases(train: LeakRows, evaluation: LeakRows) -> Iterator[Leak]:
    asked = {row.database_id for row in evaluation.rows}
    for name in sorted({row.database_id for row in train.rows}):
        if name in asked:
            yield Leak(kind="database", train=name, evaluation=name, similarity=1.0, detail="the same database id")
    for name, schema in train.schemas.items():
        for other, against in evaluation.schemas.items():
            similarity = schema_similarity(schema, against)
            if name != other and similarity >= ALIKE:
                detail = "the same schema under another name"
                yield Leak(kind="schema", train=name, evaluation=other, similarity=similarity, detail=detail)


def _questions(train: LeakRows, evaluation: LeakRows) -> Iterator[Leak]:
    index = NearQuestions([row.question for row in train.rows])
    for row in evaluation.rows:
        for position, shared in index.near(row.question):
            twin = train.rows[position]
            detail = f"{twin.question!r} ~ {row.question!r}"
            yield Leak(kind="question", train=twin.place, evaluation=row.place, similarity=shared, detail=detail)


def _queries(train: LeakRows, evaluation: LeakRows, alike: AbstractSet[tuple[str, str]]) -> Iterator[Leak]:
    """Yield equal queries, but for those that any database with such a table invites."""
    twins: defaultdict[Hashable, list[LeakRow]] = defaultdict(list)
    rough = {_rough(row.sql) for row in evaluation.rows}
    for row in train.rows:
        if row.sql and _rough(row.sql) in rough:
            twins[_form(row, train.schemas)].append(row)
            twins[normalised(row.sql)].append(row)
    for row in evaluation.rows:
        found = dict.fromkeys([*twins.get(_form(row, evaluation.schemas), ()), *twins.get(normalised(row.sql), ())])
        for twin in found if row.sql else ():
            if (twin.database_id, row.database_id) in alike or _telling(row, evaluation.schemas):
                detail = " ".join(row.sql.split())
                yield Leak(kind="sql", train=twin.place, evaluation=row.place, similarity=1.0, detail=detail)


def _rough(sql: str) -> frozenset[str]:
    """Return the words that any spelling of a query shares, to parse only what may be equal."""
    aliases = {alias.casefold() for _, alias in _ALIAS.findall(sql)}
    return frozenset(words(sql)) - aliases - {"as", "inner", "asc"}


def _form(row: LeakRow, schemas: Mapping[str, Schema]) -> Hashable:
    plan = _plan(row, schemas)
    return canonical(plan) if plan else normalised(row.sql)


def _telling(row: LeakRow, schemas: Mapping[str, Schema]) -> bool:
    """Tell whether a query says more than its table's name: it joins, or compares with a text."""
    plan = _plan(row, schemas)
    if plan is None:
        return len(words(row.sql)) > LONG
    return len(table_names(plan)) > 1 or any(isinstance(item.value, str) for item in parts(plan, LiteralTerm))


def _plan(row: LeakRow, schemas: Mapping[str, Schema]) -> Plan | None:
    schema = schemas.get(row.database_id)
    return parsed(row.sql, schema) if schema else None


def _tables(schema: Schema) -> frozenset[frozenset[str]]:
    return frozenset(frozenset(column.name.lower() for column in table.columns) for table in schema.tables)


def _jaccard(one: AbstractSet[Hashable], other: AbstractSet[Hashable]) -> float:
    return len(one & other) / max(1, len(one | other))
