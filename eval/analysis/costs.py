"""What a run cost: tokens, cached tokens, seconds and money, by node, by turn and by correct turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field

from eval.records import TurnRecord, each_turn
from eval.scoring.scores import each_score
from nodes.state import STAGES, ModelCall
from value_index.models import FrozenModel


class CallCosts(FrozenModel):
    """What some answers of a language model took."""

    calls: int
    outcomes: dict[str, int]
    """How the answers ended: complete, truncated, empty, refused, malformed, misshapen."""
    prompt_tokens: int
    cached_tokens: int
    """The tokens of the prompts that were read from the server's prefix cache."""
    completion_tokens: int
    seconds: float
    price: float | None
    """None if a price is unknown."""
    servers: dict[str, int] = Field(default_factory=dict[str, int])
    """Answers by server, where the endpoint has several."""

    @classmethod
    def of(cls, calls: Iterable[ModelCall]) -> CallCosts:
        """Add up calls."""
        calls = list(calls)
        prices = [call.usage.price for call in calls]
        return cls(
            calls=len(calls),
            outcomes=dict(Counter(call.outcome for call in calls)),
            prompt_tokens=sum(call.usage.prompt_tokens for call in calls),
            cached_tokens=sum(call.usage.cached_tokens for call in calls),
            completion_tokens=sum(call.usage.completion_tokens for call in calls),
            seconds=sum(call.usage.seconds for call in calls),
            servers=dict(Counter(call.usage.server for call in calls if call.usage.server)),
            price=None if not prices or None in prices else sum(price or 0.0 for price in prices),
        )

    @property
    def cached_share(self) -> float | None:
        """The share of the prompt tokens that came from the cache."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None


class RunCost(FrozenModel):
    """What a run cost."""

    turns: int
    """Turns that were run."""
    correct: int | None
    """How many of them are right by the value verdict; None if the run is not scored."""
    stages: dict[str, CallCosts]
    """The costs of the stages that asked a language model."""
    total: CallCosts
    first_texts: dict[str, int] = Field(default_factory=dict[str, int])
    """What was wrong with the first SQL of the turns: `no_sql`, and the kinds of the validator's errors."""


def run_cost(run: Path) -> RunCost:
    """Add up what the answers in a run's records took.

    Raises:
        TurnSQLError: the folder is no run.
    """
    turns, faults = 0, Counter[str]()
    asked: dict[str, list[ModelCall]] = {stage: [] for stage in STAGES}
    for record in each_turn(run):
        if record.outcome != "not_run":
            turns += 1
            faults.update(_first_faults(record))
            for stage, given in record.stages.items():
                asked[stage].extend(given.calls)
    return RunCost(
        turns=turns,
        correct=_correct(run),
        stages={stage: CallCosts.of(calls) for stage, calls in asked.items() if calls},
        total=CallCosts.of(call for calls in asked.values() for call in calls),
        first_texts=dict(faults.most_common()),
    )


def _first_faults(record: TurnRecord) -> Iterable[str]:
    """Name what is wrong with the first SQL of a turn, each kind once."""
    if not record.attempts or not record.attempts[0].sql:
        return ("no_sql",)
    return {found.kind for found in record.attempts[0].violations if found.severity == "error"}


def _correct(run: Path) -> int | None:
    if not (run / "scores.jsonl").is_file():
        return None
    return sum(score.value is True for score in each_score(run))


def cost_lines(cost: RunCost) -> list[str]:
    """Lay the costs out as a table: a line a node, the total, and the total by turn and by correct turn."""
    heading = ("", "calls", "whole", "prompt", "cached", "completion", "seconds", "money")
    rows = [(stage, *_row(part)) for stage, part in cost.stages.items()]
    rows.append(("all", *_row(cost.total)))
    lines = [_line(heading), *map(_line, rows)]
    for name, count in (("turn", cost.turns), ("correct turn", cost.correct)):
        if count:
            tokens = (cost.total.prompt_tokens + cost.total.completion_tokens) / count
            money = "" if cost.total.price is None else f", money {cost.total.price / count:.5f}"
            lines.append(f"by {name}: {tokens:,.0f} tokens, {cost.total.seconds / count:.2f} s{money}")
    lines.extend(f"{url}: {calls:,} calls" for url, calls in sorted(cost.total.servers.items()))
    wrong = ", ".join(f"{kind} {count}" for kind, count in cost.first_texts.items())
    return [*lines, f"first SQL in error: {wrong or 'none'}"]


def _row(part: CallCosts) -> tuple[str, ...]:
    return (
        f"{part.calls:,}",
        f"{part.outcomes.get('complete', 0):,}",
        f"{part.prompt_tokens:,}",
        "" if part.cached_share is None else f"{part.cached_share:.0%}",
        f"{part.completion_tokens:,}",
        f"{part.seconds:,.1f}",
        "unknown" if part.price is None else f"{part.price:.4f}",
    )


def _line(cells: Iterable[str]) -> str:
    name, *numbers = cells
    return f"{name:<26}" + "".join(f"{number:>12}" for number in numbers)
