"""Kept: the latest results of a pure function of some keys, so that stages which ask alike share one answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class LRUCache(Generic[Value]):
    """Results by key, the least recently used given up first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, Value] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return what is kept under a key; make it where there is nothing.

        >>> kept = LRUCache[int](1)
        >>> kept.of("a", lambda: 1), kept.of("a", lambda: 2), kept.of("b", lambda: 3), kept.of("a", lambda: 4)
        (1, 1, 3, 4)
        """
        if key in self._results:
            self._results.move_to_end(key)
        else:
            self._results[key] = make()
            while len(self._results) > self._most:
                self._results.popitem(last=False)
        return self._results[key]
