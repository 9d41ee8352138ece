# pyright: basic
"""Design: the candidates of many turns as one sparse matrix, and rankers fitted on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from training.ranking.candidates import JudgedTurn
from value_index.linear_model import Weights

RARE = 8
"""A feature that fires for fewer candidates keeps the weight of the centre."""
ROUNDS = 300


@dataclass(frozen=True)
class Design:
    """Candidates in rows, features in columns, turn after turn."""

    turns: Sequence[JudgedTurn]
    shares: Mapping[str, float]
    """How much all turns of a source count together, by source; 1 for one that is not named."""

    @cached_property
    def names(self) -> list[str]:
        """The features that fire often enough, sorted."""
        counts = Counter(name for turn in self.turns for each in turn.candidates for name in each.features)
        return sorted(name for name, count in counts.items() if count >= RARE)

    @cached_property
    def matrix(self) -> sp.csr_matrix:
        """The features of the candidates."""
        column = {name: at for at, name in enumerate(self.names)}
        rows = [each.features for turn in self.turns for each in turn.candidates]
        entries = [(i, column[n], v) for i, row in enumerate(rows) for n, v in row.items() if n in column]
        at, columns, values = zip(*entries, strict=True)
        return sp.csr_matrix((values, (at, columns)), shape=(len(rows), len(self.names)))

    @cached_property
    def sizes(self) -> np.ndarray:
        """The number of candidates of each turn."""
        return np.array([len(turn.candidates) for turn in self.turns])

    @cached_property
    def starts(self) -> np.ndarray:
        """The first row of each turn."""
        return np.concatenate(([0], np.cumsum(self.sizes)[:-1]))

    @cached_property
    def turn_of(self) -> np.ndarray:
        """The turn of each row."""
        return np.repeat(np.arange(len(self.turns)), self.sizes)

    @cached_property
    def right(self) -> np.ndarray:
        """Whether each row is right."""
        return np.array([each.right for turn in self.turns for each in turn.candidates], float)

    @cached_property
    def within_reach(self) -> np.ndarray:
        """Whether some candidate of each turn is right."""
        return np.maximum.reduceat(self.right, self.starts) > 0

    @cached_property
    def counted(self) -> np.ndarray:
        """How much each turn counts: the turns of a source share its weight, and as many turns as there are count in all."""
        sources = Counter(turn.source for turn in self.turns)
        raw = np.array([self.shares.get(turn.source, 1.0) / sources[turn.source] for turn in self.turns])
        return raw * len(self.turns) / raw.sum()

    def scores(self, weights: Weights) -> np.ndarray:
        """Return the score of each row."""
        return self.matrix @ np.array([weights.get(name, 0.0) for name in self.names])

    def softmax(self, scores: np.ndarray) -> np.ndarray:
        """Return the share of each row among its turn's."""
        shifted = np.exp(scores - np.maximum.reduceat(scores, self.starts)[self.turn_of])
        return shifted / np.add.reduceat(shifted, self.starts)[self.turn_of]

    def fitted(self, centre: Weights, l2: float, left_out: np.ndarray | None = None) -> dict[str, float]:
        """Return the weights under which the right candidates of each turn get the largest share of its softmax.

        Args:
            centre: weights that hold where no turn says otherwise.
            l2: how strongly the weights are held to it.
            left_out: turns that are not fitted on.
        """
        start = np.array([centre.get(name, 0.0) for name in self.names])
        used = np.where(self.within_reach & ~(False if left_out is None else left_out), self.counted, 0.0)
        rows, turned = used[self.turn_of], self.matrix.T.tocsr()

        def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
            p = self.softmax(self.matrix @ w)
            mass = np.maximum(np.add.reduceat(p * self.right, self.starts), 1e-12)
            off = w - start
            value = -(used * np.log(mass)).sum() + 0.5 * l2 * off @ off
            slope = rows * (p - p * self.right / mass[self.turn_of])
            return float(value), turned @ slope + l2 * off

        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS})
        fitted = {name: round(float(value), 3) for name, value in zip(self.names, found.x, strict=True)}
        return {**centre, **fitted}

    def parts(self, count: int) -> list[np.ndarray]:
        """Return which turns each part leaves out: all of some databases, about as many in each."""
        sizes = Counter(turn.database for turn in self.turns)
        loads, part_of = [0] * count, dict[str, int]()
        for database, size in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
            part_of[database] = loads.index(min(loads))
            loads[part_of[database]] += size
        places = np.array([part_of[turn.database] for turn in self.turns])
        return [places == part for part in range(count)]
