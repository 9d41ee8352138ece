"""Faults: what goes wrong on the way to a service, a seeded share of the requests, as networks and servers do."""

from __future__ import annotations

import random
from collections import Counter
from typing import Literal, get_args

Fault = Literal["dropped before", "dropped after", "error before", "error after", "slow", "cut", "no JSON"]
"""`before`: nothing was done; `after`: all was done, and the answer is lost."""
FAULTS: tuple[Fault, ...] = get_args(Fault)
SLOW = 0.3
"""Seconds of a slow answer."""


class Faults:
    """Draws faults by what is asked and how often, whatever the order of the requests of several tasks."""

    def __init__(self, share: float, seed: int = 0) -> None:
        self.share, self.seed = share, seed
        self.given: Counter[Fault] = Counter()
        """How often each fault was given."""
        self.requests = 0
        self._seen: Counter[str] = Counter()

    def draw(self, path: str, task_id: str) -> Fault | None:
        """Return what goes wrong with a request; None if nothing does."""
        self.requests += 1
        place = f"{path} {task_id}"
        self._seen[place] += 1
        drawn = random.Random(f"{self.seed} {place} {self._seen[place]}")
        if drawn.random() >= self.share:
            return None
        fault = drawn.choice(FAULTS)
        self.given[fault] += 1
        return fault
