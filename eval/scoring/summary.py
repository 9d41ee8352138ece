"""The figures of a run: means over turns, nested as the scores of a turn are, and the same by position and by kind."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from eval.records import Manifest, TurnRecord
from eval.scoring.hardness import FEATURES, HARDNESS
from eval.scoring.means import Intervals, columns, means
from eval.scoring.plan_scores import PLAN_SCORES
from eval.scoring.scores import (
    Baseline,
    BaselineScores,
    Rate,
    Retry,
    Summary,
    TurnScores,
)
from eval.scoring.verdicts import Cause

POSITIONS = ("1", "2", "3", "4", ">4")
"""The positions of a turn in its dialogue."""


def summarise(
    scores: Sequence[TurnScores], manifest: Manifest, record: TurnRecord, baselines: tuple[Baseline, ...],
    edited: tuple[str, ...] = (),
) -> Summary:  # fmt: skip
    """Sum up a run.

    Args:
        record: any record of the run, for the variants.
        edited: the lines of its files that it did not write so.
    """
    scored = [line for line in scores if line.scored]
    run = [line for line in scores if line.outcome != "not_run"]
    found, intervals = columns(run), Intervals()
    no_results = Counter(line.no_result for line in run if line.no_result)
    causes: Counter[Cause] = Counter(line.cause for line in run if line.cause)
    by_feature = ((feature, line) for line in scored for feature in line.features)
    return Summary(
        turns=len(scores),
        scored=len(scored),
        unscored=len(run) - len(scored),
        not_run=len(scores) - len(run),
        faulted=no_results["harness_fault"] + no_results["machine_fault"],
        missing=manifest.turns - len(scores),
        left_out=manifest.left_out,
        history=manifest.history,
        means=means(found),
        intervals=intervals.nested(found),
        interactions=_interactions(scores, intervals),
        by_turn=_grouped(POSITIONS, ((_position(line), line) for line in scored), intervals),
        by_hardness=_grouped(HARDNESS, ((line.hardness, line) for line in scored if line.hardness), intervals),
        by_feature=_grouped(FEATURES, by_feature, intervals),
        not_vacuous=_rate([line for line in scored if "empty" not in line.gold_flags], intervals),
        unflagged=_rate([line for line in scored if not line.gold_flags], intervals),
        no_results=dict(sorted(no_results.items())),
        causes=dict(causes.most_common()),
        where_present=_where_present(run),
        retries=_retries(scored),
        baselines=baselines,
        variants={stage: entry.variant for stage, entry in record.stages.items()},
        suite_falls=tuple(f"{line.dialogue}/{line.turn}: {line.suite_shown_by}" for line in run if _falls(line)),
        suite_untested=sum(line.suite_shown_by == "untested" for line in run),
        unscored_turns=tuple(f"{line.dialogue}/{line.turn}: {line.unscored}" for line in run if line.unscored),
        edited=edited,
    )


def baselines(scores: Sequence[BaselineScores]) -> tuple[Baseline, ...]:
    """Average the scores of the two trivial planners."""
    return (
        Baseline(name="empty plan", plan=mean_scores([line.empty for line in scores])),
        Baseline(name="copy previous", plan=mean_scores([line.copied for line in scores])),
    )


def mean_scores(lines: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
    """Return the mean of each plan score over the turns that have it."""
    return {name: _mean(line[name] for line in lines) for name in PLAN_SCORES}


def _falls(line: TurnScores) -> bool:
    """Whether a turn is right on its database, and wrong on a copy of it."""
    return bool(line.value) and line.suite is False


def _mean(values: Iterable[float | bool | None]) -> float | None:
    known = [float(value) for value in values if value is not None]
    return fmean(known) if known else None


def _rate(lines: Sequence[TurnScores], intervals: Intervals) -> Rate:
    judged = [line for line in lines if line.value is not None]
    return Rate(
        turns=len(lines),
        strict=_mean(line.strict for line in lines),
        value=_mean(line.value for line in lines),
        official=_mean(line.official for line in lines),
        value_interval=intervals.of([float(line.value or 0) for line in judged], [line.dialogue for line in judged]),
    )


def _grouped(order: Sequence[str], pairs: Iterable[tuple[str, TurnScores]], intervals: Intervals) -> dict[str, Rate]:
    groups: defaultdict[str, list[TurnScores]] = defaultdict(list)
    for name, line in pairs:
        groups[name].append(line)
    return {name: _rate(groups[name], intervals) for name in order if name in groups}


def _position(line: TurnScores) -> str:
    return POSITIONS[min(line.turn, len(POSITIONS) - 1)]


def _interactions(scores: Sequence[TurnScores], intervals: Intervals) -> Rate:
    dialogues: defaultdict[int, list[TurnScores]] = defaultdict(list)
    for line in scores:
        dialogues[line.dialogue].append(line)
    whole = [
        [line for line in lines if line.scored]
        for lines in dialogues.values()
        if all(line.outcome != "not_run" for line in lines) and any(line.scored for line in lines)
    ]
    right = [float(all(line.value for line in lines)) for lines in whole]
    return Rate(
        turns=len(whole),
        strict=_mean(all(line.strict for line in lines) for lines in whole),
        value=_mean(right),
        value_interval=intervals.of(right, range(len(right))),
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
