"""Tables and charts of costs: what the answers of a language model took, by node and by correct turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.analysis.costs import CallCosts, RunCost, run_cost
from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView
from eval.table import ReportTable, figure
from nodes.state import STAGES

NOTE = (
    "Cached: share of the prompt tokens read from the server's prefix cache. Seconds: of the calls, their retries included. "
    "Money: at the prices in the configuration; a dash where they are unknown."
)


def cost_tables(runs: Sequence[RunView]) -> tuple[ReportTable, ...]:
    """Lay out the costs of the runs that asked a language model; nothing where none did."""
    costs = [(run.name, cost) for run in runs if (cost := run_cost(run.folder)).total.calls]
    return (accuracy_cost_table(costs), *(node_cost_table(name, cost) for name, cost in costs)) if costs else ()


def accuracy_cost_table(costs: Sequence[tuple[str, RunCost]]) -> ReportTable:
    """Set the accuracy of each run beside what a turn, and a correct turn, took."""
    rows: list[tuple[str, ...]] = []
    for name, cost in costs:
        correct = cost.correct or 0
        accuracy = figure(cost.correct / cost.turns) if cost.correct is not None and cost.turns else "–"
        rows.append((name, accuracy, *_share(cost.total, cost.turns), *_share(cost.total, correct)))
    heads = ("tokens", "seconds", "money")
    return ReportTable(
        title="Cost of accuracy",
        columns=(
            "run",
            "correct",
            *(f"{head} a turn" for head in heads),
            *(f"{head} a correct turn" for head in heads),
        ),
        rows=tuple(rows),
        note=f"Correct: by the value verdict, of the turns that were run. {NOTE}",
    )


def node_cost_table(name: str, cost: RunCost) -> ReportTable:
    """Lay out the costs of one run, a line a node."""
    return ReportTable(
        title=f"Cost by node: {name}",
        columns=(
            "node",
            "calls",
            "whole",
            "prompt",
            "cached",
            "completion",
            "seconds",
            "money",
            "tokens a correct turn",
        ),
        rows=tuple(_node(stage, part, cost.correct) for stage, part in (*cost.stages.items(), ("all", cost.total))),
        note=NOTE,
    )


def _node(stage: str, part: CallCosts, correct: int | None) -> tuple[str, ...]:
    return (
        stage,
        f"{part.calls:,}",
        f"{part.outcomes.get('complete', 0):,}",
        f"{part.prompt_tokens:,}",
        "–" if part.cached_share is None else f"{part.cached_share:.0%}",
        f"{part.completion_tokens:,}",
        f"{part.seconds:,.1f}",
        "–" if part.price is None else f"{part.price:.4f}",
        _share(part, correct or 0)[0],
    )


def _share(cost: CallCosts, turns: int) -> tuple[str, str, str]:
    """Spread tokens, seconds and money over turns."""
    if not turns:
        return "–", "–", "–"
    money = "–" if cost.price is None else f"{cost.price / turns:.5f}"
    return f"{(cost.prompt_tokens + cost.completion_tokens) / turns:,.0f}", f"{cost.seconds / turns:.2f}", money


Named = Sequence[tuple[str, RunCost]]


def cost_charts(runs: Sequence[RunView]) -> tuple[Chart, ...]:
    """Draw tokens and money by node, and for several runs what a right turn cost; nothing where no model was asked."""
    found = [(run.name, cost) for run in runs if (cost := run_cost(run.folder)).stages and cost.turns]
    if not found:
        return ()
    charts = [
        _by_node(found, "Tokens by node", "tokens a turn", lambda cost: cost.prompt_tokens + cost.completion_tokens)
    ]
    if all(cost.total.price is not None for _, cost in found):
        charts.append(
            _by_node(found, "Money by node", "money for a thousand turns", lambda cost: 1000 * (cost.price or 0))
        )
        charts.append(_by_correct(found))
    return tuple(charts)


def _by_node(found: Named, title: str, axis: str, amount: Callable[[CallCosts], float]) -> Chart:
    marks = (
        Mark(stage, amount(cost.stages[stage]) / cost.turns, name if len(found) > 1 else "")
        for name, cost in found
        for stage in STAGES
        if stage in cost.stages
    )
    return Chart(title=title, kind="bars", marks=tuple(marks), axis=axis)


def _by_correct(found: Named) -> Chart:
    marks = (
        Mark(name, 1000 * (cost.total.price or 0) / cost.correct, note=f"{cost.correct} of {cost.turns} turns right")
        for name, cost in found
        if cost.correct
    )
    return Chart(title="Cost of accuracy", kind="bars", marks=tuple(marks), axis="money for a thousand right turns")
