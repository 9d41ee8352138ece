"""A conversation so far, and the next question as a step: a query, what its words stand for, and what failures would ask."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from eval.conversations.making.facts import Facts
from eval.conversations.making.query import Query
from eval.conversations.making.world import Thing, World


@dataclass(frozen=True)
class Said:
    """A condition in words: its kind, and what the placeholders of the kind's phrases stand for."""

    kind: str
    words: dict[str, Any]


@dataclass(frozen=True)
class Step:
    """The next question: its words are still to be chosen."""

    query: Query | None
    """None for a question that cannot be answered."""
    words: dict[str, Any]
    """What the placeholders of the templates stand for."""
    rivals: tuple[Query, ...] = ()
    """What typical failures would ask instead, beside the question before."""
    said: tuple[Said, ...] = ()
    """The conditions that `that` and `also` stand for."""
    wording: tuple[str, ...] = ()
    """Names of the templates, from the outside in; the behaviour's own where there are none."""


@dataclass(frozen=True)
class Talk:
    """A conversation so far."""

    world: World
    thing: Thing
    queries: tuple[Query, ...]
    draw: random.Random
    rows: Callable[[Query], tuple[Any, ...] | None]
    """Answers a query; None where it does not run."""
    used: frozenset[str] = field(default=frozenset())
    """Behaviours that it showed already."""

    @property
    def query(self) -> Query:
        """The last question."""
        return self.queries[-1]

    def pick(self, facts: tuple[Facts, ...]) -> Facts | None:
        """Draw a column that no filter is about and that is not shown; None where there is none."""
        last = self.queries[-1:]
        taken = {each.column for query in last for each in query.filters} | {
            ref for query in last for ref in query.shown
        }
        free = [fact for fact in facts if fact.ref not in taken]
        return self.draw.choice(free) if free else None

    @property
    def is_list(self) -> bool:
        """Whether the last answer lists things, whole and in no order."""
        query = self.query
        return query.measure == "rows" and query.limit is None and query.order is None and query.both is None


Behaviour = Callable[[Talk], Step | None]
