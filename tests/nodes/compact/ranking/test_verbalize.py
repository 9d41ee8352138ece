"""Plans in words: every clause has its own, and what the plan before had is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from nodes.compact.ranking.verbalize import Verbalizer
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.regatta import open_regatta
from value_index.schema import Schema

CASES = {
    "SELECT label FROM boat": "label of boat",
    "SELECT DISTINCT label FROM boat WHERE length > 9 AND label LIKE '%a%'": (
        "different label of boat with length above 9 and label like %a%"
    ),
    "SELECT count(*), avg(length) FROM boat GROUP BY label HAVING count(*) > 2": (
        "count of rows, average length of boat per label having count of rows above 2"
    ),
    "SELECT label FROM boat ORDER BY length DESC LIMIT 3": "label of boat by length highest first only 3",
    "SELECT label FROM boat WHERE length = (SELECT max(length) FROM boat)": (
        "label of boat with length is (maximum length of boat)"
    ),
    "SELECT label FROM boat EXCEPT SELECT label FROM boat WHERE length < 5": (
        "label of boat but not label of boat with length below 5"
    ),
    "SELECT label FROM boat WHERE NOT (length = 1 OR length IS NULL)": (
        "label of boat with not (length is 1 or length is missing)"
    ),
    "SELECT label FROM boat WHERE length BETWEEN 2 AND 4": "label of boat with length between 2 and 4",
}


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    return open_regatta(tmp_path).schema


@pytest.mark.parametrize("sql", CASES)
def test_each_clause_has_its_words(sql: str, schema: Schema) -> None:
    assert Verbalizer(schema).of(to_plan(sql, schema)) == CASES[sql]


def test_a_filter_taken_over_and_one_left_out_are_marked(schema: Schema) -> None:
    before = to_plan("SELECT label FROM boat WHERE length > 9 AND label = 'Ada'", schema)
    after = to_plan("SELECT label FROM boat WHERE length > 9", schema)
    assert Verbalizer(schema, before).of(after) == (
        "again label of boat with still length above 9, no longer label is Ada"
    )


def test_columns_of_several_tables_carry_the_name_of_theirs(schema: Schema) -> None:
    keys = schema.foreign_keys
    one, two = keys[0].source, keys[0].target
    plan = to_plan(
        f"SELECT a.{one.column} FROM {one.table} a JOIN {two.table} b ON a.{one.column} = b.{two.column}", schema
    )
    table = schema.table(one.table)
    assert table is not None
    column = schema.describe(one).natural_name
    assert Verbalizer(schema).of(plan).startswith((f"{table.natural_name} {column} of", f"{column} of"))
