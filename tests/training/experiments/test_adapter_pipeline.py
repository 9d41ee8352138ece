"""The pipeline of an adapter: each step once, in order, over a real mix and real runs; training and the server are stand-ins."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agent.serving.vllm import ServeOptions, Server
from eval.runs.experiment import RunOptions, read_experiment
from tests.fake_endpoint import Response, fake_endpoint, said
from tests.training.data.library import about, write_data
from training.data.mix.config import load_mix
from training.experiments.adapter_pipeline import AGENT, SETTINGS, AdapterPipeline
from training.experiments.steps import Steps
from training.settings import TrainingError
from training.sft.config import load_sft_config

CHAIN_AGENT = """
[nodes]
sql_generation = { variant = "llm", sees = "plan" }

[endpoint]
base_url = "http://localhost:1/v1"
model = "small"

[eval]
oracle = ["plan_emission"]
databases = ["bookshop"]
"""
CHAIN_MIX = """
agent = "../../agent.toml"
diagnostic = true
context_tokens = 8192

[[sources]]
set = "cosql"
databases = ["bookshop"]
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> AdapterPipeline:
    data = write_data(tmp_path / "data", [*about("air_network")[:1], *about("bookshop")[:3]], about("clinic")[:1])
    mixes = tmp_path / "configs" / "training" / "mixes"
    mixes.mkdir(parents=True)
    (mixes / "small_gold_plans.toml").write_text(CHAIN_MIX)
    (tmp_path / "configs" / "agent.toml").write_text(CHAIN_AGENT)
    told: list[str] = []
    return AdapterPipeline(
        data, tmp_path / "out", base=tmp_path / "model", settings=mixes.parent, agent=tmp_path / "configs" / "agent.toml",
        steps=Steps(told.append),
    )  # fmt: skip


def heard(pipeline: AdapterPipeline) -> list[str]:
    return pipeline.steps.say.__self__  # type: ignore[attr-defined]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stand in for the process that trains, and keep its words."""
    asked: list[list[str]] = []

    def train(words: list[str]) -> int:
        asked.append(words)
        out = Path(words[words.index("--out") + 1])
        (out / "adapter").mkdir(parents=True)
        rows = {"data": words[words.index("--data") + 1], "rows": {"train": 12}, "steps": 5, "seconds": 60}
        (out / "manifest.json").write_text(json.dumps(rows))
        return 0

    monkeypatch.setattr("training.experiments.steps.status_of", train)
    return asked


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, pipeline: AdapterPipeline) -> list[ServeOptions]:
    """Stand in for the server: the base writes nonsense, the adapter what the mix taught."""
    asked: list[ServeOptions] = []

    def answer(body: dict[str, Any]) -> Response:
        lines = (pipeline.out / "mix" / "train" / "sql_generation.jsonl").read_text().splitlines()
        learnt = {row["messages"][1]["content"]: row["messages"][2]["content"] for row in map(json.loads, lines)}
        if body["model"] == "small":
            return said("SELECT 1")
        return said(learnt.get(body["messages"][-1]["content"], "SELECT 2"))

    @contextmanager
    def serving(options: ServeOptions) -> Generator[Server]:
        asked.append(options)
        with fake_endpoint(answer) as endpoint:
            yield Server(None, endpoint.base_url, ("small", "adapter"), options.log)  # type: ignore[arg-type]

    monkeypatch.setattr("training.experiments.adapter_pipeline.serving", serving)
    return asked


def test_every_step_is_taken_and_the_adapter_is_better_and_decided(
    pipeline: AdapterPipeline, trained: list[list[str]], served: list[ServeOptions]
) -> None:
    tables = {table.title: table for table in pipeline.run()}
    (words,), (options,) = trained, served
    assert words[1:5] == ["-m", "turnsql", "train", "sft"] and words[-2:] == ["--base", str(pipeline.base)]
    assert options.adapters == (f"adapter={pipeline.out / 'adapter' / 'adapter'}",)
    steps = [
        line.partition(":")[0] for line in heard(pipeline) if line.endswith(" s") or " to its first answer" in line
    ]
    assert steps == [
        "rows to learn from", "adapter", "server", "effect of the adapter", "dialogues, small", "dialogues, adapter",
    ]  # fmt: skip
    worth = tables["Against small"]
    found = dict(zip(worth.columns, worth.rows[1], strict=True))
    assert found["decided"] == "yes" and found["broken"] == "0" and float(found["value"]) > 0.9
    assert "| adapter |" in (pipeline.out / "experiments.md").read_text()


def test_what_is_there_is_not_done_again(
    pipeline: AdapterPipeline, trained: list[list[str]], served: list[ServeOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pipeline.run()
    assert pipeline.run() == first
    assert len(trained) == len(served) == 1
    (pipeline.out / "runs" / "adapter" / "summary.json").unlink()
    heard(pipeline).clear()
    assert pipeline.run() == first
    assert len(trained) == 1 and len(served) == 2
    assert f"dialogues, small: {pipeline.out / 'runs' / 'small'} is there" in heard(pipeline)


def test_training_that_fails_is_one_line_and_its_rows_are_kept(
    pipeline: AdapterPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.experiments.steps.status_of", lambda words: 2)
    with pytest.raises(TrainingError, match="ended with status 2: mend what it says above, then run this again"):
        pipeline.run()
    assert (pipeline.out / "mix" / "manifest.json").is_file()


def test_the_shipped_chain_trains_and_asks_about_other_dialogues_of_the_same_databases() -> None:
    mix = load_mix(SETTINGS / "mixes" / "small_gold_plans.toml")
    _, experiment = read_experiment(RunOptions(data=Path(), out=Path(), config=AGENT))
    cosql, generated = mix.sources
    assert cosql.databases == generated.databases == experiment.databases
    assert cosql.dialogues and experiment.dialogues
    assert cosql.dialogues.partition(":")[2] == experiment.dialogues.partition(":")[0]
    assert load_sft_config(SETTINGS / "small_gold_plans.toml").lora
