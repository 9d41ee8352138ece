"""The reward is the scorer's verdict, in the shape that TRL calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.demo.build import build
from training.settings import TrainingError
from training.sft.reward import Judge, RewardWeights, reward_function

GOLD = "SELECT name FROM patient WHERE sex = 'F'"


@pytest.fixture(scope="module")
def clinic() -> Path:
    return next(path for path in build() if path.stem == "clinic")


def rewards(clinic: Path, *answers: object, stage: str = "sql_generation", gold: str = GOLD) -> list[float | None]:
    many = len(answers)
    return reward_function(RewardWeights(execution=1.0, plan=0.3, format=0.1))(
        prompts=[[]] * many, completions=list(answers), completion_ids=[[]] * many, trainer_state=None,
        stage=[stage] * many, database=[str(clinic)] * many, database_id=["clinic"] * many, gold=[gold] * many,
    )  # fmt: skip


def test_right_beats_near_beats_runnable_beats_nonsense(clinic: Path) -> None:
    chat = [{"role": "assistant", "content": "```sql\nSELECT name FROM patient WHERE sex = 'F'\n```"}]
    found = rewards(
        clinic, chat, "SELECT name FROM patient WHERE sex = 'M'", "SELECT count(*) FROM doctor", "SELECT nothing FROM patient", "sorry"
    )  # fmt: skip
    assert all(score is not None for score in found)
    assert found[0] == pytest.approx(1.4)
    assert found == sorted(found, reverse=True)  # type: ignore[type-var]
    assert found[-1] == 0.0
    assert 0.1 < found[2] < found[1] < 0.5  # type: ignore[operator]


def test_a_plan_is_rewarded_for_the_sql_that_it_compiles_to(clinic: Path) -> None:
    column = {"kind": "column", "table": "patient", "column": "name"}
    where = {
        "kind": "predicate", "left": {**column, "column": "sex"}, "operator": "=", "right": [{"kind": "literal", "value": "F"}],
    }  # fmt: skip
    plan = {"select": [column], "tables": [{"kind": "table", "table": "patient"}], "where": where}
    right, without, broken = rewards(
        clinic, json.dumps(plan), json.dumps({**plan, "where": None}), '{"select": 3}', stage="plan_emission"
    )
    assert right == pytest.approx(1.4)
    assert right > without > broken == 0.0  # type: ignore[operator]


def test_a_gold_that_does_not_run_gives_none(clinic: Path) -> None:
    assert rewards(clinic, "SELECT 1", gold="SELECT nothing FROM nowhere") == [None]


def test_the_verdict_is_the_scorers(clinic: Path) -> None:
    from eval.scoring.verdicts import judge
    from value_index.engines.sqlite.database import SQLiteDatabase

    database = SQLiteDatabase.open(clinic)
    for answer in ("SELECT name FROM patient WHERE sex = 'F' ORDER BY name", "SELECT sex FROM patient", ""):
        parts = Judge().parts(answer, stage="sql_generation", database=clinic, database_id="clinic", gold=GOLD)
        assert bool(parts.execution) == judge(database, GOLD, answer).value


def test_a_stage_without_a_runnable_answer_has_no_reward(clinic: Path) -> None:
    with pytest.raises(TrainingError, match="no reward for schema_linking"):
        rewards(clinic, "{}", stage="schema_linking")
