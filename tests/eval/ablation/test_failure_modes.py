"""Failure attribution: the demo's traps, gold plans corrupted on purpose, and the stage to blame."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.ablation.attribution import Attributor, attribute, blamed
from eval.ablation.attribution_check import measure_modes
from eval.ablation.failure_modes import failure_modes
from eval.ablation.run import ablate
from eval.datasets import Dataset, load
from eval.demo.build import DEMO_DATA, build
from eval.gold.plan_difference import PlanDifference
from eval.records import RunError
from eval.runs.experiment import RunOptions
from eval.scoring.scores import TurnScores
from nodes.sql.to_plan import to_plan
from tests.eval.archive import make_archive
from tests.nodes.sql.regatta import open_regatta

DIALOGUES: list[dict[str, Any]] = json.loads((DEMO_DATA / "sql_state_tracking" / "cosql_dev.json").read_text("utf-8"))
TRAPS = [
    pytest.param(index, turn, trap["failure_mode"], trap["query"], id=f"{index}/{turn}/{trap['failure_mode']}")
    for index, dialogue in enumerate(DIALOGUES)
    for turn, row in enumerate(dialogue["interaction"])
    for trap in row["traps"]
]


@pytest.fixture(scope="module")
def attributor() -> Iterator[Attributor]:
    build()
    dataset = load("cosql", DEMO_DATA, "dev")
    dataset.open_databases()
    yield Attributor(dataset)
    dataset.close()


@pytest.mark.parametrize(("dialogue", "turn", "mode", "sql"), TRAPS)
def test_every_trap_is_told(attributor: Attributor, dialogue: int, turn: int, mode: str, sql: str) -> None:
    assert mode in {finding.mode for finding in attributor.modes(dialogue, turn, sql)}


def test_gold_shows_no_mode(attributor: Attributor) -> None:
    rows = [
        (index, turn, row["query"]) for index, d in enumerate(DIALOGUES) for turn, row in enumerate(d["interaction"])
    ]
    assert [row for row in rows if attributor.modes(*row)] == []


def test_a_trap_shows_few_modes(attributor: Attributor) -> None:
    """Naming every mode every time would be right always, and useless."""
    counts = [len(attributor.modes(trap.values[0], trap.values[1], trap.values[3])) for trap in TRAPS]  # type: ignore[arg-type]
    assert sum(counts) / len(counts) < 2


def test_the_evidence_names_the_constraint(tmp_path: Path) -> None:
    schema = open_regatta(tmp_path).schema
    before, gold, given = (
        to_plan(f"SELECT label FROM boat WHERE {where}", schema)
        for where in ("length > 7", "length > 7 AND label = 'Luz'", "label = 'Luz'")
    )
    (finding,) = failure_modes(PlanDifference(gold, given, (before,), schema))
    assert (finding.mode, finding.evidence) == (
        "filter_amnesia",
        "forgotten: boat.length > 7, which the turn before brought",
    )


def test_a_table_left_out_is_misattribution_and_one_used_less_often_is_not(tmp_path: Path) -> None:
    schema = open_regatta(tmp_path).schema
    alone, joined, twice = (
        to_plan(sql, schema)
        for sql in (
            "SELECT label FROM boat",
            "SELECT label FROM boat JOIN entry ON boat.boat_id = entry.boat_id",
            "SELECT label FROM boat EXCEPT SELECT label FROM boat",
        )
    )
    (left_out,) = failure_modes(PlanDifference(joined, alone, (), schema))
    assert (left_out.mode, left_out.evidence) == ("table_misattribution", "table entry is left out")
    assert failure_modes(PlanDifference(twice, alone, (), schema)) == ()


def test_sql_that_is_none_is_syntax(attributor: Attributor) -> None:
    assert [finding.mode for sql in ("", "SELECT , FROM") for finding in attributor.modes(0, 0, sql)] == ["syntax"] * 2


def scored(value: bool) -> dict[tuple[int, int], TurnScores]:
    return {(0, 0): TurnScores(dialogue=0, turn=0, outcome="answered", value=value, plan={}, plan_of_sql={})}


def test_the_first_stage_that_repairs_alone_is_blamed() -> None:
    runs = {"oracle-plan_emission": scored(True), "oracle-schema_linking": scored(True)}
    assert blamed(runs, (0, 0)) == ("schema_linking", "alone")


def test_else_the_first_that_repairs_after_gold() -> None:
    runs = {"oracle-plan_emission": scored(False), "oracle-value_grounding-after-gold": scored(True)}
    assert blamed(runs, (0, 0)) == ("value_grounding", "after gold")
    assert blamed({}, (0, 0)) == (None, None)


def test_each_wrong_turn_of_a_ladder_is_blamed(tmp_path: Path) -> None:
    ablate(RunOptions(data=make_archive(tmp_path / "archive"), out=tmp_path / "ladder"))
    found = attribute(tmp_path / "ladder")
    assert found.wrong == len(found.turns) == sum(found.stages.values()) > 0
    assert all(turn.stage and turn.repaired for turn in found.turns)
    assert json.loads((tmp_path / "ladder" / "attribution.json").read_text())["wrong"] == found.wrong


def test_a_run_is_no_ladder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no ladder"):
        attribute(tmp_path)


@pytest.mark.data
def test_corruptions_are_named(data_folder: Path) -> None:
    """On CoSQL dev, dialogues 32-159: at least .95 of each mode."""
    dataset: Dataset = load("cosql", data_folder / "cosql_dataset", "dev").select(32, 160)
    dataset.open_databases()
    figures = measure_modes(dataset)
    dataset.close()
    assert all(figure.corrupted >= 30 and figure.named >= 0.95 * figure.corrupted for figure in figures), figures
