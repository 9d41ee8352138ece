"""What the choice between planner and model gives, read from a run of the planner and a run of the model.

No model is called: with gold history a turn does not depend on the answers before it, so that a run with the choice would
hold these very answers. Beside it stand the model alone, the planner alone, and the turns that either has right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from eval.records import RunError, TurnRecord, read_manifest, read_turns
from eval.runs.recorded_state import recorded_state
from eval.scoring.score import open_rows
from eval.scoring.verdicts import Executions, judge
from eval.statistics import Difference, compare_paired, rate_interval
from eval.table import ReportTable, figure, interval
from eval.turn_key import TurnKey
from nodes.choice.choose import choice_weights, choose
from nodes.choice.features import GroupFacts
from nodes.choice.gather import agreement, gather, offers_of
from nodes.compact.ranking.plan_review import PlanReview
from nodes.node import Context
from nodes.plan import Plan
from nodes.sql.as_stored import as_stored
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import with_sources
from nodes.state import CandidateGroup, GraphState, Stage, Turn
from value_index.database import Database
from value_index.index import ValueIndex
from value_index.linear_model import Weights

DEADLINE = 2.0
MOST_PLANS = 5
READ: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "value_grounding")
"""Stages whose recorded outputs the planner's ranking reads."""
ASKED = (1.0, 0.75, 0.5, 0.25, 0.0)
"""Shares of the turns for which the model is asked, those first whose plans agree least in their rows."""


class ChoicePoint(BaseModel):
    """The choice where the model is asked for a share of the turns."""

    model_config = ConfigDict(frozen=True)

    asked: float
    value: float
    low: float | None
    high: float | None
    fixed: int
    """Turns that the model alone has wrong."""
    broken: int
    """Turns that the model alone has right."""


class ChoiceFigures(BaseModel):
    """One model with the planner."""

    model_config = ConfigDict(frozen=True)

    model: str
    turns: int
    planner_value: float
    model_value: float
    either: float
    """Turns that planner or model has right."""
    within_reach: float
    """Turns that some candidate has right."""
    points: tuple[ChoicePoint, ...]


@dataclass(frozen=True)
class ChoiceTurn:
    """One turn of the planner's run, with what it offers."""

    key: TurnKey
    state: GraphState
    """The turn as it was before the plans."""
    context: Context
    gold: str
    plans: tuple[tuple[str, float], ...]
    """SQL and score of each plan, the best first."""
    confidence: float | None
    executions: Executions = field(repr=False)

    @property
    def database(self) -> Database:
        """What the turn asks."""
        return self.context.database

    @cached_property
    def agreement(self) -> float:
        """How much of the plans' probability lies on the rows of the first one."""
        return agreement(self.plans, self.database, deadline=DEADLINE)

    @cached_property
    def review(self) -> PlanReview:
        """What the planner says of other plans, with its shipped weights."""
        return PlanReview.of(self.state, self.context.of_turn(self.state))


def choice_turns(run: Path, data: Path | None = None) -> list[ChoiceTurn]:
    """Read the plans of a run; turns whose gold does not run are left out.

    Raises:
        TurnSQLError: no run, one without gold history, or other data.
    """
    manifest = read_manifest(run)
    if manifest.history != "gold":
        raise RunError(f"{run} has {manifest.history} history: the choice is measured turn by turn, on gold history")
    dataset, executions = open_rows(manifest, data), Executions()
    contexts: dict[str, Context] = {}
    found: list[ChoiceTurn] = []
    for record in read_turns(run):
        row = dataset.by_index[record.dialogue]
        if row.database_id not in contexts:
            database = dataset.open_database(row.database_id)
            contexts[row.database_id] = Context(database.schema, database, ValueIndex.build(database))
        context, gold = contexts[row.database_id], row.turns[record.turn].query
        if executions.run(context.database, gold).ok:
            history = tuple(Turn(utterance=each.utterance, sql=each.query) for each in row.turns[: record.turn])
            plans = tuple(_plans(record, context.database))
            state = recorded_state(record, history, READ)
            found.append(ChoiceTurn(record.key, state, context, gold, plans, record.confidence, executions))
    return found


def _plans(record: TurnRecord, database: Database) -> Iterator[tuple[str, float]]:
    emitted = record.stages["plan_emission"].output or ()
    if not emitted:
        raise RunError("the first run must be one with a planner: its records hold no plans")
    for scored in emitted[:MOST_PLANS]:
        try:
            plan = with_sources(Plan.model_validate(scored["plan"]), database.schema)
            yield from_plan(plan, database.schema), float(scored["score"])
        except (SQLError, ValueError):
            yield "", float(scored["score"])


def judged_groups(turn: ChoiceTurn, model: str) -> list[tuple[CandidateGroup, GroupFacts, bool]]:
    """Return the candidates of a turn, and whether each is right by the value verdict."""
    offers = offers_of(turn.plans, as_stored(model, turn.database.schema))
    score = turn.review.score
    groups = gather(offers, turn.database, confidence=turn.confidence, deadline=DEADLINE, score=score)
    return [(group, facts, is_right(turn, group.sql)) for group, facts in groups]


def is_right(turn: ChoiceTurn, sql: str) -> bool:
    """Tell whether a SQL text answers a turn, by the value verdict."""
    return bool(sql) and judge(turn.database, turn.gold, sql, executions=turn.executions).value is True


def measure_choice(
    planner: Path, model: Path, data: Path | None = None, weights: Weights | None = None
) -> ChoiceFigures:
    """Set the choice beside planner and model, over the turns that both runs answered.

    Raises:
        TurnSQLError: a folder is no run, or the two are of different dialogues.
    """
    return next(measure_choices(planner, (model,), data, weights))


def measure_choices(
    planner: Path, models: Sequence[Path], data: Path | None = None, weights: Weights | None = None
) -> Iterator[ChoiceFigures]:
    """Yield the figures of several models with one planner, whose turns are read once; see measure_choice."""
    fitted, turns = choice_weights() if weights is None else weights, choice_turns(planner, data)
    for model in models:
        answers = {record.key: record.sql for record in read_turns(model) if record.outcome != "not_run"}
        rows = [_Row.of(turn, answers[turn.key], fitted) for turn in turns if turn.key in answers]
        if not rows:
            raise RunError(f"{planner} and {model} have no turn in common: are they runs over the same dialogues?")
        yield _figures(model.name, sorted(rows, key=lambda row: row.agreement))


def _figures(model: str, rows: Sequence[_Row]) -> ChoiceFigures:
    return ChoiceFigures(
        model=model,
        turns=len(rows),
        planner_value=_mean([row.planner for row in rows]),
        model_value=_mean([row.model for row in rows]),
        either=_mean([row.planner or row.model for row in rows]),
        within_reach=_mean([row.reach for row in rows]),
        points=tuple(_point(rows, share) for share in ASKED),
    )


@dataclass(frozen=True)
class _Row:
    dialogue: int
    agreement: float
    planner: bool
    model: bool
    chosen: bool
    reach: bool

    @classmethod
    def of(cls, turn: ChoiceTurn, sql: str, weights: Weights) -> _Row:
        groups = judged_groups(turn, sql)
        rights = [right for _, _, right in groups]
        place = choose([(group, facts) for group, facts, _ in groups], weights).chosen if groups else -1
        planner = is_right(turn, turn.plans[0][0]) if turn.plans else False
        return cls(turn.key[0], turn.agreement, planner, is_right(turn, sql), place >= 0 and rights[place], any(rights))


def _point(rows: Sequence[_Row], share: float) -> ChoicePoint:
    asked = round(share * len(rows))
    given = [float(row.chosen if place < asked else row.planner) for place, row in enumerate(rows)]
    dialogues = [row.dialogue for row in rows]
    against: Difference = compare_paired([float(row.model) for row in rows], given, dialogues)
    ends = rate_interval(given, dialogues)
    return ChoicePoint(
        asked=share, value=_mean(given), low=ends.low if ends else None, high=ends.high if ends else None,
        fixed=against.fixed, broken=against.broken,
    )  # fmt: skip


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def choice_table(figures: Sequence[ChoiceFigures]) -> ReportTable:
    """Lay the figures out, a row a model."""
    rows = [
        (
            each.model, str(each.turns), figure(each.planner_value), figure(each.model_value), figure(each.points[0].value),
            interval((each.points[0].low, each.points[0].high) if each.points[0].low is not None and each.points[0].high is not None else None),
            f"+{each.points[0].fixed}",
            f"-{each.points[0].broken}", figure(each.points[2].value), figure(each.either),
            figure(each.within_reach),
        )
        for each in figures
    ]  # fmt: skip
    columns = (
        "model",
        "turns",
        "planner",
        "alone",
        "choice",
        "95 %",
        "fixed, broken",
        "half asked",
        "either",
        "in reach",
    )
    note = "Value accuracy. Fixed and broken: against the model alone. Half asked: the model sees the half in which the plans agree least."
    return ReportTable("Model and planner", columns, tuple(rows), note)
