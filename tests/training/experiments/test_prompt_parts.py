"""The parts of a prompt: their tokens over a recorded run, and their effect on a model that heeds one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.datasets import load
from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from nodes.prompts.parts import PromptParts
from tests.fake_endpoint import Response, fake_endpoint, said
from training.data.lengths import estimate
from training.experiments.part_effects import PartRuns, part_effects
from training.experiments.prompt_parts import PartsConfig, load_parts, parts_table, prompt_tokens
from training.experiments.steps import Steps
from training.settings import TrainingError
from turnsql import app

SHIPPED = Path(__file__).resolve().parents[3] / "configs" / "experiments" / "prompt_parts.toml"
PARTS = {"task": {"task_last": True}, "plan": {"plan": "first"}}


@pytest.fixture(scope="module")
def planner(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build()
    folder = tmp_path_factory.mktemp("runs") / "planner"
    run(RunOptions(data=DEMO_DATA, out=folder, dialogues="0:2", alone=False))
    return folder


def settings(**parts: dict[str, Any]) -> PartsConfig:
    return PartsConfig(agent="agent.toml", dialogues="0:2", base=PromptParts(plan="none"), parts=parts or PARTS)


def test_every_part_is_built_over_the_base_and_costs_tokens(planner: Path) -> None:
    prompts = load_parts(SHIPPED).prompts()
    tokens = prompt_tokens(planner, prompts, estimate)
    assert set(tokens) == set(prompts) and len({len(each) for each in tokens.values()}) == 1
    more = {name: sum(each) - sum(tokens["base"]) for name, each in tokens.items()}
    assert more["no_task_last"] < 0 < more["samples"] < more["all_parts"]
    assert more["feedback"] == 0, "what goes back is no part of the first prompt"
    assert 0 <= more["sure_plan"] <= more["first_plan"] <= more["plan_links_values"]


def test_a_switch_that_there_is_not_is_named() -> None:
    with pytest.raises(TrainingError, match="part 'task': task_first"):
        settings(task={"task_first": True}).prompts()


def test_a_part_that_the_model_heeds_is_seen_to_fix(planner: Path, tmp_path: Path) -> None:
    rows = [turn for dialogue in load("cosql", DEMO_DATA, "dev").dialogues[:2] for turn in dialogue.turns]
    golds = {f"Question: {turn.utterance}": turn.query for turn in rows}

    def answer(body: dict[str, Any]) -> Response:
        asked = body["messages"][-1]["content"]
        gold = next(sql for question, sql in golds.items() if question in asked)
        return said(gold if "and nothing else" in asked else "I would rather not.")

    with fake_endpoint(answer) as endpoint:
        agent = tmp_path / "agent.toml"
        agent.write_text(
            f'[nodes]\nplan_emission = {{ variant = "compact" }}\nsql_generation = {{ variant = "llm" }}\n'
            f'[graph]\nmax_attempts = 1\n[endpoint]\nbase_url = "{endpoint.base_url}"\nmodel = "any"\n'
        )
        prompts, said_so = settings().prompts(), list[str]()
        runs = PartRuns(agent, "0:2", DEMO_DATA, tmp_path / "out", steps=Steps(said_so.append))
        runs.ask(prompts)
        runs.ask(prompts)
    assert sum("is there" in line for line in said_so) == len(prompts), "a run that is whole is not made again"
    effects = part_effects(tmp_path / "out" / "runs", list(prompts))
    assert effects["base"].found.second == effects["base"].sql == 0, "the plan that stands in counts for nothing"
    assert effects["task"].found.second == effects["task"].runs == 1 and effects["task"].found.broken == 0
    assert effects["task"].found.fixed == effects["task"].found.turns > effects["plan"].found.fixed == 0
    table = parts_table(prompt_tokens(planner, prompts, estimate), "estimate", effects)
    assert [row[0] for row in table.rows] == ["base", "task", "plan"] and table.rows[1][-3] == f"+{len(rows)}"


def test_the_command_prints_the_table_and_keeps_it(planner: Path, tmp_path: Path) -> None:
    words = ["train", "prompt-parts", str(planner), "--config", str(SHIPPED), "--out", str(tmp_path / "out")]
    shown = CliRunner().invoke(app, words)
    assert shown.exit_code == 0, shown.output
    assert "| samples |" in (tmp_path / "out" / "table.md").read_text()
    refused = CliRunner().invoke(app, ["train", "prompt-parts", str(planner), "--config", str(SHIPPED), "--ask"])
    assert isinstance(refused.exception, TrainingError) and "give --out" in str(refused.exception)
