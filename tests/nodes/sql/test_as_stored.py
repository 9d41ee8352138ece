"""A model's SQL with names and operators as the database has them, where only their spelling differs."""

from __future__ import annotations

import pytest

from nodes.sql.as_stored import as_stored
from tests.nodes.sql.shop import shop, shop_schema
from value_index.schema import Schema

SHOP = shop_schema()

CASES = [
    ("a name with another sign between its words", "SELECT home_town FROM customer", 'SELECT "home town" FROM customer'),
    ("a name behind an alias", "SELECT p.ProductId FROM purchase AS p", "SELECT p.product_id FROM purchase AS p"),
    ("both sides of a join", "SELECT c.name FROM customer c JOIN purchase p ON c.id = p.CustomerID",
     "SELECT c.name FROM customer c JOIN purchase p ON c.id = p.customer_id"),
    ("a name inside another query", "SELECT name FROM product WHERE id IN (SELECT productid FROM purchase)",
     "SELECT name FROM product WHERE id IN (SELECT product_id FROM purchase)"),
    ("ILIKE, which SQLite calls LIKE", "SELECT name FROM customer WHERE name ILIKE 'a%' OR name NOT ilike '%ilike%'",
     "SELECT name FROM customer WHERE name LIKE 'a%' OR name NOT LIKE '%ilike%'"),
]  # fmt: skip
KEPT = [
    ("what is spelled right in another case", "SELECT NAME FROM Customer"),
    ("a projection's own name", "SELECT count(*) AS hometown FROM customer GROUP BY name ORDER BY hometown"),
    ("a name of two columns", "SELECT purchase_id FROM purchase AS a JOIN invoice AS b ON a.id = b.purchase_id"),
    ("a name that no column is like", "SELECT colour FROM product"),
    ("what does not parse", "SELECT FROM WHERE"),
    ("nothing", ""),
]


@pytest.mark.parametrize(("sql", "stored"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_only_the_spelling_is_put_right_and_the_sql_runs(sql: str, stored: str) -> None:
    assert as_stored(sql, SHOP) == stored
    shop().execute(stored)


@pytest.mark.parametrize("sql", [case[1] for case in KEPT], ids=[case[0] for case in KEPT])
def test_everything_else_stays_as_it_is(sql: str) -> None:
    assert as_stored(sql, SHOP) == sql


def test_an_engine_that_has_ilike_keeps_it() -> None:
    postgres = Schema(database_id="shop", tables=SHOP.tables, foreign_keys=SHOP.foreign_keys, dialect="postgres")
    assert "ILIKE" in as_stored("SELECT name FROM customer WHERE name ILIKE 'a%'", postgres)
    assert as_stored("SELECT HomeTown FROM customer", postgres) == 'SELECT "home town" FROM customer'
