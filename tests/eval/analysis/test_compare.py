"""Comparing runs: what is decided, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.analysis.compare import compare
from eval.records import Manifest, RunError
from eval.report.comparison import comparison_table
from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import TurnScores

PLAN: dict[str, float | None] = dict.fromkeys(PLAN_SCORES, 0.5)
ALIKE: dict[str, Any] = {
    "dataset": "cosql", "split": "dev", "dialogues": "0:50", "history": "gold", "rows_sha256": "aa",
    "config_sha256": "cc", "commit": "unknown", "versions": {},
}  # fmt: skip


def run(folder: Path, right: set[int], *, turns: int = 100, **manifest: Any) -> Path:
    """Write a scored run of two turns a dialogue; `right` are the turns that are."""
    folder.mkdir()
    (folder / "manifest.json").write_text(Manifest(**{**ALIKE, **manifest}).model_dump_json())
    lines = [_line(number, number in right).model_dump_json() for number in range(turns)]
    (folder / "scores.jsonl").write_text("".join(line + "\n" for line in lines))
    return folder


def _line(number: int, right: bool) -> TurnScores:
    return TurnScores(
        dialogue=number // 2, turn=number % 2, outcome="answered", strict=right, value=right, official=right,
        official_keep_distinct=right, bird=right, plan=PLAN, plan_of_sql=PLAN,
    )  # fmt: skip


def test_three_turns_of_a_hundred_are_not_decided(tmp_path: Path) -> None:
    comparison = compare([run(tmp_path / "a", set()), run(tmp_path / "b", {1, 40, 77}, config_sha256="dd")])
    (found,) = comparison.runs
    value = found.metrics[0]
    assert (value.metric, value.fixed, value.broken, value.decided) == ("value", 3, 0, False)
    assert (found.fixed, found.broken, found.differs_in) == (("0/1", "20/0", "38/1"), (), ("config_sha256",))
    assert comparison.smallest_decidable == pytest.approx(0.06)
    table = comparison_table(found, comparison.smallest_decidable)
    assert (table.columns[1], table.rows[0][1], table.rows[1][1], table.rows[-1][1]) == (
        "value",
        ".000",
        ".030",
        "no",
    )
    assert table.title.endswith("value not decided")


def test_thirty_turns_are_decided(tmp_path: Path) -> None:
    (found,) = compare([run(tmp_path / "a", set()), run(tmp_path / "b", set(range(0, 90, 3)))]).runs
    assert found.metrics[0].decided and found.metrics[0].difference == pytest.approx(0.3)


def test_a_run_against_itself_shows_no_flip(tmp_path: Path) -> None:
    same = run(tmp_path / "a", {1, 2, 3})
    (found,) = compare([same, same]).runs
    assert (found.fixed, found.broken) == ((), ())
    assert all((m.fixed, m.broken, m.difference, m.decided) == (0, 0, 0, False) for m in found.metrics)


def test_a_family_of_runs_is_adjusted(tmp_path: Path) -> None:
    first = run(tmp_path / "a", set())
    others = [run(tmp_path / name, set(range(0, 70, 10))) for name in "bcdef"]
    alone, together = compare([first, others[0]]).runs[0].metrics[0], compare([first, *others]).runs[0].metrics[0]
    assert alone.decided and not together.decided
    assert together.p_adjusted == pytest.approx(5 * alone.p_value)


@pytest.mark.parametrize("field", ["dataset", "split", "dialogues", "history", "rows_sha256"])
def test_unlike_runs_are_refused_by_name(tmp_path: Path, field: str) -> None:
    other: dict[str, Any] = {
        "dataset": "sparc",
        "split": "train",
        "dialogues": "0:9",
        "history": "predicted",
        "rows_sha256": "bb",
    }
    with pytest.raises(RunError, match=field):
        compare([run(tmp_path / "a", set()), run(tmp_path / "b", set(), **{field: other[field]})])


def test_runs_of_other_turns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="49/0"):
        compare([run(tmp_path / "a", set()), run(tmp_path / "b", set(), turns=98)])


def test_one_run_is_no_comparison(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="two runs"):
        compare([run(tmp_path / "a", set())])
