"""AdapterPipeline: an adapter on a CPU, step by step: rows, training, server, effect, held-out dialogues, table.

turnsql train adapter-pipeline --data DATA --python .venv-vllm/bin/python --out runs/adapter
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from agent.llm import check_adapter
from agent.serving.vllm import ServeOptions, Server, serving
from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.run import run
from eval.scoring.score import score
from eval.table import ReportTable
from training.data.mix.prepare import prepare
from training.experiments.read import read_experiments
from training.experiments.steps import Steps, free_port, train_in_process
from training.experiments.table import experiment_tables, write_tables
from training.settings import TrainingError
from training.sft.plan_rows import load_plan_mix, write_plan_mix

SETTINGS = Path("configs") / "training"
AGENT = Path("configs") / "experiments" / "small_gold_plans.toml"
SERVED = Path("configs") / "vllm" / "small.yaml"
ADAPTER = "adapter"
"""What clients call it; also its folder."""
CPU = {"VLLM_CPU_KVCACHE_SPACE": "1", "VLLM_CPU_OMP_THREADS_BIND": "nobind", "OMP_NUM_THREADS": "1"}
"""A model of a million weights wants little memory, and threads that wait for each other cost more than they bring."""


@dataclass(frozen=True)
class AdapterPipeline:
    """The steps of an adapter, and what they read and write; each leaves a file at its end, and is skipped if that is
    there."""

    data: Path
    """Folder that holds cosql_dataset."""
    out: Path
    python: str = sys.executable
    """The interpreter that has torch, trl, peft and vLLM."""
    base: Path | None = None
    """A small model that was trained before; one is made from nothing where None."""
    settings: Path = SETTINGS
    agent: Path = AGENT
    """Asks the model, and says of which dialogues."""
    steps: Steps = field(default_factory=Steps)

    def run(self) -> tuple[ReportTable, ...]:
        """Take every step that is left, and return the experiment table.

        Raises:
            TurnSQLError: a step cannot be taken; the ones before it are kept.
        """
        model = self.base or self._made_base()
        mix, trained = self.out / "mix", self.out / ADAPTER
        self.steps.take("rows to learn from", mix / "manifest.json", lambda: self._mix(mix))
        self.steps.take(
            "adapter", trained / "manifest.json", lambda: self._train("small_gold_plans", mix, trained, model)
        )
        names = (str(self._served_name()), ADAPTER)
        if not all((self.out / "runs" / name / "summary.json").is_file() for name in names):
            self._evaluate(names, model, trained / "adapter")
        base, tuned = (self.out / "runs" / name for name in names)
        tables = experiment_tables(read_experiments([(trained, tuned)], base))
        write_tables(tables, self.out / "experiments")
        return tables

    def _made_base(self) -> Path:
        plans, made = self.out / "plans", self.out / "base"
        self.steps.take("rows of the base", plans / "manifest.json", lambda: self._plans(plans))
        self.steps.take("base", made / "manifest.json", lambda: self._train("small", plans, made, None))
        return made / "model"

    def _evaluate(self, names: tuple[str, ...], model: Path, adapter: Path) -> None:
        """Serve base and adapter by one server, and put the same dialogues to both."""
        started = self.steps.clock()
        with serving(self._served(model, adapter)) as server:
            self.steps.say(f"server: {self.steps.clock() - started:.0f} s to its first answer")
            self.steps.take("effect of the adapter", None, lambda: self._effect(server))
            for name in names:
                out = self.out / "runs" / name
                self.steps.take(f"dialogues, {name}", out / "summary.json", lambda: self._answer(server, name, out))  # noqa: B023

    def _plans(self, out: Path) -> None:
        build()
        shutil.rmtree(out, ignore_errors=True)
        write_plan_mix(load_plan_mix(self.settings / "plans_demo.toml"), DEMO_DATA.parent, out)

    def _mix(self, out: Path) -> None:
        prepare(self.settings / "mixes" / "small_gold_plans.toml", self.data, out, tokenizer=None, say=self.steps.say)

    def _train(self, settings: str, rows: Path, out: Path, base: Path | None) -> None:
        train_in_process(self.python, self.settings / f"{settings}.toml", rows, out, base=base)

    def _served(self, model: Path, adapter: Path) -> ServeOptions:
        return ServeOptions(
            SERVED, str(model), adapters=(f"{ADAPTER}={adapter}",), port=free_port(), python=self.python,
            log=self.out / "vllm.log", wait=1800.0, environment={**CPU, **os.environ},
        )  # fmt: skip

    def _served_name(self) -> str:
        endpoint = read_experiment(RunOptions(data=Path(), out=Path(), config=self.agent))[0].endpoint
        assert endpoint is not None
        return endpoint.model

    def _effect(self, server: Server) -> None:
        asked = RunOptions(data=Path(), out=Path(), config=self.agent, endpoint=self._endpoint(server, ADAPTER))
        endpoint = read_experiment(asked)[0].endpoint
        assert endpoint is not None
        self.steps.say(f"adapter: {asyncio.run(check_adapter(endpoint, os.environ)).describe()}")

    def _answer(self, server: Server, name: str, out: Path) -> None:
        counts = run(
            RunOptions(
                data=self.data / "cosql_dataset", split="train", out=out, config=self.agent, concurrency=64, alone=False,
                endpoint=self._endpoint(server, name), resume=(out / "manifest.json").is_file(), environment=os.environ,
            )
        )  # fmt: skip
        self.steps.say(f"{name}: {counts.describe()}")
        if counts.stopped or counts.not_run:
            raise TrainingError(f"{counts.stopped or counts.first_error} (log: {server.log}): run this again to go on")
        score(out)

    def _endpoint(self, server: Server, name: str) -> dict[str, str]:
        base = {"adapter_of": self._served_name()} if name == ADAPTER else {}
        return {"base_url": server.base_url, "model": name, **base}
