"""What each stage should have given, from the gold SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.datasets import load
from eval.gold.outputs import (
    GoldBook,
    gold_dialogue_state,
    gold_links,
    gold_values,
    parsed,
)
from nodes.plan import Plan


@pytest.fixture
def book(archive: Path) -> GoldBook:
    return GoldBook(load("cosql", archive, "dev"))


def plan(book: GoldBook, sql: str) -> Plan:
    found = book.plan_of("shop_1", sql)
    assert found is not None
    return found


def test_constraints_are_kept_added_and_dropped(book: GoldBook) -> None:
    before = plan(book, "SELECT name FROM city WHERE country = 'FR' AND people > 5")
    now = plan(book, "SELECT count(*) FROM city WHERE people > 5 AND name = 'Lyon'")
    state = gold_dialogue_state("And Lyon?", now, before)
    columns = [
        [item.column and item.column.column for item in part] for part in (state.kept, state.added, state.dropped)
    ]
    assert columns == [["people"], ["name"], ["country"]]
    assert state.question == "And Lyon?"
    assert gold_dialogue_state("?", now, None).kept == ()


def test_links_are_what_the_plan_uses_with_its_join_columns(book: GoldBook) -> None:
    links = gold_links(plan(book, "SELECT a.name FROM shop a JOIN city b ON a.city_id = b.id WHERE b.country = 'FR'"))
    assert [link.table for link in links.tables] == ["shop", "city"]
    assert {str(link.column) for link in links.columns} == {"shop.name", "shop.city_id", "city.id", "city.country"}


def test_values_are_literals_compared_with_columns_in_the_words_of_the_question(book: GoldBook) -> None:
    sql = (
        "SELECT country FROM city WHERE name LIKE '%lyon%' AND people > 5 GROUP BY country HAVING count(*) > 1 LIMIT 3"
    )
    values = gold_values("Which is LYON?", plan(book, sql))
    assert [(item.mention, str(item.column), item.value, item.operator) for item in values] == [
        ("LYON", "city.name", "%lyon%", "like"), ("5", "city.people", 5, ">"),
    ]  # fmt: skip


def test_a_turn_has_gold_for_every_stage(book: GoldBook) -> None:
    gold = book.turn(0, 2)
    assert gold is not None
    assert gold.sql.endswith("people >= 600")
    assert gold.plans[0].plan == gold.plan
    assert book.turn(2, 2) is None, "it does not parse against the schema, so there is nothing to derive"


def test_what_does_not_parse_is_no_plan(book: GoldBook) -> None:
    schema = book.dataset.open_database("shop_1").schema
    assert [parsed(sql, schema) for sql in ("", "  ", "SELECT name FROM", "DROP TABLE city", "hello")] == [None] * 5
