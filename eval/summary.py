"""The figures of a run: means over turns, nested as the scores of a turn are, and the same by position and by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

from eval.hardness import FEATURES, HARDNESS
from eval.plan_scores import PLAN_SCORES
from eval.records import Manifest, TurnRecord
from eval.scores import Baseline, Rate, Retry, Summary, TurnScores
from eval.verdicts import VERDICTS

POSITIONS = ("1", "2", "3", "4", ">4")
"""Of a turn in its dialogue."""


def summarise(
    scores: Sequence[TurnScores], manifest: Manifest, record: TurnRecord, baselines: tuple[Baseline, ...]
) -> Summary:
    """Sum up a run.

    Args:
        record: any record of the run, for the variants.
    """
    scored = [line for line in scores if line.scored]
    run = [line for line in scores if line.outcome != "not_run"]
    return Summary(
        turns=len(scores),
        scored=len(scored),
        unscored=len(run) - len(scored),
        not_run=len(scores) - len(run),
        missing=manifest.turns - len(scores),
        history=manifest.history,
        means=_means(scored, run),
        interactions=_interactions(scores),
        by_turn=_grouped(POSITIONS, ((_position(line), line) for line in scored)),
        by_hardness=_grouped(HARDNESS, ((line.hardness, line) for line in scored if line.hardness)),
        by_feature=_grouped(FEATURES, ((feature, line) for line in scored for feature in line.features)),
        not_vacuous=_rate([line for line in scored if not line.vacuous]),
        where_present=_where_present(run),
        retries=_retries(scored),
        baselines=baselines,
        variants={stage: entry.variant for stage, entry in record.stages.items()},
        unscored_turns=tuple(f"{line.dialogue}/{line.turn}: {line.unscored}" for line in run if line.unscored),
    )


def mean_scores(lines: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Return the mean of each plan score over the turns that have it."""
    return {name: _mean(line[name] for line in lines) for name in PLAN_SCORES}


def _means(scored: Sequence[TurnScores], run: Sequence[TurnScores]) -> dict[str, Any]:
    metrics: dict[str, dict[str, dict[str, list[float]]]] = {}
    for line in run:
        for stage, places in line.stages.items():
            for place, values in places.items():
                kept = metrics.setdefault(stage, {}).setdefault(place, {})
                for name, value in values.items():
                    kept.setdefault(name, []).append(value)
    return {
        **{verdict: _mean(getattr(line, verdict) for line in scored) for verdict in (*VERDICTS, "strict_raw")},
        "plan": mean_scores([line.plan for line in run]),
        "plan_of_sql": mean_scores([line.plan_of_sql for line in run]),
        "stages": {
            stage: {place: {name: fmean(values) for name, values in kept.items()} for place, kept in places.items()}
            for stage, places in metrics.items()
        },
    }


def _mean(values: Iterable[float | bool | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None


def _rate(lines: Sequence[TurnScores]) -> Rate:
    return Rate(
        turns=len(lines),
        strict=_mean(line.strict for line in lines),
        value=_mean(line.value for line in lines),
        official=_mean(line.official for line in lines),
    )


def _grouped(order: Sequence[str], pairs: Iterable[tuple[str, TurnScores]]) -> dict[str, Rate]:
    groups: defaultdict[str, list[TurnScores]] = defaultdict(list)
    for name, line in pairs:
        groups[name].append(line)
    return {name: _rate(groups[name]) for name in order if name in groups}


def _position(line: TurnScores) -> str:
    return POSITIONS[min(line.turn, len(POSITIONS) - 1)]


def _interactions(scores: Sequence[TurnScores]) -> Rate:
    dialogues: defaultdict[int, list[TurnScores]] = defaultdict(list)
    for line in scores:
        dialogues[line.dialogue].append(line)
    whole = [
        [line for line in lines if line.scored]
        for lines in dialogues.values()
        if all(line.outcome != "not_run" for line in lines) and any(line.scored for line in lines)
    ]
    return Rate(
        turns=len(whole),
        strict=_mean(all(line.strict for line in lines) for lines in whole),
        value=_mean(all(line.value for line in lines) for lines in whole),
        official=_mean(all(line.official for line in lines) for lines in whole),
    )


def _where_present(run: Sequence[TurnScores]) -> dict[str, dict[str, float | None]]:
    having = {
        "join_f1": [line for line in run if "join" in line.features],
        "group_by_f1": [line for line in run if "group_by" in line.features],
    }
    return {
        name: {
            "turns": len(lines),
            "plan": _mean(line.plan[name] for line in lines),
            "plan_of_sql": _mean(line.plan_of_sql[name] for line in lines),
        }
        for name, lines in having.items()
    }


def _retries(scored: Sequence[TurnScores]) -> dict[Retry, int]:
    counted = Counter(line.retry for line in scored)
    return {"fixed": counted["fixed"], "broken": counted["broken"], "unchanged": counted["unchanged"]}
