"""The tables of a report, from the figures of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from eval.plan_scores import PLAN_SCORES
from eval.report import published
from eval.report.table import Table, figure
from eval.report.view import RunView
from eval.scores import Place, Rate
from nodes.state import STAGES, Stage

HEADLINES: dict[Stage, tuple[str, ...]] = {
    "dialogue_state_tracking": ("carried_f1", "added_f1", "dropped_f1"),
    "schema_linking": ("table_recall", "table_f1", "column_recall", "column_f1"),
    "value_grounding": ("value_recall", "value_column_accuracy", "precision", "abstention"),
    "plan_emission": ("macro", "selected_expressions", "whole_plan"),
    "sql_generation": ("value",),
    "schema_validation": ("precision", "recall", "false_alarm"),
}
"""The scores of each stage that stand in the per-node table, in order."""


def node_table(run: RunView) -> Table:
    """One row a stage: its own scores in the graph, and alone on gold upstream."""
    return Table(
        title="Node by node",
        columns=("stage", "variant", "in the graph", "alone, on gold", "ms"),
        rows=tuple(
            (
                stage,
                run.summary.variants.get(stage, "–"),
                _headline(run, stage, "in_graph"),
                _headline(run, stage, "alone"),
                _ms(run, stage),
            )
            for stage in STAGES
        ),
        note="Each stage by its own scores; alone means fed with gold upstream; ms is the median of a turn. "
        + _retries(run),
        prose=True,
    )


def stage_table(run: RunView) -> Table:
    """Every score of every stage."""
    rows: list[tuple[str, ...]] = []
    for stage in STAGES:
        places: dict[str, dict[str, float | None]] = run.summary.means.get("stages", {}).get(stage, {})
        for name in dict.fromkeys(name for metrics in places.values() for name in metrics):
            pair = (figure(run.mean("stages", stage, place, name)) for place in ("in_graph", "alone"))
            rows.append((stage, _words(name), *pair))
    return Table("Every stage score", ("stage", "score", "in the graph", "alone, on gold"), tuple(rows))


def answer_table(runs: Sequence[RunView]) -> Table:
    """One row a run: the verdicts on the answers, and beside the slice what was published on it."""
    verdicts = ("value", "strict", "official", "bird")
    rows = [
        (
            run.name,
            run.summary.history,
            *(figure(run.mean(verdict)) for verdict in verdicts),
            figure(run.summary.interactions.value),
            str(run.summary.scored),
            str(run.summary.unscored),
            str(run.summary.not_run),
        )
        for run in runs
    ]
    if any(published.is_slice(run.manifest) for run in runs):
        for label, means in published.ANSWERS.items():
            rows.append((label, "gold", *(figure(means.get(verdict)) for verdict in verdicts), "–", "–", "–", "–"))
    return Table(
        title="Answers",
        columns=("run", "history", *verdicts, "interaction", "scored", "unscored", "not run"),
        rows=tuple(rows),
        note="Shares of the scored turns; interaction is the share of dialogues with every scored turn right by value.",
    )


def plan_table(run: RunView) -> Table:
    """The emitted plans beside what needs no planner, and what was published on the same turns."""
    of_run: dict[str, Mapping[str, float | None]] = {
        run.name: run.summary.means.get("plan", {}),
        f"{run.name}, read from its SQL": run.summary.means.get("plan_of_sql", {}),
        **{baseline.name: baseline.plan for baseline in run.summary.baselines},
    }
    others = published.PLANS if published.is_slice(run.manifest) else {}
    rows = tuple(
        (label, *(figure(means.get(name)) for name in PLAN_SCORES)) for label, means in {**of_run, **others}.items()
    )
    return Table(
        title="Plans",
        columns=("plan", *map(_words, PLAN_SCORES)),
        rows=rows,
        note="Agreement with the gold plan; macro is the mean of the nine scores before it.",
    )


def group_tables(run: RunView) -> tuple[Table, ...]:
    """Accuracy by turn position, by hardness and by SQL feature."""
    summary = run.summary
    groups = {"turn": summary.by_turn, "hardness": summary.by_hardness, "feature": summary.by_feature}
    return tuple(_rates(f"By {of}", of, rates) for of, rates in groups.items())


def _rates(title: str, of: str, rates: Mapping[str, Rate]) -> Table:
    rows = tuple(
        (label.replace("_", " "), str(rate.turns), figure(rate.value), figure(rate.strict), figure(rate.official))
        for label, rate in rates.items()
    )
    return Table(title, (of, "turns", "value", "strict", "official"), rows)


def _headline(run: RunView, stage: Stage, place: Place) -> str:
    found = {name: run.mean("stages", stage, place, name) for name in HEADLINES[stage]}
    return ", ".join(f"{_words(name)} {figure(value)}" for name, value in found.items() if value is not None) or "–"


def _retries(run: RunView) -> str:
    counts = run.summary.retries
    return f"Retries: {', '.join(f'{kind} {count}' for kind, count in counts.items())}." if counts else "No retries."


def _ms(run: RunView, stage: Stage) -> str:
    times = [turn.record.stages[stage].ms for turn in run.turns if turn.record.outcome != "not_run"]
    return f"{median(times):.1f}" if times else "–"


def _words(name: str) -> str:
    """Write a score's name for a reader.

    >>> _words("carried_f1"), _words("value_column_accuracy")
    ('carried F1', 'value column accuracy')
    """
    return name.replace("_f1", " F1").replace("_", " ")
