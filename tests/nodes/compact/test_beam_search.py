"""Beam search finds what the network wants to say, within the grammar, and scores of plans agree with it."""

from __future__ import annotations

import math

import pytest

from nodes.compact.beam_search import beam, scores
from nodes.compact.candidate_values import candidate_literals
from nodes.compact.delinearize import from_symbols
from nodes.compact.features import encode
from nodes.compact.linearize import to_symbols
from nodes.sql.to_plan import to_plan
from tests.nodes.compact.scripted import Scripted, Words
from tests.nodes.sql.shop import shop_schema

UTTERANCE = "Names of products over 3?"


def turn_over(utterance: str):
    schema = shop_schema()
    return encode(Words(), schema, utterance, [], None, candidate_literals(utterance, (), [], {}))


def symbols_of(sql: str, utterance: str = UTTERANCE):
    return to_symbols(to_plan(sql, shop_schema()), turn_over(utterance).items)


FIRST = "SELECT name FROM product WHERE price > 3"
SECOND = "SELECT id FROM product ORDER BY price DESC LIMIT 1"


@pytest.mark.parametrize("width", [1, 4])
def test_the_best_plan_comes_first_with_its_score(width: int):
    turn = turn_over(UTTERANCE)
    network = Scripted((symbols_of(FIRST), 9.0), (symbols_of(SECOND), 6.0))
    memory = network.read(turn)
    found = beam(network, memory, turn.items, width=width)
    assert found[0].symbols == symbols_of(FIRST)
    assert found == sorted(found, key=lambda each: -each.score)
    assert 0 < len(found) <= width
    [again] = scores(network, memory, turn.items, [found[0].symbols])
    assert again == pytest.approx(found[0].score, abs=1e-4)
    if width > 1:
        assert symbols_of(SECOND) in [each.symbols for each in found]


def test_plans_of_any_lengths_are_scored_as_alone():
    turn = turn_over(UTTERANCE)
    network = Scripted((symbols_of(FIRST), 9.0), (symbols_of(SECOND), 6.0))
    memory = network.read(turn)
    long = symbols_of(
        "SELECT name, id, price, name, id, price, name, id, price FROM product WHERE price > 3 AND price < 3"
    )
    plans = [symbols_of(FIRST), long, (), symbols_of(SECOND), symbols_of("SELECT id FROM product"), long]
    together = scores(network, memory, turn.items, plans)
    assert together[2] is None
    for plan, score in zip(plans, together, strict=True):
        if plan:
            assert scores(network, memory, turn.items, [plan]) == [pytest.approx(score, abs=1e-4)]


def test_every_plan_of_the_beam_can_be_read():
    turn = turn_over(UTTERANCE)
    network = Scripted((symbols_of(FIRST), 2.0))
    for found in beam(network, network.read(turn), turn.items, width=6):
        assert from_symbols(found.symbols, turn.items).select
        assert math.isfinite(found.score)


def test_a_turn_without_literals_never_points_at_one():
    turn = turn_over("Names of products?")
    assert not turn.items.values
    network = Scripted((symbols_of("SELECT name FROM product", "Names of products?"), 0.5))
    for found in beam(network, network.read(turn), turn.items, width=8):
        assert from_symbols(found.symbols, turn.items).tables


def test_scores_of_no_plans_are_none():
    turn = turn_over(UTTERANCE)
    network = Scripted((symbols_of(FIRST), 1.0))
    assert scores(network, network.read(turn), turn.items, []) == []
