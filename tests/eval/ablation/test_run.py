"""The ladder: every rung is a run, gold repairs what it should, and nothing is asked twice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from agent.config import Config
from eval.ablation.ladder import Ladder
from eval.ablation.run import ablate
from eval.ablation.rungs import Rung, rung_of, rungs
from eval.ablation.stand_ins import MemoisedNode
from eval.analysis.compare import compare
from eval.records import RunError, read_manifest
from eval.runs.experiment import RunOptions
from nodes.node import Context
from nodes.state import STAGES, GraphState
from tests.eval.archive import make_archive
from tests.nodes.sql.regatta import open_regatta


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("ladder")
    ablate(RunOptions(data=make_archive(base / "archive"), out=base / "out"))
    return base / "out"


@pytest.fixture(scope="module")
def ladder(folder: Path) -> Ladder:
    return Ladder.model_validate_json((folder / "ladder.json").read_bytes())


def test_every_rung_is_a_run_that_compares_with_the_base(folder: Path, ladder: Ladder) -> None:
    for gain in (gain for step in ladder.steps for gain in step.gains if step.upstream == "predicted"):
        found = compare([folder / "base", folder / gain.run]).runs[0].metrics[0]
        assert (found.first, found.second) == pytest.approx((ladder.value, gain.value))


def test_each_stage_is_skipped_and_perfect_under_both_upstreams(ladder: Ladder) -> None:
    assert [(step.stage, step.upstream) for step in ladder.steps] == [
        *((stage, "predicted") for stage in STAGES),
        *((stage, "gold") for stage in STAGES[1:]),
    ]
    assert all(step.gain("skip") and step.gain("oracle") for step in ladder.steps)


def test_a_perfect_plan_is_a_right_answer(ladder: Ladder) -> None:
    perfect = [step.gain("oracle") for step in ladder.steps if step.stage == "plan_emission"]
    assert [gain and gain.value for gain in perfect] == [1.0, 1.0]


def test_without_a_plan_there_is_no_answer(ladder: Ladder) -> None:
    skipped = next(step for step in ladder.steps if step.stage == "plan_emission").gain("skip")
    assert skipped and skipped.value == 0


def test_the_manifests_tell_the_gold(folder: Path) -> None:
    manifest = read_manifest(folder / "oracle-value_grounding-after-gold")
    assert manifest.oracle_stages == ("dialogue_state_tracking", "schema_linking", "value_grounding")


def test_the_markdown_names_every_stage(folder: Path) -> None:
    text = (folder / "ladder.md").read_text()
    assert all(stage in text for stage in STAGES)


def test_a_folder_in_use_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="not empty"):
        ablate(RunOptions(data=make_archive(tmp_path / "archive"), out=folder))


def test_a_name_tells_its_rung() -> None:
    found = [*rungs(Config.load()), Rung("plan_emission", "variant", "gold", "other")]
    assert [rung_of(rung.name) for rung in found] == found
    assert rung_of("base") is None


def test_a_memo_asks_once_for_each_state(tmp_path: Path) -> None:
    asked: list[str] = []

    async def node(state: GraphState, context: Context) -> str:
        asked.append(state.utterance)
        return state.utterance

    database = open_regatta(tmp_path)
    memoised, context = MemoisedNode(node), Context(database.schema, database)
    states = [GraphState(turn_id="0/0", database_id="d", utterance=text) for text in ("a", "b", "a")]
    assert [asyncio.run(memoised(state, context)) for state in states] == ["a", "b", "a"]
    assert asked == ["a", "b"]
