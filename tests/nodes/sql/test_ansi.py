"""A plan as the SQL standard says it, for engines of which nothing else is known; its rows are tests/databases'."""

from __future__ import annotations

import pytest

from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.sql.violations import violations
from tests.nodes.sql.test_servers import shop
from value_index.schema import Schema

CASES = [
    ("SELECT name FROM item WHERE name LIKE 'LAMP%'",
     'SELECT "name" FROM "item" WHERE upper("name") LIKE \'LAMP%\''),
    ("SELECT name FROM item WHERE day LIKE '2020%'",
     'SELECT "name" FROM "item" WHERE upper(CAST("day" AS VARCHAR(1000))) LIKE \'2020%\''),
    ('SELECT name FROM item WHERE code = 7',
     'SELECT "name" FROM "item" WHERE "code" = \'7\''),
    ("SELECT name FROM item WHERE stock = '7'",
     'SELECT "name" FROM "item" WHERE "stock" = 7'),
    ("SELECT name FROM item WHERE stock = 'many'",
     'SELECT "name" FROM "item" WHERE CAST("stock" AS VARCHAR(1000)) = \'many\''),
    ('SELECT stock / 2, price / 2 FROM item',
     'SELECT "stock" / 2, "price" / 2 FROM "item"'),
    ('SELECT name FROM item ORDER BY price',
     'SELECT "name" FROM "item" ORDER BY "price" ASC NULLS FIRST'),
    ('SELECT name FROM item ORDER BY price DESC',
     'SELECT "name" FROM "item" ORDER BY "price" DESC NULLS LAST'),
    ('SELECT name FROM item ORDER BY price ASC NULLS LAST',
     'SELECT "name" FROM "item" ORDER BY "price" ASC NULLS LAST'),
    ('SELECT code, count(*) FROM item GROUP BY code ORDER BY count(*), code',
     'SELECT "code", count(*) FROM "item" GROUP BY "code" ORDER BY count(*), "code" ASC NULLS FIRST'),
    ('SELECT "order" FROM item WHERE day > \'2020-06-01\'',
     'SELECT "order" FROM "item" WHERE "day" > \'2020-06-01\''),
    ("SELECT name FROM item WHERE day > '2020'",
     'SELECT "name" FROM "item" WHERE CAST("day" AS VARCHAR(1000)) > \'2020\''),
    ("SELECT strftime('%Y', day), count(*) FROM item GROUP BY strftime('%Y', day)",
     'SELECT substring(CAST(CAST("day" AS DATE) AS VARCHAR(30)) FROM 1 FOR 4), count(*) FROM "item" GROUP BY substring(CAST(CAST("day" AS DATE) AS VARCHAR(30)) FROM 1 FOR 4)'),
    ('SELECT T1.name, count(*) FROM item AS T1 JOIN sale AS T2 ON T1.id = T2.item_id GROUP BY T1.id',
     'SELECT min(T1."name"), count(*) FROM "item" T1 JOIN "sale" T2 ON T1."id" = T2."item_id" GROUP BY T1."id"'),
    ('SELECT count(stock > 2), sum(stock > 2) FROM item',
     'SELECT count(CASE WHEN "stock" > 2 THEN 1 WHEN NOT "stock" > 2 THEN 0 END), sum(CASE WHEN "stock" > 2 THEN 1 WHEN NOT "stock" > 2 THEN 0 END) FROM "item"'),
    ("SELECT iif(stock > 2, 'many', 'few') FROM item",
     'SELECT CASE WHEN "stock" > 2 THEN CAST(\'many\' AS VARCHAR(1000)) ELSE CAST(\'few\' AS VARCHAR(1000)) END FROM "item"'),
    ('SELECT total(amount) FROM sale',
     'SELECT coalesce(sum("amount"), 0) FROM "sale"'),
    ('SELECT count(*) FROM item, sale',
     'SELECT count(*) FROM "item" T1 CROSS JOIN "sale" T2'),
    ('SELECT name FROM item LIMIT -1 OFFSET 2',
     'SELECT "name" FROM "item" OFFSET 2 ROWS'),
    ("SELECT name || '-' || (stock + 1) FROM item",
     'SELECT "name" || \'-\' || CAST("stock" + 1 AS VARCHAR(1000)) FROM "item"'),
    ('SELECT length(stock), max(stock, 3) FROM item WHERE stock IS NOT NULL',
     'SELECT char_length(CAST("stock" AS VARCHAR(1000))), CASE WHEN "stock" >= 3 THEN "stock" WHEN "stock" < 3 THEN 3 END FROM "item" WHERE "stock" IS NOT NULL'),
    ("SELECT name FROM item WHERE name GLOB 'L*'",
     'SELECT "name" FROM "item" WHERE "name" LIKE \'L%\''),
    ('SELECT name FROM item WHERE id NOT IN (SELECT item_id FROM sale WHERE item_id IS NOT NULL)',
     'SELECT "name" FROM "item" WHERE "id" NOT IN (SELECT "item_id" FROM "sale" WHERE "item_id" IS NOT NULL)'),
    ("SELECT name FROM item WHERE stock IN ('7', 3)",
     'SELECT "name" FROM "item" WHERE "stock" IN (7, 3)'),
    ("SELECT name FROM item WHERE stock BETWEEN 2 AND '5'",
     'SELECT "name" FROM "item" WHERE "stock" BETWEEN 2 AND 5'),
    ('SELECT name FROM item WHERE price IS 45.0',
     'SELECT "name" FROM "item" WHERE "price" IS NOT DISTINCT FROM 45.0'),
    ('SELECT CAST(price AS INTEGER) FROM item WHERE id = 1',
     'SELECT CAST(CASE WHEN "price" < 0 THEN ceil("price") ELSE floor("price") END AS BIGINT) FROM "item" WHERE "id" = 1'),
    ('SELECT 7 / 0, 7.0 / 0, 7 % 0 FROM item LIMIT 1',
     'SELECT 7 / NULLIF(0, 0), 7.0 / NULLIF(0, 0), mod(7, nullif(0, 0)) FROM "item" FETCH FIRST 1 ROWS ONLY'),
    ('SELECT name FROM item UNION SELECT note FROM sale ORDER BY 1 LIMIT 2',
     'SELECT "name" FROM "item" UNION SELECT "note" FROM "sale" ORDER BY 1 ASC NULLS FIRST FETCH FIRST 2 ROWS ONLY'),
    ('SELECT avg(x) FROM (SELECT item_id, sum(amount) AS x FROM sale GROUP BY item_id)',
     'SELECT avg(CAST(T1."c2" AS DOUBLE PRECISION)) FROM (SELECT "item_id", sum("amount") AS "c2" FROM "sale" GROUP BY "item_id") T1'),
    ('SELECT DISTINCT name FROM item ORDER BY price',
     'SELECT "name" FROM "item" GROUP BY "name" ORDER BY min("price") ASC NULLS FIRST'),
    ("SELECT CAST(strftime('%Y', day) AS INTEGER) FROM item",
     'SELECT CAST(extract(YEAR FROM "day") AS BIGINT) FROM "item"'),
    ('SELECT code + 1 FROM item',
     'SELECT CAST("code" AS DOUBLE PRECISION) + 1 FROM "item"'),
    ('SELECT sum(stock) / count(*) FROM item',
     'SELECT sum("stock") / NULLIF(count(*), 0) FROM "item"'),
    ('SELECT name FROM item WHERE stock',
     'SELECT "name" FROM "item" WHERE ("stock" != 0) IS TRUE'),
    ('SELECT round(price, 1), ifnull(note, 0) FROM item JOIN sale ON item.id = item_id',
     'SELECT round(T1."price", 1), coalesce(T2."note", CAST(0 AS VARCHAR(1000))) FROM "item" T1 JOIN "sale" T2 ON T1."id" = T2."item_id"'),
    ('SELECT substr(name, -2), substr(name, 1, 2) FROM item',
     'SELECT substring("name" FROM CASE WHEN char_length("name") > 2 THEN char_length("name") - 1 ELSE 1 END), substring("name" FROM 1 FOR 2) FROM "item"'),
    ("SELECT CASE WHEN stock > 2 THEN 'x' ELSE 1 END FROM item",
     'SELECT CASE WHEN "stock" > 2 THEN \'x\' ELSE CAST(1 AS VARCHAR(1000)) END FROM "item"'),
    ("SELECT name FROM item WHERE name LIKE 'a\\b%'",
     'SELECT "name" FROM "item" WHERE upper("name") LIKE \'A\\B%\''),
    ('SELECT name FROM item WHERE id IN (SELECT item_id FROM sale ORDER BY amount DESC LIMIT 2)',
     'SELECT "name" FROM "item" WHERE "id" IN (SELECT "item_id" FROM "sale" ORDER BY "amount" DESC NULLS LAST FETCH FIRST 2 ROWS ONLY)'),
    ('SELECT name, * FROM item',
     'SELECT "name", "id", "name", "price", "stock", "code", "day", "order" FROM "item"'),
    ("SELECT date(day), datetime(day), strftime('%Y-%m', day) FROM item",
     'SELECT CAST("day" AS DATE), CAST("day" AS TIMESTAMP), substring(CAST(CAST("day" AS DATE) AS VARCHAR(30)) FROM 1 FOR 7) FROM "item"'),
    ('SELECT code FROM item UNION SELECT note FROM sale INTERSECT SELECT name FROM item',
     '(SELECT "code" FROM "item" UNION SELECT "note" FROM "sale") INTERSECT SELECT "name" FROM "item"'),
    ('SELECT count(*) FROM (SELECT DISTINCT code FROM item)',
     'SELECT count(*) FROM (SELECT DISTINCT "code" FROM "item") T1'),
    ('SELECT CAST(code AS INTEGER), CAST(price AS TEXT) FROM item',
     'SELECT CAST(CASE WHEN CAST("code" AS DOUBLE PRECISION) < 0 THEN ceil(CAST("code" AS DOUBLE PRECISION)) ELSE floor(CAST("code" AS DOUBLE PRECISION)) END AS BIGINT), CAST("price" AS VARCHAR(1000)) FROM "item"'),
    ('SELECT price % 2, stock % 2 FROM item',
     'SELECT mod(CAST(CASE WHEN "price" < 0 THEN ceil("price") ELSE floor("price") END AS BIGINT), 2), mod("stock", 2) FROM "item"'),
    ('SELECT max(stock, 3), min(price, 2) FROM item',
     'SELECT CASE WHEN "stock" >= 3 THEN "stock" WHEN "stock" < 3 THEN 3 END, CASE WHEN "price" <= 2 THEN "price" WHEN "price" > 2 THEN 2 END FROM "item"'),
    ("SELECT concat(name, note), length(name), instr(name, 'a') FROM item, sale",
     'SELECT coalesce(T1."name", \'\') || coalesce(T2."note", \'\'), char_length(T1."name"), position(\'a\' IN T1."name") FROM "item" T1 CROSS JOIN "sale" T2'),
    ('SELECT name FROM item WHERE stock IS 7 AND price IS NOT 2',
     'SELECT "name" FROM "item" WHERE "stock" IS NOT DISTINCT FROM 7 AND "price" IS DISTINCT FROM 2'),
    ('SELECT id FROM item WHERE code > 5 OR code IS NULL ORDER BY code DESC NULLS FIRST',
     'SELECT "id" FROM "item" WHERE "code" > \'5\' OR "code" IS NULL ORDER BY "code" DESC NULLS FIRST'),
    ('SELECT 5 / stock FROM item',
     'SELECT 5 / NULLIF("stock", 0) FROM "item"'),
    ('SELECT name FROM item WHERE code IN (SELECT stock FROM item)',
     'SELECT "name" FROM "item" WHERE CAST("code" AS DOUBLE PRECISION) IN (SELECT "stock" FROM "item")'),
]  # fmt: skip


def standard() -> Schema:
    """Return the shop in an engine that is not known."""
    return shop("postgres").model_copy(update={"dialect": "ansi"})


@pytest.mark.parametrize(("sql", "written"), CASES)
def test_what_differs_is_written_and_read_back(sql: str, written: str) -> None:
    assert from_plan(to_plan(sql, shop("sqlite")), standard()) == written
    assert from_plan(to_plan(written, standard()), standard()) == written
    assert not [v for v in violations(written, standard()) if v.severity == "error"]


@pytest.mark.parametrize(
    ("sql", "sqlite"),
    [
        (
            "SELECT name FROM item ORDER BY price FETCH FIRST ROW ONLY",
            "SELECT name FROM item ORDER BY price ASC NULLS LAST LIMIT 1",
        ),
        ("SELECT name FROM item OFFSET 2 ROWS FETCH NEXT 3 ROWS ONLY", "SELECT name FROM item LIMIT 3 OFFSET 2"),
        ("SELECT name FROM item WHERE upper(name) LIKE upper(code)", "SELECT name FROM item WHERE name LIKE code"),
        ("SELECT name FROM item WHERE name LIKE 'L\\_%' ESCAPE '\\'", "SELECT name FROM item WHERE name GLOB 'L_*'"),
    ],
)
def test_what_people_write_is_the_plan_of_its_meaning(sql: str, sqlite: str) -> None:
    assert from_plan(to_plan(sql, standard()), shop("sqlite")) == sqlite


@pytest.mark.parametrize("ends", ["FETCH FIRST 10 PERCENT ROWS ONLY", "FETCH FIRST 2 ROWS WITH TIES"])
def test_fetch_that_is_no_limit_is_refused(ends: str) -> None:
    with pytest.raises(SQLError):
        to_plan(f"SELECT name FROM item ORDER BY price {ends}", standard())


def test_fetch_is_no_sql_of_sqlite() -> None:
    with pytest.raises(SQLError):
        to_plan("SELECT name FROM item FETCH FIRST 1 ROWS ONLY", shop("sqlite"))


@pytest.mark.parametrize(
    "sql",
    ["SELECT group_concat(name) FROM item", "SELECT julianday(day) FROM item", "SELECT name, max(price) FROM item",
     "SELECT strftime('%s', day) FROM item", "SELECT max(stock, 3, 4) FROM item"],
)  # fmt: skip
def test_what_the_standard_does_not_say_is_said_to_be_missing(sql: str) -> None:
    with pytest.raises(SQLError, match="the SQL standard"):
        from_plan(to_plan(sql, shop("sqlite")), standard())
