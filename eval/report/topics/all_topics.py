"""topics: what a report says over all its runs, subject by subject."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.analysis.compare import SAME, compare
from eval.conversations.result import SuiteResult, blame_tables, mode_table, rate_table
from eval.report.chart import Chart, Mark
from eval.report.inputs import Inputs
from eval.report.run_view import RunView
from eval.report.tables import answer_table
from eval.report.topics.cascade import cascade_chart, cascade_tables, cascades
from eval.report.topics.confidence import confidence_charts, confidence_tables
from eval.report.topics.costs import cost_charts, cost_tables
from eval.report.topics.history import history_charts, history_tables
from eval.report.topics.ladder import ladder_charts, ladder_tables
from eval.report.topics.latency import latency_chart, latency_table
from eval.report.wrong_turns import Faults, fault_charts, fault_tables
from eval.table import ReportTable, figure, signed

RunFaults = Sequence[tuple[RunView, Faults]]


@dataclass(frozen=True)
class Topic:
    """One subject: charts, and the tables that hold their figures."""

    id: str
    """Its anchor in the page."""
    title: str
    charts: tuple[Chart, ...]
    tables: tuple[ReportTable, ...]
    """The tables in the order of reading."""
    folded: tuple[ReportTable, ...] = ()
    """Shown on request."""


def topics(inputs: Inputs, faults: RunFaults) -> Iterator[Topic]:
    """Yield the subjects that the inputs have something to say on."""
    yield Topic(
        "answers", "Answers", answer_charts(inputs.runs), (answer_table(inputs.runs), *paired_tables(inputs.runs))
    )
    for number, it in enumerate(inputs.suites, start=1):
        title = f"Suite: {it.suite}" if len(inputs.suites) > 1 else "Suite: what holds in a conversation"
        yield Topic(f"suite-{number}", title, suite_charts(it), (rate_table(it), mode_table(it), *blame_tables(it)))
    for number, it in enumerate(inputs.ladders, start=1):
        tables = ladder_tables(it.ladder)
        title = f"Ladder: {it.name}" if len(inputs.ladders) > 1 else "Ladder: which node to mend next"
        yield Topic(f"ladder-{number}", title, ladder_charts(it.ladder), tables[:2], tables[2:])
    for number, it in enumerate(inputs.histories, start=1):
        title = f"History: {it.name}" if len(inputs.histories) > 1 else "History: what one's own costs"
        yield Topic(f"history-{number}", title, history_charts(it.gap), history_tables(it.gap))
    if any(found for _, found in faults):
        yield Topic("failures", "Failures", fault_charts(faults), fault_tables(faults))
    charts = (latency_chart(inputs.runs), *cost_charts(inputs.runs))
    yield Topic("costs", "Latency and cost", charts, (latency_table(inputs.runs), *cost_tables(inputs.runs)))
    if charts := confidence_charts(inputs.runs):
        yield Topic("confidence", "Confidence", charts, confidence_tables(inputs.runs))
    if curves := cascades(inputs.runs):
        laid_out = tuple(table for it in curves for table in cascade_tables(*it))
        drawn = tuple(cascade_chart(*it) for it in curves)
        yield Topic("cascade", "Cascade: a model for the unsure turns", drawn, laid_out)
    if inputs.tables:
        yield Topic("tables", "Further tables", (), inputs.tables)


def suite_charts(suite: SuiteResult) -> tuple[Chart, ...]:
    """Draw the rate of each behaviour with its interval, the worst first."""
    rates = sorted(suite.rates, key=lambda rate: (rate.share, rate.behaviour))
    marks = tuple(Mark(rate.behaviour, rate.share, "right", rate.low, rate.high) for rate in rates)
    note = f"Right turns of {suite.suite} over {suite.database}, with 95 % intervals."
    return (Chart(title="Right turns by behaviour", kind="ranges", marks=marks, axis="right", form="share", note=note),)


def answer_charts(runs: Sequence[RunView]) -> tuple[Chart, ...]:
    """Draw the value accuracy of each run with its interval; nothing to draw of a single run."""
    if len(runs) < 2:
        return ()
    chart = Chart(
        title="Value accuracy",
        kind="ranges",
        marks=tuple(_value(run) for run in runs if run.mean("value") is not None),
        axis="value accuracy",
        form="share",
        note="With 95 % intervals; runs over the same turns are compared in pairs below.",
    )
    return (chart,)


def paired_tables(runs: Sequence[RunView]) -> tuple[ReportTable, ...]:
    """Compare runs over the same turns and history with the first of them."""
    groups: defaultdict[tuple[object, ...], list[RunView]] = defaultdict(list)
    for run in runs:
        groups[tuple(getattr(run.manifest, name) for name in SAME)].append(run)
    return tuple(_paired(group) for group in groups.values() if len(group) > 1)


def _paired(runs: Sequence[RunView]) -> ReportTable:
    found = compare([run.folder for run in runs])
    rows: list[tuple[str, ...]] = []
    for run, compared in zip(runs[1:], found.runs, strict=True):
        it = compared.metrics[0]
        ends = (signed(value) for value in (it.difference, it.low, it.high))
        rows.append((run.name, *ends, str(it.fixed), str(it.broken), _p(it.p_adjusted), "yes" if it.decided else "no"))
    return ReportTable(
        title=f"Value against {runs[0].name}, turn by turn",
        columns=("run", "difference", "low", "high", "fixed", "broken", "p", "decided"),
        rows=tuple(rows),
        note="95 % interval of the difference, dialogues resampled; p: exact test over the turns that changed, by Holm.",
    )


def _p(value: float) -> str:
    return "<.001" if value < 0.0005 else figure(value)


def _value(run: RunView) -> Mark:
    low, high = run.summary.intervals.get("value") or (None, None)
    return Mark(run.name, run.mean("value") or 0.0, "value", low, high)
