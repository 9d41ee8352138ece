"""UnusedFigures: whether "not used" is said of the answers that leave out a value which the question names, and of no gold."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

from eval.statistics import Interval, rate_interval
from nodes.coverage.plan_filters import PlanFilters
from nodes.coverage.unused import unused_mentions
from nodes.node import Context
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState
from value_index.models import FrozenModel


class Share(FrozenModel):
    """A share of turns."""

    hits: int
    of: int
    interval: Interval | None = None
    """Interval over the dialogues; None if there are no such turns."""

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.hits / self.of if self.of else None


class UnusedFigures(FrozenModel):
    """How far the note that words are not used can be relied on."""

    precision: Share
    """Share of the answers with the note: those that lack a literal of the gold plan which the utterance names."""
    recall: Share
    """Share of the answers that lack such a literal: those that have the note."""
    told_of_gold: Share
    """Share of the gold plans: those that would get the note: false alarms."""


@dataclass(frozen=True)
class ComparedTurn:
    """One answer beside its gold."""

    dialogue: Hashable
    told: bool
    """Whether the answer has the note."""
    lacks: bool
    """Whether it lacks a literal that the gold plan compares with and the utterance names."""
    gold_told: bool
    """Whether the gold plan would get the note."""


def compared_turn(
    dialogue: Hashable, state: GraphState, gold: str, context: Context, *, told: bool
) -> ComparedTurn | None:
    """Compare what an answer leaves out with its gold; None where either is no plan.

    Args:
        told: whether the answer has the note.
    """
    wanted, used = _literals(gold, context), _literals(state.sql or "", context)
    if wanted is None or used is None:
        return None
    said = state.utterance.casefold()
    lacks = any(value and value in said for value in wanted - used)
    gold_told = bool(unused_mentions(state.model_copy(update={"sql": gold}), context))
    return ComparedTurn(dialogue, told, lacks, gold_told)


def _literals(sql: str, context: Context) -> frozenset[str] | None:
    """Return the literals that a query compares with, folded and without the signs of a pattern; None if it is no plan."""
    try:
        plan = to_plan(sql, context.schema)
    except SQLError:
        return None
    return frozenset(value.strip("%").strip() for value in PlanFilters(plan).literals)


def unused_figures(turns: Iterable[ComparedTurn]) -> UnusedFigures:
    """Sum up answers.

    >>> found = unused_figures([ComparedTurn(0, True, True, False), ComparedTurn(1, False, True, False)])
    >>> found.precision.value, found.recall.value, found.told_of_gold.hits
    (1.0, 0.5, 0)
    """
    found = list(turns)
    return UnusedFigures(
        precision=_share([(each.dialogue, each.lacks) for each in found if each.told]),
        recall=_share([(each.dialogue, each.told) for each in found if each.lacks]),
        told_of_gold=_share([(each.dialogue, each.gold_told) for each in found]),
    )


def _share(marked: list[tuple[Hashable, bool]]) -> Share:
    hits = [float(hit) for _, hit in marked]
    return Share(hits=int(sum(hits)), of=len(hits), interval=rate_interval(hits, [dialogue for dialogue, _ in marked]))
