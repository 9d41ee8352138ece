"""Ties broken one way and the other."""

from __future__ import annotations

import pytest

from eval.scoring.suite.ties import tie_broken
from nodes.sql.to_plan import to_plan
from value_index.database import Database


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("SELECT name FROM dog ORDER BY age", ()),
        (
            "SELECT name FROM dog ORDER BY age LIMIT 1",
            ("SELECT name FROM dog ORDER BY age, name LIMIT 1", "SELECT name FROM dog ORDER BY age, name DESC LIMIT 1"),
        ),
        (
            "SELECT name FROM dog WHERE breed = (SELECT breed FROM dog)",
            (
                "SELECT name FROM dog WHERE breed = (SELECT breed FROM dog ORDER BY breed)",
                "SELECT name FROM dog WHERE breed = (SELECT breed FROM dog ORDER BY breed DESC)",
            ),
        ),
    ],
)
def test_what_a_limit_cuts_is_ordered_in_full(database: Database, sql: str, broken: tuple[str, ...]) -> None:
    found = tie_broken(to_plan(sql, database.schema), database.schema)
    assert tuple(text.replace(" ASC", "") for text in found) == broken
