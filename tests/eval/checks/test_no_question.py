"""The count of utterances taken for no question, against acts and over a data set."""

from __future__ import annotations

from pathlib import Path

from eval.checks.clarification import ActedTurn
from eval.checks.no_question import IMPROPER, questions, score_no_question
from eval.datasets import load
from eval.demo.build import DEMO_DATA, build


def test_precision_recall_and_false_alarms(tmp_path: Path) -> None:
    build()
    demo = load("cosql", DEMO_DATA, "dev")
    name = demo.dialogues[0].database_id
    said = (
        ("Thanks!", IMPROPER),
        ("So long, and thanks for all the fish", IMPROPER),
        ("Thank you", "INFORM_SQL"),
        ("How many?", ""),
    )
    turns = [(ActedTurn(name, (), text, act), act == IMPROPER) for text, act in said]
    score = score_no_question(turns, demo)
    assert (score.due, score.told, score.right, score.precision, score.recall) == (2, 2, 1, 0.5, 0.5)
    assert score.false_alarms == ("small_talk: Thank you",)


def test_no_question_of_the_demo_is_taken_for_none() -> None:
    build()
    demo = load("cosql", DEMO_DATA, "dev")
    score = score_no_question([(turn, False) for turn in questions(demo)], demo)
    assert score.turns > 50 and score.false_alarms == ()
