"""The turns of two runs in the order in which a cascade sends them to the model, and the thresholds that part them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import floor

from eval.analysis.compare import ScoredRun
from eval.records import RunError, TurnRecord, read_turns
from nodes.state import ModelCall

LONGEST = 17
"""Decimals of a threshold at most: two confidences that differ are told apart by as many."""


@dataclass(frozen=True)
class CascadeTurn:
    """One turn in both runs."""

    confidence: float
    """-1 where there is none: such a turn is always sent."""
    dialogue: int
    values: tuple[float, float]
    calls: tuple[tuple[ModelCall, ...], tuple[ModelCall, ...]]

    @property
    def gain(self) -> float:
        """1 where the model turns it right, -1 where wrong."""
        return self.values[1] - self.values[0]


def pairs(runs: tuple[ScoredRun, ScoredRun]) -> list[CascadeTurn]:
    """Return the turns that both were judged on, the least confident first.

    Raises:
        RunError: there is none, or a run's records are not those that were scored.
    """
    first, second = runs
    records = [{record.key: record for record in read_turns(run.folder)} for run in runs]
    for run, held in zip(runs, records, strict=True):
        if not set(run.scores) <= set(held):
            raise RunError(f"{run.folder} has scores without records: run `turnsql eval score {run.folder}` again")
    found: list[CascadeTurn] = []
    for key, line in sorted(first.scores.items()):
        ours, theirs = line.value, second.scores[key].value
        if ours is not None and theirs is not None:
            confidence = records[0][key].confidence
            calls = _calls(records[0][key]), _calls(records[1][key])
            found.append(
                CascadeTurn(-1.0 if confidence is None else confidence, key[0], (float(ours), float(theirs)), calls)
            )
    if not found:
        raise RunError(f"{first.folder} and {second.folder} have no turn that both were judged on")
    return sorted(found, key=lambda pair: pair.confidence)


def _calls(record: TurnRecord) -> tuple[ModelCall, ...]:
    return tuple(call for stage in record.stages.values() for call in stage.calls)


def cuts(turns: Sequence[CascadeTurn]) -> Iterator[int]:
    """Yield how many turns can be sent: a threshold parts no turns of equal confidence, and keeps none without one."""
    for sent, turn in enumerate(turns):
        if turn.confidence >= 0 and (sent == 0 or turn.confidence > turns[sent - 1].confidence):
            yield sent
    yield len(turns)


def threshold(turns: Sequence[CascadeTurn], sent: int) -> float | None:
    """Return the shortest number that parts the turns sent from the rest."""
    if sent == len(turns):
        return None
    above, under = turns[sent].confidence, turns[sent - 1].confidence if sent else -1.0
    shortened = (floor(above * 10**places) / 10**places for places in range(LONGEST))
    return next((number for number in shortened if under < number <= above), above)
