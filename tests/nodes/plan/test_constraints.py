"""Constraints: the filters of a plan, flat."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.plan.constraints import Constraint, constraints
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema
from value_index.schema import ColumnRef


def of(table: str, column: str, operator: Any, *values: Any, aggregate: Any = None) -> Constraint:
    ref = ColumnRef(table=table, column=column) if table else None
    return Constraint(column=ref, operator=operator, values=values, aggregate=aggregate)


CASES = {
    "SELECT name FROM product": [],
    "SELECT name FROM product WHERE price > 3 AND (name = 'cup' OR name LIKE 'j%')": [
        of("product", "price", ">", 3), of("product", "name", "=", "cup"), of("product", "name", "like", "j%"),
    ],
    "SELECT name FROM product WHERE NOT (price > 3 OR name = 'cup')": [
        of("product", "price", "<=", 3), of("product", "name", "!=", "cup"),
    ],
    "SELECT name FROM product WHERE 3 < price AND price BETWEEN 1 AND 9 AND name IN ('a', 'b') AND id IS NOT NULL": [
        of("product", "price", ">", 3), of("product", "price", "between", 1, 9), of("product", "name", "in", "a", "b"),
        of("product", "id", "is not null"),
    ],
    "SELECT name FROM customer JOIN purchase ON customer.id = customer_id GROUP BY 1 HAVING count(*) > 1 AND sum(quantity) < 9": [
        of("", "", ">", 1, aggregate="count"), of("purchase", "quantity", "<", 9, aggregate="sum"),
    ],
    "SELECT name FROM customer, purchase WHERE customer.id = customer_id AND quantity = 2": [of("purchase", "quantity", "=", 2)],
    "SELECT name FROM customer WHERE id IN (SELECT customer_id FROM purchase WHERE quantity = 2)": [
        of("customer", "id", "in"), of("purchase", "quantity", "=", 2),
    ],
    "SELECT name FROM product WHERE price > (SELECT avg(price) FROM product) UNION SELECT body FROM note WHERE body = 'x'": [
        of("product", "price", ">"), of("note", "body", "=", "x"),
    ],
    "SELECT name FROM (SELECT name, price FROM product) WHERE price = 1 AND upper(name) = 'X'": [
        of("product", "price", "=", 1), of("", "", "=", "X"),
    ],
    "SELECT name FROM product WHERE price = 1 OR (price = 1 AND id = 2)": [
        of("product", "price", "=", 1), of("product", "id", "=", 2),
    ],
}  # fmt: skip


@pytest.mark.parametrize("sql", CASES)
def test_constraints(sql: str) -> None:
    assert list(constraints(to_plan(sql, shop_schema()))) == CASES[sql]
