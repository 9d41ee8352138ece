"""One clause of a plan written anew, as a person types it."""

from __future__ import annotations

from typing import Any

import pytest

from nodes.sql.clauses import with_clause
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema

SCHEMA = shop_schema()
JOINED = "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id"
FROM = JOINED.removeprefix("SELECT T1.name")

WRITTEN = [
    ("select", "name, quantity", f"SELECT T1.name, T2.quantity{FROM}"),
    ("select", "distinct T1.name", f"SELECT DISTINCT T1.name{FROM}"),
    ("select", "count(*)", f"SELECT count(*){FROM}"),
    (
        "where",
        "T2.quantity > 2 and customer.name like 'A%'",
        f"{JOINED} WHERE T2.quantity > 2 AND T1.name LIKE 'A%'",
    ),
    ("where", "product.price > 3", f"{JOINED} JOIN product AS T3 ON T2.product_id = T3.id WHERE T3.price > 3"),
    ("order by", "quantity desc, T1.name", f"{JOINED} ORDER BY T2.quantity DESC, T1.name"),
    ("order by", "1", f"{JOINED} ORDER BY T1.name"),
    ("group by", "T1.id", f"{JOINED} GROUP BY T1.id"),
    ("limit", "3", f"{JOINED} LIMIT 3"),
    ("distinct", "yes", f"SELECT DISTINCT T1.name{FROM}"),
]
REFUSED = [
    ("where", "quantity > 2 group by name", "more than where"),
    ("where", "1 = 1; drop table customer", "not one clause"),
    ("where", "name = 'x' union select 1", "not one clause"),
    ("where", "colour = 'red'", "'colour' is no column"),
    ("where", "id = 3", "'id' is a column of customer, purchase: name its table"),
    ("where", "T9.name = 'x'", "no table 'T9'"),
    ("where", "name = (", "does not parse"),
    ("select", "name from product", "not one clause"),
    ("select", "", "one column at least"),
    ("limit", "many", "'many' is no column"),
    ("distinct", "perhaps", "yes or no"),
]


@pytest.mark.parametrize(("clause", "text", "sql"), WRITTEN)
def test_a_clause_is_written_anew(clause: Any, text: str, sql: str) -> None:
    assert from_plan(with_clause(to_plan(JOINED, SCHEMA), clause, text, SCHEMA), SCHEMA) == sql


@pytest.mark.parametrize(("clause", "text", "told"), REFUSED)
def test_what_is_no_clause_is_refused(clause: Any, text: str, told: str) -> None:
    with pytest.raises(SQLError, match=told):
        with_clause(to_plan(JOINED, SCHEMA), clause, text, SCHEMA)


@pytest.mark.parametrize("clause", ["where", "order by", "limit"])
def test_an_empty_text_takes_a_clause_out(clause: Any) -> None:
    plan = to_plan(f"{JOINED} WHERE T2.quantity > 2 ORDER BY T1.name LIMIT 3", SCHEMA)
    assert clause.upper() not in from_plan(with_clause(plan, clause, " ", SCHEMA), SCHEMA)


def test_an_answer_of_several_selects_is_not_edited() -> None:
    plan = to_plan("SELECT name FROM product UNION SELECT name FROM customer", SCHEMA)
    with pytest.raises(SQLError, match="several SELECTs"):
        with_clause(plan, "limit", "3", SCHEMA)
