"""Logistic models over named features, and rankers, fitted by L-BFGS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from value_index.linear_model import Features, Weights

RARE = 15
"""A feature that fires less often gets no weight."""


def fit_logistic(
    rows: Sequence[Features], labels: Sequence[bool], l2: float = 1.0, *, shares: np.ndarray | None = None
) -> dict[str, float]:
    """Fit one logistic model; with `shares`, each row counts so much."""
    matrix, names = _matrix(rows)
    target = np.asarray(labels, dtype=float)
    share = np.ones(len(rows)) if shares is None else shares

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = matrix @ w
        p = 1.0 / (1.0 + np.exp(-z))
        value = share @ (np.logaddexp(0, z) - target * z) + 0.5 * l2 * w @ w
        return float(value), matrix.T @ (share * (p - target)) + l2 * w

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return _rounded(names, found.x)


def fit_ranker(turns: Sequence[Sequence[tuple[Features, float]]], sharpness: float = 12.0) -> dict[str, float]:
    """Fit a ranker: for each turn, softmax of the scores against softmax of the rewards, times `sharpness`."""
    ranker = ranker_of([[found for found, _ in turn] for turn in turns])
    return ranker([[reward for _, reward in turn] for turn in turns], sharpness)


def ranker_of(
    turns: Sequence[Sequence[Features]],
    l2: float | Callable[[str], float] = 1.0,
    *,
    prior: Weights | None = None,
    shares: Sequence[float] | None = None,
) -> Callable[[Sequence[Sequence[float]], float], dict[str, float]]:
    """Return what fits a ranker of these candidates by their rewards, and how sharply: their features are read once.

    Args:
        turns: the features of the candidates of each turn.
        l2: how strongly the weights are held to the prior; or, by name, each of them.
        prior: weights known beforehand, 0 for those not named; a feature that never fires keeps its own.
        shares: how much each turn counts; 1 for all by default.
    """
    matrix, names = _matrix([row for turn in turns for row in turn])
    known = dict(prior or {})
    start = np.asarray([known.get(name, 0.0) for name in names])
    held = np.asarray([l2(name) if callable(l2) else l2 for name in names])
    share = np.asarray(shares if shares is not None else [1.0] * len(turns))
    group = np.repeat(np.arange(len(turns)), [len(turn) for turn in turns])
    starts = np.concatenate(([0], np.cumsum([len(turn) for turn in turns])[:-1]))

    def softmax(z: np.ndarray) -> np.ndarray:
        shifted = np.exp(z - np.maximum.reduceat(z, starts)[group])
        return shifted / np.add.reduceat(shifted, starts)[group]

    def fit(rewards: Sequence[Sequence[float]], sharpness: float) -> dict[str, float]:
        target = softmax(np.asarray([reward for turn in rewards for reward in turn]) * sharpness)
        counted = share[group]

        def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
            p = softmax(matrix @ w)
            off = w - start
            value = float(-(counted * target * np.log(p + 1e-30)).sum() + 0.5 * (held * off) @ off)
            return value, matrix.T @ (counted * (p - target)) + held * off

        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 400})
        return {**{name: value for name, value in known.items() if name not in names}, **_rounded(names, found.x)}

    return fit


def _matrix(rows: Sequence[Features]) -> tuple[sp.csr_matrix, list[str]]:
    counts = Counter(name for row in rows for name, value in row.items() if value)
    names = sorted(name for name, count in counts.items() if count >= RARE)
    position = {name: i for i, name in enumerate(names)}
    entries = [(i, position[n], v) for i, row in enumerate(rows) for n, v in row.items() if n in position and v]
    at, column, value = zip(*entries, strict=True)
    return sp.csr_matrix((value, (at, column)), shape=(len(rows), len(names))), names


def _rounded(names: list[str], weights: np.ndarray) -> dict[str, float]:
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.05}
