"""SQL to plan and back: each text, what it becomes, and that both return the same rows."""

from __future__ import annotations

import pytest

from nodes.plan import ColumnTerm, DerivedTerm, LiteralTerm, Plan, PlanSource, Predicate, TableSource
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop, shop_schema

CASES = {
    "names as the schema spells them": (
        "select NAME from Customer",
        "SELECT name FROM customer",
    ),
    "an alias of a lone table goes": (
        "SELECT c.name FROM customer AS c",
        "SELECT name FROM customer",
    ),
    "several tables are numbered": (
        "SELECT c.name, count(*) FROM customer AS c JOIN purchase ON c.id = customer_id GROUP BY c.id",
        "SELECT T1.name, count(*) FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id GROUP BY T1.id",
    ),
    "quotes only where needed": (
        'SELECT `home town`, [order], "price" FROM customer, product',
        'SELECT T1."home town", T2."order", T2.price FROM customer AS T1 JOIN product AS T2',
    ),
    "a double-quoted word that names nothing is a string": (
        'SELECT name FROM customer WHERE "home town" = "Lyon"',
        "SELECT name FROM customer WHERE \"home town\" = 'Lyon'",
    ),
    "spaced operators": (
        "SELECT count ( * ) FROM product WHERE price > = 4 AND price ! = 9",
        "SELECT count(*) FROM product WHERE price >= 4 AND price != 9",
    ),
    "a table joined to itself": (
        "SELECT a.name, b.name FROM customer a JOIN customer b ON a.referred_by = b.id",
        "SELECT T1.name, T2.name FROM customer AS T1 JOIN customer AS T2 ON T1.referred_by = T2.id",
    ),
    "USING": (
        "SELECT count(*) FROM purchase JOIN (SELECT id, name FROM product) USING (id)",
        "SELECT count(*) FROM purchase AS T1 JOIN (SELECT id, name FROM product) AS T2 ON T1.id = T2.id",
    ),
    "NATURAL shows the shared columns once": (
        "SELECT * FROM product NATURAL JOIN (SELECT id, total FROM invoice JOIN purchase ON id = purchase_id)",
        'SELECT T1.id, T1.name, T1.price, T1."order", T2.total FROM product AS T1 JOIN (SELECT T2.id, T1.total FROM invoice'
        " AS T1 JOIN purchase AS T2 ON T2.id = T1.purchase_id) AS T2 ON T1.id = T2.id",
    ),
    "a comma and WHERE": (
        "SELECT name FROM customer, purchase WHERE customer.id = customer_id AND quantity > 2",
        "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 WHERE T1.id = T2.customer_id AND T2.quantity > 2",
    ),
    "LEFT JOIN, IS NULL": (
        "SELECT name FROM product LEFT OUTER JOIN purchase ON product_id = product.id WHERE customer_id ISNULL",
        "SELECT T1.name FROM product AS T1 LEFT JOIN purchase AS T2 ON T2.product_id = T1.id WHERE T2.customer_id IS NULL",
    ),
    "ON may name a later table": (
        "SELECT count(*) FROM customer AS a JOIN purchase AS b ON b.product_id = c.id JOIN product AS c ON a.id = b.customer_id",
        "SELECT count(*) FROM customer AS T1 JOIN purchase AS T2 ON T2.product_id = T3.id JOIN product AS T3"
        " ON T1.id = T2.customer_id",
    ),
    "parentheses around a join": (
        "SELECT count(*) FROM (customer JOIN purchase ON customer.id = customer_id) JOIN product ON product.id = product_id",
        "SELECT count(*) FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id JOIN product AS T3"
        " ON T3.id = T2.product_id",
    ),
    "aliases and positions in ORDER BY and GROUP BY": (
        'SELECT "home town" AS town, count(*) AS n FROM customer GROUP BY 1 HAVING n > 1 ORDER BY n DESC, town, 2',
        'SELECT "home town", count(*) FROM customer GROUP BY "home town" HAVING count(*) > 1 ORDER BY count(*) DESC,'
        ' "home town", count(*)',
    ),
    "an alias hides a column in ORDER BY only": (
        "SELECT -price AS name FROM product ORDER BY name",
        "SELECT 0 - price FROM product ORDER BY 0 - price",
    ),
    "NULLS": (
        "SELECT name FROM customer ORDER BY joined ASC NULLS FIRST, name DESC NULLS FIRST, id NULLS LAST",
        "SELECT name FROM customer ORDER BY joined, name DESC NULLS FIRST, id ASC NULLS LAST",
    ),
    "a lone column beside an aggregate": (
        "SELECT name, max(price) FROM product",
        "SELECT name, max(price) FROM product",
    ),
    "LIMIT with its offset first": (
        "SELECT id FROM product ORDER BY id LIMIT 1, 2",
        "SELECT id FROM product ORDER BY id LIMIT 2 OFFSET 1",
    ),
    "a sub-query as a value, and in IN": (
        "SELECT name FROM product WHERE price > (SELECT avg(price) FROM product) OR id NOT IN (SELECT product_id FROM purchase)",
        "SELECT name FROM product WHERE price > (SELECT avg(price) FROM product) OR id NOT IN (SELECT product_id FROM purchase)",
    ),
    "a correlated sub-query": (
        "SELECT name FROM customer WHERE EXISTS (SELECT 1 FROM purchase WHERE customer_id = customer.id AND quantity > 3)",
        "SELECT T1.name FROM customer AS T1 WHERE EXISTS (SELECT 1 FROM purchase AS T2 WHERE T2.customer_id = T1.id AND"
        " T2.quantity > 3)",
    ),
    "correlation over two levels": (
        "SELECT name FROM customer c WHERE 1 < (SELECT count(*) FROM purchase WHERE product_id IN"
        " (SELECT id FROM product WHERE purchase.customer_id = c.id))",
        "SELECT T1.name FROM customer AS T1 WHERE 1 < (SELECT count(*) FROM purchase AS T2 WHERE T2.product_id IN"
        " (SELECT T3.id FROM product AS T3 WHERE T2.customer_id = T1.id))",
    ),
    "a sub-query in FROM": (
        "SELECT avg(n) FROM (SELECT count(*) AS n FROM purchase GROUP BY customer_id)",
        "SELECT avg(c1) FROM (SELECT count(*) AS c1 FROM purchase GROUP BY customer_id)",
    ),
    "two columns of one name in a sub-query": (
        "SELECT s.b FROM (SELECT customer.name, product.name AS b FROM customer, product) AS s",
        "SELECT c2 FROM (SELECT T1.name, T2.name AS c2 FROM customer AS T1 JOIN product AS T2)",
    ),
    "WITH": (
        "WITH big AS (SELECT * FROM purchase WHERE quantity > 1), few (who) AS (SELECT customer_id FROM big)"
        " SELECT name FROM few JOIN customer ON who = id",
        "SELECT T2.name FROM (SELECT customer_id FROM (SELECT * FROM purchase WHERE quantity > 1)) AS T1 JOIN customer AS T2"
        " ON T1.customer_id = T2.id",
    ),
    "set operations, left to right, ordered by a result": (
        "SELECT name FROM customer UNION SELECT name FROM product EXCEPT SELECT body FROM note ORDER BY name DESC LIMIT 3",
        "SELECT name FROM customer UNION SELECT name FROM product EXCEPT SELECT body FROM note ORDER BY 1 DESC LIMIT 3",
    ),
    "precedence": (
        "SELECT (price - 1) * (2 - (1 - 3)), price - (2 - 1), (price - 2) - 1 FROM product WHERE NOT (id = 1 OR id = 2) AND"
        " (price > 1 OR (id = 3 AND price < 2))",
        "SELECT (price - 1) * (2 - (1 - 3)), price - (2 - 1), price - 2 - 1 FROM product WHERE NOT (id = 1 OR id = 2) AND"
        " (price > 1 OR id = 3 AND price < 2)",
    ),
    "CASE in both forms, CAST, functions": (
        "SELECT CASE id WHEN 1 THEN 'x' ELSE upper(name) END, CAST(price AS INT), SUBSTRING(name, 1, 2), iif(id > 1, 1, 0),"
        " sum(price = 9), count(DISTINCT name), CASE WHEN price BETWEEN 1 AND 3 THEN 1 END FROM product",
        "SELECT CASE WHEN id = 1 THEN 'x' ELSE upper(name) END, CAST(price AS INTEGER), substr(name, 1, 2), iif(id > 1, 1, 0),"
        " sum(price = 9), count(DISTINCT name), CASE WHEN price BETWEEN 1 AND 3 THEN 1 END FROM product",
    ),
    "a term as a condition": (
        "SELECT name FROM customer WHERE referred_by OR NOT id",
        "SELECT name FROM customer WHERE referred_by IS TRUE OR id IS FALSE",
    ),
    "NOT folds into its predicate": (
        "SELECT name FROM product WHERE NOT name LIKE 'c%' AND NOT (id BETWEEN 2 AND 5) AND NOT name IS NULL",
        "SELECT name FROM product WHERE name NOT LIKE 'c%' AND id NOT BETWEEN 2 AND 5 AND name IS NOT NULL",
    ),
    "no FROM": (
        "SELECT (SELECT count(*) FROM product) - 1, 'it''s', 1e3",
        "SELECT (SELECT count(*) FROM product) - 1, 'it''s', 1000.0",
    ),
}  # fmt: skip

REFUSED = {
    "SELEC name FROM customer": "syntax",
    "SELECT name FROM": "syntax",
    "SELECT": "syntax",
    "SELECT FROM customer": "syntax",
    "SELECT name FROM customer WHERE id IN (SELECT FROM customer)": "syntax",
    "DELETE FROM customer": "statement",
    "SELECT 1; SELECT 2": "statement",
    "": "statement",
    "SELECT name FROM client": "unknown_table",
    "SELECT x.name FROM customer": "unknown_table",
    "SELECT surname FROM customer": "unknown_column",
    "SELECT `surname` FROM customer": "unknown_column",
    "SELECT T1.price FROM customer AS T1 JOIN product AS T2": "unknown_column",
    "SELECT id FROM purchase JOIN product USING (price)": "unknown_column",
    "SELECT name FROM customer ORDER BY name COLLATE NOCASE": "collation",
    "SELECT name FROM customer WHERE name LIKE 'a!%' ESCAPE '!'": "escape",
    "SELECT rank() OVER (ORDER BY price) FROM product": "window",
    "SELECT soundex(name) FROM product": "function",
    "SELECT group_concat(name, '; ') FROM product": "function",
    "SELECT name FROM customer WHERE (id, name) IN (SELECT id, name FROM product)": "row_value",
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n": "recursive",
    "SELECT name FROM customer LIMIT 1 + 1": "limit",
    "SELECT x'00'": "literal",
    "SELECT 1e999": "literal",
    "SELECT " + "9" * 5000: "literal",
    "SELECT name FROM customer ORDER BY 2": "position",
    "SELECT name FROM customer UNION SELECT name FROM product ORDER BY price": "position",
    "SELECT id & 1 FROM customer": "operator",
    "SELECT " + "(" * 3000 + "1" + ")" * 3000: "syntax",
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name: str) -> None:
    sql, expected = CASES[name]
    schema = shop_schema()
    plan = to_plan(sql, schema)
    written = from_plan(Plan.model_validate_json(plan.model_dump_json()), schema)
    assert written == expected
    assert to_plan(written, schema) == plan
    closed = sql.replace("> =", ">=").replace("! =", "!=")
    assert shop().execute(written).fetchall() == shop().execute(closed).fetchall()


@pytest.mark.parametrize("sql", REFUSED)
def test_refusals_name_their_cause(sql: str) -> None:
    with pytest.raises(SQLError) as caught:
        to_plan(sql, shop_schema())
    assert caught.value.cause == REFUSED[sql]
    assert "\n" not in str(caught.value)


def test_ambiguous_names_mean_the_first_source() -> None:
    plan = to_plan("SELECT quantity FROM purchase JOIN product WHERE id = 1", shop_schema())
    assert plan.where == Predicate(
        left=ColumnTerm(table="purchase", column="id"), operator="=", right=(LiteralTerm(value=1),)
    )


def test_a_sub_query_in_from_keeps_its_place() -> None:
    plan = to_plan("SELECT s.n FROM customer JOIN (SELECT count(*) AS n FROM note) AS s", shop_schema())
    assert plan.tables[0] == TableSource(table="customer")
    assert isinstance(plan.tables[1], PlanSource)
    assert plan.select == (DerivedTerm(source=1, position=0),)
