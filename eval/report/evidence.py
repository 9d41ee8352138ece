"""evidence_tables: how far the figures of a run can be trusted, and what the rules make of the same turns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from eval.record_chain import describe_edits
from eval.report.run_view import RunView
from eval.scoring.scores import Rate
from eval.scoring.verdicts import CAUSES
from eval.table import ReportTable, figure, interval


def evidence_tables(run: RunView) -> tuple[ReportTable, ...]:
    """Return the tables of a run that have something to say."""
    return tuple(table for table in (gold_table(run), cause_table(run), no_result_table(run)) if table.rows)


def gold_table(run: RunView) -> ReportTable:
    """The headline over every gold that runs, and beside it the figures without the golds that the audit flags."""
    summary = run.summary
    everything = Rate(
        turns=summary.scored,
        strict=run.mean("strict"),
        value=run.mean("value"),
        official=run.mean("official"),
        value_interval=summary.intervals.get("value"),
    )
    rows = [("every gold that runs", everything), ("golds that return rows", summary.not_vacuous)]
    rows += [("without the flagged golds", summary.unflagged)] if summary.unflagged else []
    rows += [("whole dialogues", summary.interactions)]
    return ReportTable(
        title="By gold",
        columns=("over", "turns", "value", "95 %", "strict", "official"),
        rows=tuple((over, *rate_cells(rate)) for over, rate in rows),
        note=_flags(run),
    )


def cause_table(run: RunView) -> ReportTable:
    """Count the turns where the value verdict and the official one differ, by the rule at which they part."""
    return ReportTable(
        title="Where value and official differ",
        columns=("cause", "what it is", "turns"),
        rows=tuple((cause.replace("_", " "), CAUSES[cause], str(count)) for cause, count in run.summary.causes.items()),
        words=2,
        fold=True,
    )


def no_result_table(run: RunView) -> ReportTable:
    """Count the turns that gave no rows to compare, by what failed."""
    return ReportTable(
        title="Turns without rows to compare",
        columns=("what failed", "turns"),
        rows=tuple((why.replace("_", " "), str(count)) for why, count in run.summary.no_results.items()),
        note="A prediction that fails is wrong; a gold or a harness that fails leaves its turn unscored.",
    )


def rate_cells(rate: Rate) -> tuple[str, ...]:
    """Lay out a rate: turns, value with its interval, strict, official."""
    return (
        str(rate.turns),
        figure(rate.value),
        interval(rate.value_interval),
        figure(rate.strict),
        figure(rate.official),
    )


def _flags(run: RunView) -> str:
    edited = run.summary.edited
    return (f"Edited after the run wrote it: {describe_edits(edited)}. " if edited else "") + _audited(run)


def _audited(run: RunView) -> str:
    if not run.facts.flagged:
        return "The audit flags no gold of these turns."
    return f"The audit flags {run.facts.flagged} golds: {', '.join(_counted(run.facts.flags))}."


def _counted(flags: Counter[str]) -> Iterator[str]:
    for flag, count in flags.most_common():
        yield f"{flag.replace('_', ' ')} {count}"
