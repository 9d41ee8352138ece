"""comparison_table: one run against another, metric by metric."""

from __future__ import annotations

from eval.analysis.compare import MetricComparison, RunComparison
from eval.table import ReportTable, figure, signed


def comparison_table(run: RunComparison, smallest_decidable: float | None) -> ReportTable:
    """Lay out a comparison; the turns that changed stand in its note."""
    verdict = "decided" if run.metrics[0].decided else "not decided"
    shown = [_column(metric) for metric in run.metrics]
    return ReportTable(
        title=f"{run.second} against {run.first}: {run.metrics[0].metric} {verdict}",
        columns=("", *(metric.metric.replace("_", " ") for metric in run.metrics)),
        rows=tuple(zip(_LABELS, *shown, strict=True)),
        note=" ".join(_notes(run, smallest_decidable)),
    )


_LABELS = ("first", "second", "difference", "low", "high", "fixed", "broken", "p", "decided")


def _column(metric: MetricComparison) -> tuple[str, ...]:
    return (
        figure(metric.first),
        figure(metric.second),
        signed(metric.difference),
        signed(metric.low),
        signed(metric.high),
        str(metric.fixed),
        str(metric.broken),
        figure(metric.p_adjusted),
        "yes" if metric.decided else "no",
    )


def _notes(run: RunComparison, smallest_decidable: float | None) -> list[str]:
    turns = run.metrics[0].turns
    smallest = "no difference" if smallest_decidable is None else f"no difference under {figure(smallest_decidable)}"
    return [
        "Low and high: 95 % interval of the difference; p by Holm over the runs compared.",
        f"Decided: the exact test over turns and the bootstrap over dialogues agree; {turns} turns can decide {smallest}.",
        f"Differs in: {', '.join(run.differs_in) or 'nothing that the manifests record'}.",
        f"Fixed (value): {', '.join(run.fixed) or 'none'}. Broken: {', '.join(run.broken) or 'none'}.",
        f"{run.left_out} turns left out.",
    ]
