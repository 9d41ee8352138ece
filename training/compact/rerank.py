# pyright: basic
"""Fits, on the validation fold, how the compact planner's candidates are ranked and how sure its first one is.

The network never saw the databases of the fold, so that its probabilities there are what they will be on a user's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from agent.config import Config
from eval.datasets import Dataset
from eval.gold.outputs import Gold, GoldBook
from eval.scoring.plan_scores import plan_scores
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.ties import is_ordered, tie_groups
from eval.scoring.verdicts.value import value
from nodes.compact.ranking.rerank import Candidate, candidates, confidence_features, distinct, ranking
from nodes.compact.turn_encoding import Planner
from nodes.node import FIELDS, Context
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, Stage, Turn
from training.compact.choice_priors import PRIORS
from training.compact.follow_ups import follow_ups
from training.linear_models.fitting import fit_logistic, ranker_of
from value_index.database import Database
from value_index.index import ValueIndex
from value_index.linear_model import Weights, probability

UPSTREAM: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "value_grounding")
WHOLE_PLAN, MACRO = 0.5, 4.0
"""A candidate's reward is 1 where its rows are right, with these for a right plan and for how nearly it is right, part by part."""
SHARPNESS = 3.0
L2 = 10.0
"""Chosen by cross-validation over the databases of the fold."""
HELD = 300.0
"""How strongly the made-up turns leave alone what the real ones have fitted."""
MADE_UP_SHARE = 1.0
MADE_UP_EVERY, MADE_UP_MOST = 3, 3
"""Every how many turns are followed by made-up ones, and by how many at most."""
EMPTY_LEFT_OUT = 0.7
"""Share of the made-up turns without rows that are left out."""
GoldTurn = tuple[GraphState, Context, Gold]
LOSSES = (0.25, 0.5, 1.0, 2.0)
"""What a plan without rows may lose of its score."""


@dataclass(frozen=True)
class Judged:
    """A candidate and what it is worth."""

    candidate: Candidate
    right: bool
    """Whether its rows are the gold's."""
    whole: bool
    macro: float
    empty: bool
    """Whether its rows are none, or nothing but NULL."""

    @property
    def reward(self) -> float:
        """What the ranker is to prefer."""
        return self.right + WHOLE_PLAN * self.whole + MACRO * self.macro


def judged_turns(
    turns: Iterable[GoldTurn], planner: Planner, config: Config, weights: Weights, *, beam: int, readings: int
) -> Iterator[list[Judged]]:
    """Yield the candidates of every turn; those worth an edit are chosen by some weights."""
    nodes = config.nodes()
    for state, context, gold in turns:
        for stage in UPSTREAM:
            output = asyncio.run(nodes[stage](state, context))  # type: ignore[arg-type]
            state = state.model_copy(update={FIELDS[stage]: output})
        understanding = planner.understand(state, context)
        found = candidates(state, context, understanding, width=beam, readings=readings, weights=weights)
        executions = Executions()
        yield [judged(each, gold, context, executions) for each in found]


def made_up_turns(turns: Iterable[GoldTurn]) -> Iterator[GoldTurn]:
    """Yield made-up next turns of every third turn: the words a generator's, the history and the database real."""
    for number, (state, context, gold) in enumerate(turns):
        if number % MADE_UP_EVERY:
            continue
        draw = random.Random(state.turn_id)
        for rank, made in enumerate(follow_ups(gold.plan, context.database, draw, MADE_UP_MOST)):
            sql = _written(made.plan, context)
            result = context.database.execute(sql, deadline=2.0, max_rows=50) if sql else None
            if result is None or not result.ok or (not result.rows and draw.random() < EMPTY_LEFT_OUT):
                continue
            turn = Turn(utterance=state.utterance, sql=gold.sql)
            update = {
                "turn_id": f"{state.turn_id}-{made.kind}-{rank}", "history": (*state.history, turn), "utterance": made.utterance
            }  # fmt: skip
            yield state.model_copy(update=update), context, replace(gold, sql=sql, plan=made.plan)


def gold_turns(dataset: Dataset, databases: Sequence[str]) -> Iterator[GoldTurn]:
    """Yield every turn over some databases with its gold, gold history given."""
    book, contexts = GoldBook(dataset), dict[str, Context]()
    for dialogue in dataset.dialogues:
        if dialogue.database_id not in databases:
            continue
        if dialogue.database_id not in contexts:
            database = dataset.open_database(dialogue.database_id)
            contexts[dialogue.database_id] = Context(database.schema, database, ValueIndex.build(database))
        history = tuple(Turn(utterance=turn.utterance, sql=turn.query) for turn in dialogue.turns)
        for number, turn in enumerate(dialogue.turns):
            if gold := book.turn(dialogue.index, number):
                state = GraphState(
                    turn_id=f"{dialogue.index}/{number}", database_id=dialogue.database_id, history=history[:number],
                    utterance=turn.utterance,
                )  # fmt: skip
                yield state, contexts[dialogue.database_id].of_turn(state), gold


def judged(candidate: Candidate, gold: Gold, context: Context, executions: Executions) -> Judged:
    """Execute a candidate and compare it with the gold."""
    sql = _written(candidate.plan, context)
    scores = plan_scores(gold.plan, candidate.plan)
    right = _right(executions, context.database, gold.sql, sql)
    result = executions.run(context.database, sql) if sql else None
    empty = result is None or all(cell is None for row in result.rows for cell in row)
    return Judged(candidate, right, bool(scores["whole_plan"]), scores["macro"] or 0.0, empty)


def _written(plan: Plan, context: Context) -> str:
    """Return a plan as SQL; "" if it cannot be written."""
    try:
        return from_plan(plan, context.schema)
    except SQLError:
        return ""


def precision_loss(
    dataset: Dataset, databases: Sequence[str], shipped: Planner, full: Planner, *, turns: int
) -> dict[str, float]:
    """Return how the most probable plans of the shipped weights compare with those in full precision."""
    same = lighter = whole = seen = 0
    for state, context, gold in islice(gold_turns(dataset, databases), turns):
        first, second = (planner.understand(state, context).plans(1)[:1] for planner in (shipped, full))
        seen += 1
        same += [plan for plan, _ in first] == [plan for plan, _ in second]
        lighter += any(bool(plan_scores(gold.plan, plan)["whole_plan"]) for plan, _ in first)
        whole += any(bool(plan_scores(gold.plan, plan)["whole_plan"]) for plan, _ in second)
    return {"turns": seen, "same plan": same / seen, "whole plan": lighter / seen, "whole plan, full": whole / seen}


def _right(executions: Executions, database: Database, gold_sql: str, sql: str) -> bool:
    """Return the value verdict alone: the other four would take most of the time."""
    gold = executions.run(database, gold_sql)
    predicted = executions.run(database, sql) if sql else None
    if predicted is None or gold.outcome != "rows" or predicted.outcome != "rows":
        return False
    ties = (lambda: tie_groups(executions, database, gold_sql, gold)) if is_ordered(gold_sql) else None
    return value(gold, predicted, ties).equal


def fit_choice(turns: Sequence[list[Judged]], made: Sequence[list[Judged]]) -> dict[str, Any]:
    """Fit the ranker and the confidence; return them with the figures of the fold.

    The real turns fit everything; then the made-up ones join, and what the real turns alone have fitted is held, so that
    they teach what the real ones seldom show and no more.

    Args:
        turns: real turns over the fold.
        made: made-up turns over the same databases.
    """
    turns, made = [turn for turn in turns if turn], [turn for turn in made if turn]
    real = _fitted(turns, [1.0] * len(turns), PRIORS, lambda name: L2)
    shares = [1.0] * len(turns) + [MADE_UP_SHARE] * len(made)
    prior = {**real, **{name: real.get(name, value) for name, value in PRIORS.items()}}
    plan = _fitted([*turns, *made], shares, prior, lambda name: L2 if name in PRIORS else HELD)
    rows, labels = _firsts(turns, plan)
    confidence = fit_logistic(rows, labels)
    sure = np.array([probability(row, confidence) for row in rows])
    return {
        "plan": plan,
        "confidence": confidence,
        "fold": {
            "turns": len(turns),
            "value": round(float(np.mean(labels)), 4),
            "value of the network alone": _share(turns, "network_first"),
            "value of the words alone": _share(turns, "read_first"),
            "value within reach": round(float(np.mean([any(each.right for each in turn) for turn in turns])), 4),
            "made-up turns": len(made),
            "value of made-up turns": round(float(np.mean(_firsts(made, plan)[1])), 4) if made else None,
            "guided": [_guided(turns, plan, loss) for loss in LOSSES],
            "expected calibration error": round(calibration_error(sure, np.array(labels)), 4),
        },
    }


def _fitted(
    turns: Sequence[list[Judged]], shares: Sequence[float], prior: Weights, l2: Callable[[str], float]
) -> dict[str, float]:
    fit = ranker_of([[each.candidate.features for each in turn] for turn in turns], l2, prior=prior, shares=shares)
    return fit([[each.reward for each in turn] for turn in turns], SHARPNESS)


def _guided(turns: Sequence[list[Judged]], weights: Weights, loss: float) -> dict[str, float]:
    """Return the turns fixed and broken where a plan without rows loses some of its score, among the best three."""
    fixed = broken = 0
    for turn in turns:
        by_id = {id(each.candidate): each for each in turn}
        ranked = [(by_id[id(each)], score) for each, score in ranking([e.candidate for e in turn], weights)[:3]]
        best = max(ranked, key=lambda pair: pair[1] - loss * pair[0].empty)[0]
        fixed += best.right and not ranked[0][0].right
        broken += ranked[0][0].right and not best.right
    return {"loss": loss, "fixed": fixed, "broken": broken}


def _firsts(turns: Sequence[list[Judged]], weights: Weights) -> tuple[list[dict[str, float]], list[bool]]:
    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    for turn in turns:
        ranked = distinct(ranking([each.candidate for each in turn], weights))
        rows.append(confidence_features(ranked[:5]))
        labels.append(next(each.right for each in turn if each.candidate is ranked[0][0]))
    return rows, labels


def _share(turns: Sequence[list[Judged]], feature: str) -> float:
    firsts = [next((each.right for each in turn if each.candidate.features.get(feature)), False) for turn in turns]
    return round(float(np.mean(firsts)), 4)


def calibration_error(sure: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error: the gap of confidence and accuracy, over equal bins of confidence."""
    edges = np.minimum((sure * bins).astype(int), bins - 1)
    gaps = [
        abs(sure[edges == b].mean() - right[edges == b].mean()) * (edges == b).mean()
        for b in range(bins)
        if (edges == b).any()
    ]
    return float(sum(gaps))
