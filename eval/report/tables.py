"""The tables of a report, from the figures of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from eval.report import published
from eval.report.evidence import rate_cells
from eval.report.run_view import RunView
from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import Rate
from eval.table import ReportTable, figure, interval
from nodes.state import STAGES, Stage

HEADLINES: dict[Stage, tuple[str, ...]] = {
    "dialogue_state_tracking": ("carried_f1", "added_f1", "dropped_f1"),
    "schema_linking": ("table_f1", "column_f1"),
    "value_grounding": ("value_recall", "value_column_accuracy", "precision"),
    "plan_emission": ("macro", "selected_expressions", "whole_plan"),
    "sql_generation": ("value",),
    "schema_validation": ("precision", "recall", "false_alarm"),
}
"""The scores of each stage that stand in the per-node table, in order."""


def node_table(run: RunView) -> ReportTable:
    """Each stage by its own headline scores, in the graph and alone on gold upstream."""
    rows: list[tuple[str, ...]] = []
    for stage in STAGES:
        head, ms = (stage, run.summary.variants.get(stage, "–")), _ms(run, stage)
        for name in HEADLINES[stage]:
            pair = (figure(run.mean("stages", stage, place, name)) for place in ("in_graph", "alone"))
            rows.append((*head, _words(name), *pair, ms))
            head, ms = ("", ""), ""
    return ReportTable(
        title="Node by node",
        columns=("stage", "variant", "score", "in graph", "alone", "ms"),
        rows=tuple(rows),
        note=f"Alone: fed with gold upstream; ms is the median of a turn. {_retries(run)}",
        words=3,
    )


def stage_table(run: RunView) -> ReportTable:
    """Every score of every stage."""
    rows: list[tuple[str, ...]] = []
    for stage in STAGES:
        places: dict[str, dict[str, float | None]] = run.summary.means.get("stages", {}).get(stage, {})
        for name in dict.fromkeys(name for metrics in places.values() for name in metrics):
            pair = (figure(run.mean("stages", stage, place, name)) for place in ("in_graph", "alone"))
            rows.append((stage, _words(name), *pair))
    return ReportTable("Every stage score", ("stage", "score", "in graph", "alone"), tuple(rows), words=2)


def answer_table(runs: Sequence[RunView]) -> ReportTable:
    """One row a run: the verdicts on the answers, and beside the slice what was published on it."""
    verdicts = ("strict", "official", "bird")
    rows = [
        (
            run.name,
            run.summary.history,
            figure(run.mean("value")),
            interval(run.summary.intervals.get("value")),
            *(figure(run.mean(verdict)) for verdict in verdicts),
            figure(run.summary.interactions.value),
            str(run.summary.scored),
        )
        for run in runs
    ]
    note = "Shares of the scored turns; dialogues are right when every scored turn is, by value." + _apart(runs)
    if any(published.is_slice(run.manifest) for run in runs):
        note += " The 9B rows are published figures."
        for label, means in published.ANSWERS.items():
            others = (figure(means.get(verdict)) for verdict in verdicts)
            rows.append((label, "gold", figure(means.get("value")), figure(None), *others, figure(None), "100"))
    return ReportTable(
        title="Answers",
        columns=("run", "history", "value", "95 %", *verdicts, "dialogues", "turns"),
        rows=tuple(rows),
        note=note,
        words=2,
        fold=True,
    )


def plan_table(run: RunView) -> ReportTable:
    """The emitted plans beside what needs no planner, and what was published on the same turns."""
    planners: dict[str, Mapping[str, float | None]] = {
        "this run": run.summary.means.get("plan", {}),
        "its SQL": run.summary.means.get("plan_of_sql", {}),
        **{baseline.name: baseline.plan for baseline in run.summary.baselines},
        **(published.PLANS if published.is_slice(run.manifest) else {}),
    }
    return ReportTable(
        title="Plans",
        columns=("score", *planners),
        rows=tuple((_words(name), *(figure(means.get(name)) for means in planners.values())) for name in PLAN_SCORES),
        note="Agreement with the gold plan; macro is the mean of the nine scores above it.",
    )


def group_tables(run: RunView) -> tuple[ReportTable, ...]:
    """Accuracy by turn position, by hardness and by SQL feature."""
    summary = run.summary
    groups = {"turn": summary.by_turn, "hardness": summary.by_hardness, "feature": summary.by_feature}
    return tuple(_rates(f"By {of}", of, rates) for of, rates in groups.items())


def _rates(title: str, of: str, rates: Mapping[str, Rate]) -> ReportTable:
    rows = tuple((label.replace("_", " "), *rate_cells(rate)) for label, rate in rates.items())
    return ReportTable(title, (of, "turns", "value", "95 %", "strict", "official"), rows)


def _retries(run: RunView) -> str:
    counts = run.summary.retries
    return f"Retries: {', '.join(f'{kind} {count}' for kind, count in counts.items())}." if counts else "No retries."


def _apart(runs: Sequence[RunView]) -> str:
    """Say which turns are outside the shares, and why; nothing if there are none."""
    counts = [
        f"{count} of {run.name} {why}"
        for run in runs
        for why, count in (
            ("unscored", run.summary.unscored - run.summary.faulted),
            ("not judged (harness fault)", run.summary.faulted),
            ("not run", run.summary.not_run),
            ("missing", run.summary.missing),
        )
        if count
    ]
    return f" Apart: {', '.join(counts)}." if counts else ""


def _ms(run: RunView, stage: Stage) -> str:
    times = run.facts.ms[stage]
    return f"{median(times):.1f}" if times else "–"


def _words(name: str) -> str:
    """Write a score's name for a reader.

    >>> _words("carried_f1"), _words("value_column_accuracy")
    ('carried F1', 'value column accuracy')
    """
    return name.replace("_f1", " F1").replace("_", " ")
