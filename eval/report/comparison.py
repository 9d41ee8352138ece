"""comparison_table: one run against another, metric by metric."""

from __future__ import annotations

from eval.compare import MetricComparison, RunComparison
from eval.report.table import Table, figure


def comparison_table(run: RunComparison, smallest_decidable: float | None) -> Table:
    """Lay out a comparison; the turns that changed stand in its note."""
    return Table(
        title=f"{run.second} against {run.first}",
        columns=("metric", "verdict", "first", "second", "difference", "95 %", "fixed", "broken", "p (Holm)"),
        rows=tuple(_row(metric) for metric in run.metrics),
        note=" ".join(_notes(run, smallest_decidable)),
        words=2,
    )


def _row(metric: MetricComparison) -> tuple[str, ...]:
    return (
        metric.metric.replace("_", " "),
        "decided" if metric.decided else "not decided",
        figure(metric.first),
        figure(metric.second),
        _signed(metric.difference),
        f"{_signed(metric.low)} to {_signed(metric.high)}",
        str(metric.fixed),
        str(metric.broken),
        figure(metric.p_adjusted),
    )


def _notes(run: RunComparison, smallest_decidable: float | None) -> list[str]:
    turns = run.metrics[0].turns
    smallest = "no difference" if smallest_decidable is None else f"no difference under {figure(smallest_decidable)}"
    return [
        f"Decided: the exact test over turns and the bootstrap over dialogues agree; {turns} turns can decide {smallest}.",
        f"Differs in: {', '.join(run.differs_in) or 'nothing that the manifests record'}.",
        f"Fixed (value): {', '.join(run.fixed) or 'none'}. Broken: {', '.join(run.broken) or 'none'}.",
        f"{run.left_out} turns left out.",
    ]


def _signed(value: float) -> str:
    return f"{'-' if value < 0 else '+'}{figure(abs(value))}"
