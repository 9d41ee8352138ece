"""Two texts of one query share a form; two queries do not."""

from __future__ import annotations

import pytest

from nodes.sql.errors import SQLError
from nodes.sql.normal_form import same_form
from tests.nodes.sql.shop import shop_schema

SAME = {
    "aliases, casing, INNER, AS": (
        "SELECT c.NAME AS who FROM customer c INNER JOIN purchase ON c.id = purchase.customer_id ORDER BY who ASC",
        "SELECT T1.name FROM Customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id ORDER BY T1.name",
    ),
    "qualifiers, quotes, parentheses, numbers": (
        'SELECT customer.`home town` FROM customer WHERE (id = 1.0) AND ("id" < (2 + 3))',
        'SELECT "home town" FROM customer WHERE id = 1 AND id < 2 + 3',
    ),
    "WITH and its body": (
        "WITH t AS (SELECT count(*) AS n FROM note) SELECT n FROM t",
        "SELECT c1 FROM (SELECT count(*) AS c1 FROM note)",
    ),
    "synonyms": ("SELECT substring(name, 1, 2) FROM product", "SELECT SUBSTR(name, 1, 2) FROM product"),
}
DIFFERENT = {
    "another constant": ("SELECT id FROM product WHERE id = 1", "SELECT id FROM product WHERE id = 2"),
    "another column": ("SELECT id FROM product", "SELECT name FROM product"),
    "another order": ("SELECT id FROM product ORDER BY id", "SELECT id FROM product ORDER BY id DESC"),
    "another precedence": ("SELECT (price - 1) * 2 FROM product", "SELECT price - 1 * 2 FROM product"),
    "DISTINCT": ("SELECT DISTINCT name FROM product", "SELECT name FROM product"),
    "LEFT JOIN": (
        "SELECT name FROM product LEFT JOIN note ON name = body",
        "SELECT name FROM product JOIN note ON name = body",
    ),
    "another source of one name": (
        "SELECT a.name FROM customer a JOIN customer b ON a.id = b.referred_by",
        "SELECT b.name FROM customer a JOIN customer b ON a.id = b.referred_by",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    assert same_form(*SAME[name], shop_schema())


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    assert not same_form(*DIFFERENT[name], shop_schema())


def test_what_does_not_parse_is_an_error() -> None:
    with pytest.raises(SQLError):
        same_form("SELECT 1", "SELECT FROM", shop_schema())
