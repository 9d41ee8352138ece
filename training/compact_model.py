# pyright: basic, reportMissingImports=false
"""The compact planner's network: a MiniLM encoder, relation-aware item layers, and a small pointer decoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from nodes.compact.features import FEATURES, RELATIONS
from nodes.compact.grammar import WORDS

POSITIONS = 512
MAX_SYMBOLS = 96


class Shape:
    """The sizes of a network; the defaults are MiniLM-L6's, with a three-layer decoder."""

    def __init__(
        self, vocabulary: int, width: int = 384, layers: int = 6, heads: int = 12, feed: int = 1536,
        item_layers: int = 2, decoder_layers: int = 3, decoder_heads: int = 6, decoder_feed: int = 768,
    ) -> None:  # fmt: skip
        self.vocabulary, self.width, self.layers, self.heads, self.feed = vocabulary, width, layers, heads, feed
        self.item_layers, self.decoder_layers = item_layers, decoder_layers
        self.decoder_heads, self.decoder_feed = decoder_heads, decoder_feed


class Attention(nn.Module):
    """Multi-head attention with an additive bias; no dropout inside, so that the fused kernel serves it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, x: Tensor) -> Tensor:
        """(B, T, D) to (B, H, T, D / H)."""
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x: Tensor, memory: Tensor, bias: Tensor) -> Tensor:
        """Mix `memory` (B, S, D) into `x` (B, T, D); `bias` broadcasts to (B, H, T, S)."""
        query, key, value = self.split(self.query(x)), self.split(self.key(memory)), self.split(self.value(memory))
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=bias)
        return self.out(mixed.transpose(1, 2).reshape(x.shape))


class EncoderLayer(nn.Module):
    """A BERT layer (post-norm)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.heads)
        self.norm1, self.norm2 = (nn.LayerNorm(shape.width, eps=1e-12) for _ in range(2))
        self.up, self.down = nn.Linear(shape.width, shape.feed), nn.Linear(shape.feed, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        x = self.norm1(x + self.dropout(self.attention(x, x, bias)))
        return self.norm2(x + self.dropout(self.down(functional.gelu(self.up(x)))))


class ItemLayer(nn.Module):
    """A pre-norm layer over items, biased by how they relate (table of, key to, stores ...)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.decoder_heads)
        self.bias = nn.Embedding(len(RELATIONS), shape.decoder_heads)
        self.norm1, self.norm2 = (nn.LayerNorm(shape.width) for _ in range(2))
        self.up = nn.Linear(shape.width, shape.decoder_feed)
        self.down = nn.Linear(shape.decoder_feed, shape.width)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.bias.weight)

    def forward(self, x: Tensor, relations: Tensor, mask: Tensor) -> Tensor:
        normed = self.norm1(x)
        x = x + self.dropout(self.attention(normed, normed, self.bias(relations).permute(0, 3, 1, 2) + mask))
        return x + self.dropout(self.down(functional.gelu(self.up(self.norm2(x)))))


class DecoderLayer(nn.Module):
    """Causal self-attention, attention over the memory, feed-forward (pre-norm)."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.own, self.cross = (Attention(shape.width, shape.decoder_heads) for _ in range(2))
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(shape.width) for _ in range(3))
        self.up = nn.Linear(shape.width, shape.decoder_feed)
        self.down = nn.Linear(shape.decoder_feed, shape.width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, causal: Tensor, mask: Tensor) -> Tensor:
        normed = self.norm1(x)
        x = x + self.dropout(self.own(normed, normed, causal))
        x = x + self.dropout(self.cross(self.norm2(x), memory, mask))
        return x + self.dropout(self.down(functional.gelu(self.up(self.norm3(x)))))


class CompactModel(nn.Module):
    """Scores the next plan symbol from the turn and the symbols so far."""

    def __init__(self, shape: Shape, dropout: float = 0.1) -> None:
        super().__init__()
        width = shape.width
        self.width = width
        self.words = nn.Embedding(shape.vocabulary, width)
        self.positions, self.types = nn.Embedding(POSITIONS, width), nn.Embedding(4, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(EncoderLayer(shape, dropout) for _ in range(shape.layers))
        self.token_features, self.item_features = (nn.Linear(FEATURES, width) for _ in range(2))
        self.item_norm, self.memory_norm, self.final = (nn.LayerNorm(width) for _ in range(3))
        self.item_layers = nn.ModuleList(ItemLayer(shape, dropout) for _ in range(shape.item_layers))
        self.symbols = nn.Embedding(len(WORDS), width)
        self.pointer_in, self.pointer_out = (nn.Linear(width, width) for _ in range(2))
        self.steps, self.earlier = (nn.Embedding(MAX_SYMBOLS, width) for _ in range(2))
        self.decoder = nn.ModuleList(DecoderLayer(shape, dropout) for _ in range(shape.decoder_layers))
        self.word_out = nn.Linear(width, len(WORDS))
        self.dropout = nn.Dropout(dropout)
        # Small beside the pre-trained embeddings, so that training starts from what the encoder knows.
        for module in (self.token_features, self.item_features, self.symbols, self.steps, self.earlier):
            nn.init.normal_(module.weight, std=0.02)

    def encode(
        self, ids: Tensor, types: Tensor, pool: Tensor, features: Tensor, relations: Tensor, token_mask: Tensor,
        item_mask: Tensor,
    ) -> tuple[Tensor, Tensor]:  # fmt: skip
        """Encode a batch of turns.

        Args:
            ids, types: (B, L).
            pool: (B, N, L), rows sum to 1: which tokens spell which item.
            features: (B, N, F). relations: (B, N, N).
            token_mask, item_mask: (B, L) and (B, N), added to attention scores: 0, or far below it for padding.

        Returns:
            Token states (B, L, D) and item states (B, N, D).
        """
        position = torch.arange(ids.shape[1], device=ids.device)
        spelled = (pool > 0).to(features.dtype).transpose(1, 2) @ features
        x = self.words(ids) + self.positions(position) + self.types(types) + self.token_features(spelled)
        x = self.dropout(self.norm(x))
        for layer in self.layers:
            x = layer(x, token_mask[:, None, None, :])
        items = self.item_norm(pool @ x + self.item_features(features))
        for layer in self.item_layers:
            items = layer(items, relations, item_mask[:, None, None, :])
        return x, items

    def table(self, items: Tensor) -> Tensor:
        """Return the input embedding of every symbol: (B, W + N, D)."""
        return torch.cat([self.symbols.weight[None].expand(items.shape[0], -1, -1), self.pointer_in(items)], 1)

    def memory(self, tokens: Tensor, items: Tensor, previous: Tensor) -> Tensor:
        """Return what the decoder attends to: tokens, items, and the previous plan's symbols (B, P)."""
        position = torch.arange(previous.shape[1], device=previous.device)
        earlier = self._gather(items, previous) + self.earlier(position)
        return self.memory_norm(torch.cat([tokens, items, earlier], 1))

    def decode(self, items: Tensor, memory: Tensor, memory_mask: Tensor, symbols: Tensor) -> Tensor:
        """Score the next symbol after each prefix: (B, T) ids to logits (B, T, W + N)."""
        steps = symbols.shape[1]
        x = self.dropout(self._gather(items, symbols) + self.steps(torch.arange(steps, device=symbols.device)))
        causal = torch.full((steps, steps), -1e4, device=x.device, dtype=x.dtype).triu(1)[None, None]
        for layer in self.decoder:
            x = layer(x, memory, causal, memory_mask[:, None, None, :])
        x = self.final(x)
        pointers = self.pointer_out(x) @ items.transpose(1, 2) / self.width**0.5
        return torch.cat([self.word_out(x), pointers], 2)

    def _gather(self, items: Tensor, ids: Tensor) -> Tensor:
        return self.table(items).gather(1, ids[:, :, None].expand(-1, -1, self.width))
