"""A turn as the arrays that the compact planner's network reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodes.compact.items import Inexpressible, Items
from nodes.compact.literals import Literal
from nodes.compact.roles import ROLES, Roles, roles_of
from nodes.compact.write import to_symbols
from nodes.mentions import Mentions, find_mentions
from nodes.plan import Plan
from nodes.utterance import Utterance
from value_index.schema import Column, ColumnRef, Schema, Table

MAX_TOKENS = 384
"""Longest input of the encoder; a wider schema is pruned to fit (MiniLM's own limit is 512)."""
UTTERANCE_TOKENS, EARLIER_TOKENS, NAME_TOKENS = 96, 32, 8
EARLIER_UTTERANCES = 3
KINDS = ("text", "number", "time", "boolean", "other")
FEATURES = 3 + 3 + len(ROLES) + len(KINDS) + 9
RELATIONS = (
    "none", "self", "table_column", "column_table", "same_table", "key_to", "key_from", "linked", "value_column",
    "column_value",
)  # fmt: skip
_CODE = {name: index for index, name in enumerate(RELATIONS)}
UTTERANCE, EARLIER, VALUES, SCHEMA = range(4)


class Tokenizer(Protocol):
    """The part of `tokenizers.Tokenizer` that is used."""

    def encode(self, sequence: str, *, add_special_tokens: bool = ...) -> Any:
        """Return an encoding with `ids`."""
        ...


@dataclass(frozen=True)
class TurnFeatures:
    """One encoded turn: L tokens, N items (tables, then columns, then values), P symbols of the previous plan."""

    items: Items
    ids: NDArray[np.int64]
    """(L,) token ids."""
    types: NDArray[np.int64]
    """(L,) 0 utterance, 1 earlier utterances, 2 values, 3 schema."""
    owner: NDArray[np.int64]
    """(L,) the item that a token spells, -1 for none."""
    item_features: NDArray[np.float32]
    """(N, FEATURES)."""
    relations: NDArray[np.int64]
    """(N, N) index into RELATIONS."""
    previous: NDArray[np.int64]
    """(P,) symbol ids; empty at the start, and where the grammar does not cover the previous plan."""


def encode(
    tokenizer: Tokenizer,
    schema: Schema,
    utterance: str,
    earlier: Sequence[str],
    previous: Plan | None,
    literals: tuple[Literal, ...],
) -> TurnFeatures:
    """Encode a turn; a schema wider than the window is pruned to the tables that the turn most likely needs.

    Args:
        earlier: utterances before this one, oldest first.
        previous: the plan of the turn before; None at the start.
        literals: from `candidate_literals`.
    """
    mentions = find_mentions(Utterance.of(utterance), schema)
    roles = roles_of(previous)
    schema = _pruned(tokenizer, schema, mentions, roles, literals)
    items = Items(schema, tuple(literal.value for literal in literals))
    ids, types, owner = _tokens(tokenizer, items, utterance, earlier)
    return TurnFeatures(
        items, ids, types, owner, _item_features(schema, mentions, roles, literals), _relations(schema, literals),
        _previous(previous, items),
    )  # fmt: skip


def _previous(previous: Plan | None, items: Items) -> NDArray[np.int64]:
    try:
        symbols = to_symbols(previous, items) if previous is not None else ()
    except Inexpressible:
        symbols = ()
    return np.array([items.id_of(symbol) for symbol in symbols], np.int64)


def _tokens(
    tokenizer: Tokenizer, items: Items, utterance: str, earlier: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    rows: list[tuple[int, int, int]] = []

    def put(text: str, kind: int, item: int = -1, most: int | None = None) -> None:
        rows.extend((piece, kind, item) for piece in tokenizer.encode(text, add_special_tokens=False).ids[:most])

    put("[CLS]", UTTERANCE)
    put(utterance, UTTERANCE, most=UTTERANCE_TOKENS)
    for text in reversed(earlier[-EARLIER_UTTERANCES:]):
        put("[SEP]", EARLIER)
        put(text, EARLIER, most=EARLIER_TOKENS)
    put("[SEP]", EARLIER)
    tables, columns = items.schema.tables, items.schema.columns
    for index, value in enumerate(items.values):
        put(str(value), VALUES, len(tables) + len(columns) + index, NAME_TOKENS)
        put(";", VALUES)
    column = len(tables)
    for index, table in enumerate(tables):
        put("[SEP]", SCHEMA)
        put(table.natural_name, SCHEMA, index, NAME_TOKENS)
        put(":", SCHEMA)
        for each in table.columns:
            put(each.natural_name, SCHEMA, column, NAME_TOKENS)
            put(",", SCHEMA)
            column += 1
    ids, types, owner = np.array(rows, np.int64).T
    return ids, types, owner


def _pruned(
    tokenizer: Tokenizer, schema: Schema, mentions: Mentions, roles: Roles, literals: tuple[Literal, ...]
) -> Schema:
    """Keep whole tables, the best first, until the window is full."""

    def size(name: str) -> int:
        return 1 + len(tokenizer.encode(name, add_special_tokens=False).ids[:NAME_TOKENS])

    def tokens(table: Table) -> int:
        return 2 + size(table.natural_name) + sum(size(column.natural_name) for column in table.columns)

    room = MAX_TOKENS - UTTERANCE_TOKENS - 64
    sizes = {table.name: tokens(table) for table in schema.tables}
    if sum(sizes.values()) <= room:
        return schema
    stored = {column.table: score for literal in literals for column, score in literal.columns.items()}

    def score(table: Table) -> float:
        refs = (ColumnRef(table=table.name, column=column.name) for column in table.columns)
        named = max(mentions.column_score(ref) for ref in refs)
        return (
            4.0 * (table.name in roles) + 2.0 * mentions.table_score(table.name) + named + stored.get(table.name, 0.0)
        )

    kept: set[str] = set()
    for table in sorted(schema.tables, key=lambda table: (-score(table), table.name)):
        if sizes[table.name] <= room:
            kept.add(table.name)
            room -= sizes[table.name]
    return Schema(
        database_id=schema.database_id,
        tables=tuple(table for table in schema.tables if table.name in kept),
        foreign_keys=tuple(k for k in schema.foreign_keys if k.source.table in kept and k.target.table in kept),
    )


def _item_features(
    schema: Schema, mentions: Mentions, roles: Roles, literals: tuple[Literal, ...]
) -> NDArray[np.float32]:
    sources = {key.source for key in schema.foreign_keys}
    targets = {key.target for key in schema.foreign_keys}
    stored: dict[ColumnRef, float] = {}
    for literal in literals:
        for column, score in literal.columns.items():
            stored[column] = max(score, stored.get(column, 0.0))

    def of_table(table: Table) -> list[float]:
        score = mentions.table_score(table.name)
        return [1, 0, 0, score, score > 0.9, table.name in roles]

    def of_column(table: Table, column: Column) -> list[float]:
        ref = ColumnRef(table=table.name, column=column.name)
        score, mine, hit = mentions.column_score(ref), roles.get(ref, frozenset()), stored.get(ref, 0.0)
        return [
            0, 1, 0, score, score > 0.9, bool(mine), *(role in mine for role in ROLES), *(column.kind == k for k in KINDS),
            column.name in table.primary_key, ref in sources, ref in targets, hit, hit > 0.95, table.name in roles,
        ]  # fmt: skip

    def of_literal(literal: Literal) -> list[float]:
        best = max(literal.columns.values(), default=0.0)
        flags = [isinstance(literal.value, int | float), literal.named, bool(literal.columns)]
        return [0, 0, 1, best, best > 0.95, literal.earlier, *[0.0] * (FEATURES - 6 - len(flags)), *flags]

    rows = [of_table(table) for table in schema.tables]
    rows += [of_column(table, column) for table in schema.tables for column in table.columns]
    rows += [of_literal(literal) for literal in literals]
    out = np.zeros((len(rows), FEATURES), np.float32)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
    return out


def _relations(schema: Schema, literals: tuple[Literal, ...]) -> NDArray[np.int64]:
    tables = {table.name: index for index, table in enumerate(schema.tables)}
    columns = {column: len(tables) + index for index, column in enumerate(schema.columns)}
    home = np.full(len(tables) + len(columns) + len(literals), -1)
    out = np.zeros((len(home), len(home)), np.int64)
    for column, index in columns.items():
        home[index] = tables[column.table]
    inside = home >= 0
    out[(home[:, None] == home[None, :]) & inside[:, None] & inside[None, :]] = _CODE["same_table"]

    def relate(left: int | None, right: int | None, forth: str, back: str) -> None:
        if left is not None and right is not None:
            out[left, right], out[right, left] = _CODE[forth], _CODE[back]

    for column, index in columns.items():
        relate(tables[column.table], index, "table_column", "column_table")
    for key in schema.foreign_keys:
        relate(columns.get(key.source), columns.get(key.target), "key_to", "key_from")
        relate(tables.get(key.source.table), tables.get(key.target.table), "linked", "linked")
    for index, literal in enumerate(literals, start=len(tables) + len(columns)):
        for column in literal.columns:
            relate(index, columns.get(column), "value_column", "column_value")
    np.fill_diagonal(out, _CODE["self"])
    return out
