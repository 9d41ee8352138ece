"""ladder_tables: what each stage is worth, skipped, as it is, and perfect."""

from __future__ import annotations

from collections.abc import Iterator

from eval.ablation.ladder import Gain, Ladder, Step
from eval.ablation.rungs import Choice
from eval.report.chart import Chart, Mark
from eval.table import ReportTable, figure, signed
from nodes.state import STAGES

_HEADS = ("stage", "own", "skipped", "as is", "perfect", "gain", "low", "high")
_AFTER = {"predicted": "the graph's own outputs", "gold": "gold"}


def ladder_tables(ladder: Ladder) -> tuple[ReportTable, ...]:
    """Lay a ladder out: after the graph's own outputs, after gold, and every other choice."""
    own = ", ".join(f"{step.own_score.replace('_', ' ')}" for step in ladder.steps if step.upstream == "predicted")
    return (
        ReportTable(
            title=f"Ladder, one stage at a time: value {figure(ladder.value)} on {ladder.turns} turns",
            columns=_HEADS,
            rows=tuple(_row(step) for step in ladder.steps if step.upstream == "predicted"),
            note=f"Upstream predicted, {ladder.history} history. Gain: perfect minus as is, with its 95 % interval. "
            f"Gold links are filled up to the size that the linker hands on. Own scores: {own}.{_reach(ladder)}",
        ),
        ReportTable(
            title="Ladder, gold upstream: read down, each stage made perfect after those above it",
            columns=_HEADS,
            rows=tuple(_row(step) for step in ladder.steps if step.upstream == "gold"),
            note="As is: every stage before it from gold; own scores alone, on gold upstream.",
        ),
        *(_choices(ladder, upstream) for upstream in _AFTER),
    )


def _reach(ladder: Ladder) -> str:
    """Say what a perfect choice among the gathered candidates would give; "" where none are gathered."""
    if ladder.within_reach is None:
        return ""
    return f" Within reach of the choice: {figure(ladder.within_reach)}, if it always took a right candidate where there is one."


def ladder_markdown(ladder: Ladder) -> str:
    """Write the tables for a pull request."""
    return "\n\n".join(table.markdown() for table in ladder_tables(ladder)) + "\n"


def _row(step: Step) -> tuple[str, ...]:
    skipped, perfect = step.gain("skip"), step.gain("oracle")
    return (
        step.stage,
        figure(step.own),
        figure(skipped.value if skipped else None),
        figure(step.value),
        figure(perfect.value if perfect else None),
        *(_gained(perfect) if perfect else ("–",) * 3),
    )


def _choices(ladder: Ladder, upstream: str) -> ReportTable:
    return ReportTable(
        title=f"Every choice after {_AFTER[upstream]}, against the stage as it is",
        columns=("stage", "choice", "value", "gain", "low", "high", "fixed", "broken"),
        rows=tuple(_choice(step, gain) for step in ladder.steps if step.upstream == upstream for gain in step.gains),
        words=2,
    )


def _choice(step: Step, gain: Gain) -> tuple[str, ...]:
    choice = gain.variant or gain.choice.replace("_", " ")
    return (step.stage, choice, figure(gain.value), *_gained(gain), str(gain.fixed), str(gain.broken))


def _gained(gain: Gain) -> tuple[str, ...]:
    return tuple(signed(value) for value in (gain.difference, gain.low, gain.high))


def ladder_charts(ladder: Ladder) -> tuple[Chart, ...]:
    """Draw the way from the graph as it is to gold in every stage, and each stage's worst and best on its own."""
    return (
        Chart(
            title="From the graph as it is to gold in every stage",
            kind="waterfall",
            marks=tuple(_falls(ladder)),
            axis="value accuracy",
            form="share",
            note="Read down: each stage is given gold after those above it. The line is the gain's 95 % interval.",
        ),
        Chart(
            title="One stage at a time",
            kind="ranges",
            marks=tuple(mark for step in ladder.steps if step.upstream == "predicted" for mark in _range(step)),
            axis="value accuracy",
            form="share",
            note="Each stage skipped, as it is, and given gold, everything else as it is; with 95 % intervals of the change.",
        ),
    )


def _falls(ladder: Ladder) -> Iterator[Mark]:
    """Yield the base, the cumulative gains in pipeline order, and where they lead."""
    low, high = ladder.value_interval
    yield Mark("as it is", ladder.value, "level", low, high)
    reached = ladder.value
    for step in ladder.steps:
        perfect = step.gain("oracle")
        if perfect and (step.upstream == "gold" or step.stage == STAGES[0]):
            series = "gain" if perfect.difference >= 0 else "loss"
            note = f"{perfect.fixed} fixed, {perfect.broken} broken"
            yield Mark(step.stage, perfect.value, series, *_ends(step, perfect), start=step.value, note=note)
            reached = perfect.value
    yield Mark("gold everywhere", reached, "level")


def _range(step: Step) -> Iterator[Mark]:
    choices: tuple[tuple[str, Choice | None], ...] = (("skipped", "skip"), ("as it is", None), ("given gold", "oracle"))
    for series, choice in choices:
        if choice is None:
            yield Mark(step.stage, step.value, series)
        elif gain := step.gain(choice):
            yield Mark(step.stage, gain.value, series, *_ends(step, gain))


def _ends(step: Step, gain: Gain) -> tuple[float, float]:
    """Return the interval of a rung: that of its gain, around the stage as it is, within what a share can be."""
    low, high = (min(1.0, max(0.0, step.value + end)) for end in (gain.low, gain.high))
    return low, high
