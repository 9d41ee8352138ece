"""latency_chart: how long each node takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView
from eval.table import ReportTable
from nodes.state import STAGES


def latency_chart(runs: Sequence[RunView]) -> Chart:
    """Draw the median milliseconds of each node, and the time that one turn in twenty exceeds."""
    return Chart(
        title="Latency by node",
        kind="bars",
        marks=tuple(mark for run in runs for mark in _marks(run, run.name if len(runs) > 1 else "")),
        axis="milliseconds a turn",
        note="Bar: the median turn; line: up to the 95th percentile. Measured where the run was made.",
    )


def _marks(run: RunView, series: str) -> list[Mark]:
    marks: list[Mark] = []
    for stage in STAGES:
        times = run.facts.ms[stage]
        if not times:
            return []
        middle, high = (float(ms) for ms in np.percentile(times, [50, 95]))
        marks.append(Mark(stage, middle, series, middle, high, note=f"95th percentile {high:.1f} ms"))
    return marks


def latency_table(runs: Sequence[RunView]) -> ReportTable:
    """Lay the same out: a median and a 95th percentile for each run."""
    found = [{mark.label: mark for mark in _marks(run, "")} for run in runs]
    rows = [
        (stage, *(f"{marks[stage].value:.1f} / {marks[stage].high:.1f}" if stage in marks else "–" for marks in found))
        for stage in STAGES
    ]
    return ReportTable(
        title="Milliseconds a turn",
        columns=("stage", *(run.name for run in runs)),
        rows=tuple(rows),
        note="Median / 95th percentile.",
    )
