"""Wrong turns: the stage to blame, how that is known, and the failure modes with their evidence."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile

from pydantic import TypeAdapter

from eval.ablation.attribution import Attribution, Attributor
from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView, StoredTurns, TurnView
from eval.scoring.scores import TurnScores
from eval.table import ReportTable
from eval.turn_key import TurnKey
from nodes.state import STAGES, Stage

WRONG = "wrong turns"
Faults = Mapping[TurnKey, "WrongTurn"]

_HOW = {
    "alone": "gold there repairs the turn",
    "after gold": "gold up to there repairs the turn",
    None: "no gold repairs the turn",
}
DECIDING: dict[Stage, tuple[str, ...]] = {
    "dialogue_state_tracking": ("carried_f1", "added_f1", "dropped_f1"),
    "schema_linking": ("table_recall", "column_recall"),
    "value_grounding": ("value_recall", "value_column_accuracy"),
    "plan_emission": ("whole_plan",),
    "sql_generation": ("value",),
}
"""The scores that are 1 where a stage gave all that the stages after it need."""


@dataclass(frozen=True)
class WrongTurn:
    """One wrong turn."""

    stage: Stage | None
    """The stage to blame: of a ladder's base the one that gold repairs, else the first that departs from gold."""
    how: str
    departs: Stage | None
    """The first stage whose output departs from gold; None if no score tells."""
    modes: tuple[tuple[str, str], ...]
    """Each mode with its evidence."""


def all_faults(runs: Sequence[RunView]) -> list[tuple[RunView, Faults]]:
    """Explain the wrong turns of runs; those over the same rows share what is found of the same SQL."""
    attributors: dict[str, Attributor] = {}
    for run in runs:
        if run.dataset:
            attributors.setdefault(run.manifest.rows_sha256, Attributor(run.dataset))
    return [(run, faults_of(run, attributors.get(run.manifest.rows_sha256))) for run in runs]


class StoredFaults(Mapping[TurnKey, WrongTurn]):
    """The wrong turns of a run that has more than memory should hold: in a file, with some bytes a turn to find them."""

    def __init__(self, found: Iterable[tuple[TurnKey, WrongTurn]]) -> None:
        """Store them; the turns rise."""
        self._turns, self._starts, self._file = array("q"), array("q"), TemporaryFile()  # noqa: SIM115 (open as long as the mapping is)
        for key, fault in found:
            self._turns.append(_number(key))
            self._starts.append(self._file.tell())
            self._file.write(_READER.dump_json(fault) + b"\n")

    def __getitem__(self, key: TurnKey) -> WrongTurn:
        place = bisect_left(self._turns, _number(key))
        if place == len(self._turns) or self._turns[place] != _number(key):
            raise KeyError(key)
        self._file.seek(self._starts[place])
        return _READER.validate_json(self._file.readline())

    def __iter__(self) -> Iterator[TurnKey]:
        return (TurnKey(*divmod(number, _MOST_TURNS)) for number in self._turns)

    def __len__(self) -> int:
        return len(self._turns)


_READER = TypeAdapter(WrongTurn)
_MOST_TURNS = 1 << 24


def _number(key: TurnKey) -> int:
    return key.dialogue * _MOST_TURNS + key.turn


def faults_of(run: RunView, attributor: Attributor | None) -> Faults:
    """Explain the wrong turns of a run; without an attributor only a ladder's base is explained."""
    wrong = (turn for turn in run.turns if turn.mark == "wrong")
    if run.attribution:
        blamed = {(turn.dialogue, turn.turn): turn for turn in run.attribution.turns}
        return {
            turn.record.key: WrongTurn(
                stage=it.stage,
                how=_HOW[it.repaired],
                departs=first_departure(turn.scores),
                modes=tuple((mode.mode, mode.evidence) for mode in it.modes),
            )
            for turn in wrong
            if (it := blamed.get(turn.record.key))
        }
    if attributor is None:
        return {}
    found = ((turn.record.key, _fault(turn, attributor)) for turn in wrong)
    return StoredFaults(found) if isinstance(run.turns, StoredTurns) else dict(found)


def first_departure(scores: TurnScores) -> Stage | None:
    """Return the first stage that fell short of gold in a turn; None if no score tells."""
    for stage, names in DECIDING.items():
        given = scores.stages.get(stage, {}).get("in_graph", {})
        if any(given.get(name, 1.0) < 1.0 for name in names):
            return stage
    return None


def mode_table(runs: Sequence[tuple[RunView, Faults]]) -> ReportTable:
    """Count the wrong turns of each run by failure mode."""
    counted = [Counter(_modes(faults)) for _, faults in runs]
    modes = sorted(set[str]().union(*counted), key=lambda mode: (-sum(c[mode] for c in counted), mode))
    return ReportTable(
        title="Failure modes",
        columns=("mode", *(run.name for run, _ in runs)),
        rows=tuple((mode.replace("_", " "), *(str(c[mode]) for c in counted)) for mode in modes)
        + ((WRONG, *(str(len(faults)) for _, faults in runs)),),
        note="Wrong turns by what the plan of the answer shows beside the gold plan; a turn may fail in several modes.",
    )


def blame_table(runs: Sequence[tuple[RunView, Faults]]) -> ReportTable:
    """Count the wrong turns by the stage to blame, for the runs that have a ladder."""
    return _stage_table(
        "Stage to blame",
        {run.name: Counter(fault.stage for fault in faults.values()) for run, faults in runs if run.attribution},
        "The first stage whose replacement by gold repairs the turn, alone or else after gold upstream.",
    )


def departure_table(runs: Sequence[tuple[RunView, Faults]]) -> ReportTable:
    """Count the wrong turns by the first stage that departs from gold."""
    return _stage_table(
        "First departure from gold",
        {run.name: Counter(fault.departs for fault in faults.values()) for run, faults in runs},
        "The first stage of a wrong turn that lacks something of gold; later stages may make up for it, so that it is"
        " not the one to blame (a ladder tells).",
    )


def fault_tables(runs: Sequence[tuple[RunView, Faults]]) -> tuple[ReportTable, ...]:
    """Return the tables that have something to say."""
    return tuple(table for table in (mode_table(runs), blame_table(runs), departure_table(runs)) if table.rows)


def fault_charts(runs: Sequence[tuple[RunView, Faults]]) -> tuple[Chart, ...]:
    """Draw the failure modes and the stages to blame (the first departures, where there is no ladder)."""
    blame = blame_table(runs)
    return tuple(_bars(table) for table in (mode_table(runs), blame if blame.rows else departure_table(runs)))


def _bars(table: ReportTable) -> Chart:
    names = table.columns[1:]
    marks = (
        Mark(row[0], float(count), name if len(names) > 1 else "")
        for row in table.rows
        if row[0] != WRONG
        for name, count in zip(names, row[1:], strict=True)
    )
    return Chart(title=table.title, kind="bars", marks=tuple(marks), axis="wrong turns", form="count")


def _stage_table(title: str, counted: Mapping[str, Counter[Stage | None]], note: str) -> ReportTable:
    every: tuple[Stage | None, ...] = (*STAGES, None)
    found: list[Stage | None] = [stage for stage in every if any(counts[stage] for counts in counted.values())]
    return ReportTable(
        title=title,
        columns=("stage", *counted),
        rows=tuple((stage or "none", *(str(counts[stage]) for counts in counted.values())) for stage in found),
        note=note,
    )


def _fault(turn: TurnView, attributor: Attributor) -> WrongTurn:
    found = attributor.modes(*turn.record.key, turn.record.sql)
    stage = first_departure(turn.scores)
    how = "the first whose output departs from gold; no ladder of this run is shown"
    return WrongTurn(stage, how, stage, tuple((finding.mode, finding.evidence) for finding in found))


def _modes(faults: Faults) -> Iterator[str]:
    for fault in faults.values():
        yield from (mode for mode, _ in fault.modes) if fault.modes else ("none told",)


def failure_tables(found: Attribution) -> tuple[ReportTable, ...]:
    """Lay an attribution out: the stages, the modes, and every wrong turn with its evidence."""
    return (
        ReportTable(
            title=f"{found.wrong} wrong turns by the stage to blame",
            columns=("stage", "turns"),
            rows=tuple((stage, str(count)) for stage, count in found.stages.items()),
            note="The first stage whose replacement by gold repairs the turn, alone or else after gold upstream.",
        ),
        ReportTable(
            title="Wrong turns by failure mode",
            columns=("mode", "turns"),
            rows=tuple((mode.replace("_", " "), str(count)) for mode, count in found.modes.items()),
            note="A turn may fail in several modes.",
        ),
    )


def failure_lines(found: Attribution) -> list[str]:
    """Return one line a wrong turn, and one for each mode with its evidence."""
    lines: list[str] = []
    for turn in found.turns:
        lines.append(
            f"{turn.dialogue}/{turn.turn} {turn.stage or 'no stage'} ({turn.repaired or 'no gold repairs it'})"
        )
        lines += [f"  {mode.mode.replace('_', ' ')}: {mode.evidence}" for mode in turn.modes]
    return lines
