"""A network that wants to say certain plans, and a tokenizer of words: the search around them is the real one."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from nodes.compact.features import TurnFeatures
from nodes.compact.grammar import WORDS, Symbol
from nodes.compact.network import Memory
from nodes.compact.roles import MARKS


class Words:
    """A tokenizer whose word pieces are words, numbered by their length."""

    def encode(self, sequence: str, *, add_special_tokens: bool = True) -> SimpleNamespace:
        ids: list[int] = []
        offsets: list[tuple[int, int]] = []
        at = 0
        for word in sequence.split():
            at = sequence.index(word, at)
            ids.append(len(word))
            offsets.append((at, at + len(word)))
            at += len(word)
        return SimpleNamespace(ids=ids, offsets=offsets)


class Scripted:
    """Gives the next symbol of each of its plans a logit of its own, as long as a branch has followed it."""

    tokenizer = Words()

    def __init__(self, *plans: tuple[Sequence[Symbol], float]) -> None:
        self._plans = plans
        self.about: dict[str, object] = {}
        self.reads = 0

    def read(self, turn: TurnFeatures) -> Memory:
        self.reads += 1
        self._scripts = [([turn.items.id_of(symbol) for symbol in plan], bonus) for plan, bonus in self._plans]
        self._size = len(WORDS) + len(turn.item_features)
        empty = np.zeros((1, 1, 1), np.float32)
        marks = np.zeros((len(turn.item_features), len(MARKS)), np.float32)
        return Memory(empty, empty, empty, marks)

    def start(self, plans: int) -> np.ndarray:
        return np.zeros((1, plans, 1, 0, 1), np.float32)

    def step(self, memory: Memory, symbols: np.ndarray, past: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        so_far = np.concatenate([past[0, :, 0, :, 0].astype(int), symbols], 1)
        logits = np.zeros((*symbols.shape, self._size), np.float32)
        for row, column in np.ndindex(*symbols.shape):
            said = [*so_far[row, 1 : past.shape[3] + column + 1]]
            for script, bonus in self._scripts:
                if script[: len(said)] == said and len(script) > len(said):
                    logits[row, column, script[len(said)]] += bonus
        return logits, so_far[None, :, None, :, None].astype(np.float32)
