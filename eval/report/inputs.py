"""What a report is asked to show: runs, and the folders of a ladder or of a history, told apart by what lies in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from eval.ablation.attribution import Attribution, attribute
from eval.ablation.ladder import Ladder
from eval.ablation.rungs import BASE
from eval.analysis.history_gap import MODES, HistoryGap
from eval.conversations.result import SuiteResult
from eval.conversations.run import RESULT
from eval.records import RunError
from eval.report.run_view import RunView, gather
from eval.table import ReportTable

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class LadderView:
    """A ladder and the wrong turns of its base."""

    name: str
    ladder: Ladder
    attribution: Attribution


@dataclass(frozen=True)
class HistoryView:
    """The modes of history of one configuration."""

    name: str
    gap: HistoryGap


@dataclass(frozen=True)
class Inputs:
    """Everything that a report is made from."""

    runs: tuple[RunView, ...]
    """Each under a name of its own."""
    ladders: tuple[LadderView, ...] = ()
    histories: tuple[HistoryView, ...] = ()
    suites: tuple[SuiteResult, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    """Made elsewhere, shown as they are."""


def open_inputs(folders: Sequence[Path], data: Path | None = None, tables: Sequence[Path] = ()) -> Inputs:
    """Read scored runs, ladders (with their base as a run) and histories (with a run for each mode).

    Args:
        data: The data folder, where it is not the runs' own.
        tables: JSON files, each a list of `{title, columns, rows, note, words}`.

    Raises:
        TurnSQLError: A folder is none of them, or is not scored.
    """
    runs: list[RunView] = []
    ladders: list[LadderView] = []
    histories: list[HistoryView] = []
    suites: list[SuiteResult] = []
    for folder in folders:
        name = folder.resolve().name
        if (folder / "ladder.json").is_file():
            found = LadderView(name, _read(folder / "ladder.json", Ladder), _attribution(folder, data))
            ladders.append(found)
            runs.append(replace(gather(folder / BASE, data), name=name, attribution=found.attribution))
        elif (folder / "history.json").is_file():
            histories.append(HistoryView(name, _read(folder / "history.json", HistoryGap)))
            runs += [replace(gather(folder / mode, data), name=f"{name}/{mode}") for mode in MODES]
        elif (folder / RESULT).is_file():
            suites.append(_read(folder / RESULT, SuiteResult))
            tries = (
                sorted(path.parent for path in folder.glob("*/manifest.json")) if suites[-1].repeat > 1 else [folder]
            )
            runs += [gather(each, data) for each in tries]
        else:
            runs.append(gather(folder, data))
    return Inputs(
        runs=tuple(_told_apart(runs)),
        ladders=tuple(ladders),
        histories=tuple(histories),
        suites=tuple(suites),
        tables=tuple(table for path in tables for table in _tables(path)),
    )


def _attribution(folder: Path, data: Path | None) -> Attribution:
    path = folder / "attribution.json"
    return _read(path, Attribution) if path.is_file() else attribute(folder, data)


def _read(path: Path, model: type[M]) -> M:
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RunError(f"{path} cannot be read: make {path.parent} again with this version") from error


def _tables(path: Path) -> tuple[ReportTable, ...]:
    try:
        return TypeAdapter(tuple[ReportTable, ...]).validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise RunError(f"{path} is no list of tables with title, columns and rows") from error


def _told_apart(runs: Sequence[RunView]) -> Iterator[RunView]:
    """Name runs of equal name by their folders too, and number what is still alike."""
    counts = Counter(run.name for run in runs)
    longer = [
        run if counts[run.name] == 1 else replace(run, name="/".join(run.folder.resolve().parts[-2:])) for run in runs
    ]
    seen: Counter[str] = Counter()
    for run in longer:
        seen[run.name] += 1
        yield run if seen[run.name] == 1 else replace(run, name=f"{run.name} ({seen[run.name]})")
