"""The experiment table: what was trained on what, for how long, and what it is worth, paired with its base."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from eval.ladder import OWN_SCORES
from eval.report.table import Table, figure, interval, signed
from eval.scores import Summary
from nodes.state import STAGES
from training.experiments import Experiment, Experiments


def experiment_tables(experiments: Experiments) -> tuple[Table, ...]:
    """Lay out the runs, what they are worth, and the score of each stage that stands in the ladder."""
    return (_runs(experiments), _worth(experiments), _stages(experiments))


def tables_json(tables: Sequence[Table]) -> str:
    """Write tables as JSON, for `turnsql eval report --table`."""
    return json.dumps([asdict(table) for table in tables], ensure_ascii=False, indent=1) + "\n"


def _runs(experiments: Experiments) -> Table:
    return Table(
        title="Training runs",
        columns=("run", "data", "sources", "rows", "steps", "minutes", "loss", "MB"),
        rows=tuple(_run(item) for item in experiments.found),
        note="Rows to train on; MB is the peak memory of the process.",
        words=3,
        fold=True,
    )


def _run(item: Experiment) -> tuple[str, ...]:
    training = item.training
    return (
        item.name,
        Path(training.data).name or "–",
        ", ".join(item.sources) or "–",
        f"{training.rows.get('train', 0):,}",
        f"{training.steps:,}",
        f"{training.seconds / 60:.1f}",
        figure(training.loss),
        "–" if training.peak_memory_mb is None else f"{training.peak_memory_mb:,.0f}",
    )


def _worth(experiments: Experiments) -> Table:
    return Table(
        title=f"Against {experiments.base}",
        columns=(
            "run",
            "value",
            "95 %",
            "strict",
            "official",
            "gain",
            "low",
            "high",
            "fixed",
            "broken",
            "p",
            "decided",
        ),
        rows=(
            (experiments.base, *_figures(experiments.base_summary), *("–",) * 7),
            *((item.name, *_figures(item.summary), *_gain(item)) for item in experiments.found),
        ),
        note=f"{experiments.base_summary.history} history, {experiments.base_summary.scored} scored turns. Gain: value minus "
        "the base's, 95 % interval over dialogues; p by Holm over the runs; decided where interval and exact test agree.",
    )


def _figures(summary: Summary) -> tuple[str, ...]:
    means = summary.means
    return (figure(means.get("value")), interval(summary.intervals.get("value")), figure(means.get("strict")),
            figure(means.get("official")))  # fmt: skip


def _gain(item: Experiment) -> tuple[str, ...]:
    found = (
        next((metric for metric in item.against.metrics if metric.metric == "value"), None) if item.against else None
    )
    if found is None:
        return ("–",) * 7
    return (
        signed(found.difference),
        signed(found.low),
        signed(found.high),
        str(found.fixed),
        str(found.broken),
        figure(found.p_adjusted),
        "yes" if found.decided else "no",
    )


def _stages(experiments: Experiments) -> Table:
    heads = tuple(f"{stage.replace('_', ' ')}: {OWN_SCORES[stage].replace('_', ' ')}" for stage in STAGES)
    named = ((experiments.base, experiments.base_summary), *((item.name, item.summary) for item in experiments.found))
    return Table(
        title="Stage by stage, in the graph",
        columns=("run", *heads),
        rows=tuple((name, *(_own(summary, stage) for stage in STAGES)) for name, summary in named),
        note="The ladder's own score of each stage: which tweak moved which node.",
    )


def _own(summary: Summary, stage: str) -> str:
    scores = summary.means.get("stages", {}).get(stage, {}).get("in_graph", {})
    return figure(scores.get(OWN_SCORES[stage]))  # type: ignore[index]
