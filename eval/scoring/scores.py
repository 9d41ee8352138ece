"""What scoring leaves on disk: one line of scores a turn, and the summary of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from eval.records import Outcome, Record, RunError, read_lines
from eval.scoring.hardness import Feature, Hardness
from eval.scoring.verdicts import Cause, Verdicts
from eval.turn_key import TurnKey
from nodes.state import Stage

Place = Literal["in_graph", "alone"]
StageMetrics = dict[Stage, dict[Place, dict[str, float]]]
Retry = Literal["fixed", "broken", "unchanged"]


class ScoredTurn(Record):
    """The turn that is scored."""

    dialogue: int
    turn: int
    outcome: Outcome


class TurnScores(Verdicts, ScoredTurn):
    """The scores of one turn; a verdict is None where the turn was not run or its gold gives nothing to compare with."""

    suite: bool | None = None
    """The value verdict, false also where a mutated copy of the database tells the SQL from the gold; None without
    `--suite`."""
    suite_shown_by: str | None = None
    """The kind of the copy that did; `untested` where no copy could be made."""
    cause: Cause | None = None
    """Why `value` and `official` differ; None if they agree."""
    plan: dict[str, float | None]
    """The plan scores of the emitted plan."""
    plan_of_sql: dict[str, float | None]
    """The plan scores of the final SQL."""
    stages: StageMetrics = Field(default_factory=dict[Stage, dict[Place, dict[str, float]]])
    retry: Retry | None = None
    """What the attempts after the first changed; None if there was one attempt."""
    gold_flags: tuple[str, ...] = ()
    """Why the gold's answer cannot be trusted, as `turnsql eval audit` says it."""
    hardness: Hardness | None = None
    features: tuple[Feature, ...] = ()

    @property
    def key(self) -> TurnKey:
        """Dialogue and turn."""
        return TurnKey(self.dialogue, self.turn)

    @property
    def scored(self) -> bool:
        """Whether the turn counts in the rates of the verdicts."""
        return self.outcome != "not_run" and self.unscored is None

    @property
    def no_result(self) -> str | None:
        """What gave no rows to compare, and why: `gold_timeout`, `prediction_timeout`, `harness_fault` and the like."""
        if self.unscored is not None:
            return self.unscored.partition(":")[0]
        return next((note for note in self.notes if note.startswith("prediction_")), None)


class Rate(Record):
    """Verdicts over a group of turns (or dialogues)."""

    turns: int
    strict: float | None
    value: float | None
    official: float | None
    value_interval: list[float] | None = None
    """95 %, of `value`."""


class BaselineScores(Record):
    """The plan scores of the trivial planners in one turn."""

    dialogue: int
    turn: int
    empty: dict[str, float | None]
    """Scores of the plan that asks for nothing."""
    copied: dict[str, float | None]
    """Scores of the gold plan of the turn before, and of the empty one in the first turn."""

    @property
    def key(self) -> TurnKey:
        """Dialogue and turn."""
        return TurnKey(self.dialogue, self.turn)


class Baseline(Record):
    """A trivial planner on the same turns."""

    name: str
    plan: dict[str, float | None]


class Summary(Record):
    """The figures of a run."""

    turns: int
    """scored + unscored + not_run."""
    scored: int
    unscored: int
    not_run: int
    faulted: int = 0
    """How many of the unscored failed in the scorer itself: neither the gold nor the prediction is to blame."""
    missing: int = 0
    """Turns that the manifest selects and no record tells of."""
    left_out: int = 0
    """Turns among `not_run` that an imported file says nothing of, left out on request."""
    history: str
    means: dict[str, Any]
    """The keys of `scores.jsonl`, nested alike; None if no turn has the metric."""
    intervals: dict[str, Any] = Field(default_factory=dict[str, Any])
    """95 % intervals of `means`, nested alike: dialogues resampled, Wilson's where each has one turn."""
    interactions: Rate
    """Dialogues all of whose scored turns are right."""
    by_turn: dict[str, Rate]
    by_hardness: dict[str, Rate]
    by_feature: dict[str, Rate]
    not_vacuous: Rate
    """The turns whose gold returns rows."""
    unflagged: Rate | None = None
    """The turns whose gold has no flag of the audit."""
    no_results: dict[str, int] = Field(default_factory=dict[str, int])
    """Turns that gave no rows to compare, by what failed and why."""
    causes: dict[Cause, int] = Field(default_factory=dict[Cause, int])
    """Turns where `value` and `official` differ, by the rule at which they part."""
    where_present: dict[str, dict[str, float | None]]
    """`join_f1` and `group_by_f1` over the turns whose gold has a join, a grouping: `plan`, `plan_of_sql`, `turns`."""
    retries: dict[Retry, int]
    baselines: tuple[Baseline, ...]
    variants: dict[Stage, str]
    suite_falls: tuple[str, ...] = ()
    """`dialogue/turn: kind of copy` of each turn that is right on its database and wrong on a copy of it."""
    suite_untested: int = 0
    """Turns whose value verdict stands for want of a copy."""
    unscored_turns: tuple[str, ...] = ()
    """`dialogue/turn: reason` of each."""
    edited: tuple[str, ...] = ()
    """`turns.jsonl line 3` or the like: what is not what the run wrote there."""


def read_scores(folder: Path) -> list[TurnScores]:
    """Read a run's scores.

    Raises:
        RunError: The run is not scored, or the file is no score file.
    """
    return list(each_score(folder))


def each_score(folder: Path) -> Iterator[TurnScores]:
    """Read a run's scores one turn at a time; see read_scores."""
    if not (folder / "scores.jsonl").exists():
        raise RunError(f"{folder} has no scores: run `turnsql eval score {folder}` first")
    return read_lines(folder / "scores.jsonl", TurnScores)


def read_summary(folder: Path) -> Summary:
    """Read a run's summary.

    Raises:
        RunError: The run is not scored, or the file is no summary.
    """
    try:
        return Summary.model_validate_json((folder / "summary.json").read_bytes(), extra="ignore")
    except OSError as error:
        raise RunError(f"{folder} has no scores: run `turnsql eval score {folder}` first") from error
    except ValidationError as error:
        raise RunError(f"{folder / 'summary.json'} is not a summary: score the run again") from error
