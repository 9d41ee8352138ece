"""The cascade: what sending only the unsure turns to a language model gives and costs, as tables and a curve."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from eval.analysis.cascade import (
    Cascade,
    Point,
    cascade,
    is_cascade,
)
from eval.analysis.compare import SAME, MetricComparison
from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView
from eval.table import (
    ReportTable,
    figure,
    interval,
    signed,
)

COLUMNS = ("sent", "turns", "below", "value", "95 %", "fixed", "broken", "tokens", "seconds", "money")
SERIES = ("by confidence", "perfect judge", "at random")


def cascades(runs: Sequence[RunView]) -> tuple[tuple[str, Cascade], ...]:
    """Set each run that always asked a model beside the first over the same turns that asked none and has confidences."""
    found: list[tuple[str, Cascade]] = []
    for run in runs:
        if run.manifest.history != "predicted" and run.facts.asks_model and not is_cascade(run.manifest):
            bases = (
                it for it in runs if _turns(it) == _turns(run) and it.facts.confidences and not it.facts.asks_model
            )
            found += [(f"{base.name} and {run.name}", cascade(base.folder, run.folder)) for base in islice(bases, 1)]
    return tuple(found)


def cascade_tables(name: str, it: Cascade) -> tuple[ReportTable, ReportTable]:
    """Lay out the curve with the threshold that was given and the best one in hindsight; then what the order is worth."""
    rows = [(_share(point), *_row(point)) for point in it.points]
    if it.chosen:
        rows.append(("given", *_row(it.chosen.point)))
    rows.append(("best*", *_row(it.hindsight)))
    worth = tuple((_share(it), str(it.sent), *map(figure, _judged_by(it))) for it in it.points)
    return (
        ReportTable(title=f"Cascade: {name}", columns=COLUMNS, rows=tuple(rows), note=" ".join(_notes(it))),
        ReportTable(title=f"Order of a cascade: {name}", columns=(*COLUMNS[:2], *SERIES), rows=worth, note=_worth(it)),
    )


def cascade_chart(name: str, it: Cascade) -> Chart:
    """Draw accuracy over the share of turns sent, between a perfect judge and chance."""
    marks = (
        Mark(f"{point.share:.4f}", value, each, note=f"below {_below(point)}, {point.sent} turns")
        for point in it.points
        for each, value in zip(SERIES, _judged_by(point), strict=True)
    )
    return Chart(
        title=f"Cascade: {name}",
        kind="lines",
        marks=tuple(marks),
        axis="value accuracy",
        form="share",
        labels="share of turns sent to the model, the least confident first",
        note=_worth(it),
    )


def _turns(run: RunView) -> tuple[object, ...]:
    return tuple(getattr(run.manifest, name) for name in SAME)


def _share(point: Point) -> str:
    return f"{point.share:.0%}"


def _judged_by(point: Point) -> tuple[float, float, float]:
    return point.value, point.perfect, point.random


def _row(point: Point) -> tuple[str, ...]:
    return (
        str(point.sent),
        _below(point),
        figure(point.value),
        interval((point.low, point.high)),
        str(point.fixed),
        str(point.broken),
        f"{point.tokens:,.0f}",
        f"{point.seconds:.2f}",
        "–" if point.price is None else f"{point.price:.5f}",
    )


def _below(point: Point) -> str:
    return "all" if point.below is None else f"{point.below:.6g}"


def _notes(it: Cascade) -> list[str]:
    notes = [
        f"{it.turns} turns judged in both, {it.left_out} left out. Sent: share of the turns whose confidence is below;"
        " fixed and broken against the run without the model; tokens, seconds of the calls and money a turn, over all turns.",
        "* In hindsight: chosen on these very turns, so that it tells nothing of others.",
    ]
    if it.chosen:
        notes.append(
            f"Below {_below(it.chosen.point)}, {_against('the run without the model', it.chosen.against_first)};"
        )
        notes.append(f"{_against('always asking', it.chosen.against_second)}.")
    return [*notes, "A stage was given gold: no figures of a real system."] if it.oracle else notes


def _worth(it: Cascade) -> str:
    """Say what the order by confidence is worth."""
    judge = "Perfect judge: who knows both answers chooses as many turns."
    if it.skill is None:
        return (
            f"{judge} Sending a turn changes all verdicts alike, or none, so that no order is worth more than another."
        )
    return f"{judge} Over all shares the order by confidence lies at {signed(it.skill)} between chance (0) and that judge (1)."


def _against(other: str, found: MetricComparison) -> str:
    decided = "decided" if found.decided else "not decided"
    return (
        f"against {other}: {signed(found.difference)} ({signed(found.low)} to {signed(found.high)}), fixed {found.fixed},"
        f" broken {found.broken}, p {figure(found.p_value)}, {decided}"
    )
