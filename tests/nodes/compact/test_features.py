"""A turn as arrays: every item is spelt, related and masked as the grammar says."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from nodes.compact.candidate_values import candidate_literals
from nodes.compact.features import FEATURES, RELATIONS, UNK, encode
from nodes.compact.grammar import WORDS
from nodes.compact.linearize import to_symbols
from nodes.compact.masks import allowed
from nodes.sql.to_plan import to_plan
from tests.nodes.compact.scripted import Words
from tests.nodes.sql.shop import shop_schema


def test_a_turn_is_encoded():
    schema = shop_schema()
    previous = to_plan("SELECT name FROM product WHERE price > 3", schema)
    literals = candidate_literals("Which of them cost 9?", (), [previous], {})
    assert [literal.value for literal in literals] == [3, 9]

    turn = encode(Words(), schema, "Which of them cost 9?", ["Products over 3?"], previous, literals)
    items = len(schema.tables) + len(schema.columns) + 2
    assert turn.item_features.shape == (items, FEATURES)
    assert len(turn.names) == items
    said = len(turn.segments)
    assert list(turn.segments) == [0] * 5 + [1] * 3 and turn.relations.shape == (said + items, said + items)
    assert RELATIONS[turn.relations[said, said + len(schema.tables)]] == "table_column"
    assert RELATIONS[turn.relations[0, 2]] == "right 2" and RELATIONS[turn.relations[2, 0]] == "left 2"
    assert RELATIONS[turn.relations[0, 6]] == "other_utterance"
    nine = said + items - 1
    assert RELATIONS[turn.relations[4, nine]] == "says" and RELATIONS[turn.relations[nine, 4]] == "said"
    assert [turn.items.symbol_of(number) for number in turn.previous] == list(to_symbols(previous, turn.items))


def test_masks_allow_the_plan_and_only_columns_in_scope():
    schema = shop_schema()
    plan = to_plan("SELECT name FROM product WHERE price > 3", schema)
    turn = encode(Words(), schema, "Products over 3?", [], None, candidate_literals("Products over 3?", (), [], {}))
    symbols = to_symbols(plan, turn.items)
    mask = allowed(symbols, turn.items)
    ids = [turn.items.id_of(symbol) for symbol in symbols]
    assert mask[np.arange(len(ids)), ids].all()
    first = len(WORDS) + len(schema.tables)
    columns = [schema.columns[index] for index in np.flatnonzero(mask[3, first : first + len(schema.columns)])]
    assert {column.table for column in columns} == {"product"}


def test_a_piece_says_the_names_it_is_part_of():
    schema = shop_schema()
    turn = encode(Words(), schema, "Show the price of every product", [], None, ())
    said = len(turn.segments)
    price = said + len(schema.tables) + [str(column) for column in schema.columns].index("product.price")
    product = said + [table.name for table in schema.tables].index("product")
    assert RELATIONS[turn.relations[2, price]] == "says" and RELATIONS[turn.relations[5, product]] == "says"
    assert RELATIONS[turn.relations[0, price]] == "none"


def test_an_empty_utterance_and_a_nameless_value_have_pieces():
    schema = shop_schema()
    turn = encode(
        Words(),
        schema,
        " ",
        [],
        None,
        candidate_literals("''", (), [to_plan("SELECT name FROM product WHERE name = ''", schema)], {}),
    )
    assert turn.said[0] and all(turn.names)


class Nothing(Words):
    """A tokenizer that has no word piece for anything."""

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> SimpleNamespace:
        return SimpleNamespace(ids=[], offsets=[])


def test_what_the_tokenizer_leaves_out_is_an_unknown_word():
    turn = encode(Nothing(), shop_schema(), "\u200b", ["\ufeff"], None, ())
    assert turn.said == ((UNK,), (UNK,)) and set(turn.names) == {(UNK,)}
