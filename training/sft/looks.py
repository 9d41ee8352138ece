# pyright: basic, reportMissingImports=false
"""Looks: what is seen of a run while it trains, and which of its weights are kept."""

from __future__ import annotations

import json
import time
from pathlib import Path

from rich.console import Console
from transformers import TrainerCallback

from training.sft.checkpoints import best_look, save_whole
from training.sft.config import SftConfig
from training.sft.rows import ChatRow
from training.sft.score import HeldOutLoss, SqlScorer


class Looks(TrainerCallback):
    """Prints progress, scores held-out rows now and then, keeps the best weights, and stops a run that gets no better.

    Of two looks with as many rows right the one with the lower loss of held-out answers is better: a weak model has none
    right for a long time, and the first look must not stand for the run.
    """

    def __init__(
        self, config: SftConfig, scorer: SqlScorer, unseen: HeldOutLoss, rows: list[ChatRow], best: Path, log: Path,
        console: Console, *, resume: bool,
    ) -> None:  # fmt: skip
        self._config, self._scorer, self._unseen, self._rows, self._folder = config, scorer, unseen, rows, best
        self._log, self._console = log, console
        earlier = [json.loads(line) for line in log.read_text().splitlines()] if resume and log.is_file() else []
        self._rank, self.kept, self._stale = best_look(earlier)
        self._before = earlier[-1]["seconds"] if earlier else 0.0
        self._started, self._first = time.monotonic(), 0

    @property
    def best(self) -> float:
        """The share that the best look had right; -1 if there was none."""
        return self._rank[0]

    @property
    def seconds(self) -> float:
        """The seconds of training so far, earlier processes included."""
        return self._before + time.monotonic() - self._started

    def on_train_begin(self, args, state, control, **kwargs):
        self._started, self._first = time.monotonic(), state.global_step

    def on_log(self, args, state, control, logs=None, **kwargs):
        if logs and "loss" in logs and state.global_step > self._first:
            rate = (time.monotonic() - self._started) / (state.global_step - self._first)
            left = rate * (state.max_steps - state.global_step) / 60
            self._console.print(
                f"step {state.global_step}/{state.max_steps}  loss {float(logs['loss']):.3f}  {rate:.2f} s/step  {left:.0f} min left"
            )

    def on_step_end(self, args, state, control, **kwargs):
        if not self._rows or (state.global_step % self._config.evaluate_every and state.global_step < state.max_steps):
            return
        score, loss = self._scorer.accuracy(self._rows), self._unseen.mean()
        better = (score, -loss) >= self._rank
        self._stale = 0 if better else self._stale + 1
        if better:
            self._rank, self.kept = (score, -loss), state.global_step
            if self._config.keep == "best":
                save_whole(kwargs["model"], self._folder)
        with self._log.open("a", encoding="utf-8") as file:
            look = {"step": state.global_step, "accuracy": score, "loss": loss, "seconds": self.seconds}
            file.write(json.dumps(look) + "\n")
        self._console.print(
            f"step {state.global_step}: {score:.3f} right by execution (best {self.best:.3f}), loss {loss:.3f}"
        )
        if self._stale >= self._config.patience:
            control.should_training_stop = True
