"""What a name means: one answer for the reader of plans and for the validator, and SQLite's."""

from __future__ import annotations

import pytest
from sqlglot import exp

from nodes.plan import ColumnTerm, Plan
from nodes.plan.traversal import columns
from nodes.sql.errors import SQLError
from nodes.sql.parsing.find_scopes import scopes
from nodes.sql.parsing.parse import parse
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.nodes.sql.shop import shop, shop_schema

ERRORS = ("unknown_table", "unknown_column", "wrong_table", "ambiguous")
READABLE = {
    "the inner source of a name": "SELECT name FROM customer WHERE EXISTS (SELECT 1 FROM product WHERE name = 'cup')",
    "a name of the query around": "SELECT name FROM product WHERE EXISTS (SELECT 1 FROM note WHERE body = name)",
    "an alias before a name of the query around": (
        "SELECT name FROM customer WHERE EXISTS (SELECT price * 2 AS joined FROM product WHERE joined > 10)"
    ),
    "an alias of the query around": "SELECT price * 2 AS twice FROM product WHERE EXISTS (SELECT 1 FROM note WHERE twice > 5)",
    "a sub-query in FROM sees past its neighbours": (
        "SELECT name FROM product WHERE id IN (SELECT s.c FROM note JOIN (SELECT count(*) AS c FROM purchase WHERE product_id = price) AS s)"
    ),
    "WITH used further in than it stands": (
        "WITH cheap AS (SELECT id FROM product WHERE price < 5) SELECT quantity FROM purchase WHERE product_id IN (SELECT id FROM cheap)"
    ),
    "WITH that names the query around": (
        "SELECT name FROM product AS p WHERE EXISTS (WITH sold AS (SELECT id FROM purchase WHERE product_id = p.id) SELECT id FROM sold)"
    ),
    "WITH that names a later entry": "WITH a AS (SELECT n FROM b), b AS (SELECT name AS n FROM customer) SELECT n FROM a",
    "the text of a projection as its name": "SELECT `count(*)` FROM (SELECT count(*) FROM note)",
    "the second of two columns that USING shares": "SELECT product.id FROM product JOIN customer USING (id)",
}
REFUSED = {
    "a neighbour in FROM": "SELECT s.c FROM product JOIN (SELECT price AS c FROM note) AS s",
    "WITH that names itself": "WITH note AS (SELECT body FROM note) SELECT body FROM note",
    "a name of no source": "SELECT price FROM customer",
}


@pytest.mark.parametrize("name", READABLE)
def test_what_sqlite_reads_is_read_and_passes_the_validator(name: str) -> None:
    sql, schema = READABLE[name], shop_schema()
    shop().execute(sql)
    assert isinstance(to_plan(sql, schema), Plan)
    assert not [found for found in violations(sql, schema) if found.kind in ERRORS]


@pytest.mark.parametrize("name", REFUSED)
def test_what_sqlite_does_not_read_is_no_plan(name: str) -> None:
    with pytest.raises(Exception, match=r"no such column|circular reference"):
        shop().execute(REFUSED[name])
    with pytest.raises(SQLError):
        to_plan(REFUSED[name], shop_schema())


def test_the_reader_and_the_validator_agree_on_every_column() -> None:
    sql = "SELECT c.name, price FROM customer AS c JOIN purchase ON c.id = customer_id JOIN product AS p ON product_id = p.id"
    [scope] = scopes(parse(sql, shop_schema()), shop_schema())
    found = [scope.resolve(column) for column in scope.columns]
    read = {(term.table, term.column) for term in columns(to_plan(sql, shop_schema())) if isinstance(term, ColumnTerm)}
    assert {
        (source.table.name, c.name) for c, source in zip(scope.columns, found, strict=True) if source and source.table
    } == read


def test_each_select_has_one_scope() -> None:
    sql = "WITH c AS (SELECT id FROM customer) SELECT id FROM c WHERE id IN (SELECT id FROM product) UNION SELECT id FROM note"
    tree = parse(sql, shop_schema())
    assert len(scopes(tree, shop_schema())) == len(list(tree.find_all(exp.Select))) == 4
