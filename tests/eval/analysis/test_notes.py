"""Wrong answers that came without a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.analysis.notes import NotedTurn, figures_of, note_figures
from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score


def test_a_note_is_a_low_confidence_an_unused_word_a_warning_or_another_reading() -> None:
    turns = [
        NotedTurn(0.9, False, True),
        NotedTurn(0.6, True, True),
        NotedTurn(0.8, False, False),
        NotedTurn(0.8, True, False),
        NotedTurn(0.3, False, False),
    ]
    found = figures_of(turns)
    assert (found.turns, found.right, found.wrong) == (5, 0.4, 3)
    assert (found.wrong_without_note, found.right_with_note) == (1, 1)
    assert found.confidence == pytest.approx(0.68)
    assert found.area == (3 + 1) / 6 and found.planner_area == 0.5
    assert (found.curve[3].bound, found.curve[3].right_with_note) == (0.6, 0.0)
    assert found.curve[3].wrong_without_note == pytest.approx(2 / 3)
    assert found.calibration_error == pytest.approx((0.1 + 0.4 + 1.6 + 0.3) / 5)


def test_a_scored_run_is_counted(tmp_path: Path) -> None:
    build()
    run(RunOptions(data=DEMO_DATA, out=tmp_path, dialogues="0:3", alone=False))
    score(tmp_path)
    found = note_figures(tmp_path)
    assert found.turns > 5 and 0 <= found.wrong_without_note <= found.wrong <= found.turns
    assert 0 < found.unused.told_of_gold.of <= found.turns
    assert found.unused.precision.hits == found.unused.recall.hits  # both count the answers that are rightly told
