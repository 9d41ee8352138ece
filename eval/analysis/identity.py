"""identity: whether two runs wrote the same records, times aside: what a change that should change nothing must show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from math import isclose
from pathlib import Path
from typing import Any

from eval.records import TIMES, Record, RunError, read_alone, read_turns
from value_index.models import FrozenModel

ROUNDING = 1e-9
"""Relative difference of two numbers that is the order in which a sum was added up, and no more."""
MOST_NAMED = 20
"""Differences that are told; all of them stand in the JSON."""


class Identity(FrozenModel):
    """The places where two runs' records differ."""

    records: int
    """Records compared: of turns, and of stages that ran alone."""
    differing: tuple[str, ...]
    """`turns.jsonl 3/1 stages.plan_emission.output` or the like: the first field that differs, of each record that does."""

    def describe(self) -> str:
        """Return the finding as a line a difference, after one that counts them.

        >>> print(Identity(records=2, differing=("turns.jsonl 3/1 sql",)).describe())
        2 records: 1 differs, times aside
          turns.jsonl 3/1 sql
        """
        count = len(self.differing)
        found = "all alike" if not count else f"{count} differ{'s' if count == 1 else ''}"
        named = [f"  {each}" for each in self.differing[:MOST_NAMED]]
        return "\n".join((f"{self.records} records: {found}, times aside", *named, *["  ..."][: count > MOST_NAMED]))


def identity(first: Path, second: Path) -> Identity:
    """Compare the records of two run folders; neither needs to be scored.

    Raises:
        RunError: a folder holds no records.
    """
    compared, differing = 0, list[str]()
    for name, read in (("turns.jsonl", read_turns), ("alone.jsonl", read_alone)):
        here, there = (_keyed(read(folder)) for folder in (first, second))
        for key in {**here, **there}:
            compared += 1
            if field := next(_differences(here.get(key), there.get(key), ""), None):
                differing.append(f"{name} {key} {field}")
    if not compared:
        raise RunError(f"{first} and {second} hold no records: nothing to compare")
    return Identity(records=compared, differing=tuple(differing))


def _keyed(records: list[Any]) -> dict[str, Any]:
    """Return the records as JSON by dialogue, turn and, for one that ran alone, stage; a repeated one by its number too."""
    seen: Counter[str] = Counter()
    found: dict[str, Any] = {}
    for record in records:
        assert isinstance(record, Record)
        dumped = record.model_dump(mode="json")
        name = " ".join((f"{dumped['dialogue']}/{dumped['turn']}", *filter(None, (dumped.get("stage"),))))
        seen[name] += 1
        found[name if seen[name] == 1 else f"{name} ({seen[name]})"] = dumped
    return found


def _rounded(first: Any, second: Any) -> bool:
    """Whether two numbers are the same but for rounding."""
    return isinstance(first, float) and isinstance(second, float) and isclose(first, second, rel_tol=ROUNDING)


def _differences(first: Any, second: Any, place: str) -> Iterator[str]:
    """Yield the paths of the fields that differ, times aside."""
    if isinstance(first, dict) and isinstance(second, dict):
        for name in {**first, **second}:
            if name not in TIMES:
                yield from _differences(first.get(name), second.get(name), f"{place}.{name}" if place else str(name))
    elif isinstance(first, list) and isinstance(second, list):
        for number, (left, right) in enumerate(zip_longest(first, second)):
            yield from _differences(left, right, f"{place}.{number}")
    elif first != second and not _rounded(first, second):
        yield place or "is in one run only"
