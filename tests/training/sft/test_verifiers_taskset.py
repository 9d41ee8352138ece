"""The taskset of verifiers: the rows as its tasks, and the scorer's verdict as their reward."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

vf = pytest.importorskip("verifiers.v1")


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    from eval.demo.build import build

    clinic = next(path for path in build() if path.stem == "clinic")
    row = {
        "messages": [
            {"role": "system", "content": "You judge."},
            {"role": "user", "content": "Which?"},
            {"role": "assistant", "content": "1"},
        ],
        "stage": "sql_generation", "database_id": "clinic", "database": str(clinic),
        "gold": "SELECT name FROM patient", "candidates": ["SELECT name FROM patient", "SELECT sex FROM patient"],
    }  # fmt: skip
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "sql_generation.jsonl").write_text(json.dumps(row) + "\n")
    return tmp_path


def test_an_answer_is_rewarded_by_the_scorer(rows: Path) -> None:
    from training.sft.verifiers_taskset import TurnConfig, TurnTaskset

    (task,) = list(TurnTaskset(TurnConfig(rows=rows)))
    assert task.data.system_prompt == "You judge." and task.data.prompt_text == "Which?"

    class Trace:
        last_reply = ""

    found: dict[str, dict[str, float]] = {}
    for answer in ("1", "2", "SELECT name FROM patient", "nothing"):
        trace = Trace()
        trace.last_reply = answer
        found[answer] = {fn.__name__: asyncio.run(fn(trace)) for fn in task.hooks("reward")}
    assert found["1"] == found["SELECT name FROM patient"] == {"answered": 1.0, "execution": 1.0, "plan": 1.0}
    assert found["2"]["execution"] == 0 < found["2"]["plan"] < 1
    assert set(found["nothing"].values()) == {0.0}
