"""history_tables: the modes of history side by side, and the filters carried from turn to turn."""

from __future__ import annotations

from eval.analysis.constraint_ledger import ConstraintLedger
from eval.analysis.history_gap import GOLD, HistoryGap, HistoryRun
from eval.report.chart import Chart, Mark
from eval.scoring.summary import POSITIONS
from eval.table import (
    ReportTable,
    figure,
    interval,
    signed,
)


def history_tables(found: HistoryGap) -> tuple[ReportTable, ...]:
    """Lay the modes out: accuracy and gap, accuracy by turn position, derailing, filters."""
    positions = tuple(name for name in POSITIONS if any(name in run.by_turn for run in found.runs))
    return (
        ReportTable(
            title="History",
            columns=("history", "value", "95 %", "gap", "low", "high", "turns"),
            rows=tuple(_row(run) for run in found.runs),
            note=f"Gap: against gold history, with its 95 % interval. Noised: {found.noise_rate:.0%} of the earlier"
            " gold SQL edited.",
        ),
        ReportTable(
            title="Value by turn of the dialogue",
            columns=("history", *positions),
            rows=tuple((run.history, *(figure(run.by_turn.get(name)) for name in positions)) for run in found.runs),
        ),
        ReportTable(
            title="Derailing",
            columns=("history", "dialogues", "derailed", "first wrong turn", "turns after a wrong one", "recovered"),
            rows=tuple(_derailing(run) for run in found.runs),
            note="First wrong turn: the median over derailed dialogues. Recovered: the share of right turns after a wrong one.",
        ),
        ledger_table({run.history: run.ledger for run in found.runs}),
    )


def history_charts(found: HistoryGap) -> tuple[Chart, ...]:
    """Draw accuracy by turn position under each history, and the gap that each leaves."""
    return (
        Chart(
            title="Value by turn of the dialogue",
            kind="lines",
            marks=tuple(
                Mark(name, run.by_turn[name], f"{run.history} history")
                for run in found.runs
                for name in POSITIONS
                if name in run.by_turn
            ),
            axis="value accuracy",
            form="share",
            labels="turn of the dialogue",
            note="A gap that widens from turn to turn is error carried along.",
        ),
        Chart(
            title="What a history costs",
            kind="ranges",
            marks=tuple(
                Mark(f"{run.history} history", run.gap, "gap", *run.gap_interval)
                for run in found.runs
                if run.history != GOLD
            ),
            axis="value accuracy against gold history",
            form="share",
            note="With 95 % intervals, dialogues resampled.",
        ),
    )


def ledger_table(ledgers: dict[str, ConstraintLedger]) -> ReportTable:
    """Lay out the filters that runs carried from turn to turn."""
    return ReportTable(
        title="Filter-carry ledger",
        columns=("run", "kept by gold", "forgotten", "turns", "dropped by gold", "stale", "turns"),
        rows=tuple(
            (name, *map(str, (it.carried, it.forgotten, it.amnesiac_turns, it.dropped, it.stale, it.stale_turns)))
            for name, it in ledgers.items()
        ),
        note="Constraints of the gold before a turn. Forgotten: filter amnesia; stale: gold dropped it, the answer did not.",
    )


def ledger_lines(ledger: ConstraintLedger) -> list[str]:
    """Return the turns that forgot a constraint or kept a stale one."""
    lines: list[str] = []
    for entry in ledger.entries:
        lines += [f"{entry.dialogue}/{entry.turn} forgotten: {text}" for text in entry.forgotten]
        lines += [f"{entry.dialogue}/{entry.turn} stale: {text}" for text in entry.stale]
    return lines


def _row(run: HistoryRun) -> tuple[str, ...]:
    ends = (signed(value) for value in (run.gap, *run.gap_interval))
    return (run.history, figure(run.value), interval(run.interval), *ends, str(run.turns))


def _derailing(run: HistoryRun) -> tuple[str, ...]:
    it = run.derailing
    first = "–" if it.first_wrong is None else f"{it.first_wrong:g}"
    return (run.history, str(it.dialogues), str(it.derailed), first, str(it.after_wrong), figure(it.recovery))
