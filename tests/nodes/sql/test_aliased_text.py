"""Plans with the names that their SQL uses."""

from __future__ import annotations

import pytest

from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.sql.aliased_text import aliased_lines
from nodes.sql.joins.fill import with_joins
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.regatta import open_regatta
from value_index.schema import Schema

CASES = {
    "SELECT label FROM boat WHERE length > 3": ["select label", "from boat", "where length > 3"],
    "SELECT T2.name, count(*) FROM boat AS T1 JOIN maker AS T2 ON T1.maker_id = T2.maker_id GROUP BY T2.name": [
        "select T2.name, count(*)", "from boat T1, maker T2 on T1.maker_id = T2.maker_id", "group by T2.name",
    ],
    "SELECT label FROM boat WHERE boat_id NOT IN (SELECT boat_id FROM entry)": [
        "select label", "from boat", "where boat_id not in (select boat_id from entry)",
    ],
    "SELECT label FROM boat UNION SELECT name FROM maker": ["select label", "from boat", "union select name from maker"],
    "SELECT T1.label FROM boat AS T1 WHERE EXISTS (SELECT * FROM entry AS T2 WHERE T2.boat_id = T1.boat_id)": [
        "select T1.label", "from boat T1", "where exists (select * from entry T2 where T2.boat_id = T1.boat_id)",
    ],
    "SELECT T1.* FROM boat AS T1 JOIN maker AS T2 ON T1.maker_id = T2.maker_id": [
        "select T1.*", "from boat T1, maker T2 on T1.maker_id = T2.maker_id",
    ],
    "SELECT avg(n) FROM (SELECT count(*) AS n FROM entry GROUP BY boat_id)": [
        "select avg(c1)", "from (select count(*) from entry group by boat_id)",
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    return open_regatta(tmp_path_factory.mktemp("regatta")).schema


@pytest.mark.parametrize("sql", CASES)
def test_names_are_those_of_the_sql(schema: Schema, sql: str) -> None:
    assert aliased_lines(to_plan(sql, schema), schema) == CASES[sql]


def test_a_column_without_its_table_stays_as_it_is(schema: Schema) -> None:
    plan = Plan(select=(ColumnTerm(table="crew", column="age"),), tables=(TableSource(table="boat"),))
    assert aliased_lines(with_joins(plan, schema), schema) == ["select crew.age", "from boat"]
