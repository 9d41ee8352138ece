"""What a fine-tuning run will need, before anything is loaded: GPU memory and time, from the model's shape alone.

The memory is a sum of parts that are known (weights, adapter, optimiser, checkpointed activations) and of one allowance for what is
not (kernels' work space, fragmentation). Against the one published figure, Unsloth's 10 GB and 22 GB for 16-bit LoRA of Qwen3.5
4B and 9B, it is up to a quarter higher (a test says so); on a card it was not checked.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from training.data.lengths import estimate as count_tokens
from training.settings import TrainingError
from training.sft.config import SftConfig
from training.sft.rows import ChatRow
from value_index.errors import reason
from value_index.models import FrozenModel

GB = 1e9
HYBRID_MODULES = ("in_proj_qkv", "in_proj_z", "in_proj_b", "in_proj_a", "out_proj")
"""The modules of Qwen3.5's linear-attention layers; vLLM serves them fused, as in_proj_qkvz and in_proj_ba."""
DENSE_MODULES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
ALLOWANCE = 1.0
"""GB for the CUDA context and kernels."""
SLACK = 1.05
"""Fragmentation."""
USE = 0.35
"""Share of a card's peak that a LoRA step reaches."""
BYTES_4BIT = 0.56
"""A weight in NF4 with its scales."""
BYTES_ADAPTER = 16
"""An adapter's weight, gradient and two moments, in 32 bits each."""


class Shape(FrozenModel):
    """What of a model decides memory and time."""

    parameters: int
    embedding: int
    """Parameters of the embedding and, where it is another matrix, of the output: these stay in 16 bits."""
    hidden: int
    intermediate: int
    layers: int
    vocabulary: int
    per_rank: int
    """Parameters of an adapter of rank 1 on every linear layer but the output."""
    hybrid: bool
    """Whether some layers carry a state along the sequence."""


SHAPES: dict[str, Shape] = {
    "Qwen/Qwen3.5-4B": Shape(
        parameters=4_205_751_296, embedding=635_699_200, hidden=2560, intermediate=9216, layers=32, vocabulary=248_320,
        per_rank=2_029_056, hybrid=True,
    ),
    "Qwen/Qwen3.5-9B": Shape(
        parameters=8_953_803_264, embedding=2_034_237_440, hidden=4096, intermediate=12_288, layers=32,
        vocabulary=248_320, per_rank=2_704_896, hybrid=True,
    ),
}  # fmt: skip
"""Counted on models built from their published configurations without weights; the vision tower is not loaded."""


class Estimate(FrozenModel):
    """GB of GPU memory by part, and minutes."""

    weights: float
    adapter: float
    activations: float
    logits: float
    allowance: float
    minutes: float | None = Field(default=None)
    """The minutes on a card whose speed is known."""

    @property
    def total(self) -> float:
        """All parts together, with slack."""
        return SLACK * (self.weights + self.adapter + self.activations + self.logits) + self.allowance

    def line(self) -> str:
        """Say it in one line."""
        parts = (
            f"weights {self.weights:.1f}, adapter {self.adapter:.1f}, activations {self.activations + self.logits:.1f}"
        )
        time = f", about {self.minutes:.0f} min" if self.minutes is not None else ""
        return f"about {self.total:.1f} GB of GPU memory ({parts}){time}"


def estimate(
    shape: Shape, *, rank: int | None, bits: Literal[4, 16], batch: int, longest: int, tokens: int | None = None,
    teraflops: float | None = None,
) -> Estimate:  # fmt: skip
    """Estimate a run with gradient checkpointing.

    Args:
        rank: of the adapter; None trains all weights.
        bits: of the base's weights.
        batch: rows that are on the card at once.
        longest: tokens of a row.
        tokens: of all rows of the run, epochs counted.
        teraflops: peak of the card in bf16.
    """
    linear = shape.parameters - shape.embedding
    weights = 2 * shape.parameters if bits == 16 else BYTES_4BIT * linear + 2 * shape.embedding
    trained = shape.parameters if rank is None else rank * shape.per_rank
    row_tokens = batch * longest
    kept = 2 * row_tokens * shape.hidden * shape.layers
    layer = 2 * row_tokens * (12 * shape.hidden + 4 * shape.intermediate)
    # The loss is computed over chunks of the sequence, so the logits of a few hundred tokens are alive at once.
    logits = 8 * min(row_tokens, 512) * shape.vocabulary
    work = 6 * shape.parameters * tokens if tokens is not None else None
    return Estimate(
        weights=weights / GB,
        adapter=BYTES_ADAPTER * trained / GB,
        activations=(kept + layer) / GB,
        logits=logits / GB,
        allowance=ALLOWANCE,
        minutes=work / (teraflops * 1e12 * USE) / 60 if work is not None and teraflops else None,
    )


def refuse_too_small(found: Estimate, memory: float, card: str) -> None:
    """Refuse a card that the run does not fit.

    Raises:
        TrainingError: It does not; the line says by how much and what to change.
    """
    if found.total > memory:
        raise TrainingError(
            f"{card} has {memory:.0f} GB, the run needs {found.line()}: lower batch (and raise accumulate), longest or "
            "lora.rank, set bits = 4, or take a smaller model"
        )


def shape_of(base: str) -> Shape | None:
    """Return the shape of a known model, or one read from a folder's config.json; None if neither tells it."""
    if base in SHAPES:
        return SHAPES[base]
    path = Path(base) / "config.json"
    if not path.is_file():
        return None
    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingError(f"cannot read {path}: {reason(error)}") from error
    values = values.get("text_config", values)
    try:
        return _read_shape(values)
    except KeyError:
        return None


def _read_shape(values: dict[str, Any]) -> Shape:
    """Count the linear layers of a Qwen3 or Qwen3.5 configuration; norms and convolutions are too small to matter."""
    hidden, inner, layers = values["hidden_size"], values["intermediate_size"], values["num_hidden_layers"]
    heads, groups = values["num_attention_heads"], values["num_key_value_heads"]
    size = values.get("head_dim") or hidden // heads
    kinds = values.get("layer_types") or ["full_attention"] * layers
    gated = 2 if "linear_attention" in kinds else 1
    full = [(hidden, gated * heads * size), (hidden, groups * size), (hidden, groups * size), (heads * size, hidden)]
    linear = _linear_attention(values, hidden) if "linear_attention" in kinds else []
    feed = [(hidden, inner), (hidden, inner), (inner, hidden)]
    modules = [pair for kind in kinds for pair in (*(linear if kind == "linear_attention" else full), *feed)]
    embedding = values["vocab_size"] * hidden * (1 if values.get("tie_word_embeddings") else 2)
    return Shape(
        parameters=sum(a * b for a, b in modules) + embedding,
        embedding=embedding,
        hidden=hidden,
        intermediate=inner,
        layers=layers,
        vocabulary=values["vocab_size"],
        per_rank=sum(a + b for a, b in modules),
        hybrid=bool(linear),
    )


def _linear_attention(values: dict[str, Any], hidden: int) -> list[tuple[int, int]]:
    keys = values["linear_num_key_heads"] * values["linear_key_head_dim"]
    heads = values["linear_num_value_heads"]
    inner = heads * values["linear_value_head_dim"]
    return [(hidden, 2 * keys + inner), (hidden, inner), (hidden, heads), (hidden, heads), (inner, hidden)]


def run_estimate(config: SftConfig, named: str, rows: Sequence[ChatRow]) -> str:
    """Say in one line what a run over some rows takes, before a card is at hand.

    Args:
        named: folder or hub name of the base.

    Raises:
        TrainingError: the base is of a shape that is not known.
    """
    shape = shape_of(named)
    if shape is None:
        raise TrainingError(f"{named}: a model of unknown shape: give a folder with its config.json")
    lengths = [count_tokens(row.messages) for row in rows]
    tokens = run_tokens(config, lengths)
    rank = config.lora.rank if config.lora else None
    found = estimate(
        shape, rank=rank, bits=config.bits, batch=config.batch_size, longest=config.longest, tokens=tokens,
        teraflops=config.teraflops,
    )  # fmt: skip
    over = sum(length > config.longest for length in lengths)
    long = f"; {over} of {len(rows)} rows may be longer than {config.longest} tokens" if over else ""
    return f"{named}: {found.line()}, {tokens:,} tokens of {len(rows):,} rows{long}"


TIMED = (0.5, 0.2, 0.5, 0.8)
"""Which batches are timed, as places in the order of length; the first only warms up."""


def run_tokens(config: SftConfig, lengths: Sequence[int]) -> int:
    """Return the tokens that a run passes over, epochs counted; one that stops early passes over fewer.

    Args:
        lengths: tokens of each row to train on.
    """
    steps = config.steps and config.steps * config.batch_size * config.accumulate / len(lengths)
    return round((steps or config.epochs) * sum(lengths))


def measured_minutes(
    model: Any, collate: Callable[[list[Any]], Any], rows: Sequence[dict[str, list[int]]], config: SftConfig,
    clock: Callable[[], float] = time.monotonic,
) -> float:  # fmt: skip
    """Return the minutes of a run, from passes of the model over a few of its batches; no weight changes.

    Args:
        collate: makes one batch of rows.
        rows: all rows to train on, as tokens.
    """
    ordered = sorted(rows, key=lambda row: len(row["input_ids"]))
    seconds, tokens = 0.0, 0
    for number, place in enumerate(TIMED):
        start = min(int(place * len(ordered)), max(0, len(ordered) - config.batch_size))
        batch = ordered[start : start + config.batch_size]
        inputs = collate(batch)
        started = clock()
        model(**inputs).loss.backward()
        if number:
            seconds += clock() - started
            tokens += sum(len(row["input_ids"]) for row in batch)
    model.zero_grad()
    return seconds / tokens * run_tokens(config, [len(row["input_ids"]) for row in rows]) / 60
