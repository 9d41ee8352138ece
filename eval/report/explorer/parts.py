"""write_parts: the turns of a large report in scripts beside its page, which loads what is looked at.

A page that is opened from the disk cannot fetch data, but it can run scripts: each part is a call of `turnsqlPart`. The index says of
every turn what the list and its filters need; the bodies hold the rest, some hundred turns each, whole dialogues.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any
from zlib import crc32

from eval.report.explorer.turns import ExplorerTurn, Json, explorer_runs, explorer_turns
from eval.report.run_view import RunView
from eval.report.wrong_turns import Faults
from value_index.files.atomic_file import write_atomically

FOLDER = "report-turns"
LARGE = 3_000
"""Turns of all runs together that a page holds itself."""
INDEXED = 5_000
"""Turns in a part of the index."""
TOGETHER = 200
"""Turns in a body; a dialogue more may make it longer."""


@dataclass
class _Index:
    """A part of the index: a column for each field, words by their number where they come again."""

    first: int
    columns: dict[str, list[Any]] = field(default_factory=dict[str, list[Any]])
    words: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, found: ExplorerTurn, body: int) -> None:
        turn = found.turn
        for name in ("id", "dialogue", "turn", "utterance"):
            self._put(name, turn[name])
        for name in ("corpus", "database", "hardness"):
            self._put(name, self._word(turn[name]))
        self._put("features", [self._word(feature) for feature in turn["features"]])
        self._put("body", body)
        self._put("answers", [self._answer(answer) for answer in found.answers])

    def _answer(self, answer: Json | None) -> list[Any] | None:
        if answer is None:
            return None
        fault = answer["fault"]
        modes = [self._word(mode) for mode, _ in fault["modes"]] if fault else []
        told = [self._word(fault["stage"]), *modes] if fault else []
        return [self._word(answer["mark"]), crc32(answer["sql"].strip().encode()), *told]

    def data(self) -> Json:
        """Return the part as it is written."""
        return {"first": self.first, "columns": self.columns, "words": list(self.words)}

    def _put(self, name: str, value: Any) -> None:
        self.columns.setdefault(name, []).append(value)

    def _word(self, text: str | None) -> int:
        return -1 if text is None else self.words.setdefault(text, len(self.words))


def write_parts(runs: Sequence[tuple[RunView, Faults]], folder: Path) -> Json:
    """Write the parts into a folder of their own beside the page, and return what the page holds in place of the turns.

    Raises:
        OSError: The folder cannot be written.
    """
    parts = folder / FOLDER
    parts.mkdir(exist_ok=True)
    for path in parts.glob("*.js"):
        path.unlink()
    index, turns, bodies = _Index(0), 0, 0
    indexes = 0
    for body in _bodies(explorer_turns(runs)):
        for number, found in enumerate(body):
            if number + turns - index.first >= INDEXED:
                _write(parts, f"index-{indexes}", index.data())
                index, indexes = _Index(number + turns), indexes + 1
            index.add(found, bodies)
        answers = [[each.answers[place] for each in body] for place in range(len(runs))]
        _write(parts, f"body-{bodies}", {"first": turns, "turns": [each.turn for each in body], "answers": answers})
        turns, bodies = turns + len(body), bodies + 1
    _write(parts, f"index-{indexes}", index.data())
    held: Json = {"folder": FOLDER, "indexes": indexes + 1, "count": turns}
    return {"runs": explorer_runs(runs), "turns": [], "answers": [[] for _ in runs], "parts": held}


def _bodies(turns: Iterator[ExplorerTurn]) -> Iterator[list[ExplorerTurn]]:
    body: list[ExplorerTurn] = []
    for _, dialogue in groupby(turns, key=lambda each: (each.turn["corpus"], each.turn["dialogue"])):
        body += dialogue
        if len(body) >= TOGETHER:
            yield body
            body = []
    if body:
        yield body


def _write(folder: Path, name: str, data: Any) -> None:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    write_atomically(folder / f"{name}.js", f'turnsqlPart("{name}",{text});\n')
