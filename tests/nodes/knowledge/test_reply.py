"""Replies in a user's own words as knowledge: a column, a value, a condition, a formula, else a definition."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nodes.knowledge.reply import read_reply, with_meaning
from value_index.engines.sqlite.database import SQLiteDatabase


@pytest.fixture
def shop(tmp_path: Path) -> SQLiteDatabase:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE item (name TEXT, price REAL, cost REAL, state TEXT);"
            "INSERT INTO item VALUES ('lamp', 20.5, 3, 'failed'), ('chair', 49, 4, 'ok');"
        )
    return SQLiteDatabase.open(path)


@pytest.mark.parametrize(
    ("about", "reply", "kind", "says"),
    [
        ("problematic", "By problematic I mean those where `state = 'failed'`.", "values", "'failed'"),
        ("problematic", "items whose state is 'failed'", "terms", "failed"),
        ("problematic", "By 'problematic' I mean: state is failed and price more than 20.", "terms", '"price" > 20'),
        ("problematic", "state is one of failed, lost", "terms", "IN ("),
        ("dear", "price between 10 and 30", "terms", "BETWEEN 10 AND 30"),
        ("margin", "By 'margin' I mean: price minus cost.", "metrics", '"price" - "item"."cost"'),
        ("expensive", "price > 20", "terms", "price > 20"),
        ("margin", "It is calculated as price - cost.", "metrics", "price - cost"),
        ("margin", "Use **price \u2212 0.1 \u00d7 |cost|**, please.", "metrics", "price - 0.1 * abs(cost)"),
        ("worth", "the price column", "parts", "'worth'"),
        ("label", "'worth' refers to name", "parts", "'label'"),
        ("good", "I cannot tell.", "definitions", "I cannot tell."),
        ("good", "; DROP TABLE item", "definitions", "DROP TABLE"),
    ],
)
def test_a_reply_is_read_by_what_the_database_has(
    shop: SQLiteDatabase, about: str, reply: str, kind: str, says: str
) -> None:
    known = read_reply(reply, about, shop, shop.schema)
    given = {name: value for name, value in known if value}
    assert list(given) == [kind]
    assert says in repr(given[kind]).replace("\\'", "'")


def test_a_reply_about_nothing_in_particular_is_evidence(shop: SQLiteDatabase) -> None:
    assert read_reply("worth refers to item.price", "", shop, shop.schema).parts


@pytest.mark.parametrize(
    ("reply", "request_then"),
    [
        ("By 'big' I mean: of over 4 hectares.", "Which of over 4 hectares fields?"),
        ("By 'big fields' I mean: Giant, that is fields of over 4 hectares.", "Which fields of over 4 hectares?"),
        ("tall", "Which tall fields?"),
        ("Sorry, I can not answer that.", None),
        ("By 'red' I mean: scarlet.", None),
    ],
)
def test_a_meaning_stands_in_the_request(reply: str, request_then: str | None) -> None:
    assert with_meaning("Which big fields?", "big", reply) == request_then
