"""A plan is the same in every dialect: how PostgreSQL and MySQL spell it, read back again; their rows are tests/databases'."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from value_index.schema import Column, ColumnKind, ColumnRef, Dialect, ForeignKey, Schema, Table

_ITEM = {"id": "int", "name": "str", "price": "real", "stock": "int", "code": "str", "day": "date", "order": "int"}
_SALE = {"id": "int", "item_id": "int", "amount": "int", "note": "str"}
_TYPES: dict[Dialect, dict[str, str]] = {
    "sqlite": {"int": "INTEGER", "str": "TEXT", "real": "REAL", "date": "DATE"},
    "postgres": {"int": "bigint", "str": "text", "real": "double precision", "date": "date"},
    "mysql": {"int": "bigint(20)", "str": "varchar(50)", "real": "double", "date": "date"},
}  # fmt: skip
_KINDS: dict[str, ColumnKind] = {"int": "number", "str": "text", "real": "number", "date": "time"}


class Case(NamedTuple):
    """A query of SQLite, and how the servers spell it."""

    sqlite: str
    postgres: str
    mysql: str


CASES = [
    Case("SELECT name FROM item WHERE name LIKE 'LAMP%'",
         "SELECT name FROM item WHERE name ILIKE 'LAMP%'",
         "SELECT name FROM item WHERE name LIKE 'LAMP%'"),
    Case("SELECT name FROM item WHERE day LIKE '2020%'",
         "SELECT name FROM item WHERE CAST(day AS TEXT) ILIKE '2020%'",
         "SELECT name FROM item WHERE day LIKE '2020%'"),
    Case("SELECT name FROM item WHERE code = 7",
         "SELECT name FROM item WHERE code = '7'",
         "SELECT name FROM item WHERE code = '7'"),
    Case("SELECT name FROM item WHERE stock = '7'",
         "SELECT name FROM item WHERE stock = 7",
         "SELECT name FROM item WHERE stock = 7"),
    Case("SELECT name FROM item WHERE stock = 'many'",
         "SELECT name FROM item WHERE CAST(stock AS TEXT) = 'many'",
         "SELECT name FROM item WHERE CAST(stock AS CHAR) = 'many'"),
    Case("SELECT stock / 2, price / 2 FROM item",
         "SELECT stock / 2, price / 2 FROM item",
         "SELECT stock DIV 2, price / 2 FROM item"),
    Case("SELECT name FROM item ORDER BY price",
         "SELECT name FROM item ORDER BY price ASC NULLS FIRST",
         "SELECT name FROM item ORDER BY price"),
    Case("SELECT name FROM item ORDER BY price DESC",
         "SELECT name FROM item ORDER BY price DESC NULLS LAST",
         "SELECT name FROM item ORDER BY price DESC"),
    Case("SELECT name FROM item ORDER BY price ASC NULLS LAST",
         "SELECT name FROM item ORDER BY price ASC NULLS LAST",
         "SELECT name FROM item ORDER BY price IS NULL, price"),
    Case("SELECT code, count(*) FROM item GROUP BY code ORDER BY count(*), code",
         "SELECT code, count(*) FROM item GROUP BY code ORDER BY count(*), code ASC NULLS FIRST",
         "SELECT code, count(*) FROM item GROUP BY code ORDER BY count(*), code"),
    Case('SELECT "order" FROM item WHERE day > \'2020-06-01\'',
         'SELECT "order" FROM item WHERE day > \'2020-06-01\'',
         "SELECT `order` FROM item WHERE day > '2020-06-01'"),
    Case("SELECT name FROM item WHERE day > '2020'",
         "SELECT name FROM item WHERE CAST(day AS TEXT) > '2020'",
         "SELECT name FROM item WHERE CAST(day AS CHAR) > '2020'"),
    Case("SELECT strftime('%Y', day), count(*) FROM item GROUP BY strftime('%Y', day)",
         "SELECT to_char(day, 'YYYY'), count(*) FROM item GROUP BY to_char(day, 'YYYY')",
         "SELECT date_format(day, '%Y'), count(*) FROM item GROUP BY date_format(day, '%Y')"),
    Case("SELECT T1.name, count(*) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id GROUP BY T1.id",
         "SELECT T1.name, count(*) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id GROUP BY T1.id",
         "SELECT T1.name, count(*) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id GROUP BY T1.id"),
    Case("SELECT name, max(price) FROM item",
         "SELECT (array_agg(name ORDER BY price DESC NULLS LAST))[1], max(price) FROM item",
         "SELECT substring_index(group_concat(name ORDER BY price DESC SEPARATOR '\\n'), '\\n', 1), max(price) FROM item"),
    Case("SELECT count(stock > 2), sum(stock > 2) FROM item",
         "SELECT count(CAST(stock > 2 AS INTEGER)), sum(CAST(stock > 2 AS INTEGER)) FROM item",
         "SELECT count(stock > 2), sum(stock > 2) FROM item"),
    Case("SELECT iif(stock > 2, 'many', 'few') FROM item",
         "SELECT CASE WHEN stock > 2 THEN 'many' ELSE 'few' END FROM item",
         "SELECT if(stock > 2, 'many', 'few') FROM item"),
    Case("SELECT total(amount) FROM sale",
         "SELECT coalesce(sum(amount), 0) FROM sale",
         "SELECT coalesce(sum(amount), 0) FROM sale"),
    Case("SELECT count(*) FROM item, sale",
         "SELECT count(*) FROM item AS T1 CROSS JOIN sale AS T2",
         "SELECT count(*) FROM item AS T1 CROSS JOIN sale AS T2"),
    Case("SELECT name FROM item LIMIT -1 OFFSET 2",
         "SELECT name FROM item OFFSET 2",
         "SELECT name FROM item LIMIT 18446744073709551615 OFFSET 2"),
    Case("SELECT name || '-' || (stock + 1) FROM item",
         "SELECT name || '-' || CAST(stock + 1 AS TEXT) FROM item",
         "SELECT concat(name, '-', stock + 1) FROM item"),
    Case("SELECT length(stock), max(stock, 3) FROM item WHERE stock IS NOT NULL",
         "SELECT length(CAST(stock AS TEXT)), greatest(stock, 3) FROM item WHERE stock IS NOT NULL",
         "SELECT char_length(stock), greatest(stock, 3) FROM item WHERE stock IS NOT NULL"),
    Case("SELECT name FROM item WHERE name GLOB 'L*'",
         "SELECT name FROM item WHERE name LIKE 'L%'",
         "SELECT name FROM item WHERE name LIKE BINARY 'L%'"),
    Case("SELECT name FROM item WHERE id NOT IN (SELECT item_id FROM sale WHERE item_id IS NOT NULL)",
         "SELECT name FROM item WHERE id NOT IN (SELECT item_id FROM sale WHERE item_id IS NOT NULL)",
         "SELECT name FROM item WHERE id NOT IN (SELECT item_id FROM sale WHERE item_id IS NOT NULL)"),
    Case("SELECT name FROM item WHERE stock IN ('7', 3)",
         "SELECT name FROM item WHERE stock IN (7, 3)",
         "SELECT name FROM item WHERE stock IN (7, 3)"),
    Case("SELECT name FROM item WHERE stock BETWEEN 2 AND '5'",
         "SELECT name FROM item WHERE stock BETWEEN 2 AND 5",
         "SELECT name FROM item WHERE stock BETWEEN 2 AND 5"),
    Case("SELECT name FROM item WHERE price IS 45.0",
         "SELECT name FROM item WHERE price IS NOT DISTINCT FROM 45.0",
         "SELECT name FROM item WHERE price <=> 45.0"),
    Case("SELECT CAST(price AS INTEGER) FROM item WHERE id = 1",
         "SELECT CAST(trunc(price) AS BIGINT) FROM item WHERE id = 1",
         "SELECT CAST(truncate(price, 0) AS SIGNED) FROM item WHERE id = 1"),
    Case("SELECT 7 / 0, 7.0 / 0, 7 % 0 FROM item LIMIT 1",
         "SELECT 7 / NULLIF(0, 0), 7.0 / NULLIF(0, 0), 7 % NULLIF(0, 0) FROM item LIMIT 1",
         "SELECT 7 DIV 0, 7.0 / 0, 7 % 0 FROM item LIMIT 1"),
    Case("SELECT name FROM item UNION SELECT note FROM sale ORDER BY 1 LIMIT 2",
         "SELECT name FROM item UNION SELECT note FROM sale ORDER BY 1 ASC NULLS FIRST LIMIT 2",
         "SELECT name FROM item UNION SELECT note FROM sale ORDER BY 1 LIMIT 2"),
    Case("SELECT avg(x) FROM (SELECT item_id, sum(amount) AS x FROM sale GROUP BY item_id)",
         "SELECT avg(T1.c2) FROM (SELECT item_id, sum(amount) AS c2 FROM sale GROUP BY item_id) AS T1",
         "SELECT avg(T1.c2) FROM (SELECT item_id, sum(amount) AS c2 FROM sale GROUP BY item_id) AS T1"),
    Case("SELECT DISTINCT name FROM item ORDER BY price",
         "SELECT name FROM item GROUP BY name ORDER BY (array_agg(price))[1] ASC NULLS FIRST",
         "SELECT name FROM item GROUP BY name ORDER BY min(price)"),
    Case("SELECT CAST(strftime('%Y', day) AS INTEGER) FROM item",
         "SELECT CAST(extract(YEAR FROM day) AS BIGINT) FROM item",
         "SELECT year(day) FROM item"),
    Case("SELECT julianday(day) - julianday('2020-01-01') FROM item",
         "SELECT (extract(EPOCH FROM day) / 86400 + 2440587.5) - (extract(EPOCH FROM CAST('2020-01-01' AS TIMESTAMP)) / 86400 + 2440587.5) FROM item",
         "SELECT (to_seconds(day) / 86400 + 1721059.5) - (to_seconds('2020-01-01') / 86400 + 1721059.5) FROM item"),
    Case("SELECT unixepoch(day) FROM item",
         "SELECT extract(EPOCH FROM day) FROM item",
         "SELECT (to_seconds(day) - 62167219200) FROM item"),
    Case("SELECT code + 1 FROM item",
         "SELECT CAST(substring(code, '^\\s*([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)') AS DOUBLE PRECISION) + 1 FROM item",
         "SELECT code + 1 FROM item"),
    Case("SELECT sum(stock) / count(*) FROM item",
         "SELECT CAST(sum(stock) AS BIGINT) / NULLIF(count(*), 0) FROM item",
         "SELECT sum(stock) DIV count(*) FROM item"),
    Case("SELECT name FROM item WHERE stock",
         "SELECT name FROM item WHERE (stock != 0) IS TRUE",
         "SELECT name FROM item WHERE stock IS TRUE"),
    Case("SELECT round(price, 1), ifnull(note, 0) FROM item JOIN sale ON item.id = item_id",
         "SELECT round(CAST(T1.price AS NUMERIC), 1), coalesce(T2.note, CAST(0 AS TEXT)) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id",
         "SELECT round(T1.price, 1), ifnull(T2.note, 0) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id"),
    Case("SELECT substr(name, -2), substr(name, 1, 2) FROM item",
         "SELECT right(name, 2), substr(name, 1, 2) FROM item",
         "SELECT substr(name, -2), substr(name, 1, 2) FROM item"),
    Case("SELECT CASE WHEN stock > 2 THEN 'x' ELSE 1 END FROM item",
         "SELECT CASE WHEN stock > 2 THEN 'x' ELSE CAST(1 AS TEXT) END FROM item",
         "SELECT CASE WHEN stock > 2 THEN 'x' ELSE 1 END FROM item"),
    Case("SELECT name FROM item WHERE name LIKE 'a\\b%'",
         "SELECT name FROM item WHERE name ILIKE 'a\\\\b%'",
         "SELECT name FROM item WHERE name LIKE 'a\\\\\\\\b%'"),
    Case("SELECT name FROM item WHERE id IN (SELECT item_id FROM sale ORDER BY amount DESC LIMIT 2)",
         "SELECT name FROM item WHERE id IN (SELECT item_id FROM sale ORDER BY amount DESC NULLS LAST LIMIT 2)",
         "SELECT name FROM item WHERE id IN (SELECT * FROM (SELECT item_id FROM sale ORDER BY amount DESC LIMIT 2) AS T1)"),
    Case("SELECT name, * FROM item",
         "SELECT name, * FROM item",
         "SELECT name, id, name, price, stock, code, day, `order` FROM item"),
    Case("SELECT group_concat(name) FROM item",
         "SELECT string_agg(name, ',') FROM item",
         "SELECT group_concat(name) FROM item"),
    Case("SELECT date(day), datetime(day), strftime('%Y-%m', day) FROM item",
         "SELECT CAST(day AS DATE), CAST(day AS TIMESTAMP), to_char(day, 'YYYY-MM') FROM item",
         "SELECT CAST(day AS DATE), CAST(day AS DATETIME), date_format(day, '%Y-%m') FROM item"),
    Case("SELECT code FROM item UNION SELECT note FROM sale INTERSECT SELECT name FROM item",
         "(SELECT code FROM item UNION SELECT note FROM sale) INTERSECT SELECT name FROM item",
         "(SELECT code FROM item UNION SELECT note FROM sale) INTERSECT SELECT name FROM item"),
    Case("SELECT count(*) FROM (SELECT DISTINCT code FROM item)",
         "SELECT count(*) FROM (SELECT DISTINCT code FROM item) AS T1",
         "SELECT count(*) FROM (SELECT DISTINCT code FROM item) AS T1"),
    Case("SELECT CAST(code AS INTEGER), CAST(price AS TEXT) FROM item",
         "SELECT CAST(trunc(CAST(substring(code, '^\\s*([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)') AS NUMERIC)) AS BIGINT), CAST(price AS TEXT) FROM item",
         "SELECT CAST(code AS SIGNED), CAST(price AS CHAR) FROM item"),
    Case("SELECT price % 2, stock % 2 FROM item",
         "SELECT CAST(trunc(price) AS BIGINT) % 2, stock % 2 FROM item",
         "SELECT price % 2, stock % 2 FROM item"),
    Case("SELECT max(stock, 3), min(price, 2) FROM item",
         "SELECT greatest(stock, 3), least(price, 2) FROM item",
         "SELECT greatest(stock, 3), least(price, 2) FROM item"),
    Case("SELECT name, min(price) FROM item GROUP BY code",
         "SELECT (array_agg(name ORDER BY price ASC NULLS LAST))[1], min(price) FROM item GROUP BY code",
         "SELECT substring_index(group_concat(name ORDER BY price IS NULL, price SEPARATOR '\\n'), '\\n', 1), min(price) FROM item GROUP BY code"),
    Case("SELECT concat(name, note), length(name), instr(name, 'a') FROM item, sale",
         "SELECT concat(T1.name, T2.note), length(T1.name), strpos(T1.name, 'a') FROM item AS T1 CROSS JOIN sale AS T2",
         "SELECT concat_ws('', T1.name, T2.note), char_length(T1.name), instr(T1.name, 'a') FROM item AS T1 CROSS JOIN sale AS T2"),
    Case("SELECT name FROM item WHERE stock IS 7 AND price IS NOT 2",
         "SELECT name FROM item WHERE stock IS NOT DISTINCT FROM 7 AND price IS DISTINCT FROM 2",
         "SELECT name FROM item WHERE stock <=> 7 AND NOT (price <=> 2)"),
    Case("SELECT id FROM item WHERE code > 5 OR code IS NULL ORDER BY code DESC NULLS FIRST",
         "SELECT id FROM item WHERE code > '5' OR code IS NULL ORDER BY code DESC NULLS FIRST",
         "SELECT id FROM item WHERE code > '5' OR code IS NULL ORDER BY code IS NULL DESC, code DESC"),
    Case("SELECT 5 / stock FROM item",
         "SELECT 5 / NULLIF(stock, 0) FROM item",
         "SELECT 5 DIV stock FROM item"),
    Case("SELECT name FROM item WHERE code IN (SELECT stock FROM item)",
         "SELECT name FROM item WHERE CAST(substring(code, '^\\s*([-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?)') AS DOUBLE PRECISION) IN (SELECT stock FROM item)",
         "SELECT name FROM item WHERE code IN (SELECT stock FROM item)"),
]  # fmt: skip


def shop(dialect: Dialect, *, names: str = "", cased: bool = False) -> Schema:
    """Return the schema of a small shop; `names` is put before each name, `cased` an order of texts that heeds case."""

    def table(name: str, columns: dict[str, str]) -> Table:
        made = tuple(
            Column(
                name=names + each,
                natural_name=each,
                declared_type=_TYPES[dialect][kind] + (" COLLATE utf8mb4_bin" if cased and kind == "str" else ""),
                kind=_KINDS[kind],
            )
            for each, kind in columns.items()
        )
        return Table(name=names + name, natural_name=name, columns=made, primary_key=(f"{names}id",))

    key = ForeignKey(
        source=ColumnRef(table=f"{names}sale", column=f"{names}item_id"),
        target=ColumnRef(table=f"{names}item", column=f"{names}id"),
    )
    tables = (table("item", _ITEM), table("sale", _SALE))
    return Schema(database_id="shop", tables=tables, foreign_keys=(key,), dialect=dialect)


@pytest.mark.parametrize("dialect", ["postgres", "mysql"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: re.sub(r"\W+", "-", case.sqlite)[:60])
def test_what_differs_is_written_and_read_back(case: Case, dialect: Dialect) -> None:
    schema = shop(dialect)
    written = from_plan(to_plan(case.sqlite, shop("sqlite")), schema)
    assert written == getattr(case, dialect)
    assert from_plan(to_plan(written, schema), schema) == written
    assert not [v for v in violations(written, schema) if v.severity == "error"]


@pytest.mark.parametrize(
    ("dialect", "sql", "sqlite"),
    [
        ("postgres", "SELECT name FROM item WHERE name LIKE 'L%'", "SELECT name FROM item WHERE name GLOB 'L*'"),
        ("postgres", "SELECT name FROM item WHERE extract(year FROM day) = 2020",
         "SELECT name FROM item WHERE CAST(strftime('%Y', day) AS INTEGER) = 2020"),
        ("postgres", "SELECT date_part('month', day), to_char(day, 'YYYY-MM') FROM item",
         "SELECT CAST(strftime('%m', day) AS INTEGER), strftime('%Y-%m', day) FROM item"),
        ("postgres", "SELECT stock::text, left(name, 2), position('a' in name) FROM item",
         "SELECT CAST(stock AS TEXT), substr(name, 1, 2), instr(name, 'a') FROM item"),
        ("postgres", "SELECT count(*) / NULLIF(count(stock), 0) FROM item", "SELECT count(*) / count(stock) FROM item"),
        ("postgres", "SELECT name FROM item ORDER BY price DESC", "SELECT name FROM item ORDER BY price DESC NULLS FIRST"),
        ("mysql", "SELECT year(day), date_format(day, '%Y-%m') FROM item",
         "SELECT CAST(strftime('%Y', day) AS INTEGER), strftime('%Y-%m', day) FROM item"),
        ("mysql", "SELECT extract(MONTH FROM day), left(name, 2) FROM item",
         "SELECT CAST(strftime('%m', day) AS INTEGER), substr(name, 1, 2) FROM item"),
        ("mysql", 'SELECT name FROM item WHERE name LIKE "L%"', "SELECT name FROM item WHERE name LIKE 'L%'"),
        ("mysql", "SELECT stock / 2, stock DIV 2 FROM item", "SELECT CAST(stock AS REAL) / 2, stock / 2 FROM item"),
        ("mysql", "SELECT concat(name, '-', code) FROM item", "SELECT name || '-' || code FROM item"),
        ("mysql", "SELECT datediff(day, '2020-01-01') FROM item",
         "SELECT julianday(date(day)) - julianday(date('2020-01-01')) FROM item"),
        ("mysql", "SELECT if(stock > 2, 1, 0), locate('a', name) FROM item LIMIT 1, 2",
         "SELECT iif(stock > 2, 1, 0), instr(name, 'a') FROM item LIMIT 2 OFFSET 1"),
    ],
)  # fmt: skip
def test_what_people_write_for_a_server_is_the_plan_of_its_meaning(dialect: Dialect, sql: str, sqlite: str) -> None:
    assert from_plan(to_plan(sql, shop(dialect)), shop("sqlite")) == sqlite


@pytest.mark.parametrize(
    ("dialect", "sql", "word"),
    [
        ("postgres", "SELECT printf('%d', stock) FROM item", "printf"),
        ("postgres", "SELECT date(day, '-1 day') FROM item", "date"),
        ("postgres", "SELECT name FROM item WHERE name GLOB '[A-C]*'", "GLOB"),
        ("mysql", "SELECT T1.name FROM item AS T1 FULL JOIN sale AS T2 ON T1.id = T2.item_id", "FULL JOIN"),
        ("mysql", "SELECT strftime('%W', day) FROM item", "%W"),
    ],
)
def test_what_an_engine_cannot_say_is_refused(dialect: Dialect, sql: str, word: str) -> None:
    with pytest.raises(SQLError, match=re.escape(word)):
        from_plan(to_plan(sql, shop("sqlite")), shop(dialect))


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", "SELECT name FROM item WHERE day > now() - interval '1 day'"),
        ("postgres", "SELECT date_trunc('month', day) FROM item"),
        ("postgres", "SELECT DISTINCT ON (code) name FROM item"),
        ("postgres", "SELECT substring(name, '^a') FROM item"),
        ("postgres", "SELECT name FROM item WHERE name LIKE code"),
        ("mysql", "SELECT timestampdiff(YEAR, day, now()) FROM item"),
        ("mysql", "SELECT name FROM item WHERE name LIKE '10\\\\%'"),
        ("mysql", "SELECT date_format(day, '%b') FROM item"),
    ],
)
def test_what_a_plan_does_not_hold_is_refused_and_no_false_alarm(dialect: Dialect, sql: str) -> None:
    with pytest.raises(SQLError):
        to_plan(sql, shop(dialect))
    assert not [v for v in violations(sql, shop(dialect)) if v.severity == "error"]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb"])
def test_a_column_of_any_row_keeps_its_name_for_the_query_around_it(dialect: Dialect) -> None:
    sql = "SELECT T1.code, T1.c2 FROM (SELECT code, max(price) AS c2 FROM item) AS T1 WHERE T1.code = 'a'"
    schema = shop("sqlite").model_copy(update={"dialect": dialect})
    written = from_plan(to_plan(sql, shop("sqlite")), schema)
    assert " AS code, max(price) AS c2" in written
    assert from_plan(to_plan(written, schema), schema) == written


def test_the_present_is_what_a_time_without_arguments_is() -> None:
    plan = to_plan("SELECT name FROM item WHERE day < date()", shop("sqlite"))
    assert from_plan(plan, shop("mysql")) == "SELECT name FROM item WHERE day < CURRENT_DATE"


def test_names_are_quoted_as_each_engine_folds_them() -> None:
    plan = to_plan("SELECT Ename FROM Eitem", shop("sqlite", names="E"))
    assert from_plan(plan, shop("postgres", names="E")) == 'SELECT "Ename" FROM "Eitem"'
    assert from_plan(plan, shop("mysql", names="E")) == "SELECT Ename FROM Eitem"
    plan = to_plan("SELECT `e name` FROM `e item`", shop("sqlite", names="e "))
    assert from_plan(plan, shop("mysql", names="e ")) == "SELECT `e name` FROM `e item`"


def test_like_is_folded_where_the_order_of_a_column_heeds_case() -> None:
    plan = to_plan("SELECT name FROM item WHERE name LIKE 'LAMP%'", shop("sqlite"))
    written = from_plan(plan, shop("mysql", cased=True))
    assert written == "SELECT name FROM item WHERE lower(name) LIKE lower('LAMP%')"
    assert to_plan(written, shop("mysql", cased=True)) == plan


def test_a_backslash_is_written_twice_where_it_begins_an_escape() -> None:
    plan = to_plan("SELECT name FROM item WHERE name = 'a\\b'", shop("sqlite"))
    assert from_plan(plan, shop("mysql")) == "SELECT name FROM item WHERE name = 'a\\\\b'"
    assert from_plan(plan, shop("postgres")) == "SELECT name FROM item WHERE name = 'a\\b'"
    assert to_plan("SELECT name FROM item WHERE name = 'a\\\\b'", shop("mysql")) == plan
