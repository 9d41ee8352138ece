"""Intervals and paired tests for turns that come in dialogues.

Turns of one dialogue depend on each other, so intervals resample dialogues, not turns. A difference is called decided
only where two tests agree: the exact sign test over turns (McNemar's, for verdicts) and the dialogue bootstrap.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DRAWS = 10_000
SEED = 20_201_123
ALPHA = 0.05
_CHUNK = 1_000
"""Draws made at once: bounds the memory for thousands of dialogues."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """One system against another on the same turns."""

    turns: int
    """Turns that both have a score for."""
    first: float
    """Mean of the first system."""
    second: float
    interval: Interval
    """The interval of second minus first."""
    fixed: int
    """Turns where the second is better."""
    broken: int
    """Turns where it is worse."""
    p_value: float
    """Exact, two-sided, over the turns that differ."""

    @property
    def difference(self) -> float:
        """Second minus first."""
        return self.second - self.first

    def decided(self, p_value: float | None = None) -> bool:
        """Whether both tests agree; with `p_value` as adjusted for a family of comparisons."""
        excludes_zero = self.interval.low > 0 or self.interval.high < 0
        return excludes_zero and (self.p_value if p_value is None else p_value) < ALPHA


def rate_interval(values: Sequence[float], clusters: Sequence[Hashable]) -> Interval | None:
    """Return the interval of a mean of scores in 0..1; None if there is none to average.

    The dialogue bootstrap; Wilson's where each dialogue has one turn that is right or wrong, and, over dialogues,
    where every score is 0 or every score is 1 (no resampling can vary those).
    """
    if not values:
        return None
    totals, counts = _by_cluster(values, clusters)
    binary = set(values) <= {0, 1}
    if binary and (counts.max() == 1 or len(set(values)) == 1):
        return _wilson(round(float(np.mean(values)) * len(totals)), len(totals))
    return _bootstrap(totals, counts, widest=Interval(0.0, 1.0))


class ClusterSums:
    """The mean of scores in 0..1 and its interval from sums alone: for so many turns that their values are not kept.

    The interval is the limit of `rate_interval`'s for many dialogues: the bootstrap's mean of a ratio is normal, with the
    variance of its linear part. Turns of a dialogue come one after the other.

    >>> sums = ClusterSums()
    >>> for turn in range(40_000):
    ...     sums.add(turn // 4, float(turn % 5 == 0))
    >>> sums.mean, [round(end, 4) for end in sums.interval]
    (0.2, [0.1984, 0.2016])
    """

    def __init__(self) -> None:
        self._turns, self._total, self._lost = 0, 0.0, 0.0
        self._clusters, self._most, self._squares, self._products, self._sizes = 0, 0, 0.0, 0.0, 0.0
        self._cluster: Hashable = None
        self._own, self._size = 0.0, 0
        self._is_binary, self._least, self._greatest = True, 1.0, 0.0

    def add(self, cluster: Hashable, value: float) -> None:
        """Take in one turn."""
        if cluster != self._cluster:
            self._close()
            self._cluster = cluster
        self._own, self._size = self._own + value, self._size + 1
        self._turns += 1
        # Kahan's sum: a million turns lose no digit.
        more = value - self._lost
        total = self._total + more
        self._lost = (total - self._total) - more
        self._total = total
        self._is_binary = self._is_binary and value in (0.0, 1.0)
        self._least, self._greatest = min(self._least, value), max(self._greatest, value)

    @property
    def mean(self) -> float:
        """The mean over the turns, at least one."""
        return self._total / self._turns

    @property
    def identity(self) -> Hashable:
        """What the sums of the same turns with the same values share."""
        self._close()
        return (self._turns, self._total, self._clusters, self._squares, self._products, self._sizes)

    @property
    def interval(self) -> Interval:
        """95 %; Wilson's where `rate_interval` takes it."""
        self._close()
        if self._is_binary and (self._most == 1 or self._least == self._greatest):
            return _wilson(round(self.mean * self._clusters), self._clusters)
        mean = self.mean
        spread = max(0.0, self._squares - 2 * mean * self._products + mean * mean * self._sizes)
        reach = NormalDist().inv_cdf(1 - ALPHA / 2) * sqrt(spread) / self._turns
        return Interval(max(0.0, mean - reach), min(1.0, mean + reach))

    def _close(self) -> None:
        """Add the dialogue that has come to its end."""
        if self._size:
            self._clusters, self._most = self._clusters + 1, max(self._most, self._size)
            self._squares += self._own * self._own
            self._products += self._own * self._size
            self._sizes += self._size * self._size
        self._own, self._size, self._cluster = 0.0, 0, None


def compare_paired(first: Sequence[float], second: Sequence[float], clusters: Sequence[Hashable]) -> Difference:
    """Compare two systems turn by turn.

    Args:
        first: one score a turn, at least one turn.
        second: the scores of the same turns.
        clusters: the dialogue of each turn.
    """
    gains = np.asarray(second, np.float64) - np.asarray(first, np.float64)
    fixed, broken = int((gains > 0).sum()), int((gains < 0).sum())
    totals, counts = _by_cluster(gains.tolist(), clusters)
    return Difference(
        turns=len(first),
        first=float(np.mean(first)),
        second=float(np.mean(second)),
        interval=_bootstrap(totals, counts, widest=Interval(-1.0, 1.0)),
        fixed=fixed,
        broken=broken,
        p_value=exact_mcnemar(fixed, broken),
    )


def exact_mcnemar(fixed: int, broken: int) -> float:
    """Return the exact two-sided p-value of turns that changed one way and the other.

    >>> exact_mcnemar(6, 0), exact_mcnemar(2, 1), exact_mcnemar(0, 0)
    (0.03125, 1.0, 1.0)
    """
    from scipy.special import bdtr  # binomtest gives the same, and scipy.stats takes a second to load

    turned = fixed + broken
    return min(1.0, 2 * float(bdtr(min(fixed, broken), turned, 0.5))) if turned else 1.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust the p-values of a family of comparisons (Holm 1979), in the given order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, p_values[index] * (len(order) - rank)))
        adjusted[index] = highest
    return adjusted


def smallest_decidable(turns: int, *, changed: float = 0.0, comparisons: int = 1) -> float | None:
    """Return the smallest difference of rates that the sign test could decide; None if no difference could be.

    Args:
        turns: how many turns are compared.
        changed: the share of turns whose verdict changes; 0 is the best case, in which they all change one way.
        comparisons: size of the family (the first step of Holm's adjustment).
    """
    discordant = round(changed * turns)
    for net in range(1, turns + 1):
        flips = max(discordant, net)
        broken = (flips - net) // 2
        if exact_mcnemar(flips - broken, broken) * comparisons < ALPHA:
            return (flips - 2 * broken) / turns
    return None


def _by_cluster(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[Floats, Floats]:
    numbers: dict[Hashable, int] = {}
    places = [numbers.setdefault(cluster, len(numbers)) for cluster in clusters]
    return (
        np.bincount(places, weights=np.asarray(values, np.float64)).astype(np.float64),
        np.bincount(places).astype(np.float64),
    )


def _bootstrap(totals: Floats, counts: Floats, *, widest: Interval) -> Interval:
    """Draw as many dialogues as there are, with replacement, and average their turns; one dialogue tells nothing."""
    if len(totals) == 1:
        return widest
    generator = np.random.default_rng(SEED)
    means: list[Floats] = []
    for _ in range(0, DRAWS, _CHUNK):
        drawn = generator.integers(len(totals), size=(_CHUNK, len(totals)))
        means.append(totals[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    low, high = np.quantile(np.concatenate(means), [ALPHA / 2, 1 - ALPHA / 2])
    return Interval(float(low), float(high))


def _wilson(successes: int, trials: int) -> Interval:
    """Wilson's score interval (1927), as scipy's `proportion_ci` gives it; scoring should not wait for scipy.stats."""
    z = NormalDist().inv_cdf(1 - ALPHA / 2)
    share, scale = successes / trials, 1 + z * z / trials
    middle = share + z * z / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale))
