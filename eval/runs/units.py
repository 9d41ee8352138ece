"""Units: the turns of a run that are still to be answered, cut into what must be answered one after the other."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Protocol

from eval.datasets import Dataset
from eval.records import AloneRecord, HistoryMode, TurnRecord
from eval.turn_key import TurnKey


@dataclass(frozen=True)
class Unit:
    """Turns of one dialogue that must be answered one after the other."""

    number: int
    """Which unit of the run it is."""
    dialogue: int
    turns: tuple[int, ...]
    answered: Mapping[int, str] = field(default_factory=dict[int, str])
    """The SQL of the dialogue's turns that are answered already."""

    def after(self, record: TurnRecord) -> Unit:
        """Return what is left once one of its turns is answered."""
        left = tuple(turn for turn in self.turns if turn != record.turn)
        return replace(self, turns=left, answered={**self.answered, record.turn: record.sql})


class Units(Protocol):
    """Gives units out, one at a time."""

    async def take(self) -> Unit | None:
        """Return the next unit; None if there is none left."""
        ...


class Written(Protocol):
    """Writes a turn that is done."""

    def __call__(self, unit: Unit, record: TurnRecord, alone: Iterable[AloneRecord]) -> None:
        """Write a record, and what the stages gave alone."""
        ...


class ListedUnits:
    """Units of one process, in their order."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units = iter(units)

    async def take(self) -> Unit | None:
        """Return the next unit; see Units."""
        return next(self._units, None)


class WaitingUnits:
    """Units that nobody has: those that are given back come first, the others are made when they are taken."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._units, self._back = iter(units), deque[Unit]()

    def __bool__(self) -> bool:
        if not self._back:
            self._back.extend(islice(self._units, 1))
        return bool(self._back)

    def take(self) -> Unit:
        """Return the next unit; there is one."""
        assert self, "a unit is waiting"
        return self._back.popleft()

    def give_back(self, units: Iterable[Unit]) -> None:
        """Take back what somebody had not finished."""
        self._back.extendleft(units)


def units_left(dataset: Dataset, history: HistoryMode, done: Mapping[TurnKey, str]) -> Iterator[Unit]:
    """Yield the turns that are not done: dialogue by dialogue where a turn sees the agent's own answers, else turn by turn."""
    answered: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for key, sql in done.items():
        answered[key.dialogue][key.turn] = sql
    number = count()
    for dialogue in dataset.dialogues:
        kept = answered.get(dialogue.index, {})
        left = tuple(turn for turn in range(len(dialogue.turns)) if turn not in kept)
        for turns in (left,) if history == "predicted" else ((turn,) for turn in left):
            if turns:
                yield Unit(next(number), dialogue.index, turns, kept)
