from __future__ import annotations

import os
from pathlib import Path

import pytest

from agent.storage.feedback import Feedback, FeedbackError, training_row
from nodes.state import Turn

ASKED = Turn(utterance="list the towns", sql="SELECT name FROM town")


def keep(feedback: Feedback, question: str, sql: str = "SELECT 1", history: tuple[Turn, ...] = ()) -> str:
    return feedback.keep(database="/d/towns.sqlite", question=question, history=history, sql=sql, edited=False).id


def test_what_is_kept_is_listed_replaced_and_forgotten(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "deep" / "feedback.jsonl")
    assert feedback.entries() == ()
    first, other = keep(feedback, "how many?"), keep(feedback, "only two", history=(ASKED,))
    assert keep(feedback, "how many?", "SELECT 2") == first
    assert [(each.id, each.sql) for each in feedback.entries()] == [(other, "SELECT 1"), (first, "SELECT 2")]
    assert feedback.entries("/d/other.sqlite") == ()
    feedback.delete(first)
    assert [each.id for each in feedback.entries()] == [other]
    with pytest.raises(FeedbackError, match="nothing is kept as"):
        feedback.delete(first)
    if os.name == "posix":
        assert feedback.path.stat().st_mode & 0o077 == 0


def test_questions_that_stand_alone_are_knowledge(tmp_path: Path) -> None:
    feedback = Feedback(tmp_path / "feedback.jsonl")
    keep(feedback, "how many?"), keep(feedback, "only two", history=(ASKED,))
    assert [each.question for each in feedback.knowledge("/d/towns.sqlite").questions] == ["how many?"]
    row = training_row(feedback.entries()[1], "none")
    assert (row["utterance"], row["leak_class"], row["history"]) == ("only two", "none", [ASKED.model_dump()])


def test_a_damaged_file_is_told_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"id": 1}\n')
    with pytest.raises(FeedbackError, match="line 1"):
        Feedback(path).entries()
