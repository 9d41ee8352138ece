"""RateLimit: how often one address may ask: a bucket of tokens that fills again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from cachetools import LRUCache

MOST_ADDRESSES = 10_000


@dataclass(frozen=True)
class RateLimit:
    """A bucket for each address.

    >>> now = [0.0]
    >>> limit = RateLimit(rate=1, burst=2, clock=lambda: now[0])
    >>> [limit.admits("a") for _ in range(3)], limit.admits("b")
    ([True, True, False], True)
    >>> now[0] = 1.5
    >>> [limit.admits("a") for _ in range(2)]
    [True, False]
    """

    rate: float
    """Requests a second, in the long run."""
    burst: float
    """Requests at once."""
    clock: Callable[[], float] = monotonic
    _left: LRUCache[str, tuple[float, float]] = field(default_factory=lambda: LRUCache(MOST_ADDRESSES))

    def may(self, address: str) -> bool:
        """Tell whether the next request would be admitted, without counting it."""
        return self._filled(address) >= 1

    def admits(self, address: str) -> bool:
        """Count a request; False if it comes too soon."""
        left = self._filled(address)
        self._left[address] = (left - 1 if left >= 1 else left), self.clock()
        return left >= 1

    def _filled(self, address: str) -> float:
        left, at = self._left.get(address, (self.burst, self.clock()))
        return min(self.burst, left + (self.clock() - at) * self.rate)
