# pyright: basic, reportMissingImports=false
"""The states of texts: kept from a frozen encoder, or computed anew by one that is being tuned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from nodes.compact.features import CLS, FAR, SEP, Pieces
from training.compact.model import TextEncoder

AT_ONCE = 8192
"""Word pieces encoded in one go."""


@dataclass
class Texts:
    """Gives the states of texts; with a frozen encoder each is encoded once."""

    encoder: TextEncoder
    frozen: bool
    kept: dict[Pieces, Tensor] = field(default_factory=dict[Pieces, Tensor])
    means: dict[Pieces, Tensor] = field(default_factory=dict[Pieces, Tensor])

    def learn(self, texts: Iterable[Pieces]) -> None:
        """Encode what is not known yet."""
        new = sorted({pieces for pieces in texts if pieces not in self.kept}, key=len)
        with torch.no_grad():
            while new:
                count = max(1, AT_ONCE // (len(new[min(len(new), 64) - 1]) + 2))
                part, new = new[:count], new[count:]
                for pieces, states in zip(part, _states(self.encoder, part), strict=True):
                    self.kept[pieces] = states[1 : len(pieces) + 1].half().clone()

    def said(self, turns: Sequence[tuple[Pieces, ...]], size: int) -> Tensor:
        """Return the states (B, size, text) of all that was said in each turn."""
        states = self._of([pieces for turn in turns for pieces in turn])
        rows = [torch.cat([states[pieces] for pieces in turn]) for turn in turns]
        return _padded(rows, size)

    def names(self, turns: Sequence[tuple[Pieces, ...]], size: int) -> Tensor:
        """Return the mean states (B, size, text) of the names in each turn."""
        each = {pieces for turn in turns for pieces in turn}
        means = self.means if self.frozen else {}
        new = [pieces for pieces in each if pieces not in means]
        states = self._of(new)
        means.update((pieces, states[pieces].float().mean(0)) for pieces in new)
        return _padded([torch.stack([means[pieces] for pieces in turn]) for turn in turns], size)

    def _of(self, texts: list[Pieces]) -> dict[Pieces, Tensor]:
        if self.frozen:
            self.learn(texts)
            return self.kept
        each = sorted(set(texts))
        if not each:
            return {}
        return {p: states[1 : len(p) + 1] for p, states in zip(each, _states(self.encoder, each), strict=True)}


def _states(encoder: TextEncoder, texts: Sequence[Pieces]) -> Tensor:
    length = max(len(pieces) for pieces in texts) + 2
    where = encoder.norm.weight.device
    ids = torch.zeros(len(texts), length, dtype=torch.long)
    bias = torch.full((len(texts), length), FAR)
    for row, pieces in enumerate(texts):
        ids[row, : len(pieces) + 2] = torch.tensor((CLS, *pieces, SEP))
        bias[row, : len(pieces) + 2] = 0
    return encoder(ids.to(where), bias.to(where))


def _padded(rows: Sequence[Tensor], size: int) -> Tensor:
    out = rows[0].new_zeros(len(rows), size, rows[0].shape[1], dtype=torch.float32)
    for row, states in enumerate(rows):
        out[row, : len(states)] = states
    return out
