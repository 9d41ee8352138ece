"""Intervals and paired tests for turns that come in dialogues.

Turns of one dialogue depend on each other, so intervals resample dialogues, not turns. A difference is called decided
only where two tests agree: the exact sign test over turns (McNemar's, for verdicts) and the dialogue bootstrap.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
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
_DRAWN = 100_000
"""Dialogues drawn at once: bounds the memory for thousands of dialogues."""


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
    return totals_interval(totals, counts, float(np.mean(values)), set(values))


def totals_interval(totals: Floats, counts: Floats, mean: float, scores: Collection[float]) -> Interval:
    """Return what `rate_interval` does, of turns that were summed up by dialogue.

    Args:
        totals: the sum of the scores of each dialogue.
        counts: how many turns each has.
        mean: of all scores.
        scores: each that occurs among them.
    """
    if _is_wilsons(scores, int(counts.max())):
        return _wilson(round(mean * len(totals)), len(totals))
    return _bootstrap(totals, counts, widest=Interval(0.0, 1.0))


def _is_wilsons(scores: Collection[float], most: int) -> bool:
    return set(scores) <= {0, 1} and (most == 1 or len(scores) == 1)


class ClusterSums:
    """The interval of a mean of scores in 0..1 from sums alone: for so many turns that their dialogues are not kept.

    The interval is the limit of `rate_interval`'s for many dialogues: the bootstrap's mean of a ratio is normal, with the
    variance of its linear part.

    >>> sums = ClusterSums()
    >>> for dialogue in range(10_000):
    ...     sums.add(float(dialogue % 5 < 4), 4)
    >>> [round(end, 4) for end in sums.interval(0.2, {0.0, 1.0})]
    [0.198, 0.202]
    """

    def __init__(self) -> None:
        self._turns, self._clusters, self._most = 0, 0, 0
        self._squares, self._products, self._sizes = 0.0, 0.0, 0.0

    def add(self, total: float, size: int) -> None:
        """Take in one dialogue: the sum of its scores, and how many they are."""
        self._turns, self._clusters, self._most = self._turns + size, self._clusters + 1, max(self._most, size)
        self._squares += total * total
        self._products += total * size
        self._sizes += size * size

    @property
    def identity(self) -> Hashable:
        """What the sums of the same turns with the same scores share."""
        return (self._turns, self._clusters, self._squares, self._products, self._sizes)

    def interval(self, mean: float, scores: Collection[float]) -> Interval:
        """Return 95 %; Wilson's where `rate_interval` takes it.

        Args:
            mean: of the scores that were added.
            scores: each that occurs among them.
        """
        if _is_wilsons(scores, self._most):
            return _wilson(round(mean * self._clusters), self._clusters)
        spread = max(0.0, self._squares - 2 * mean * self._products + mean * mean * self._sizes)
        reach = NormalDist().inv_cdf(1 - ALPHA / 2) * sqrt(spread) / self._turns
        return Interval(max(0.0, mean - reach), min(1.0, mean + reach))


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
    rows = max(1, _DRAWN // len(totals))  # the numbers drawn are the same, in however many parts
    for start in range(0, DRAWS, rows):
        drawn = generator.integers(len(totals), size=(min(rows, DRAWS - start), len(totals)))
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


def area(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Return the share of pairs of a right and a wrong answer of which the right one has more confidence; equal ones count half.

    >>> area([0.9, 0.4, 0.4], [True, True, False])
    0.75
    """
    pairs = list(zip(confidences, right, strict=True))
    above, below = ([sure for sure, is_right in pairs if bool(is_right) is side] for side in (True, False))
    won = sum((one > other) + 0.5 * (one == other) for one in above for other in below)
    return won / (len(above) * len(below)) if above and below else 0.5
