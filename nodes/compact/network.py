"""The compact planner's network, run by onnxruntime from one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
from cachetools import LRUCache
from numpy.typing import NDArray
from tokenizers import Tokenizer

from nodes.compact.features import CLS, FAR, FEATURES, RELATIONS, SEP, Pieces, TurnFeatures, name_pieces
from nodes.compact.grammar import WORDS
from nodes.compact.weights_archive import WeightsError, weights_archive

SHIPPED = Path(__file__).with_name("planner.zip")
"""The weights that come with the project."""
GRAPHS = {"encoder": 2, "mixing": 1, "step": 1}
"""The graphs of a file, with the threads that each is run by."""
MOST_KEPT = 20_000
"""Names whose states are kept from turn to turn."""
MOST_SAID = 64
"""Utterances whose states are kept: what is said now is what was said before in the next turn."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Memory:
    """What the network makes of a turn, once."""

    items: Floats
    """(1, N, D)."""
    table: Floats
    """(1, W + N, D) embeddings of the symbols."""
    read: Floats
    """(2 L, H, M, d) keys and values of what the decoder attends to."""
    marks: Floats
    """(N, len(MARKS)) probability that an item plays a part in the plan."""


class Network:
    """Three graphs: texts to states; a turn to its memory; the next symbols of plans."""

    def __init__(self, path: Path) -> None:
        with weights_archive(path, "turnsql train compact --export") as (self.about, part):
            self.tokenizer = Tokenizer.from_str(part("tokenizer.json").decode())
            self._encoder, self._mixing, self._step = (
                _session(part(f"{name}.onnx"), threads) for name, threads in GRAPHS.items()
            )
            sizes = [self.about.get(key) for key in ("words", "features", "relations")]
            layers, heads, _, size = self._step.get_inputs()[2].shape[0], *self._step.get_inputs()[5].shape[1:]
            self._past_shape = (layers, heads, size)
        if sizes != [len(WORDS), FEATURES, len(RELATIONS)]:
            raise WeightsError(f"the weights {str(path)!r} belong to another version: turnsql train compact --export")
        self._names = LRUCache[Pieces, Floats](MOST_KEPT)
        self._said = LRUCache[Pieces, Floats](MOST_SAID)

    def read(self, turn: TurnFeatures) -> Memory:
        """Read a turn."""
        said = np.concatenate([self._spoken(pieces) for pieces in turn.said])
        previous = turn.previous if len(turn.previous) else np.zeros(1, np.int64)
        items, table, read, marks = _run(
            self._mixing,
            {
                "said": said[None],
                "segments": turn.segments[None],
                "names": self._mean_states(turn.names)[None],
                "features": turn.item_features[None],
                "relations": turn.relations.astype(np.int64)[None],
                "previous": previous[None],
            },
        )
        return Memory(items, table, read, 1.0 / (1.0 + np.exp(-_finite(marks)[0])))

    def start(self, plans: int) -> Floats:
        """Return the keys and values of no symbols: (2 L, B, H, 0, d)."""
        layers, heads, part = self._past_shape
        return np.zeros((layers, plans, heads, 0, part), np.float32)

    def step(self, memory: Memory, symbols: NDArray[np.int64], past: Floats) -> tuple[Floats, Floats]:
        """Score the symbols after each of `symbols` (B, T): logits (B, T, W + N); and `past` with these added."""
        logits, kept = _run(
            self._step,
            {
                "symbols": symbols,
                "start": np.array(past.shape[3], np.int64),
                "past": past,
                "items": memory.items,
                "table": memory.table,
                "memory": memory.read,
            },
        )
        return _finite(logits), kept

    def prepare(self, names: Sequence[Pieces]) -> None:
        """Encode names before a turn needs them."""
        self._mean_states(names)

    def meanings(self, texts: Sequence[str]) -> Floats:
        """Return what texts mean, as vectors of length 1 whose products tell how alike they are: (texts, size)."""
        states = self._mean_states(name_pieces(self.tokenizer, texts))
        return states / np.linalg.norm(states, axis=1, keepdims=True)

    def _mean_states(self, names: Sequence[Pieces]) -> Floats:
        # The cache may be smaller than the names of one turn.
        found = {pieces: self._names[pieces] for pieces in names if pieces in self._names}
        new = sorted({pieces for pieces in names if pieces not in found}, key=len)
        for start in range(0, len(new), 64):
            part = new[start : start + 64]
            for pieces, states in zip(part, self._states(part), strict=True):
                found[pieces] = self._names[pieces] = states[1 : len(pieces) + 1].mean(0)
        return np.stack([found[pieces] for pieces in names])

    def _spoken(self, pieces: Pieces) -> Floats:
        if pieces not in self._said:
            self._said[pieces] = self._states((pieces,))[0, 1 : len(pieces) + 1]
        return self._said[pieces]

    def _states(self, texts: Sequence[Pieces]) -> Floats:
        """Encode texts: (U, L, text), a mark before and after each."""
        length = max(map(len, texts)) + 2
        ids = np.zeros((len(texts), length), np.int64)
        bias = np.full((len(texts), length), FAR, np.float32)
        for row, pieces in enumerate(texts):
            ids[row, : len(pieces) + 2] = (CLS, *pieces, SEP)
            bias[row, : len(pieces) + 2] = 0
        return _run(self._encoder, {"ids": ids, "bias": bias})[0]


def _finite(scores: Floats) -> Floats:
    """Refuse scores that compare with nothing: whatever is NaN inside the network is NaN in all that it gives.

    Raises:
        WeightsError: a score is NaN or infinite.
    """
    if not np.isfinite(scores).all():
        raise WeightsError(
            "the weights give scores that are no numbers: they are damaged, or belong to another version"
        )
    return scores


def _run(session: onnxruntime.InferenceSession, values: dict[str, Any]) -> list[Floats]:
    return cast("list[Floats]", session.run(None, values))


def _session(graph: bytes, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    # A turn's matrices are small: a second thread gains nothing, and one that spins takes the core from the rest (measured: 182 ms
    # a turn for 105). The names of a new database are many: there it helps, as long as it sleeps in between.
    options.intra_op_num_threads = threads
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    # The bytes are kept to make the session again on another device, which there is not: 32 MB.
    setattr(session, "_model_bytes", None)  # noqa: B010
    return session
