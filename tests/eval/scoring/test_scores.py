"""Scores of a turn: written strictly, read with what a later version may have added."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from eval.scoring.scores import TurnScores, read_scores

LINE = '{"dialogue": 0, "turn": 1, "outcome": "answered", "value": true, "plan": {}, "plan_of_sql": {}'


def test_a_misspelt_score_is_refused() -> None:
    with pytest.raises(ValidationError, match="valeu"):
        TurnScores(dialogue=0, turn=1, outcome="answered", plan={}, plan_of_sql={}, valeu=True)  # type: ignore[call-arg]


def test_what_a_later_version_added_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "scores.jsonl").write_text(f'{LINE}, "later": 1}}\n', encoding="utf-8")
    (line,) = read_scores(tmp_path)
    assert line.value and line.key == (0, 1)


def test_the_line_stays_flat_with_the_turn_first() -> None:
    line = TurnScores(dialogue=0, turn=1, outcome="answered", plan={}, plan_of_sql={})
    assert list(line.model_dump())[:4] == ["dialogue", "turn", "outcome", "strict"]
