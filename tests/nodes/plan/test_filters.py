"""Filters of a plan, and the plan without one of them."""

from __future__ import annotations

import pytest

from nodes.plan.filters import plan_filters, without_filter
from nodes.plan.render import condition_text
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema

SCHEMA = shop_schema()
JOINED = "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id"
THREE = f"{JOINED} JOIN product AS T3 ON T2.product_id = T3.id"

FILTERS = {
    "SELECT name FROM product": [],
    "SELECT name FROM product WHERE price > 3 AND (name = 'cup' OR name LIKE 'j%')": [
        "product.price > 3", "product.name = 'cup' or product.name like 'j%'",
    ],
    f"{JOINED} GROUP BY T1.id HAVING count(*) > 1": ["count(*) > 1"],
    "SELECT name FROM customer, purchase WHERE customer.id = customer_id AND quantity = 2": ["purchase.quantity = 2"],
    "SELECT name FROM product WHERE price > 3 EXCEPT SELECT name FROM product WHERE name = 'cup'": [
        "product.price > 3", "product.name = 'cup'",
    ],
    "SELECT count(*) FROM (SELECT name FROM product WHERE price > 3)": ["product.price > 3"],
}  # fmt: skip

WITHOUT = {
    "of two, the other stays": (
        "SELECT name FROM product WHERE price > 3 AND name = 'cup'", 0, "SELECT name FROM product WHERE name = 'cup'",
    ),
    "a condition on groups": (
        "SELECT name FROM product GROUP BY name HAVING count(*) > 1", 0, "SELECT name FROM product GROUP BY name",
    ),
    "the tables that only the filter needed": (f"{THREE} WHERE T3.name = 'cup'", 0, "SELECT name FROM customer"),
    "a table that another filter needs": (
        f"{THREE} WHERE T3.name = 'cup' AND T2.quantity = 2", 0, f"{JOINED} WHERE T2.quantity = 2",
    ),
    "a table that was never the filter's": (f"{JOINED} WHERE T1.name = 'Ann'", 0, JOINED),
    "rows that are counted": (
        THREE.replace("T1.name", "count(*)") + " WHERE T3.name = 'cup'", 0, THREE.replace("T1.name", "count(*)"),
    ),
    "tables of a left join": (
        f"{JOINED.replace('JOIN', 'LEFT JOIN')} WHERE T2.quantity IS NULL", 0, JOINED.replace("JOIN", "LEFT JOIN"),
    ),
    "a filter of the second member": (
        "SELECT name FROM product EXCEPT SELECT name FROM product WHERE name = 'cup'", 0,
        "SELECT name FROM product EXCEPT SELECT name FROM product",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("sql", "texts"), FILTERS.items())
def test_filters(sql: str, texts: list[str]) -> None:
    assert [condition_text(found.condition) for found in plan_filters(to_plan(sql, SCHEMA))] == texts


@pytest.mark.parametrize(("sql", "place", "left"), WITHOUT.values(), ids=WITHOUT)
def test_a_plan_without_a_filter(sql: str, place: int, left: str) -> None:
    assert from_plan(without_filter(to_plan(sql, SCHEMA), place), SCHEMA) == left


def test_tables_of_an_earlier_answer_stay() -> None:
    plan = to_plan(f"{THREE} WHERE T3.name = 'cup'", SCHEMA)
    assert from_plan(without_filter(plan, 0, ("customer", "purchase")), SCHEMA) == JOINED
    assert from_plan(without_filter(plan, 0, ("customer", "purchase", "product")), SCHEMA) == THREE
