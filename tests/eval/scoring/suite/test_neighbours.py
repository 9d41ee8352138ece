"""Neighbours of a query: one slip away."""

from __future__ import annotations

import pytest

from eval.scoring.suite.neighbours import neighbours
from nodes.sql.to_plan import to_plan
from value_index.database import Database


@pytest.mark.parametrize(
    ("sql", "neighbour"),
    [
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE age >= 3"),
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE age > 4"),
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog"),
        ("SELECT name FROM dog WHERE age > 3 AND breed = 'lab'", "SELECT name FROM dog WHERE age > 3"),
        ("SELECT name FROM dog WHERE age > 3 AND breed = 'lab'", "SELECT name FROM dog WHERE age > 3 OR breed = 'lab'"),
        ("SELECT DISTINCT breed FROM dog", "SELECT breed FROM dog"),
        ("SELECT count(age) FROM dog", "SELECT count(*) FROM dog"),
        ("SELECT count(age) FROM dog", "SELECT count(DISTINCT age) FROM dog"),
        ("SELECT name FROM dog ORDER BY age LIMIT 1", "SELECT name FROM dog LIMIT 1"),
        ("SELECT name FROM dog ORDER BY age LIMIT 1", "SELECT name FROM dog ORDER BY age DESC LIMIT 1"),
        ("SELECT name FROM dog UNION SELECT town FROM owner", "SELECT name FROM dog UNION ALL SELECT town FROM owner"),
        (
            "SELECT T1.name FROM dog AS T1 JOIN owner AS T2 ON T1.owner_id = T2.id",
            "SELECT T1.name FROM dog AS T1 LEFT JOIN owner AS T2 ON T1.owner_id = T2.id",
        ),
        (
            "SELECT town FROM owner WHERE id IN (SELECT owner_id FROM dog WHERE age > 3)",
            "SELECT town FROM owner WHERE id IN (SELECT owner_id FROM dog)",
        ),
    ],
)
def test_a_slip_is_among_the_neighbours(database: Database, sql: str, neighbour: str) -> None:
    found = neighbours(to_plan(sql, database.schema), database.schema)
    assert neighbour in found


def test_a_query_is_not_its_own_neighbour(database: Database) -> None:
    sql = "SELECT name FROM dog WHERE age > 3 ORDER BY age LIMIT 2"
    found = neighbours(to_plan(sql, database.schema), database.schema)
    assert sql not in found
    assert len(set(found)) == len(found)
