"""Made-up models: right in another form, or wrong as real ones are."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from eval.ablation.corruptions import CorruptionInput
from nodes.sql.to_plan import to_plan
from tests.nodes.sql.regatta import open_regatta
from training.linear_models.made_up_models import MISTAKES, REWORDINGS, Answerable, made_up_answer
from value_index.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_regatta(tmp_path)


def answerable(database: Database, gold: str, before: str = "") -> Answerable:
    plan, earlier = to_plan(gold, database.schema), to_plan(before, database.schema) if before else None
    return Answerable(gold, CorruptionInput(plan, earlier, database), ("SELECT 1", "SELECT 2"))


def test_a_strong_model_is_right_and_a_weak_one_is_not(database: Database) -> None:
    gold = "SELECT label FROM boat WHERE boat_id = 2"
    turn = answerable(database, gold)
    expected = database.execute(gold).rows
    for seed in range(20):
        assert database.execute(made_up_answer(turn, 1.0, Random(seed))).rows == expected
    wrong = {made_up_answer(turn, 0.0, Random(seed)) for seed in range(40)}
    assert len(wrong) > 8 and "" in wrong and gold not in wrong


def test_the_same_draw_gives_the_same_answer(database: Database) -> None:
    turn = answerable(database, "SELECT count(*) FROM boat")
    assert [made_up_answer(turn, 0.5, Random(seed)) for seed in range(9)] == [
        made_up_answer(turn, 0.5, Random(seed)) for seed in range(9)
    ]


def test_every_kind_of_mistake_and_wording_is_made_of_some_gold(database: Database) -> None:
    golds = (
        "SELECT label FROM boat WHERE label = 'Petrel' ORDER BY length DESC LIMIT 1",
        "SELECT max(length) FROM boat",
        "SELECT count(*) FROM boat",
        "SELECT T2.name FROM boat AS T1 JOIN maker AS T2 ON T1.maker_id = T2.maker_id WHERE T1.label = 'Petrel'",
    )
    turns = [answerable(database, gold, "SELECT maker_id FROM maker").given for gold in golds]
    for change in (*MISTAKES, *REWORDINGS):
        assert any(list(change(given, Random(0))) for given in turns if given), change.__name__


def test_a_turn_whose_gold_is_no_plan_has_answers_too() -> None:
    turn = Answerable("SELECT 1", None)
    assert made_up_answer(turn, 1.0, Random(1)) == "SELECT 1"
    assert {made_up_answer(turn, 0.0, Random(seed)) for seed in range(30)} >= {"", "SELECT T9.label, 1"}
