"""Plans by beam search over the grammar, and the score of plans from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodes.compact.grammar import State, Symbol
from nodes.compact.masks import Masks, allowed
from nodes.compact.network import Memory, Network
from nodes.compact.pointers import Inexpressible, Items

MOST_SYMBOLS = 90
"""Longest plan; what has not ended by then is given up."""
MARGIN = 6.0
"""A branch so much less probable than the best complete plan is given up: on the fold that fixes five turns and breaks two."""
CALL = 20
"""Symbols that the network reads in the time that a call takes."""


@dataclass(frozen=True)
class Found:
    """A complete plan as symbols, `end` last, with its log-probability."""

    symbols: tuple[Symbol, ...]
    score: float


@dataclass(frozen=True)
class _Branch:
    ids: tuple[int, ...]
    state: State
    score: float


def beam(network: Network, memory: Memory, items: Items, *, width: int) -> list[Found]:
    """Return up to `width` plans, the most probable first.

    Args:
        width: branches kept at each symbol.
    """
    masks = Masks(items)
    branches, past = [_Branch((), State(), 0.0)], network.start(1)
    done: list[_Branch] = []
    while branches and len(branches[0].ids) < MOST_SYMBOLS:
        last = np.array([[branch.ids[-1] if branch.ids else 0] for branch in branches], np.int64)
        logits, past = network.step(memory, last, past)
        allowed_next = np.stack([masks.of(branch.state) for branch in branches])
        so_far = np.array([[branch.score] for branch in branches], np.float32)
        reached = (so_far + _log_softmax(logits[:, -1], allowed_next)).ravel()
        rows: list[int] = []
        going: list[_Branch] = []
        for place in np.argsort(-reached, kind="stable")[:width].tolist():
            if not np.isfinite(reached[place]):
                break
            row, number = divmod(place, allowed_next.shape[1])
            branch = branches[row]
            state = branch.state.advance(items.symbol_of(number))
            grown = _Branch((*branch.ids, number), state, float(reached[place]))
            if state.done:
                done.append(grown)
            else:
                rows.append(row)
                going.append(grown)
        done = sorted(done, key=lambda branch: -branch.score)[:width]
        # A branch only loses probability: one below the last of enough complete plans can no longer come in.
        worst = max(done[-1].score if len(done) == width else -np.inf, done[0].score - MARGIN if done else -np.inf)
        kept = [index for index, branch in enumerate(going) if branch.score > worst]
        branches, past = [going[index] for index in kept], past[:, [rows[index] for index in kept]]
    return [Found(tuple(items.symbol_of(number) for number in branch.ids), branch.score) for branch in done]


def scores(network: Network, memory: Memory, items: Items, plans: Sequence[tuple[Symbol, ...]]) -> list[float | None]:
    """Return the log-probability of complete plans as the grammar writes them; None where it allows no such plan, or has no words for it (an empty one)."""
    shared = Masks(items)
    known: dict[int, tuple[list[int], NDArray[np.bool_]]] = {}
    for row, symbols in enumerate(plans):
        try:
            if symbols:
                known[row] = [items.id_of(symbol) for symbol in symbols], allowed(symbols, items, shared)
        except Inexpressible:
            continue
    out: list[float | None] = [None] * len(plans)
    for batch in _batches(sorted(known, key=lambda place: len(known[place][0])), [len(n) for n, _ in known.values()]):
        ids = np.zeros((len(batch), len(known[batch[-1]][0])), np.int64)
        for row, place in enumerate(batch):
            numbers = known[place][0]
            ids[row, 1 : len(numbers)] = numbers[:-1]
        logits, _ = network.step(memory, ids, network.start(len(batch)))
        for row, place in enumerate(batch):
            numbers, masks = known[place]
            steps = _log_softmax(logits[row, : len(numbers)], masks)
            out[place] = float(steps[np.arange(len(numbers)), numbers].sum())
    return out


def _batches(places: list[int], lengths: list[int]) -> list[list[int]]:
    """Split what is sorted by length in two where that spares the network the most padding, and more than a call costs."""
    lengths = sorted(lengths)
    whole = len(places) * lengths[-1] if places else 0
    cost, cut = min(
        ((cut * lengths[cut - 1] + (len(places) - cut) * lengths[-1] + CALL, cut) for cut in range(1, len(places))),
        default=(whole, 0),
    )
    return [part for part in ((places[:cut], places[cut:]) if cost < whole else (places,)) if part]


def _log_softmax(logits: NDArray[np.float32], mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return log-probabilities among what the mask allows; the rest is at minus infinity."""
    kept = np.where(mask, logits, -np.inf)
    top = kept.max(-1, keepdims=True)
    # Nothing is allowed where a literal is due and the turn has none.
    top[np.isneginf(top)] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return kept - top - np.log(np.exp(kept - top).sum(-1, keepdims=True))
