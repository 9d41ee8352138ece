# pyright: basic, reportMissingImports=false
"""Examples as padded tensors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor
from torch.nn import functional

from nodes.compact.features import FAR, FEATURES
from nodes.compact.grammar import WORDS
from nodes.compact.roles import MARKS
from training.compact.examples import Example
from training.compact.model import CompactModel
from training.compact.text_states import Texts

IGNORED = -100


@dataclass
class Batch:
    """B examples, padded to the longest."""

    said: Tensor
    names: Tensor
    segments: Tensor
    features: Tensor
    relations: Tensor
    mask: Tensor
    previous: Tensor
    previous_mask: Tensor
    inputs: Tensor
    targets: Tensor
    allowed: Tensor
    marks: Tensor
    """(B, N, M) what the auxiliary head should say; IGNORED for padding."""

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)))


def collate(examples: Sequence[Example], texts: Texts) -> Batch:
    """Pad examples into one batch."""
    turns = [example.features for example in examples]
    pieces = max(len(turn.segments) for turn in turns)
    items = max(len(turn.item_features) for turn in turns)
    earlier = max(1, *(len(turn.previous) for turn in turns))
    steps = max(len(example.target) for example in examples)
    size, both = len(examples), pieces + items

    def zeros(*shape: int) -> Tensor:
        return torch.zeros(size, *shape, dtype=torch.long)

    batch = Batch(
        said=texts.said([turn.said for turn in turns], pieces), names=texts.names([turn.names for turn in turns], items),
        segments=zeros(pieces), features=torch.zeros(size, items, FEATURES), relations=zeros(both, both),
        mask=torch.full((size, both), FAR), previous=zeros(earlier), previous_mask=torch.full((size, earlier), FAR),
        inputs=zeros(steps), targets=torch.full((size, steps), IGNORED),
        allowed=torch.zeros(size, steps, len(WORDS) + items, dtype=torch.bool),
        marks=torch.full((size, items, len(MARKS)), float(IGNORED)),
    )  # fmt: skip
    for row, example in enumerate(examples):
        _fill(batch, row, example, pieces)
    return batch


def _fill(batch: Batch, row: int, example: Example, pieces: int) -> None:
    turn = example.features
    said, count, steps = len(turn.segments), len(turn.item_features), len(example.target)
    batch.segments[row, :said] = torch.from_numpy(turn.segments)
    batch.features[row, :count] = torch.from_numpy(turn.item_features)
    places = torch.cat([torch.arange(said), pieces + torch.arange(count)])
    batch.relations[row, places[:, None], places[None, :]] = torch.from_numpy(turn.relations).long()
    batch.mask[row, places] = 0
    batch.previous[row, : len(turn.previous)] = torch.from_numpy(turn.previous)
    batch.previous_mask[row, : len(turn.previous)] = 0
    target = torch.from_numpy(example.target)
    batch.inputs[row, 1:steps] = target[:-1]
    batch.targets[row, :steps] = target
    batch.allowed[row, :steps, : len(WORDS) + count] = torch.from_numpy(example.allowed)
    batch.allowed[row, steps:, 0] = True
    batch.marks[row, :count] = torch.from_numpy(example.marks)


def logits(model: CompactModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the scores (B, T, W + N) of the next symbols, what the grammar forbids far down, and those of the marks."""
    pieces, steps = batch.segments.shape[1], batch.inputs.shape[1]
    mixed = model.mix(batch.said, batch.segments, batch.names, batch.features, batch.relations, batch.mask)
    items = mixed[:, pieces:]
    table = model.table(items)
    memory = model.read(mixed, table, batch.previous)
    mask = torch.cat([batch.mask, batch.previous_mask], 1)
    causal = torch.full((steps, steps), FAR, device=mixed.device, dtype=mixed.dtype).triu(1)[None, None]
    start = torch.zeros((), dtype=torch.long, device=mixed.device)
    scores, _ = model.decode(items, table, memory, mask, batch.inputs, start, causal=causal)
    return scores.masked_fill(~batch.allowed, FAR), model.marks(items)


def loss(model: CompactModel, batch: Batch, role_loss_weight: float) -> Tensor:
    """Return the mean negative log-likelihood of the gold symbols, and `role_loss_weight` times that of the items' roles."""
    scores, roles = logits(model, batch)
    plan = functional.cross_entropy(scores.flatten(0, 1).float(), batch.targets.flatten(), ignore_index=IGNORED)
    known = batch.marks != IGNORED
    return plan + role_loss_weight * functional.binary_cross_entropy_with_logits(
        roles[known].float(), batch.marks[known]
    )


def exact(model: CompactModel, batch: Batch) -> int:
    """Count the examples whose greedy decoding is the gold plan, symbol for symbol."""
    best = logits(model, batch)[0].argmax(-1)
    return int(((best == batch.targets) | (batch.targets == IGNORED)).all(1).sum())


def batches(examples: Sequence[Example], size: int, draw: random.Random) -> list[list[Example]]:
    """Cut the examples, shuffled, into batches of like sizes."""
    shuffled = draw.sample(list(examples), len(examples))
    out: list[list[Example]] = []
    for start in range(0, len(shuffled), size * 40):
        bucket = sorted(shuffled[start : start + size * 40], key=lambda example: len(example.features.relations))
        out += [bucket[at : at + size] for at in range(0, len(bucket), size)]
    return draw.sample(out, len(out))
