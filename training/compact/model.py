# pyright: basic, reportMissingImports=false
"""The compact planner's network: a MiniLM encoder of single texts, layers that relate them, and a pointer decoder.

Every text (an utterance, the name of a column, a value) is encoded on its own, so that the names of a schema are encoded once
and kept, and a frozen encoder runs once over a whole training set. What ties the texts to each other is learned above it:
layers over all word pieces and items, biased by how they relate (as in RAT-SQL, arXiv:1911.04942).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.compact.features import EARLIER_UTTERANCES, FEATURES, RELATIONS
from nodes.compact.grammar import WORDS
from nodes.compact.roles import MARKS

POSITIONS = 512
MAX_SYMBOLS = 96


class Shape:
    """The sizes of a network; the encoder's defaults are MiniLM-L6's."""

    def __init__(
        self, vocabulary: int, text: int = 384, layers: int = 6, heads: int = 12, encoder_d_ff: int = 1536,
        width: int = 256, n_heads: int = 8, d_ff: int = 768, mixing_layers: int = 3, decoder_layers: int = 2,
    ) -> None:  # fmt: skip
        self.vocabulary, self.text, self.layers = vocabulary, text, layers
        self.heads, self.encoder_d_ff = heads, encoder_d_ff
        # Above the encoder:
        self.width, self.n_heads, self.d_ff = width, n_heads, d_ff
        self.mixing_layers, self.decoder_layers = mixing_layers, decoder_layers


class Attention(nn.Module):
    """Multi-head attention with an additive bias; no dropout inside, so that the fused kernel serves it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, H, T, D / H)."""
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def read(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """Return keys and values of `memory` (B, S, D), each (B, H, S, D / H)."""
        return self.split(self.key(memory)), self.split(self.value(memory))

    def forward(self, x: Tensor, memory: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        """Mix what was read into `x` (B, T, D); `bias` broadcasts to (B, H, T, S)."""
        mixed = functional.scaled_dot_product_attention(self.split(self.query(x)), *memory, attn_mask=bias)
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


class EncoderLayer(nn.Module):
    """A BERT layer (post-norm)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape.text, shape.heads)
        self.norm1, self.norm2 = (nn.LayerNorm(shape.text, eps=1e-12) for _ in range(2))
        self.up, self.down = nn.Linear(shape.text, shape.encoder_d_ff), nn.Linear(shape.encoder_d_ff, shape.text)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        x = self.norm1(x + self.dropout(self.attention(x, self.attention.read(x), bias)))
        return self.norm2(x + self.dropout(self.down(functional.gelu(self.up(x)))))


class TextEncoder(nn.Module):
    """MiniLM: texts to states of their word pieces."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.words, self.positions = nn.Embedding(shape.vocabulary, shape.text), nn.Embedding(POSITIONS, shape.text)
        self.norm = nn.LayerNorm(shape.text, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.layers))
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor, bias: Tensor) -> Tensor:
        """Encode texts: ids (U, L), [CLS] first and [SEP] last; bias (U, L) is added to attention scores."""
        x = self.dropout(self.norm(self.words(ids) + self.positions(torch.arange(ids.shape[1], device=ids.device))))
        for layer in self.layers:
            x = layer(x, bias[:, None, None, :])
        return x


class MixingLayer(nn.Module):
    """A pre-norm layer over word pieces and items, biased by how they relate."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.n_heads)
        self.bias = nn.Embedding(len(RELATIONS), shape.n_heads)
        self.norm1, self.norm2 = (nn.LayerNorm(shape.width) for _ in range(2))
        self.up, self.down = nn.Linear(shape.width, shape.d_ff), nn.Linear(shape.d_ff, shape.width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        normed = self.norm1(x)
        x = x + self.dropout(self.attention(normed, self.attention.read(normed), bias))
        return x + self.dropout(self.down(functional.gelu(self.up(self.norm2(x)))))


class DecoderLayer(nn.Module):
    """Causal self-attention, attention over the memory, feed-forward (pre-norm)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.own, self.cross = (Attention(shape.width, shape.n_heads) for _ in range(2))
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(shape.width) for _ in range(3))
        self.up, self.down = nn.Linear(shape.width, shape.d_ff), nn.Linear(shape.d_ff, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, x: Tensor, past: tuple[Tensor, Tensor] | None, memory: tuple[Tensor, Tensor], causal: Tensor | None,
        mask: Tensor,
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:  # fmt: skip
        """Return the new states, and the keys and values of all symbols so far."""
        normed = self.norm1(x)
        read = self.own.read(normed)
        if past is not None:
            read = torch.cat([past[0], read[0]], 2), torch.cat([past[1], read[1]], 2)
        x = x + self.dropout(self.own(normed, read, causal))
        x = x + self.dropout(self.cross(self.norm2(x), memory, mask))
        return x + self.dropout(self.down(functional.gelu(self.up(self.norm3(x))))), read


class CompactModel(nn.Module):
    """Scores the next plan symbol from the turn and the symbols so far."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        width = shape.width
        self.width = width
        self.encoder = TextEncoder(shape, dropout)
        self.narrow_said, self.narrow_items = nn.Linear(shape.text, width), nn.Linear(shape.text, width)
        self.segments = nn.Embedding(1 + EARLIER_UTTERANCES, width)
        self.item_features = nn.Linear(FEATURES, width)
        self.norm_in, self.norm_out, self.memory_norm, self.final = (nn.LayerNorm(width) for _ in range(4))
        self.mixing = nn.ModuleList(MixingLayer(shape, dropout) for _ in range(shape.mixing_layers))
        self.marks = nn.Linear(width, len(MARKS))
        self.symbols = nn.Embedding(len(WORDS), width)
        self.pointer_in, self.pointer_out = (nn.Linear(width, width) for _ in range(2))
        self.steps, self.earlier = (nn.Embedding(MAX_SYMBOLS, width) for _ in range(2))
        self.decoder = nn.ModuleList(DecoderLayer(shape, dropout) for _ in range(shape.decoder_layers))
        self.word_out = nn.Linear(width, len(WORDS))
        self.dropout = nn.Dropout(dropout)
        for module in (self.segments, self.symbols, self.steps, self.earlier):
            nn.init.normal_(module.weight, std=0.1)

    def mix(
        self, said: Tensor, segments: Tensor, names: Tensor, features: Tensor, relations: Tensor, mask: Tensor
    ) -> Tensor:
        """Relate what was said to what the database has.

        Args:
            said: (B, S, text) states of word pieces. segments: (B, S), 0 the utterance, 1 the one before it ...
            names: (B, N, text) mean states of the items' names. features: (B, N, F).
            relations: (B, S + N, S + N).
            mask: (B, S + N), added to attention scores: 0, or far below it for padding.

        Returns:
            (B, S + N, D) states of word pieces, then items.
        """
        pieces = self.narrow_said(said) + self.segments(segments)
        items = self.narrow_items(names) + self.item_features(features)
        x = self.dropout(self.norm_in(torch.cat([pieces, items], 1)))
        # One look-up for all layers: going back through it costs as much for one head as for all.
        bias = functional.embedding(relations, torch.cat([layer.bias.weight for layer in self.mixing], 1))
        biases = (bias.permute(0, 3, 1, 2) + mask[:, None, None, :]).chunk(len(self.mixing), 1)
        for layer, bias in zip(self.mixing, biases, strict=True):
            x = layer(x, bias)
        return self.norm_out(x)

    def table(self, items: Tensor) -> Tensor:
        """Return the input embedding of every symbol: (B, W + N, D)."""
        return torch.cat([self.symbols.weight[None].expand(items.shape[0], -1, -1), self.pointer_in(items)], 1)

    def read(self, mixed: Tensor, table: Tensor, previous: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return what each decoder layer attends to: pieces, items, and the previous plan's symbols (B, P)."""
        position = torch.arange(previous.shape[1], device=previous.device)
        earlier = gather(table, previous) + self.earlier(position)
        memory = self.memory_norm(torch.cat([mixed, earlier], 1))
        return [layer.cross.read(memory) for layer in self.decoder]

    def decode(
        self, items: Tensor, table: Tensor, memory: list[tuple[Tensor, Tensor]], mask: Tensor, symbols: Tensor,
        start: Tensor, past: list[tuple[Tensor, Tensor]] | None = None, causal: Tensor | None = None,
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:  # fmt: skip
        """Score the next symbol after each of the symbols (B, T), the first of which stands at `start` (a scalar).

        Returns:
            Logits (B, T, W + N), and the keys and values of all symbols so far, layer by layer.
        """
        places = start + torch.arange(symbols.shape[1], device=symbols.device)
        x = self.dropout(gather(table, symbols) + self.steps(places))
        kept: list[tuple[Tensor, Tensor]] = []
        for number, layer in enumerate(self.decoder):
            x, read = layer(x, past[number] if past else None, memory[number], causal, mask[:, None, None, :])
            kept.append(read)
        x = self.final(x)
        pointers = self.pointer_out(x) @ items.transpose(1, 2) / self.width**0.5
        return torch.cat([self.word_out(x), pointers], 2), kept


def gather(table: Tensor, ids: Tensor) -> Tensor:
    """Return the rows (B, T, D) of a table (B, W + N, D)."""
    return table.gather(1, ids[:, :, None].expand(-1, -1, table.shape[2]))
