"""A turn as arrays: every item is spelt, related and masked as the grammar says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from nodes.compact.features import FEATURES, RELATIONS, encode
from nodes.compact.grammar import WORDS
from nodes.compact.literals import candidate_literals
from nodes.compact.masks import allowed
from nodes.compact.write import to_symbols
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema


class Letters:
    """A tokenizer whose word pieces are words, numbered by their length."""

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> SimpleNamespace:
        return SimpleNamespace(ids=[len(word) for word in sequence.split()])


def test_a_turn_is_encoded():
    schema = shop_schema()
    previous = to_plan("SELECT name FROM product WHERE price > 3", schema)
    literals = candidate_literals("Which of them cost 9?", (), [previous], {})
    assert [literal.value for literal in literals] == [3, 9]

    turn = encode(Letters(), schema, "Which of them cost 9?", ["Products over 3?"], previous, literals)
    items = len(schema.tables) + len(schema.columns) + 2
    assert turn.item_features.shape == (items, FEATURES)
    assert turn.relations.shape == (items, items)
    assert set(turn.owner) == {-1, *range(items)}
    assert RELATIONS[turn.relations[0, len(schema.tables)]] == "table_column"
    assert [turn.items.symbol_of(number) for number in turn.previous] == list(to_symbols(previous, turn.items))


def test_masks_allow_the_plan_and_only_columns_in_scope():
    schema = shop_schema()
    plan = to_plan("SELECT name FROM product WHERE price > 3", schema)
    turn = encode(Letters(), schema, "Products over 3?", [], None, candidate_literals("Products over 3?", (), [], {}))
    symbols = to_symbols(plan, turn.items)
    mask = allowed(symbols, turn.items)
    ids = [turn.items.id_of(symbol) for symbol in symbols]
    assert mask[np.arange(len(ids)), ids].all()
    first = len(WORDS) + len(schema.tables)
    columns = [schema.columns[index] for index in np.flatnonzero(mask[3, first : first + len(schema.columns)])]
    assert {column.table for column in columns} == {"product"}
