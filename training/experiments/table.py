"""The experiment table: what was trained on what, for how long, and what it is worth, paired with its base."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from eval.scoring.scores import Summary
from eval.table import (
    ReportTable,
    ends,
    figure,
    interval,
    signed,
)
from training.experiments.read import Experiment, Experiments
from training.experiments.stage_effects import StageEffect
from value_index.files.atomic_file import write_atomically


def experiment_tables(experiments: Experiments) -> tuple[ReportTable, ...]:
    """Lay out the runs, what they are worth, and which stages that comes from."""
    found = experiments
    return (_runs(found), _worth(found), _changed(found), *_ladders(found))


def tables_json(tables: Sequence[ReportTable]) -> str:
    """Write tables as JSON, for `turnsql eval report --table`."""
    return json.dumps([asdict(table) for table in tables], ensure_ascii=False, indent=1) + "\n"


def write_tables(tables: Sequence[ReportTable], out: Path) -> None:
    """Write OUT.md, and OUT.json for the report."""
    write_atomically(out.with_suffix(".md"), "\n\n".join(found.markdown() for found in tables) + "\n")
    write_atomically(out.with_suffix(".json"), tables_json(tables))


def _runs(experiments: Experiments) -> ReportTable:
    return ReportTable(
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


def _worth(experiments: Experiments) -> ReportTable:
    return ReportTable(
        title=f"Against {experiments.base}",
        columns=(
            "run",
            "value",
            "95 %",
            "strict",
            "gain",
            "of the gain",
            "fixed",
            "broken",
            "p",
            "decided",
        ),
        rows=(
            (experiments.base, *_figures(experiments.base_summary), *("–",) * 6),
            *((item.name, *_figures(item.summary), *_gain(item)) for item in experiments.found),
        ),
        fold=True,
        note=f"{experiments.base_summary.history} history, {experiments.base_summary.scored} scored turns. Gain: value minus "
        "the base's, 95 % interval over dialogues; p by Holm over the runs; decided where interval and exact test agree.",
    )


def _figures(summary: Summary) -> tuple[str, ...]:
    means = summary.means
    return (figure(means.get("value")), interval(summary.intervals.get("value")), figure(means.get("strict")))


def _gain(item: Experiment) -> tuple[str, ...]:
    found = next(metric for metric in item.against.metrics if metric.metric == "value")
    return (
        signed(found.difference),
        ends(found.low, found.high),
        str(found.fixed),
        str(found.broken),
        figure(found.p_adjusted),
        "yes" if found.decided else "no",
    )


def _changed(experiments: Experiments) -> ReportTable:
    return ReportTable(
        title="Which stage changed",
        columns=("run", "stage", "base", "run's", "change", "95 %", "better", "worse", "decided"),
        rows=tuple(_effect(item.name, effect) for item in experiments.found for effect in item.stage_effects),
        note="The own score of each stage, paired turn by turn: in the graph, and after gold where the runs have "
        "that too. 95 % interval over dialogues; decided where it and the exact test, by Holm over the rows, agree.",
        words=2,
        fold=True,
    )


def _effect(name: str, effect: StageEffect) -> tuple[str, ...]:
    found = effect.found
    return (
        name,
        effect.stage.replace("_", " ") + (" after gold" if effect.place == "alone" else ""),
        figure(found.first),
        figure(found.second),
        signed(found.difference),
        ends(found.interval.low, found.interval.high),
        str(found.fixed),
        str(found.broken),
        "yes" if effect.decided else "no",
    )


def _ladders(experiments: Experiments) -> Iterator[ReportTable]:
    """Yield a table of the ladders beside each other, where there are any."""
    named = ((experiments.base, experiments.base_ladder), *((item.name, item.ladder) for item in experiments.found))
    rows = tuple(
        (name, step.stage, figure(skipped.value if skipped else None), figure(step.value),
         *((figure(perfect.value), signed(perfect.difference)) if perfect else ("–", "–")))
        for name, ladder in named if ladder for step in ladder.steps if step.upstream == "predicted"
        for skipped, perfect in [(step.gain("skip"), step.gain("oracle"))]
    )  # fmt: skip
    if rows:
        yield ReportTable(
            title="Ladders: value with one stage skipped, as it is, and perfect",
            columns=("run", "stage", "skipped", "as is", "perfect", "gain"),
            rows=rows,
            words=2,
        )
