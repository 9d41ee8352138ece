# pyright: basic, reportMissingImports=false
"""Examples as padded tensors."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from nodes.compact.features import EARLIER, FEATURES
from nodes.compact.grammar import WORDS
from training.compact_examples import Example
from training.compact_model import CompactModel

FAR = -1e4
"""Added to attention scores of padding, and put in place of logits the grammar forbids."""
IGNORED = -100


@dataclass
class Batch:
    """B examples, padded to the longest."""

    ids: Tensor
    types: Tensor
    pool: Tensor
    features: Tensor
    relations: Tensor
    token_mask: Tensor
    item_mask: Tensor
    said: Tensor
    """(B, L) mask that hides everything but the utterances from the decoder."""
    previous: Tensor
    previous_mask: Tensor
    inputs: Tensor
    targets: Tensor
    allowed: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(getattr(self, each.name).to(device, non_blocking=True) for each in fields(self)))


def collate(examples: Sequence[Example]) -> Batch:
    """Pad examples into one batch."""
    size = len(examples)
    tokens = max(len(example.features.ids) for example in examples)
    items = max(len(example.features.item_features) for example in examples)
    earlier = max(1, *(len(example.features.previous) for example in examples))
    steps = max(len(example.target) for example in examples)

    def zeros(*shape: int) -> Tensor:
        return torch.zeros(size, *shape, dtype=torch.long)

    batch = Batch(
        ids=zeros(tokens), types=zeros(tokens), pool=torch.zeros(size, items, tokens),
        features=torch.zeros(size, items, FEATURES), relations=zeros(items, items),
        token_mask=torch.full((size, tokens), FAR), item_mask=torch.full((size, items), FAR),
        said=torch.full((size, tokens), FAR), previous=zeros(earlier), previous_mask=torch.full((size, earlier), FAR),
        inputs=zeros(steps), targets=torch.full((size, steps), IGNORED),
        allowed=torch.zeros(size, steps, len(WORDS) + items, dtype=torch.bool),
    )  # fmt: skip
    for row, example in enumerate(examples):
        _fill(batch, row, example)
    return batch


def _fill(batch: Batch, row: int, example: Example) -> None:
    turn = example.features
    length, count, steps = len(turn.ids), len(turn.item_features), len(example.target)
    batch.ids[row, :length] = torch.from_numpy(turn.ids)
    batch.types[row, :length] = torch.from_numpy(turn.types)
    batch.pool[row, :count, :length] = torch.from_numpy(pooling(turn.owner, count))
    batch.features[row, :count] = torch.from_numpy(turn.item_features)
    batch.relations[row, :count, :count] = torch.from_numpy(turn.relations)
    batch.token_mask[row, :length] = 0
    batch.item_mask[row, :count] = 0
    batch.said[row, :length][batch.types[row, :length] <= EARLIER] = 0
    batch.previous[row, : len(turn.previous)] = torch.from_numpy(turn.previous)
    batch.previous_mask[row, : len(turn.previous)] = 0
    target = torch.from_numpy(example.target)
    batch.inputs[row, 1:steps] = target[:-1]
    batch.targets[row, :steps] = target
    batch.allowed[row, :steps, : len(WORDS) + count] = torch.from_numpy(example.allowed)
    batch.allowed[row, steps:, 0] = True


def pooling(owner: np.ndarray, count: int) -> np.ndarray:
    """Return the matrix (N, L) that averages the tokens of each item."""
    matrix = np.zeros((count, len(owner)), np.float32)
    spelling = np.nonzero(owner >= 0)[0]
    matrix[owner[spelling], spelling] = 1.0
    return matrix / np.maximum(matrix.sum(1, keepdims=True), 1.0)


def logits(model: CompactModel, batch: Batch) -> Tensor:
    """Return the scores (B, T, W + N) of the next symbols, with what the grammar forbids far down."""
    tokens, items = model.encode(
        batch.ids, batch.types, batch.pool, batch.features, batch.relations, batch.token_mask, batch.item_mask
    )
    memory = model.memory(tokens, items, batch.previous)
    mask = torch.cat([batch.said, batch.item_mask, batch.previous_mask], 1)
    return model.decode(items, memory, mask, batch.inputs).masked_fill(~batch.allowed, FAR)


def loss(model: CompactModel, batch: Batch) -> Tensor:
    """Return the mean negative log-likelihood of the gold symbols."""
    scores = logits(model, batch)
    return functional.cross_entropy(scores.flatten(0, 1).float(), batch.targets.flatten(), ignore_index=IGNORED)


def exact(model: CompactModel, batch: Batch) -> int:
    """Count the examples whose greedy decoding is the gold plan, symbol for symbol."""
    best = logits(model, batch).argmax(-1)
    return int(((best == batch.targets) | (batch.targets == IGNORED)).all(1).sum())


def batches(examples: Sequence[Example], size: int, draw: random.Random) -> list[list[Example]]:
    """Cut the examples, shuffled, into batches of like lengths."""
    shuffled = draw.sample(list(examples), len(examples))
    out: list[list[Example]] = []
    for start in range(0, len(shuffled), size * 40):
        bucket = sorted(shuffled[start : start + size * 40], key=lambda example: len(example.features.ids))
        out += [bucket[at : at + size] for at in range(0, len(bucket), size)]
    return draw.sample(out, len(out))
