"""Every file in configs/ is loaded by what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agent.config import Config
from agent.graph import build_graph
from eval.bench.scale.plan import read_plan
from eval.runs.experiment import RunOptions, read_experiment

CONFIGS = Path(__file__).resolve().parent.parent / "configs"
CHAINS = [CONFIGS / "experiments" / name for name in ("post.toml", "prompt_parts.toml")]  # tests/training loads them
PLANS = [CONFIGS / "experiments" / "scale.toml"]
AGENTS = sorted(path for path in CONFIGS.rglob("*.toml") if "training" not in path.parts and path not in CHAINS + PLANS)
SERVERS = sorted((CONFIGS / "vllm").glob("*.yaml"))


def name(path: Path) -> str:
    return str(path.relative_to(CONFIGS))


def test_no_file_is_left_out() -> None:
    training = {path for path in (CONFIGS / "training").rglob("*") if path.is_file()}  # tests/training loads them
    assert {path for path in CONFIGS.rglob("*") if path.is_file()} == {*AGENTS, *CHAINS, *PLANS, *SERVERS, *training}


@pytest.mark.parametrize("path", AGENTS, ids=name)
def test_an_agent_can_be_built(path: Path) -> None:
    config, experiment = read_experiment(RunOptions(data=Path(), out=Path(), config=path))
    build_graph(config.nodes(), max_attempts=config.graph.max_attempts)
    assert bool(experiment.oracle) == (path.name in ("oracle_prompt.toml", "small_gold_plans.toml"))


@pytest.mark.parametrize("path", PLANS, ids=name)
def test_a_plan_can_be_read(path: Path) -> None:
    assert all(setup.price or not setup.calls for setup in read_plan(path).setup)


@pytest.mark.parametrize("path", sorted((CONFIGS / "baselines").glob("*.toml")), ids=name)
def test_the_baselines_differ_in_their_endpoint_only(path: Path) -> None:
    direct, other = Config.load(CONFIGS / "baselines" / "direct.toml"), Config.load(path)
    assert other.endpoint and other.endpoint.base_url.startswith("http")
    assert {**other.canonical(), "endpoint": None} == {**direct.canonical(), "endpoint": None}


@pytest.mark.parametrize("path", SERVERS, ids=name)
def test_a_server_is_told_what_the_endpoint_expects(path: Path) -> None:
    served = yaml.safe_load(path.read_text(encoding="utf-8"))
    asking = {"small.yaml": "small.toml", "smollm2.yaml": "small.toml"}.get(path.name, "baselines/direct.toml")
    endpoint = Config.load(CONFIGS / asking).endpoint
    assert endpoint and served.get("served-model-name", served["model"]) == endpoint.model
    assert served["max-model-len"] >= endpoint.context_tokens
