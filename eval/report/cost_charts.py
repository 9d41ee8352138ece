"""cost_charts: what the language model of each node took, where a run asked one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.analysis.costs import Cost, RunCost, run_cost
from eval.report.chart import Chart, Mark
from eval.report.run_view import RunView
from nodes.state import STAGES

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


def _by_node(found: Named, title: str, axis: str, amount: Callable[[Cost], float]) -> Chart:
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
