# pyright: basic, reportMissingImports=false
"""The cross-encoder's network: the lower layers of MiniLM over what was said and the plans of a turn.

What was said is read once for all plans of a turn: a plan's word pieces attend to it and to their own, so that a plan costs
no more than itself. No padding goes through the matrices: pieces lie one after the other, in rows for attention alone.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.compact.features import FAR
from nodes.compact.ranking.cross_encoder import PLAN
from training.compact.model import POSITIONS, EncoderLayer, Shape, TextEncoder
from training.compact.pretrained import load_encoder

HEAD = ("dense", "score", "segments")
"""What is not MiniLM's."""


class CrossEncoderModel(nn.Module):
    """Scores plans; the inputs are those of `nodes.compact.ranking.cross_encoder.Batch`."""

    def __init__(self, vocabulary: int, layers: int, dropout: float = 0.0) -> None:
        super().__init__()
        shape = Shape(vocabulary=vocabulary)
        self.heads = shape.heads
        self.words, self.positions = nn.Embedding(vocabulary, shape.text), nn.Embedding(POSITIONS, shape.text)
        self.segments = nn.Embedding(PLAN + 1, shape.text)
        self.norm = nn.LayerNorm(shape.text, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.dense, self.score = nn.Linear(shape.text, shape.text), nn.Linear(shape.text, 1)
        nn.init.zeros_(self.segments.weight)
        nn.init.normal_(self.score.weight, std=0.02)
        nn.init.zeros_(self.score.bias)
        # 12 of 19 million weights, each of which few examples would move.
        self.words.requires_grad_(False)
        self.positions.requires_grad_(False)

    def start_from(self, base: Path) -> None:
        """Take over the weights of MiniLM's lower layers."""
        encoder = TextEncoder(Shape(vocabulary=self.words.num_embeddings), 0.0)
        load_encoder(encoder, base)
        for ours, theirs in (
            (self.words, encoder.words),
            (self.positions, encoder.positions),
            (self.norm, encoder.norm),
        ):
            ours.load_state_dict(theirs.state_dict())
        for ours, theirs in zip(self.layers, encoder.layers, strict=False):
            ours.load_state_dict(theirs.state_dict())

    def forward(
        self, ids: Tensor, positions: Tensor, segments: Tensor, contexts: Tensor, plans: Tensor, owners: Tensor,
        context_places: Tensor, plan_places: Tensor,
    ) -> Tensor:  # fmt: skip
        """Return the scores (P,)."""
        x = self.dropout(self.norm(self.words(ids) + self.positions(positions) + self.segments(segments)))
        padding = ids.shape[0]
        of_context = torch.where(contexts == padding, FAR, 0.0)[:, None, None, :]
        of_plan = torch.where(plans == padding, FAR, 0.0)[:, None, None, :]
        of_both = torch.cat([of_context[owners], of_plan], 3)
        for number, layer in enumerate(self.layers):
            attention = layer.attention
            keys, values = _with_padding(attention.key(x)), _with_padding(attention.value(x))
            context = self._rows(keys, contexts), self._rows(values, contexts)
            both = (
                torch.cat([context[0][owners], self._rows(keys, plans)], 2),
                torch.cat([context[1][owners], self._rows(values, plans)], 2),
            )
            queries = _with_padding(attention.query(x))
            mixed = _flat(_attended(self._rows(queries, plans), both, of_both))[plan_places]
            if number < len(self.layers) - 1:
                read = _flat(_attended(self._rows(queries, contexts), context, of_context))[context_places]
                mixed = torch.cat([read, mixed], 0)
            else:  # of the last layer only the plans are read out
                x = x[context_places.shape[0] :]
            x = layer.norm1(x + layer.dropout(attention.out(mixed)))
            x = layer.norm2(x + layer.dropout(layer.down(functional.gelu(layer.up(x)))))
        # The first piece alone says next to nothing in MiniLM's lower layers, where all plans of a turn look alike by it.
        own = _with_padding(x)[plans - context_places.shape[0]]
        mean = own.sum(1) / (plans != padding).sum(1, keepdim=True)
        return self.score(torch.tanh(self.dense(self.dropout(mean)))).squeeze(1)

    def _rows(self, x: Tensor, places: Tensor) -> Tensor:
        """Lay (N + 1, D) out in rows: (R, H, T, D / H)."""
        return x[places].view(places.shape[0], places.shape[1], self.heads, -1).transpose(1, 2)


def _attended(queries: Tensor, memory: tuple[Tensor, Tensor], bias: Tensor) -> Tensor:
    return functional.scaled_dot_product_attention(queries, *memory, attn_mask=bias)


def _flat(x: Tensor) -> Tensor:
    """(R, H, T, D / H) to (R * T, D)."""
    return x.transpose(1, 2).reshape(-1, x.shape[1] * x.shape[3])


def _with_padding(x: Tensor) -> Tensor:
    """Add the row that padding points to."""
    return torch.cat([x, x.new_zeros(1, x.shape[1])], 0)
