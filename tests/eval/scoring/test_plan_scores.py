"""The plan scores: their definitions case by case, and the published trivial rows on real golds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from eval.datasets import load
from eval.gold.outputs import parsed
from eval.gold.plan_form import canonical
from eval.scoring.plan_scores import PLAN_SCORES, plan_scores
from nodes.plan import ColumnTerm, DerivedTerm, LiteralTerm, Plan, Predicate, Star
from nodes.sql.to_plan import to_plan
from value_index.schema import Column, Schema, Table

SCHEMA = Schema(
    database_id="school",
    tables=(
        Table(
            name="Student",
            natural_name="student",
            columns=tuple(Column(name=name, natural_name=name) for name in ("id", "name", "age", "city_id")),
        ),
        Table(
            name="City",
            natural_name="city",
            columns=tuple(Column(name=name, natural_name=name) for name in ("id", "name", "size")),
        ),
    ),
)
JOINED = "SELECT s.name FROM Student AS s JOIN City AS c ON s.city_id = c.id"


def plan(sql: str) -> Plan:
    return to_plan(sql, SCHEMA)


def score(gold: str, predicted: str, name: str) -> float:
    return cast(float, plan_scores(plan(gold), plan(predicted))[name])


@pytest.mark.parametrize(
    ("name", "gold", "predicted", "expected"),
    [
        ("table_f1", JOINED, "SELECT name FROM student", 2 / 3),
        ("column_f1", JOINED, "SELECT name FROM student", 1 / 2),
        ("column_f1", "SELECT count(*) FROM student", "SELECT * FROM student", 1),
        ("join_f1", JOINED, "SELECT s.name FROM City AS c, Student AS s WHERE c.id = s.city_id", 1),
        ("join_f1", JOINED, "SELECT name FROM student", 0),
        ("skeleton_f1", "SELECT count(DISTINCT name) FROM student", "SELECT DISTINCT name FROM student", 1),
        (
            "skeleton_f1",
            "SELECT name FROM student WHERE id IN (SELECT id FROM city)",
            "SELECT name FROM student",
            1 / 2,
        ),
        ("aggregation_f1", "SELECT count(*), max(age) FROM student", "SELECT count(*), min(age) FROM student", 1 / 2),
        ("aggregation_f1", "SELECT count(DISTINCT age) FROM student", "SELECT count(age) FROM student", 0),
        ("group_by_f1", "SELECT age FROM student GROUP BY age", "SELECT age FROM student", 0),
        ("selected_count", "SELECT age, name FROM student", "SELECT name, age FROM student", 1),
        ("selected_expressions", "SELECT age, name FROM student", "SELECT name, age FROM student", 0),
        ("selected_expressions", "SELECT name FROM city", "SELECT C.NAME AS x FROM City AS C", 1),
        ("duplicate_policy", "SELECT DISTINCT name FROM student", "SELECT name FROM student", 0),
        ("predicate_f1", "SELECT name FROM student WHERE age > 3", "SELECT name FROM student WHERE age > 4", 1),
        ("predicate_value_f1", "SELECT name FROM student WHERE age > 3", "SELECT name FROM student WHERE age > 4", 0),
        ("predicate_value_f1", "SELECT name FROM student WHERE age = '3'", "SELECT name FROM student WHERE age = 3", 1),
        ("order_by", "SELECT name FROM student ORDER BY age", "SELECT name FROM student ORDER BY age DESC", 0),
        ("limit", "SELECT name FROM student LIMIT 1", "SELECT name FROM student LIMIT 2", 0),
        ("set_operation", "SELECT id FROM student UNION SELECT id FROM city", "SELECT id FROM student", 0),
    ],
)
def test_each_definition(name: str, gold: str, predicted: str, expected: float) -> None:
    assert score(gold, predicted, name) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (
            "SELECT name FROM student WHERE age > 3 AND id = 1",
            "SELECT s.name FROM student s WHERE 1 = s.id AND 3 < s.age",
            True,
        ),
        (JOINED, "SELECT s.name FROM City c, Student s WHERE c.id = s.city_id", True),
        (JOINED, "SELECT s.name FROM Student s LEFT JOIN City c ON s.city_id = c.id", False),
        ("SELECT name FROM student WHERE id IN (1, 2)", "SELECT name FROM student WHERE id IN (2, 1)", True),
        (
            "SELECT name FROM student WHERE id IN (SELECT id FROM city)",
            "SELECT name FROM student WHERE id IN (SELECT size FROM city)",
            False,
        ),
        ("SELECT age FROM student GROUP BY age, name", "SELECT age FROM student GROUP BY name, age", True),
        ("SELECT age FROM student ORDER BY age, name", "SELECT age FROM student ORDER BY name, age", False),
        ("SELECT id FROM student UNION SELECT id FROM city", "SELECT id FROM city UNION SELECT id FROM student", False),
    ],
)
def test_plans_that_say_the_same_have_one_form(left: str, right: str, same: bool) -> None:
    assert (canonical(plan(left)) == canonical(plan(right))) is same


def test_no_gold_scores_nothing_and_no_plan_is_the_empty_plan() -> None:
    assert plan_scores(None, plan(JOINED)) == dict.fromkeys(PLAN_SCORES)
    assert plan_scores(plan(JOINED), None) == plan_scores(plan(JOINED), Plan())


@pytest.mark.parametrize(
    "dangling",
    [
        Plan(select=(DerivedTerm(source=3, position=0),)),
        Plan(select=(DerivedTerm(source=0, position=0, outer=2),)),
        Plan(select=(Star(source=4),)),
        Plan(select=(ColumnTerm(table="x", column="y", outer=9),)),
        Plan(where=Predicate(left=DerivedTerm(source=9, position=1), operator="=", right=(LiteralTerm(value=1),))),
    ],
)
def test_a_plan_that_names_what_is_not_there_is_scored(dangling: Plan) -> None:
    assert plan_scores(plan(JOINED), dangling)["whole_plan"] == 0


Choice = Callable[[Plan | None], Plan | None]


@pytest.mark.data
@pytest.mark.parametrize(
    ("start", "stop", "choice", "published"),
    [
        (0, 32, lambda _: None, {"macro": 0.530, "column_f1": 0.100, "skeleton_f1": 0.669, "join_f1": 0.790, "aggregation_f1": 0.570, "selected_count": 0.840, "duplicate_policy": 0.970}),
        # column F1 was published as .369: the reader behind it left the outer columns of `... IN (SELECT ...)` unresolved.
        (0, 32, lambda before: before, {"macro": 0.6266, "table_f1": 0.564, "column_f1": 0.3733, "skeleton_f1": 0.769, "join_f1": 0.760, "aggregation_f1": 0.523, "selected_expressions": 0.020, "duplicate_policy": 0.960}),
        (32, 160, lambda _: None, {"macro": 0.509}),
        (32, 160, lambda before: before, {"macro": 0.680, "table_f1": 0.635, "column_f1": 0.4791, "selected_expressions": 0.137}),
    ],
)  # fmt: skip
def test_trivial_planners_score_as_published(
    data_folder: Path, start: int, stop: int, choice: Choice, published: dict[str, float]
) -> None:
    dataset = load("cosql", data_folder / "cosql_dataset", "dev").select(start, stop)
    rows: list[dict[str, float | None]] = []
    for dialogue in dataset.dialogues:
        schema = dataset.open_database(dialogue.database_id).schema
        plans = [parsed(turn.query, schema) for turn in dialogue.turns]
        rows += [plan_scores(gold, choice(before)) for gold, before in zip(plans, [None, *plans], strict=False) if gold]
    for name, value in published.items():
        assert sum(cast(float, row[name]) for row in rows) / len(rows) == pytest.approx(value, abs=6e-4), name
