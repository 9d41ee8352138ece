"""The cascade: what sending only the unsure turns to a language model gives and costs, as a table and a curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from eval.cascade import Cascade, Point, cascade, is_cascade
from eval.compare import SAME, MetricComparison
from eval.records import TurnRecord
from eval.report.chart import Chart, Mark
from eval.report.table import Table, figure, interval, signed
from eval.report.view import RunView

COLUMNS = (
    "turns sent", "", "below", "value", "95 %", "fixed", "broken", "perfect judge", "at random", "tokens a turn",
    "seconds a turn", "money a turn",
)  # fmt: skip


def cascades(runs: Sequence[RunView]) -> tuple[tuple[str, Cascade], ...]:
    """Set each run that always asked a model beside the first over the same turns that asked none and has confidences."""
    found: list[tuple[str, Cascade]] = []
    for run in runs:
        if run.manifest.history != "predicted" and _asked(run) and not is_cascade(run.manifest):
            bases = (it for it in runs if _turns(it) == _turns(run) and _is_sure(it) and not _asked(it))
            found += [(f"{base.name} and {run.name}", cascade(base.folder, run.folder)) for base in islice(bases, 1)]
    return tuple(found)


def cascade_table(name: str, it: Cascade) -> Table:
    """Lay the curve out, then the threshold that was given, then the best one in hindsight."""
    rows = [(f"{point.share:.0%}", *_row(point)) for point in it.points]
    if it.chosen:
        rows.append(("as given", *_row(it.chosen.point)))
    rows.append(("best, in hindsight", *_row(it.hindsight)))
    return Table(title=f"Cascade: {name}", columns=COLUMNS, rows=tuple(rows), note=" ".join(_notes(it)))


def cascade_chart(name: str, it: Cascade) -> Chart:
    """Draw accuracy over the share of turns sent, between a perfect judge and chance."""
    series = ("by confidence", "perfect judge", "at random")
    marks = (
        Mark(f"{point.share:.4f}", value, each, note=f"below {_below(point)}, {point.sent} turns")
        for point in it.points
        for each, value in zip(series, (point.value, point.perfect, point.random), strict=True)
    )
    return Chart(
        title=f"Cascade: {name}",
        kind="lines",
        marks=tuple(marks),
        axis="value accuracy",
        form="share",
        labels="share of turns sent to the model, the least confident first",
        note="Perfect judge: who knows both answers chooses as many turns.",
    )


def _turns(run: RunView) -> tuple[object, ...]:
    return tuple(getattr(run.manifest, name) for name in SAME)


def _asked(run: RunView) -> bool:
    return any(stage.calls for record in _judged(run) for stage in record.stages.values())


def _is_sure(run: RunView) -> bool:
    return any(record.confidence is not None for record in _judged(run))


def _judged(run: RunView) -> Iterator[TurnRecord]:
    return (turn.record for turn in run.turns if turn.mark in ("right", "wrong"))


def _row(point: Point) -> tuple[str, ...]:
    return (
        str(point.sent),
        _below(point),
        figure(point.value),
        interval((point.low, point.high)),
        str(point.fixed),
        str(point.broken),
        figure(point.perfect),
        figure(point.random),
        f"{point.tokens:,.0f}",
        f"{point.seconds:.2f}",
        "–" if point.price is None else f"{point.price:.5f}",
    )


def _below(point: Point) -> str:
    return "all" if point.below is None else f"{point.below}".removesuffix(".0")


def _notes(it: Cascade) -> list[str]:
    notes = [
        f"{it.turns} turns judged in both, {it.left_out} left out. Below: the confidence under which a turn is sent;"
        " fixed and broken against the run without the model; tokens, seconds of the calls and money over all turns.",
        "The best in hindsight is chosen on these very turns, and tells nothing of others.",
    ]
    if it.skill is None:
        notes.append("Sending any turn changes no verdict, or all of them alike: the order is worth nothing here.")
    else:
        notes.append(f"The order by confidence lies at {signed(it.skill)} between chance (0) and a perfect judge (1).")
    if it.chosen:
        notes.append(
            f"Below {_below(it.chosen.point)}, {_against('the run without the model', it.chosen.against_first)};"
        )
        notes.append(f"{_against('always asking', it.chosen.against_second)}.")
    return [*notes, "A stage was given gold: no figures of a real system."] if it.oracle else notes


def _against(other: str, found: MetricComparison) -> str:
    decided = "decided" if found.decided else "not decided"
    return (
        f"against {other}: {signed(found.difference)} ({signed(found.low)} to {signed(found.high)}), fixed {found.fixed},"
        f" broken {found.broken}, p {figure(found.p_value)}, {decided}"
    )
