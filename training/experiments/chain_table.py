"""The tables of a chain: what each arm is worth against the arm it is compared with, and which nodes that comes from."""

from __future__ import annotations

import statistics
from pathlib import Path

from eval.ablation.ladder import OWN_SCORES
from eval.analysis.compare import ScoredRun, require_alike
from eval.records import read_turns
from eval.scoring.scores import Summary, read_summary
from eval.statistics import Difference, compare_paired, holm
from eval.table import ReportTable, ends, figure, interval, signed
from nodes.state import STAGES
from training.experiments.chain_config import ChainArm, ChainConfig
from training.experiments.read import read_training
from training.experiments.stage_effects import StageEffect, stage_effects

COLUMNS = (
    "arm", "prompt", "rows", "steps", "strict", "value", "95 %", "macro", "whole plan", "against", "gain", "95 % of it",
    "fixed", "broken", "p", "decided", "s a turn",
)  # fmt: skip


def chain_tables(config: ChainConfig, out: Path) -> tuple[ReportTable, ...]:
    """Lay out every set of turns: the arms, then their nodes."""
    return tuple(
        table
        for turns in config.turns
        for arms in [tuple(arm for name, arm in config.asked() if name == turns)]
        for table in (_worth(turns, arms, out), _nodes(turns, arms, out), _moved(turns, arms, out))
    )


def _worth(turns: str, arms: tuple[ChainArm, ...], out: Path) -> ReportTable:
    found = [_difference(*pair) for pair in _pairs(turns, arms, out)]
    adjusted = holm([each.p_value for each in found])
    first, summary = arms[0], read_summary(_run(out, turns, arms[0]))
    rows = [(*_arm(first, turns, out), *("–",) * 7, _seconds(_run(out, turns, first)))]
    for arm, difference, p_value in zip(arms[1:], found, adjusted, strict=True):
        rows.append(
            (*_arm(arm, turns, out), *_against(arm, arms, difference, p_value), _seconds(_run(out, turns, arm)))
        )
    return ReportTable(
        title=f"{turns}: arms",
        columns=COLUMNS,
        rows=tuple(rows),
        words=2,
        fold=True,
        note=f"{summary.history} history, {summary.scored} scored turns. Gain: value minus that of the arm named, 95 % interval "
        "over dialogues; p by Holm over the rows; decided where interval and exact test agree.",
    )


def _arm(arm: ChainArm, turns: str, out: Path) -> tuple[str, ...]:
    means = (summary := read_summary(_run(out, turns, arm))).means
    training = read_training(out / "adapters" / arm.adapter) if arm.adapter else None
    learnt = (f"{training.rows.get('train', 0):,}", f"{training.steps:,}") if training else ("–", "–")
    plan = means.get("plan_of_sql") or {}
    return (
        arm.name, Path(arm.agent).stem, *learnt, figure(means.get("strict")), figure(means.get("value")),
        interval(summary.intervals.get("value")), figure(plan.get("macro")), figure(plan.get("whole_plan")),
    )  # fmt: skip


def _against(arm: ChainArm, arms: tuple[ChainArm, ...], found: Difference, p_value: float) -> tuple[str, ...]:
    return (
        arm.against or arms[0].name, signed(found.difference), ends(found.interval.low, found.interval.high),
        str(found.fixed), str(found.broken), figure(p_value), "yes" if found.decided(p_value) else "no",
    )  # fmt: skip


def _nodes(turns: str, arms: tuple[ChainArm, ...], out: Path) -> ReportTable:
    return ReportTable(
        title=f"{turns}: nodes",
        columns=("arm", *(stage.replace("_", " ") for stage in STAGES)),
        rows=tuple((arm.name, *_own_scores(read_summary(_run(out, turns, arm)))) for arm in arms),
        fold=True,
        note="The own score of each node in the graph: " + ", ".join(OWN_SCORES.values()).replace("_", " ") + ".",
    )


def _own_scores(summary: Summary) -> tuple[str, ...]:
    stages = summary.means.get("stages") or {}
    return tuple(figure(((stages.get(stage) or {}).get("in_graph") or {}).get(OWN_SCORES[stage])) for stage in STAGES)


def _moved(turns: str, arms: tuple[ChainArm, ...], out: Path) -> ReportTable:
    effects = stage_effects(_pairs(turns, arms, out))
    return ReportTable(
        title=f"{turns}: nodes that moved",
        columns=("arm", "node", "was", "is", "change", "95 %", "better", "worse", "decided"),
        rows=tuple(
            _effect(arm, effect)
            for arm, found in zip(arms[1:], effects, strict=True)
            for effect in found
            if effect.found.fixed or effect.found.broken
        ),
        words=2,
        fold=True,
        note="Paired turn by turn with the arm that each is compared with; nodes that no turn moved are left out. Decided "
        "where the interval over dialogues and the exact test, by Holm over all nodes and arms, agree.",
    )


def _effect(arm: ChainArm, effect: StageEffect) -> tuple[str, ...]:
    found = effect.found
    return (
        arm.name, effect.stage.replace("_", " "), figure(found.first), figure(found.second), signed(found.difference),
        ends(found.interval.low, found.interval.high), str(found.fixed), str(found.broken),
        "yes" if effect.decided else "no",
    )  # fmt: skip


def _pairs(turns: str, arms: tuple[ChainArm, ...], out: Path) -> list[tuple[Path, Path]]:
    """Return the run that each arm but the first is compared with, and its own."""
    folders = {arm.name: _run(out, turns, arm) for arm in arms}
    return [(folders.get(arm.against or arms[0].name, folders[arms[0].name]), folders[arm.name]) for arm in arms[1:]]


def _run(out: Path, turns: str, arm: ChainArm) -> Path:
    return out / "runs" / turns / arm.name


def _difference(base: Path, run: Path) -> Difference:
    first, second = ScoredRun.read(base), ScoredRun.read(run)
    require_alike(first, second)
    rows = [
        (key[0], float(ours), float(theirs))
        for key, line in sorted(first.scores.items())
        for ours, theirs in [(line.value, second.scores[key].value)]
        if ours is not None and theirs is not None
    ]
    dialogues, ours, theirs = zip(*rows, strict=True)
    return compare_paired(ours, theirs, dialogues)


def _seconds(run: Path) -> str:
    """Return the median seconds of a turn, while others waited beside it."""
    return f"{statistics.median(turn.timing.get('ms', 0.0) for turn in read_turns(run)) / 1000:.1f}"
