"""The count of utterances taken for no question, against acts and over a data set."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.checks.clarification import ActedTurn
from eval.checks.labelled_utterances import labelled_utterances
from eval.checks.no_question import IMPROPER, questions, score_no_question
from eval.datasets import DataError, load
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


@pytest.mark.parametrize(
    ("name", "precision", "recall"), [("no_question", 0.99, 0.85), ("no_question_unseen", 0.97, 0.78)]
)
def test_the_labelled_utterances_of_the_demo(name: str, precision: float, recall: float) -> None:
    build()
    demo = load("cosql", DEMO_DATA, "dev")
    labelled = labelled_utterances(DEMO_DATA / f"{name}.jsonl")
    score = score_no_question([(each, each.due or False) for each in labelled], demo)
    assert score.precision is not None and score.precision >= precision
    assert score.recall is not None and score.recall >= recall
    assert (
        sum(each.due for each in score.by_kind.values()) == score.due == sum(each.due is not None for each in labelled)
    )
    assert len(score.missed) == score.due - score.right


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"\xff\xfe", b'{"database_id": "a", "utterance": "b", "kind": "other"}', b"[" * 100_000]
)
def test_a_bad_file_of_utterances_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "said.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"said\.jsonl"):
        labelled_utterances(path)
