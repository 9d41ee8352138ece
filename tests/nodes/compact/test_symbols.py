"""Plans to symbols and back."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eval.datasets import load
from nodes.compact.delinearize import from_symbols
from nodes.compact.grammar import State
from nodes.compact.linearize import to_symbols
from nodes.compact.pointers import Inexpressible, Items
from nodes.plan import LiteralTerm, Plan
from nodes.plan.constraints import Scalar
from nodes.plan.traversal import walk
from nodes.sql.errors import SQLError
from nodes.sql.joins.fill import with_joins
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema

QUERIES = (
    "SELECT name FROM product WHERE price > 3 AND (name = 'cup' OR name LIKE '%j%') OR price IS NULL",
    "SELECT DISTINCT T1.name, count(*) FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id GROUP BY T1.id"
    " HAVING count(*) >= 2 ORDER BY count(*) DESC, T1.name LIMIT 3",
    "SELECT name FROM customer EXCEPT SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id",
    "SELECT count(DISTINCT currency), max(total) - min(total) FROM invoice WHERE total BETWEEN 1 AND 9",
    "SELECT name FROM product WHERE price = (SELECT max(price) FROM product) AND id NOT IN (SELECT product_id FROM purchase)",
    "SELECT avg(T1.price) FROM product AS T1 JOIN purchase AS T2 ON T1.id = T2.quantity",
    "SELECT count(*) FROM (SELECT id FROM customer UNION SELECT id FROM product)",
    "SELECT T2.name FROM customer AS T1 JOIN customer AS T2 ON T1.referred_by = T2.id WHERE T1.name IN ('Ben', 'Cy')",
)


def literals(plan: Plan) -> tuple[Scalar, ...]:
    """Return every literal of a plan, limits included."""
    found: list[Scalar] = [part.value for part in walk(plan) if isinstance(part, LiteralTerm)]
    return (*found, *(part.limit for part in walk(plan) if isinstance(part, Plan)))


def travel(plan: Plan, items: Items) -> Plan:
    """Send a plan through the grammar, every symbol checked on the way."""
    symbols, state = to_symbols(plan, items), State()
    for symbol in symbols:
        state = state.advance(symbol)
    assert state.done
    return with_joins(from_symbols(symbols, items), items.schema)


@pytest.mark.parametrize("sql", QUERIES)
def test_a_plan_comes_back(sql: str):
    schema = shop_schema()
    plan = to_plan(sql, schema)
    assert travel(plan, Items(schema, literals(plan))) == plan


def test_what_the_grammar_does_not_cover_says_why():
    schema = shop_schema()
    plan = to_plan("SELECT upper(name) FROM product", schema)
    with pytest.raises(Inexpressible, match="call term"):
        to_symbols(plan, Items(schema, ()))


@pytest.mark.data
def test_the_grammar_covers_the_training_dialogues(data_folder: Path):
    causes: Counter[str] = Counter()
    dataset = load("cosql", data_folder / "cosql_dataset", "train").select(0, 400)
    for dialogue in dataset.dialogues:
        schema = dataset.open_database(dialogue.database_id).schema
        for turn in dialogue.turns:
            try:
                plan = to_plan(turn.query, schema)
                to_symbols(plan, Items(schema, literals(plan)))
            except (SQLError, Inexpressible) as error:
                causes[str(error)] += 1
            else:
                causes["covered"] += 1
    assert causes["covered"] >= 0.98 * causes.total(), causes


def test_a_join_that_names_a_table_too_often_is_no_plan():
    items = Items(shop_schema(), ())
    tables = [items.table("customer"), items.table("purchase")]
    column = to_symbols(to_plan("SELECT id FROM customer", items.schema), items)[3]
    with pytest.raises(ValueError, match="once more"):
        from_symbols(("from", *tables, "join", column, "again", column, "select", column, "end"), items)
