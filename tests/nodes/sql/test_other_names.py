"""SQL under other names says the same of the renamed tables and columns, and nothing else of it changes."""

from __future__ import annotations

import pytest

from nodes.sql.errors import SQLError
from nodes.sql.other_names import OtherNames, with_other_names
from tests.nodes.sql.shop import shop_schema

NAMES = OtherNames(
    tables={"customer": "client", "purchase": "order"},
    columns={
        ("customer", "id"): "client_no",
        ("customer", "name"): "full_name",
        ("customer", "home town"): "town",
        ("product", "order"): "place",
        ("product", "name"): "title of it",
        ("purchase", "customer_id"): "client_no",
        ("purchase", "quantity"): "pieces",
    },
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("SELECT name FROM customer", "SELECT full_name FROM client", id="a plain column"),
        pytest.param(
            'SELECT NAME, "home town" FROM Customer', "SELECT full_name, town FROM client", id="any case, quotes"
        ),
        pytest.param(
            "SELECT customer.name FROM customer", "SELECT client.full_name FROM client", id="qualified by the table"
        ),
        pytest.param("SELECT t.* FROM customer AS t", "SELECT t.* FROM client AS t", id="a star behind an alias"),
        pytest.param("SELECT customer.* FROM customer", "SELECT client.* FROM client", id="a star behind the table"),
        pytest.param(
            "SELECT T1.name, sum(T2.quantity) FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id GROUP BY T1.id",
            'SELECT T1.full_name, SUM(T2.pieces) FROM client AS T1 JOIN "order" AS T2 ON T1.client_no = T2.client_no '
            "GROUP BY T1.client_no",
            id="a join, and a name that is a reserved word",
        ),
        pytest.param(
            "SELECT quantity FROM customer JOIN purchase ON customer_id = customer.id",
            'SELECT pieces FROM client JOIN "order" ON "order".client_no = client.client_no',
            id="a column whose new name two tables have is qualified",
        ),
        pytest.param(
            "SELECT name FROM customer WHERE id NOT IN (SELECT customer_id FROM purchase WHERE quantity > customer.id)",
            "SELECT full_name FROM client WHERE NOT client_no IN "
            '(SELECT client_no FROM "order" WHERE pieces > client.client_no)',
            id="a sub-query that names the table around it",
        ),
        pytest.param(
            "SELECT name FROM (SELECT name, id FROM customer) WHERE id > 1",
            "SELECT name FROM (SELECT full_name AS name, client_no AS id FROM client) WHERE id > 1",
            id="a sub-query in FROM goes on showing the old names",
        ),
        pytest.param(
            "WITH c AS (SELECT name FROM customer) SELECT name FROM c",
            "WITH c AS (SELECT full_name AS name FROM client) SELECT name FROM c",
            id="a common table expression too",
        ),
        pytest.param(
            "SELECT name FROM customer UNION SELECT name FROM product ORDER BY name",
            'SELECT full_name AS name FROM client UNION SELECT "title of it" FROM product ORDER BY name',
            id="the order of a set operation names what it shows",
        ),
        pytest.param(
            "SELECT count(*) AS name FROM customer ORDER BY name",
            "SELECT COUNT(*) AS name FROM client ORDER BY name",
            id="an alias that is also a column",
        ),
        pytest.param(
            'SELECT name FROM customer WHERE name = "Ada" AND "home town" = "name of none"',
            "SELECT full_name FROM client WHERE full_name = 'Ada' AND town = 'name of none'",
            id="a string in double quotes",
        ),
        pytest.param("SELECT total FROM invoice", "SELECT total FROM invoice", id="what has no other name"),
    ],
)
def test_the_new_names_stand_where_the_old_ones_stood(old: str, new: str) -> None:
    assert with_other_names(old, shop_schema(), NAMES) == new


def test_what_is_no_query_is_refused() -> None:
    with pytest.raises(SQLError):
        with_other_names("DELETE FROM customer", shop_schema(), NAMES)
