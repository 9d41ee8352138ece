"""The SQL grammar, read by the recogniser that `turnsql eval grammar` measures it with."""

from __future__ import annotations

import pytest

from eval.checks.ebnf_matcher import Grammar
from nodes.sql.ebnf_grammar import MAX_ITEMS, grammar_of, sql_grammar
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import ColumnLink, GraphState, GroundedValue, SchemaLinks, TableLink
from tests.nodes.sql.shop import shop_schema
from value_index.schema import Column, ColumnRef, Dialect, Schema, Table

SHOP = shop_schema()
GRAMMAR = Grammar(sql_grammar(SHOP))
NAME = ColumnRef(table="customer", column="name")
STATE = GraphState(
    turn_id="0/0",
    database_id="shop",
    utterance="Who lives in Lyon?",
    schema_links=SchemaLinks(
        tables=(TableLink(table="customer", score=1.0),), columns=(ColumnLink(column=NAME, score=1.0),)
    ),
    grounded_values=(GroundedValue(mention="Ada", column=NAME, value="Ada", score=1.0),),
)
WRITTEN = (
    "SELECT * FROM note",
    "SELECT count(*), name FROM customer WHERE \"home town\" = 'Lyon' AND NOT id IN (1, 2) GROUP BY name HAVING count(*) > 1",
    "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id ORDER BY T2.quantity DESC LIMIT 3",
    "SELECT name FROM product WHERE price > (SELECT avg(price) FROM product)",
    "SELECT name FROM product WHERE price BETWEEN 1 AND 2.5 OR name LIKE '%it''s%'",
    "SELECT name FROM customer EXCEPT SELECT body FROM note ORDER BY name LIMIT 2",
    "SELECT avg(n) FROM (SELECT count(*) AS n FROM purchase GROUP BY customer_id)",
    "SELECT name FROM customer AS T1 WHERE EXISTS (SELECT * FROM purchase AS T2 WHERE T2.customer_id = T1.id)",
    'SELECT DISTINCT round(CAST(price AS INTEGER) * 2, 1) FROM product WHERE "order" IS NOT NULL',
    "SELECT name FROM customer AS T1 WHERE id IN (SELECT T1.id FROM purchase AS T2 WHERE T2.customer_id = T1.id)",
    "SELECT T1.name FROM customer AS T1 JOIN (SELECT customer_id AS c1, count(*) AS c2 FROM purchase GROUP BY customer_id) AS T2 ON T1.id = T2.c1 WHERE T2.c2 > 3",
    "SELECT T1.*, T3.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id JOIN product AS T3 ON T2.product_id = T3.id",
    "SELECT sum(CASE WHEN currency = 'EUR' THEN total ELSE 0 END) FROM invoice",
)


@pytest.mark.parametrize("sql", WRITTEN)
def test_what_the_compiler_writes_is_derivable(sql: str) -> None:
    assert GRAMMAR.fits(from_plan(to_plan(sql, SHOP), SHOP))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT mayor FROM customer",
        "SELECT name FROM customers",
        "SELECT price FROM customer",
        "SELECT T1.mayor FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id",
        "SELECT T3.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id",
        "SELECT T2.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T3.customer_id",
        "SELECT T1.name FROM customer",
        "SELECT T1.c1 FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id",
        "SELECT T2.name FROM customer AS T1 WHERE T1.id IN (SELECT T1.id FROM note)",
        "SELECT name FROM customer JOIN product ON customer.id = product.id",
        "SELECT customer.price FROM customer JOIN product ON customer.id = product.id",
        "SELECT order FROM product",
        "SELECT name FROM customer; DROP TABLE customer",
        "SELECT name FROM customer WHERE id IN (SELECT mayor FROM note)",
        "SELECT name FROM customer WHERE name = 'it's'",
        "DELETE FROM customer",
        "SELECT name FROM customer WHERE count(*) = 8",
        "SELECT name FROM customer GROUP BY count(*)",
        "SELECT sum(max(price)) FROM product",
        "SELECT group_concat(*) FROM customer",
        "",
    ],
)
def test_an_unknown_name_or_another_statement_is_not(sql: str) -> None:
    assert not GRAMMAR.fits(sql)


def test_lists_and_strings_end() -> None:
    names = ["name"] * MAX_ITEMS
    assert GRAMMAR.fits(f"SELECT {', '.join(names)} FROM customer")
    assert not GRAMMAR.fits(f"SELECT {', '.join([*names, 'name'])} FROM customer")
    assert not GRAMMAR.fits(f"SELECT name FROM customer WHERE name = '{'a' * 81}'")


def test_levels_bound_more_and_more() -> None:
    assert grammar_of("off", SHOP, STATE) is None
    names, towns, ada, ben, dated, like = (
        f"SELECT {what} FROM customer{where}"
        for what, where in (
            ("name", ""),
            ('"home town"', ""),
            ("name", " WHERE name = 'Ada'"),
            ("name", " WHERE name = 'Ben'"),
            ("name", " WHERE name = '2020-01-05'"),
            ("name", " WHERE name LIKE '%en'"),
        )
    )
    passed = {
        level: [
            Grammar(grammar_of(level, SHOP, STATE) or "").fits(sql) for sql in (names, towns, ada, ben, dated, like)
        ]
        for level in ("schema", "links", "values")
    }
    assert passed["schema"] == [True, True, True, True, True, True]
    assert passed["links"] == [True, False, True, True, True, True]
    assert passed["values"] == [True, False, True, False, True, True]
    nothing_found = STATE.model_copy(update={"grounded_values": ()})
    assert Grammar(grammar_of("values", SHOP, nothing_found) or "").fits("SELECT name FROM customer WHERE name = 'Ben'")


def test_only_numbers_of_the_conversation_and_small_ones_are_written_at_level_values() -> None:
    asked = STATE.model_copy(update={"utterance": "Who came after 2014, and paid 17.5?"})
    grammar, free = (Grammar(grammar_of(level, SHOP, asked) or "") for level in ("values", "links"))
    for sql in (
        "SELECT name FROM customer WHERE id > 2014 LIMIT 10",
        "SELECT name FROM customer WHERE id = 17.5",
        "SELECT 100 * count(*) FROM customer",
        "SELECT max(id), id + 1 FROM customer",
        "SELECT name, (SELECT max(id) FROM customer) FROM customer",
    ):
        assert grammar.fits(sql) and free.fits(sql)
    for sql in (
        "SELECT name FROM customer WHERE id > 123456",
        "SELECT 7 FROM customer",
        "SELECT name, NULL FROM customer",
        "SELECT name FROM customer LIMIT 5 OFFSET 3",
    ):
        assert not grammar.fits(sql) and free.fits(sql)


def test_names_that_mean_something_to_a_grammar() -> None:
    names = ('say "x"', "back\\slash", "MORE", "LONG", "$core", "tab\there", "größe", "a|b")
    table = Table(name="t-0", natural_name="t", columns=tuple(Column(name=name, natural_name=name) for name in names))
    odd = Schema(database_id="odd", tables=(table,))
    grammar = Grammar(sql_grammar(odd, values=("it's", 'a "b" \\', "line\nbreak")))
    for name in names:
        quoted = name if name in ("MORE", "LONG") else '"' + name.replace('"', '""') + '"'
        assert grammar.fits(f'SELECT {quoted} FROM "t-0"')
    for text in ("'it''s'", "'a \"b\" \\'", "'line\nbreak'"):
        assert grammar.fits(f'SELECT * FROM "t-0" WHERE MORE = {text}')


def test_a_table_without_columns_is_left_out() -> None:
    table = Table(name="t", natural_name="t", columns=(Column(name="a", natural_name="a"),))
    empty = Table(name="e", natural_name="e", columns=())
    assert Grammar(sql_grammar(Schema(database_id="x", tables=(empty, table)))).fits("SELECT a FROM t")


@pytest.mark.parametrize("dialect", ["postgres", "mysql"])
def test_what_is_written_for_a_server_fits_its_grammar(dialect: Dialect) -> None:
    schema = Schema(database_id="shop", tables=SHOP.tables, foreign_keys=SHOP.foreign_keys, dialect=dialect)
    grammar = Grammar(sql_grammar(schema))
    for sql in (
        "SELECT name FROM customer WHERE \"home town\" LIKE 'Ly%' ORDER BY name LIMIT 3",
        "SELECT avg(c1) FROM (SELECT count(*) AS c1 FROM purchase GROUP BY customer_id)",
        "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id WHERE T2.quantity > 2",
    ):
        written = from_plan(to_plan(sql, SHOP), schema)
        assert grammar.fits(written), written
