"""Rungs: the graphs of an oracle ladder, each the base with one thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from agent.config import Config
from nodes.registry import NODES
from nodes.state import STAGES, Stage

BASE = "base"
"""The folder of the run that every rung is measured against."""

_AFTER_GOLD = "-after-gold"

Choice = Literal["skip", "variant", "oracle", "oracle_shrunk"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
Upstream = Literal["predicted", "gold"]


@dataclass(frozen=True)
class Rung:
    """One graph: a choice at one stage, and gold or the graph's own outputs before it."""

    stage: Stage
    """The stage that the rung is about."""
    choice: Choice
    upstream: Upstream
    variant: str = ""
    """The name under `variant`."""

    @property
    def name(self) -> str:
        """The name of the rung's run folder."""
        after = _AFTER_GOLD if self.upstream == "gold" else ""
        return f"{self.choice.replace('_', '-')}{f'-{self.variant}' if self.variant else ''}-{self.stage}{after}"

    @property
    def oracles(self) -> tuple[Stage, ...]:
        """The stages that are given gold."""
        before = STAGES[: STAGES.index(self.stage)] if self.upstream == "gold" else ()
        return (*before, self.stage) if self.choice.startswith("oracle") else before

    @property
    def overrides(self) -> tuple[str, ...]:
        """The variants that replace those of the configuration."""
        if self.choice == "skip":
            return (f"{self.stage}=skip",)
        return (f"{self.stage}={self.variant}",) if self.choice == "variant" else ()


def rungs(config: Config) -> Iterator[Rung]:
    """Yield every rung but the base, in pipeline order; variants that ask a model are left out.

    A stage as it is, after gold, is the rung before it: gold up to the stage before.
    """
    for stage in STAGES:
        upstreams: tuple[Upstream, ...] = ("predicted", "gold") if stage != STAGES[0] else ("predicted",)
        for upstream in upstreams:
            if config.variants[stage] != "skip":
                yield Rung(stage, "skip", upstream)
            yield from (Rung(stage, "variant", upstream, name) for name in _others(stage, config))
            yield Rung(stage, "oracle", upstream)
        if stage == "schema_linking":
            yield Rung(stage, "oracle_shrunk", "predicted")


def _others(stage: Stage, config: Config) -> list[str]:
    return [
        name for name, kind in NODES[stage].items() if name not in ("skip", config.variants[stage]) and not kind.costly
    ]


def rung_of(name: str) -> Rung | None:
    """Return the rung of a run folder by its name; None for the base and for other folders."""
    head, after, _ = name.partition(_AFTER_GOLD)
    upstream: Upstream = "gold" if after else "predicted"
    stage: Stage | None = next((stage for stage in STAGES if head.endswith(f"-{stage}")), None)
    if stage is None:
        return None
    choice, _, variant = head.removesuffix(f"-{stage}").partition("-")
    choices: dict[str, Choice] = {"skip": "skip", "variant": "variant", "oracle": "oracle"}
    if choice == "oracle" and variant == "shrunk":
        return Rung(stage, "oracle_shrunk", upstream)
    return Rung(stage, choices[choice], upstream, variant) if choice in choices else None
