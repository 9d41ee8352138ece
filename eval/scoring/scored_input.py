"""each_scored_input: the records of a run as scoring reads them, one turn in memory at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from itertools import groupby
from pathlib import Path

from eval.record_lines import has_lines
from eval.records import AloneRecord, RunError, TurnRecord, parsed_line, readable_lines
from eval.turn_key import TurnKey


def each_turn_key(folder: Path) -> Iterator[TurnKey]:
    """Read which turns the records are of, in their order."""
    for line in readable_lines(folder / "turns.jsonl"):
        if line.strip():
            yield key_of(line)


def each_scored_input(
    folder: Path, dialogues: Collection[int] | None
) -> Iterator[tuple[TurnRecord, list[AloneRecord]]]:
    """Read a run's records, each with what the stages gave alone in its turn; one turn is in memory at a time.

    Args:
        dialogues: those to read, unless all are.

    Raises:
        RunError: As read_turns; or the two files do not have their turns in one order.
    """
    beside = (place for place in _alone_lines(folder) if _is_of(place[1], dialogues))
    alone = groupby(beside, key=lambda place: key_of(place[1]))
    at, lines = next(alone, (None, iter(())))
    seen, path = _Keys(), folder / "turns.jsonl"
    for number, line in enumerate(readable_lines(path), start=1):
        if not line.strip() or not _is_of(line, dialogues):
            continue
        record = parsed_line(path, number, line, TurnRecord)
        if record.key in seen:
            raise RunError(f"{path} holds turn {record.key} twice: it was edited, run it again")
        seen.add(record.key)
        own: list[AloneRecord] = []
        if at == record.key:
            own = [parsed_line(folder / "alone.jsonl", *place, AloneRecord) for place in lines]
            at, lines = next(alone, (None, iter(())))
        yield record, own
    if at is not None and at in seen:
        raise RunError(f"{folder / 'alone.jsonl'} has its turns in another order than turns.jsonl: run it again")


MOST_TURNS = 1 << 16
"""Turns of a dialogue that are kept as bits."""


class _Keys:
    """Turns that were seen, a bit each; a number that no dialogue has, negative or past all ends, is kept as it is."""

    def __init__(self) -> None:
        self._turns: dict[int, int] = {}
        self._odd: set[TurnKey] = set()

    def add(self, key: TurnKey) -> None:
        if 0 <= key.turn < MOST_TURNS:
            self._turns[key.dialogue] = self._turns.get(key.dialogue, 0) | 1 << key.turn
        else:
            self._odd.add(key)

    def __contains__(self, key: TurnKey) -> bool:
        if 0 <= key.turn < MOST_TURNS:
            return bool(self._turns.get(key.dialogue, 0) >> key.turn & 1)
        return key in self._odd


def _alone_lines(folder: Path) -> Iterator[tuple[int, bytes]]:
    path = folder / "alone.jsonl"
    lines = readable_lines(path) if has_lines(path) else ()
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _is_of(line: bytes, dialogues: Collection[int] | None) -> bool:
    return dialogues is None or key_of(line).dialogue in dialogues


_HEAD = re.compile(rb'\{"dialogue": ?(\d+), ?"turn": ?(\d+)[,}]')


def key_of(line: bytes) -> TurnKey:
    """Return the turn that a line tells of; no more than its head is read where it begins as a run writes it.

    Raises:
        RunError: It tells of none.

    >>> key_of(b'{"dialogue": 3, "turn": 1, "sql": ""}')
    TurnKey(dialogue=3, turn=1)
    """
    if head := _HEAD.match(line):
        return TurnKey(int(head[1]), int(head[2]))
    try:
        found = json.loads(line)
        return TurnKey(int(found["dialogue"]), int(found["turn"]))
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise RunError(f"no record of a turn: {line[:80]!r}") from error
