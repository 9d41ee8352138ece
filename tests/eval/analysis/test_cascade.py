"""The cascade's curve: what it says of two runs is what a run of the cascade does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.analysis.cascade import Cascade, cascade, skill
from eval.analysis.cascade_turns import CascadeTurn, cuts, threshold
from eval.records import RunError, StageRecord, TurnRecord, read_turns
from eval.report.build import write_report
from eval.report.inputs import open_inputs
from eval.report.topics.cascade import cascade_tables, cascades
from eval.runs.experiment import RunOptions
from eval.runs.run import run as run_turns
from eval.scoring.score import score
from eval.scoring.scores import read_scores
from nodes.state import ModelCall, Usage
from tests.eval.analysis.test_compare import run as scored_run
from tests.eval.test_run_llm import knows_gold
from tests.fake_endpoint import fake_endpoint
from turnsql import app

CALL = ModelCall(outcome="complete", usage=Usage(prompt_tokens=90, completion_tokens=10, seconds=2.0, price=0.5))


def written(
    folder: Path,
    right: set[int],
    confidences: Sequence[float | None],
    calls: tuple[ModelCall, ...] = (),
    **manifest: Any,
) -> Path:
    """Write a scored run, two turns a dialogue, with its records."""
    scored_run(folder, right, turns=len(confidences), **manifest)
    lines = [
        TurnRecord(
            dialogue=number // 2, turn=number % 2, database_id="d", utterance="?", history="gold", sql="", outcome="answered",
            stages={
                "plan_emission": StageRecord(variant="compact", output=[{"confidence": sure}]),
                "sql_generation": StageRecord(variant="llm", calls=calls),
            },
        )
        for number, sure in enumerate(confidences)
    ]  # fmt: skip
    (folder / "turns.jsonl").write_text("".join(line.model_dump_json() + "\n" for line in lines))
    return folder


SURE = (0.9, 0.1, 0.55, 0.2, 0.8)
"""Sent in the order 1, 3, 2, 4, 0."""


def drawn(folder: Path, below: float | None = None) -> Cascade:
    """The planner has 0, 2 and 4 right, the model 1, 2 and 4."""
    first = written(folder / "without", {0, 2, 4}, SURE)
    return cascade(first, written(folder / "with", {1, 2, 4}, SURE, (CALL,)), below)


def test_the_curve(tmp_path: Path) -> None:
    found = drawn(tmp_path)
    assert [(it.sent, it.below) for it in found.points] == [(0, 0), (1, 0.2), (2, 0.5), (3, 0.8), (4, 0.9), (5, None)]
    assert [round(it.value * 5) for it in found.points] == [3, 4, 4, 4, 4, 3]
    assert [(it.fixed, it.broken) for it in found.points] == [(0, 0), *[(1, 0)] * 4, (1, 1)]
    assert [round(it.perfect * 5) for it in found.points] == [3, 4, 4, 4, 4, 3]
    assert [it.random for it in found.points] == pytest.approx([0.6] * 6)
    assert [it.tokens for it in found.points] == [0, 20, 40, 60, 80, 100]
    assert [it.seconds for it in found.points] == pytest.approx([0, 0.4, 0.8, 1.2, 1.6, 2])
    assert [it.price for it in found.points] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert found.hindsight == found.points[1] and found.skill == 1 and found.chosen is None
    assert all(it.low <= it.value <= it.high for it in found.points)


def test_a_threshold_chosen_beforehand_is_compared_with_both_runs(tmp_path: Path) -> None:
    chosen = drawn(tmp_path, below=0.85).chosen
    assert chosen and (chosen.point.below, chosen.point.sent) == (0.85, 4)
    assert (chosen.against_first.fixed, chosen.against_first.broken) == (1, 0)
    assert (chosen.against_second.fixed, chosen.against_second.broken) == (1, 0)
    assert not chosen.against_first.decided


def test_turns_of_equal_confidence_go_together_and_those_without_one_always() -> None:
    turns = [CascadeTurn(sure, 0, (0.0, 1.0), ((), ())) for sure in (-1.0, 0.25, 0.25, 0.251, 0.252, 1.0)]
    assert list(cuts(turns)) == [1, 3, 4, 5, 6]
    assert [threshold(turns, sent) for sent in cuts(turns)] == [0, 0.251, 0.252, 1, None]
    close = [CascadeTurn(sure, 0, (0.0, 1.0), ((), ())) for sure in (0.1 + 0.2, 0.30000000000000010)]
    close.sort(key=lambda pair: pair.confidence)
    for sent in cuts(close):
        below = threshold(close, sent)
        assert below is None or sum(turn.confidence < below for turn in close) == sent


def test_an_order_that_sends_the_wrong_turns_is_worse_than_chance() -> None:
    assert skill([-1, 0, 1], [0.1, 0.2, 0.3]) == -1
    assert skill([1, 1], [0.1, 0.2]) is None


def test_unknown_prices_stay_unknown(tmp_path: Path) -> None:
    free = CALL.model_copy(update={"usage": Usage(prompt_tokens=1)})
    first = written(tmp_path / "a", {0}, SURE)
    found = cascade(first, written(tmp_path / "b", {1}, SURE, (free,)))
    assert [it.price for it in found.points] == [0, *[None] * 5]
    assert cascade_tables("", found)[0].rows[1][-1] == "–"


def test_what_makes_no_curve_is_refused(tmp_path: Path) -> None:
    without, asking = written(tmp_path / "a", {0}, SURE), written(tmp_path / "b", {1}, SURE, (CALL,))
    with pytest.raises(RunError, match="asked no language model: give the run without one first"):
        cascade(asking, without)
    with pytest.raises(RunError, match=r"no plan of .* has a confidence"):
        cascade(written(tmp_path / "c", {0}, [None] * 5), asking)
    own = [written(tmp_path / name, {0}, SURE, (CALL,), history="predicted") for name in "de"]
    with pytest.raises(RunError, match="a history of their own"):
        cascade(*own)
    with pytest.raises(RunError, match="not alike: history"):
        cascade(without, own[0])
    settings = {"nodes": {"sql_generation": {"variant": "llm", "below": 0.5}}}
    with pytest.raises(RunError, match="is a cascade itself"):
        cascade(without, written(tmp_path / "f", {0}, SURE, (CALL,), config=settings))
    (asking / "turns.jsonl").write_text("")
    with pytest.raises(RunError, match="scores without records"):
        cascade(without, asking)
    shown = CliRunner().invoke(app, ["eval", "cascade", str(tmp_path / "none"), str(asking)])
    assert isinstance(shown.exception, RunError) and "is not a run folder" in str(shown.exception)


AGENT = """[nodes]
dialogue_state_tracking = {{ variant = "lexical" }}
schema_linking = {{ variant = "lexical" }}
value_grounding = {{ variant = "fuzzy" }}
plan_emission = {{ variant = "compact" }}
sql_generation = {{ variant = "llm"{below} }}
schema_validation = {{ variant = "sqlglot" }}

[endpoint]
base_url = "{url}"
model = "m"
prices = {{ prompt = 1.0, cached = 0.1, completion = 2.0, read_on = 2026-01-01 }}
"""


def test_a_run_of_the_cascade_is_what_the_curve_says(archive: Path, tmp_path: Path) -> None:
    """The compact planner and a model that knows the gold, from runs to report."""
    without, asking, mixed = (tmp_path / name for name in ("without", "asking", "mixed"))
    run_turns(RunOptions(data=archive, out=without))
    sure = sorted(record.confidence or 0.0 for record in read_turns(without))
    below = (sure[3] + sure[4]) / 2
    with fake_endpoint(knows_gold) as server:
        for folder, text in ((asking, ""), (mixed, f", below = {below}")):
            config = tmp_path / f"{folder.name}.toml"
            config.write_text(AGENT.format(below=text, url=server.base_url))
            run_turns(RunOptions(data=archive, out=folder, config=config))
    for folder in (without, asking, mixed):
        score(folder)
    words = ["eval", "cascade", str(without), str(asking), "--below", str(below)]
    shown = CliRunner().invoke(app, [*words, "--json"], catch_exceptions=False)
    chosen = Cascade.model_validate_json(shown.stdout).chosen
    assert chosen

    judged = {line.key: line.value for line in read_scores(mixed) if line.value is not None}
    asked = [
        [call for stage in it.stages.values() for call in stage.calls] for it in read_turns(mixed) if it.key in judged
    ]
    assert 0 < chosen.point.sent == sum(map(bool, asked)) < len(judged)
    assert chosen.point.value == pytest.approx(sum(judged.values()) / len(judged))
    assert chosen.point.price == pytest.approx(
        sum(call.usage.price or 0 for calls in asked for call in calls) / len(judged)
    )
    answers = {it.key: it.sql for it in read_turns(without)}
    kept = [it for it in read_turns(mixed) if not any(stage.calls for stage in it.stages.values())]
    assert kept and all(it.sql == answers[it.key] for it in kept)

    table = CliRunner().invoke(app, words, catch_exceptions=False)
    lines = table.stdout.splitlines()
    assert {"given", "best*"} <= {line.split()[0] for line in lines if line.strip()} and "money" in table.stdout
    assert max(map(len, lines)) <= 80
    inputs = open_inputs([without, asking, mixed])
    assert [name for name, _ in cascades(inputs.runs)] == ["without and asking"]
    page, summary = write_report(inputs, tmp_path)
    assert "### Cascade: without and asking" in summary.read_text("utf-8")
    assert '"cascade-0"' in page.read_text("utf-8")
