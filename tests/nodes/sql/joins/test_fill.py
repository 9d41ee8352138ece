"""Joins that a plan leaves out."""

from __future__ import annotations

import pytest

from nodes.plan import Plan
from nodes.sql.from_plan import from_plan
from nodes.sql.joins.tree import join_path
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.shop import shop_schema
from value_index.schema import Column, ColumnRef, ForeignKey, Schema, Table


def table(name: str, *columns: str, key: tuple[str, ...] = ("id",)) -> Table:
    return Table(
        name=name, natural_name=name, columns=tuple(Column(name=c, natural_name=c) for c in columns), primary_key=key
    )


def key(source: str, target: str) -> ForeignKey:
    one, other = source.split("."), target.split(".")
    return ForeignKey(source=ColumnRef(table=one[0], column=one[1]), target=ColumnRef(table=other[0], column=other[1]))


LEAGUE = Schema(
    database_id="league",
    tables=(
        table("team", "id", "name", "city_code"),
        table("game", "id", "home_id", "away_id", "played"),
        table("season", "game_id", "year", key=("game_id", "year")),
        table("award", "game_id", "year", "title", key=("title",)),
        table("city", "city_code", "mayor", key=("city_code",)),
        table("shop", "id", "main_team_id"),
        table("weather", "city_code", "degrees", key=()),
        table("moon", "phase", key=()),
    ),
    foreign_keys=(
        key("game.home_id", "team.id"), key("game.away_id", "team.id"), key("season.game_id", "game.id"),
        key("award.game_id", "season.game_id"), key("award.year", "season.year"),
    ),
)  # fmt: skip


def written(sql: str, schema: Schema) -> str:
    """Return the SQL of a plan whose joins were taken away."""
    return from_plan(to_plan(sql, schema).model_copy(update={"joins": None}), schema)


SHOP_CASES = {
    "SELECT name FROM customer": "SELECT name FROM customer",
    "SELECT customer.name, quantity FROM customer, purchase":
        "SELECT T1.name, T2.quantity FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id",
    "SELECT customer.name, product.name FROM customer, product":
        "SELECT T1.name, T3.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id JOIN product AS T3"
        " ON T2.product_id = T3.id",
    "SELECT total, product.name FROM invoice, product":
        "SELECT T1.total, T3.name FROM invoice AS T1 JOIN purchase AS T2 ON T1.purchase_id = T2.id JOIN product AS T3"
        " ON T2.product_id = T3.id",
    "SELECT a.name, b.name FROM customer AS a, customer AS b":
        "SELECT T1.name, T2.name FROM customer AS T1 JOIN customer AS T2 ON T1.referred_by = T2.id",
    "SELECT product.*, s.n FROM product, (SELECT count(*) AS n FROM note) AS s, customer":
        "SELECT T1.*, T4.c1 FROM product AS T1 JOIN purchase AS T2 ON T1.id = T2.product_id JOIN customer AS T3"
        " ON T2.customer_id = T3.id JOIN (SELECT count(*) AS c1 FROM note) AS T4",
    "SELECT p.name FROM product AS p, customer AS c WHERE EXISTS (SELECT 1 FROM note WHERE body = c.name)":
        "SELECT T1.name FROM product AS T1 JOIN purchase AS T2 ON T1.id = T2.product_id JOIN customer AS T3"
        " ON T2.customer_id = T3.id WHERE EXISTS (SELECT 1 FROM note AS T4 WHERE T4.body = T3.name)",
}  # fmt: skip
LEAGUE_CASES = {
    "two keys to one table: the first": (
        "SELECT name FROM game, team", "FROM game AS T1 JOIN team AS T2 ON T1.home_id = T2.id"),
    "two keys to one table: the one that is grouped by": (
        "SELECT name FROM game, team GROUP BY away_id",
        "FROM game AS T1 JOIN team AS T2 ON T1.away_id = T2.id GROUP BY T1.away_id"),
    "one table twice: both keys": (
        "SELECT a.name, b.name FROM game, team AS a, team AS b",
        "FROM game AS T1 JOIN team AS T2 ON T1.home_id = T2.id JOIN team AS T3 ON T1.away_id = T3.id"),
    "a composite key": (
        "SELECT title FROM season, award",
        "FROM season AS T1 JOIN award AS T2 ON T1.game_id = T2.game_id AND T1.year = T2.year"),
    "a key of a key needs no table between": (
        "SELECT title FROM award, game", "FROM award AS T1 JOIN game AS T2 ON T1.game_id = T2.id"),
    "a name of another table's key": (
        "SELECT mayor FROM team, city", "FROM team AS T1 JOIN city AS T2 ON T1.city_code = T2.city_code"),
    "a name with the table and a role in it": (
        "SELECT name FROM shop, team", "FROM shop AS T1 JOIN team AS T2 ON T1.main_team_id = T2.id"),
    "a shared name that looks like a key": (
        "SELECT degrees FROM weather, team", "FROM weather AS T1 JOIN team AS T2 ON T1.city_code = T2.city_code"),
    "nothing links them": (
        "SELECT phase FROM moon, team", "FROM moon AS T1 JOIN team AS T2"),
}  # fmt: skip


@pytest.mark.parametrize("sql", SHOP_CASES)
def test_foreign_keys_of_a_shop(sql: str) -> None:
    assert written(sql, shop_schema()) == SHOP_CASES[sql]


@pytest.mark.parametrize("name", LEAGUE_CASES)
def test_keys_and_names_of_a_league(name: str) -> None:
    sql, end = LEAGUE_CASES[name]
    assert written(sql, LEAGUE).endswith(end)


def test_one_hub_beats_two_paths() -> None:
    """A, B and C hang on one hub; A and B on another one too, which comes first."""
    names = ("a", "b", "c")
    schema = Schema(
        database_id="hub",
        tables=(
            *(table(name, "id") for name in names),
            table("first", "a_id", "b_id"),
            table("hub", "a_id", "b_id", "c_id"),
        ),
        foreign_keys=(
            key("first.a_id", "a.id"),
            key("first.b_id", "b.id"),
            *(key(f"hub.{n}_id", f"{n}.id") for n in names),
        ),
    )
    assert sorted(step.table for step in join_path(names, schema)) == ["a", "b", "c", "hub"]


def test_join_path_gives_steps_that_a_planner_can_use() -> None:
    steps = join_path(["customer", "product"], shop_schema())
    assert [(step.table, step.source, step.parent) for step in steps] == [
        ("customer", 0, None), ("purchase", None, 0), ("product", 1, 1)
    ]  # fmt: skip
    assert steps[2].pairs == (("product_id", "id"),)
    assert join_path([], shop_schema()) == ()
    assert [step.parent for step in join_path(["note", "nowhere"], shop_schema())] == [None, None]


def test_joins_inside_sub_plans_are_filled_in_too() -> None:
    schema = shop_schema()
    plan = to_plan("SELECT name FROM product WHERE id IN (SELECT product_id FROM purchase, customer)", schema)
    inner = plan.where.right[0].plan.model_copy(update={"joins": None})
    where = plan.where.model_copy(update={"right": (plan.where.right[0].model_copy(update={"plan": inner}),)})
    assert from_plan(Plan.model_validate(plan.model_copy(update={"where": where})), schema).endswith(
        "(SELECT T1.product_id FROM purchase AS T1 JOIN customer AS T2 ON T1.customer_id = T2.id)"
    )


def test_two_thousand_tables_are_no_burden() -> None:
    count = 2000
    tables = tuple(table(f"t{n}", "id", f"t{max(0, n - 1) // 2}_id", "name") for n in range(count))
    keys = tuple(key(f"t{n}.t{(n - 1) // 2}_id", f"t{(n - 1) // 2}.id") for n in range(1, count))
    schema = Schema(database_id="many", tables=tables, foreign_keys=keys)
    assert len(join_path(["t1999", "t1000"], schema)) > 2
