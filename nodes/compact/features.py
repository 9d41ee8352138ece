"""A turn as the word pieces and arrays that the compact planner's network reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodes.compact.candidate_values import Literal
from nodes.compact.linearize import to_symbols
from nodes.compact.pointers import Inexpressible, Items
from nodes.compact.roles import ROLES, Roles, roles_of
from nodes.lexical.schema_mentions import Mentions, find_mentions
from nodes.lexical.utterance import Utterance
from nodes.plan import Plan
from value_index.schema import Column, ColumnRef, Schema, Table

UTTERANCE_PIECES, EARLIER_PIECES, NAME_PIECES = 96, 32, 8
EARLIER_UTTERANCES = 2
MOST_COLUMNS = 200
"""A wider schema is pruned, whole tables at a time, to those that the turn most likely needs."""
KINDS = ("text", "number", "time", "boolean", "other")
FEATURES = 3 + 3 + len(ROLES) + len(KINDS) + 9
NEAR = 3
"""Word pieces further apart than this are just left or right of each other."""
RELATIONS = (
    "none", "self", "table_column", "column_table", "same_table", "key_to", "key_from", "linked", "value_column",
    "column_value", "other_utterance", "left", "right", *(f"left {n}" for n in range(1, NEAR + 1)),
    *(f"right {n}" for n in range(1, NEAR + 1)), "says", "said", "says in part", "said in part", "says value of",
    "value said",
)  # fmt: skip
_CODE = {name: index for index, name in enumerate(RELATIONS)}
UNK, CLS, SEP = 100, 101, 102
"""BERT's unknown word, and its marks around a text (all MiniLM vocabularies share them)."""
FAR = -1e4
"""Added to attention scores of padding, and put in place of logits the grammar forbids."""
Pieces = tuple[int, ...]
"""The word pieces of one text: each text is encoded on its own, so that names are encoded once and kept."""


class Encoding(Protocol):
    """The part of `tokenizers.Encoding` that is used."""

    ids: list[int]
    offsets: list[tuple[int, int]]
    """Characters of each word piece."""


class Tokenizer(Protocol):
    """The part of `tokenizers.Tokenizer` that is used."""

    def encode(self, sequence: str, *, add_special_tokens: bool = ...) -> Any:
        """Return an Encoding."""
        ...


@dataclass(frozen=True)
class TurnFeatures:
    """One turn: S word pieces said, N items (tables, then columns, then values), P symbols of the previous plan."""

    items: Items
    said: tuple[Pieces, ...]
    """The utterance, then earlier ones, newest first: S pieces in all."""
    names: tuple[Pieces, ...]
    """(N,) what each item is called."""
    item_features: NDArray[np.float32]
    """(N, FEATURES)."""
    relations: NDArray[np.int8]
    """(S + N, S + N) index into RELATIONS: of the row to the column."""
    previous: NDArray[np.int64]
    """(P,) symbol ids; empty at the start, and where the grammar does not cover the previous plan."""

    @property
    def segments(self) -> NDArray[np.int64]:
        """(S,) 0 for pieces of the utterance, 1 for those of the utterance before it ..."""
        return np.repeat(np.arange(len(self.said)), [len(pieces) for pieces in self.said])


def encode(
    tokenizer: Tokenizer,
    schema: Schema,
    utterance: str,
    earlier: Sequence[str],
    previous: Plan | None,
    literals: tuple[Literal, ...],
    mentions: Mentions | None = None,
) -> TurnFeatures:
    """Describe a turn; a schema with very many columns is pruned to the tables that the turn most likely needs.

    Args:
        earlier: utterances before this one, oldest first.
        previous: the plan of the turn before; None at the start.
        literals: from `candidate_literals`.
        mentions: what the utterance names of the schema, from a caller that knows; found here if not given.
    """
    words = Utterance.of(utterance)
    mentions = find_mentions(words, schema) if mentions is None else mentions
    roles = roles_of(previous)
    schema = _pruned(schema, mentions, roles, literals)
    items = Items(schema, tuple(literal.value for literal in literals))
    now = tokenizer.encode(utterance if utterance.strip() else "?", add_special_tokens=False)
    ids, offsets = now.ids[:UTTERANCE_PIECES] or [UNK], now.offsets[:UTTERANCE_PIECES] or [(0, len(utterance))]
    said = (tuple(ids), *(_pieces(tokenizer, text, EARLIER_PIECES) for text in reversed(earlier[-EARLIER_UTTERANCES:])))
    names = (*schema_names(schema), *(str(literal.value) for literal in literals))
    inner = _relations(schema, literals)
    spoken = _Spoken(words, offsets, schema, literals, len(inner))
    return TurnFeatures(
        items, said, name_pieces(tokenizer, names),
        _item_features(schema, mentions, roles, literals), _joined(said, inner, spoken.matrix(mentions)),
        _previous(previous, items),
    )  # fmt: skip


def schema_names(schema: Schema) -> tuple[str, ...]:
    """Return what tables, then columns, are called."""
    columns = (column.natural_name for table in schema.tables for column in table.columns)
    return (*(table.natural_name for table in schema.tables), *columns)


def name_pieces(tokenizer: Tokenizer, names: Iterable[str]) -> tuple[Pieces, ...]:
    """Return the word pieces of names and values."""
    return tuple(_pieces(tokenizer, name if name.strip() else "?", NAME_PIECES) for name in names)


def _pieces(tokenizer: Tokenizer, text: str, most: int) -> Pieces:
    """Return word pieces, never none: of nothing (a control character, a lone accent) the network makes NaN."""
    return tuple(tokenizer.encode(text, add_special_tokens=False).ids[:most]) or (UNK,)


def _previous(previous: Plan | None, items: Items) -> NDArray[np.int64]:
    try:
        symbols = to_symbols(previous, items) if previous is not None else ()
    except Inexpressible:
        symbols = ()
    return np.array([items.id_of(symbol) for symbol in symbols], np.int64)


def _joined(said: tuple[Pieces, ...], inner: NDArray[np.int8], spoken: NDArray[np.int8]) -> NDArray[np.int8]:
    """Put the relations of pieces to pieces, pieces to items and items to items into one matrix."""
    lengths = [len(pieces) for pieces in said]
    segment = np.repeat(np.arange(len(said)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths]) if lengths else np.zeros(0, np.int64)
    far = place[None, :] - place[:, None]
    pieces = np.where(far < 0, _CODE["left"], _CODE["right"])
    for near in range(1, NEAR + 1):
        pieces[far == -near], pieces[far == near] = _CODE[f"left {near}"], _CODE[f"right {near}"]
    pieces[far == 0] = _CODE["self"]
    pieces[segment[:, None] != segment[None, :]] = _CODE["other_utterance"]
    size, now = len(segment), spoken.shape[0]
    out = np.zeros((size + len(inner), size + len(inner)), np.int8)
    out[:size, :size], out[size:, size:] = pieces, inner
    out[:now, size:] = spoken
    back = np.arange(len(RELATIONS), dtype=np.int8)
    for forth, reverse in (("says", "said"), ("says in part", "said in part"), ("says value of", "value said")):
        back[_CODE[forth]] = _CODE[reverse]
    out[size:, :now] = back[spoken].T
    return out


class _Spoken:
    """Which word pieces of the utterance say which item."""

    def __init__(
        self,
        words: Utterance,
        offsets: Sequence[tuple[int, int]],
        schema: Schema,
        literals: Sequence[Literal],
        items: int,
    ) -> None:
        self._words, self._offsets, self._literals = words, offsets, literals
        self._tables = {table.name: index for index, table in enumerate(schema.tables)}
        self._columns = {column: len(schema.tables) + index for index, column in enumerate(schema.columns)}
        self._out = np.zeros((len(offsets), items), np.int8)

    def matrix(self, mentions: Mentions) -> NDArray[np.int8]:
        """(pieces of the utterance, N), the strongest relation of each pair."""
        first = len(self._tables) + len(self._columns)
        for index, literal in enumerate(self._literals, start=first):
            for start, end in _places(literal.mention, self._words.text):
                self._mark(start, end, index, "says")
                for column in literal.columns:
                    self._mark(start, end, self._columns.get(column), "says value of")
        for mention in mentions.tables:
            self._name(mention.start, mention.end, self._tables.get(mention.table), mention.score)
        for mention in mentions.columns:
            for column, score in mention.candidates:
                self._name(mention.start, mention.end, self._columns.get(column), score)
        return self._out

    def _name(self, start: int, end: int, item: int | None, score: float) -> None:
        span = self._words.words[start:end]
        if span and score >= 0.3:
            self._mark(span[0].start, span[-1].end, item, "says" if score > 0.9 else "says in part")

    def _mark(self, start: int, end: int, item: int | None, relation: str) -> None:
        if item is None:
            return
        for piece, (left, right) in enumerate(self._offsets):
            if left < end and right > start and self._out[piece, item] != _CODE["says"]:
                self._out[piece, item] = _CODE[relation]


def _places(mention: str, text: str) -> list[tuple[int, int]]:
    """Return where a mention stands in a text, case aside: at most twice."""
    found: list[tuple[int, int]] = []
    at = text.casefold().find(mention.casefold()) if mention else -1
    while at >= 0 and len(found) < 2:
        found.append((at, at + len(mention)))
        at = text.casefold().find(mention.casefold(), at + len(mention))
    return found


def _pruned(schema: Schema, mentions: Mentions, roles: Roles, literals: tuple[Literal, ...]) -> Schema:
    """Keep whole tables, the best first, while there is room."""
    if len(schema.columns) <= MOST_COLUMNS:
        return schema
    room = MOST_COLUMNS
    stored = {column.table: score for literal in literals for column, score in literal.columns.items()}

    def score(table: Table) -> float:
        refs = (ColumnRef(table=table.name, column=column.name) for column in table.columns)
        named = max(mentions.column_score(ref) for ref in refs)
        return (
            4.0 * (table.name in roles) + 2.0 * mentions.table_score(table.name) + named + stored.get(table.name, 0.0)
        )

    kept: set[str] = set()
    for table in sorted(schema.tables, key=lambda table: (-score(table), table.name)):
        if len(table.columns) <= room:
            kept.add(table.name)
            room -= len(table.columns)
    return Schema(
        database_id=schema.database_id,
        tables=tuple(table for table in schema.tables if table.name in kept),
        foreign_keys=tuple(k for k in schema.foreign_keys if k.source.table in kept and k.target.table in kept),
        dialect=schema.dialect,
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


def _relations(schema: Schema, literals: tuple[Literal, ...]) -> NDArray[np.int8]:
    tables = {table.name: index for index, table in enumerate(schema.tables)}
    columns = {column: len(tables) + index for index, column in enumerate(schema.columns)}
    home = np.full(len(tables) + len(columns) + len(literals), -1)
    out = np.zeros((len(home), len(home)), np.int8)
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
