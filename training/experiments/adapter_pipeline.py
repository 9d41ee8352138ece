"""AdapterPipeline: an adapter on a CPU, step by step: rows, training, server, effect, held-out dialogues, table.

turnsql train adapter-pipeline --data DATA --python .venv-vllm/bin/python --out runs/adapter
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.llm import check_adapter
from agent.serve import ServeOptions, Server, serving
from eval.demo.build import DEMO_DATA, build
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.run import run
from eval.scoring.score import score
from eval.table import ReportTable
from training.data.prepare import prepare
from training.experiments.read import read_experiments
from training.experiments.table import experiment_tables, write_tables
from training.settings import TrainingError
from training.sft.checkpoints import last_checkpoint
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
    say: Callable[[str], object] = print
    clock: Callable[[], float] = time.monotonic

    def run(self) -> tuple[ReportTable, ...]:
        """Take every step that is left, and return the experiment table.

        Raises:
            TurnSQLError: a step cannot be taken; the ones before it are kept.
        """
        model = self.base or self._made_base()
        mix, trained = self.out / "mix", self.out / ADAPTER
        self._step("rows to learn from", mix / "manifest.json", lambda: self._mix(mix))
        self._step("adapter", trained / "manifest.json", lambda: self._train("small_gold_plans", mix, trained, model))
        names = (str(self._served_name()), ADAPTER)
        if not all((self.out / "runs" / name / "summary.json").is_file() for name in names):
            self._evaluate(names, model, trained / "adapter")
        base, tuned = (self.out / "runs" / name for name in names)
        tables = experiment_tables(read_experiments([(trained, tuned)], base))
        write_tables(tables, self.out / "experiments")
        return tables

    def _made_base(self) -> Path:
        plans, made = self.out / "plans", self.out / "base"
        self._step("rows of the base", plans / "manifest.json", lambda: self._plans(plans))
        self._step("base", made / "manifest.json", lambda: self._train("small", plans, made, None))
        return made / "model"

    def _evaluate(self, names: tuple[str, ...], model: Path, adapter: Path) -> None:
        """Serve base and adapter by one server, and put the same dialogues to both."""
        started = self.clock()
        with serving(self._served(model, adapter)) as server:
            self.say(f"server: {self.clock() - started:.0f} s to its first answer")
            self._step("effect of the adapter", None, lambda: self._effect(server))
            for name in names:
                out = self.out / "runs" / name
                self._step(f"dialogues, {name}", out / "summary.json", lambda: self._answer(server, name, out))  # noqa: B023

    def _step(self, name: str, mark: Path | None, take: Callable[[], object]) -> None:
        if mark is not None and mark.is_file():
            self.say(f"{name}: {mark.parent} is there")
            return
        started = self.clock()
        take()
        self.say(f"{name}: {self.clock() - started:.0f} s")

    def _plans(self, out: Path) -> None:
        build()
        shutil.rmtree(out, ignore_errors=True)
        write_plan_mix(load_plan_mix(self.settings / "plans_demo.toml"), DEMO_DATA.parent, out)

    def _mix(self, out: Path) -> None:
        prepare(self.settings / "mixes" / "small_gold_plans.toml", self.data, out, tokenizer=None, say=self.say)

    def _train(self, settings: str, rows: Path, out: Path, base: Path | None) -> None:
        """Train in a process of its own: `python` has what this one may lack. A run that was killed goes on."""
        words = ["--config", str(self.settings / f"{settings}.toml"), "--data", str(rows), "--out", str(out)]
        words += ["--base", str(base)] if base else []
        if last_checkpoint(out / "checkpoints"):
            words.append("--resume")
        else:
            shutil.rmtree(out, ignore_errors=True)
        status = status_of([self.python, "-m", "turnsql", "train", "sft", *words])
        if status:
            raise TrainingError(
                f"training {out} ended with status {status}: mend what it says above, then run this again"
            )

    def _served(self, model: Path, adapter: Path) -> ServeOptions:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        return ServeOptions(
            SERVED, str(model), adapters=(f"{ADAPTER}={adapter}",), port=port, python=self.python,
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
        self.say(f"adapter: {asyncio.run(check_adapter(endpoint, os.environ)).describe()}")

    def _answer(self, server: Server, name: str, out: Path) -> None:
        counts = run(
            RunOptions(
                data=self.data / "cosql_dataset", split="train", out=out, config=self.agent, concurrency=64, alone=False,
                endpoint=self._endpoint(server, name), resume=(out / "manifest.json").is_file(), environment=os.environ,
            )
        )  # fmt: skip
        self.say(f"{name}: {counts.describe()}")
        if counts.stopped or counts.not_run:
            raise TrainingError(f"{counts.stopped or counts.first_error} (log: {server.log}): run this again to go on")
        score(out)

    def _endpoint(self, server: Server, name: str) -> dict[str, str]:
        base = {"adapter_of": self._served_name()} if name == ADAPTER else {}
        return {"base_url": server.base_url, "model": name, **base}


def status_of(words: list[str]) -> int:
    """Run a command to its end."""
    return subprocess.run(words, check=False).returncode
