"""with_suite: the scores of a run's turns, judged on copies of their databases too; describe_falls: what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from eval.datasets import Dataset
from eval.records import TurnRecord
from eval.scoring.scores import Summary, TurnScores
from eval.scoring.suite.suites import Suites


def with_suite(scored: Iterable[tuple[TurnScores, TurnRecord]], dataset: Dataset) -> Iterator[TurnScores]:
    """Yield the scores with the `suite` verdict of each turn."""
    suites = Suites()
    try:
        for line, record in scored:
            query = dataset.by_index[record.dialogue].turns[record.turn].query
            database = dataset.open_database(record.database_id)
            found = suites.judge(database, query, record.sql, line.value)
            yield line.model_copy(update={"suite": found.holds, "suite_shown_by": found.shown_by})
    finally:
        suites.close()


def describe_falls(summary: Summary) -> str:
    """Say in words how many right turns fall on copies, and which."""
    value, suite = summary.means["value"], summary.means["suite"]
    if value is None or suite is None:
        return "On mutated copies: no turn to judge"
    falls = "".join(f"\n  {turn}" for turn in summary.suite_falls)
    orphans = sum(turn.endswith(": orphans") for turn in summary.suite_falls)
    untested = f", {summary.suite_untested} had no copy to judge them by" if summary.suite_untested else ""
    return (
        f"On mutated copies: {suite:.3f} (value {value:.3f}); {len(summary.suite_falls)} turns fall,"
        f" {orphans} of them only where foreign keys are broken{untested}{falls}"
    )
