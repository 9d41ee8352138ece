"""ladder_tables: what each stage is worth, skipped, as it is, and perfect."""

from __future__ import annotations

from eval.ladder import Gain, Ladder, Step
from eval.report.table import Table, figure, signed

_HEADS = ("stage", "own", "skipped", "as is", "perfect", "gain", "low", "high")
_AFTER = {"predicted": "the graph's own outputs", "gold": "gold"}


def ladder_tables(ladder: Ladder) -> tuple[Table, ...]:
    """Lay a ladder out: after the graph's own outputs, after gold, and every other choice."""
    own = ", ".join(f"{step.own_score.replace('_', ' ')}" for step in ladder.steps if step.upstream == "predicted")
    return (
        Table(
            title=f"Ladder, one stage at a time: value {figure(ladder.value)} on {ladder.turns} turns",
            columns=_HEADS,
            rows=tuple(_row(step) for step in ladder.steps if step.upstream == "predicted"),
            note=f"Upstream predicted, {ladder.history} history. Gain: perfect minus as is, with its 95 % interval. "
            f"Gold links are filled up to the size that the linker hands on. Own scores: {own}.",
        ),
        Table(
            title="Ladder, gold upstream: read down, each stage made perfect after those above it",
            columns=_HEADS,
            rows=tuple(_row(step) for step in ladder.steps if step.upstream == "gold"),
            note="As is: every stage before it from gold; own scores alone, on gold upstream.",
        ),
        *(_choices(ladder, upstream) for upstream in _AFTER),
    )


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


def _choices(ladder: Ladder, upstream: str) -> Table:
    return Table(
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
