"""Suites: what the database calls equal and copies tell apart, and what they never do."""

from __future__ import annotations

import hashlib

import pytest

from eval.scoring.suite import Suites
from eval.scoring.verdicts import judge
from value_index.database import Database

JOIN = "FROM dog AS T1 JOIN owner AS T2 ON T1.owner_id = T2.id"


@pytest.mark.parametrize(
    ("gold", "prediction"),
    [
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE age > 4"),
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE age <> 3"),
        ("SELECT name FROM dog WHERE age > 2 AND breed = 'lab'", "SELECT name FROM dog WHERE breed = 'lab'"),
        ("SELECT count(age) FROM dog", "SELECT count(*) FROM dog"),
        ("SELECT count(age) FROM dog", "SELECT count(DISTINCT age) FROM dog"),
        ("SELECT DISTINCT name FROM dog", "SELECT name FROM dog"),
        ("SELECT name FROM dog ORDER BY age LIMIT 1", "SELECT name FROM dog LIMIT 1"),
        ("SELECT name FROM dog ORDER BY age LIMIT 1", "SELECT name FROM dog ORDER BY id LIMIT 1"),
        (
            "SELECT name FROM dog WHERE age = (SELECT max(age) FROM dog)",
            "SELECT name FROM dog ORDER BY age DESC LIMIT 1",
        ),
        ("SELECT max(age) FROM dog WHERE vet_id IN (SELECT id FROM vet)", "SELECT max(age) FROM dog"),
        (f"SELECT T2.town {JOIN}", "SELECT T2.town FROM owner AS T2 LEFT JOIN dog AS T1 ON T1.owner_id = T2.id"),
        (f"SELECT DISTINCT T1.breed {JOIN}", "SELECT DISTINCT T1.breed FROM dog AS T1, owner AS T2"),
        (
            "SELECT breed FROM dog GROUP BY breed HAVING count(*) > 1",
            "SELECT breed FROM dog GROUP BY breed HAVING count(*) >= 2 AND count(*) < 3",
        ),
        ("SELECT town FROM owner UNION SELECT name FROM vet", "SELECT town FROM owner UNION ALL SELECT name FROM vet"),
    ],
)
def test_a_slip_that_the_database_hides_falls(database: Database, gold: str, prediction: str) -> None:
    assert judge(database, gold, prediction).value
    suites = Suites()
    found = suites.judge(database, gold, prediction, True)
    suites.close()
    assert found.holds is False
    assert found.shown_by


@pytest.mark.parametrize(
    ("gold", "prediction"),
    [
        ("SELECT name, age FROM dog", "SELECT age, name FROM dog"),
        ("SELECT name FROM dog WHERE age > 3", "SELECT T1.name AS n FROM dog AS T1 WHERE T1.age > 3"),
        ("SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE NOT age <= 3"),
        ("SELECT name FROM dog WHERE age BETWEEN 3 AND 5", "SELECT name FROM dog WHERE age >= 3 AND age <= 5"),
        ("SELECT id, name FROM dog", "SELECT DISTINCT id, name FROM dog"),
        ("SELECT name, age FROM dog ORDER BY age LIMIT 2", "SELECT age, name FROM dog ORDER BY age ASC LIMIT 2"),
        ("SELECT name, breed FROM dog ORDER BY breed", "SELECT breed, name FROM dog ORDER BY breed"),
        (
            "SELECT breed FROM dog GROUP BY breed HAVING count(*) > 1",
            "SELECT breed FROM dog GROUP BY breed HAVING count(*) >= 2",
        ),
    ],
)
def test_the_same_meaning_never_falls(database: Database, gold: str, prediction: str) -> None:
    suites = Suites()
    found = suites.judge(database, gold, prediction, True)
    suites.close()
    assert found.holds is True


def test_a_prediction_that_is_wrong_already_asks_for_no_copy(database: Database) -> None:
    suites = Suites()
    assert suites.judge(database, "SELECT 1", "SELECT 2", False) == (False, None)
    assert suites.judge(database, "SELECT 1", "SELECT 2", None) == (None, None)


def test_a_gold_that_hangs_on_chance_is_untested(database: Database) -> None:
    suites = Suites()
    gold = "SELECT name FROM dog GROUP BY random()"
    assert suites.judge(database, "no SQL", "SELECT 1", True).shown_by == "untested"
    assert suites.judge(database, gold, "SELECT name FROM dog", True).holds is True
    suites.close()


def test_verdicts_repeat_and_the_database_is_not_touched(database: Database) -> None:
    before = hashlib.sha256(database.path.read_bytes()).hexdigest()
    gold, prediction = "SELECT name FROM dog WHERE age > 3", "SELECT name FROM dog WHERE age > 4"
    found = []
    for _ in range(2):
        suites = Suites()
        found.append(suites.judge(database, gold, prediction, True))
        suites.close()
    assert found[0] == found[1]
    assert hashlib.sha256(database.path.read_bytes()).hexdigest() == before
