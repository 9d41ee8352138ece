"""Fit the choice between planner and model on training databases, with models that are made up.

    turnsql train model-choice runs/held-out --data DATA --out nodes/choice/weights.json

The folder is a run of the planner over the held-out training databases; it is made, or gone on with, where it is not there
or not whole, so that a second fit takes what the planner gave from it.

No real model's answers are learnt from: published answers are for evaluation. The made-up models are right in a share of
the turns, and else make the mistakes of `made_up_models`. Several of different strength are drawn for each turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from eval.ablation.corruptions import CorruptionInput
from eval.analysis.choice import ChoiceTurn, choice_turns, judged_groups
from eval.records import read_manifest
from eval.runs.experiment import RunOptions
from eval.runs.run import run as answer
from nodes.choice.features import FEATURES
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from training.linear_models.fitting import fit_ranker
from training.linear_models.made_up_models import Answerable, made_up_answer
from training.settings import TrainingError
from value_index.files.weights_file import WeightsFile, write_weights
from value_index.linear_model import Features, Weights
from value_index.schema import Schema

STRENGTHS = (0.5, 0.6, 0.7, 0.7)
"""How often the made-up models mean to be right."""
SHARPNESS = 6.0


def planned(run: Path, data: Path, databases: Sequence[str]) -> Path:
    """Have the planner answer the training turns over some databases, or those that are left of them; return the run.

    Raises:
        TurnSQLError: bad data, or a run of another planner: give another folder.
    """
    options = RunOptions(data, run, split="train", databases=tuple(databases), alone=False, resume=run.exists())
    answer(options)
    return run


def held_out_run(run: Path, data: Path | None, databases: Sequence[str]) -> Path:
    """Return a run of the planner over training databases, made or gone on with where there is data.

    Raises:
        TurnSQLError: bad data, a run over dev, or one of another planner.
    """
    whole = run.exists() and not read_manifest(run).databases
    if data and not whole:
        planned(run, data, databases)
    if read_manifest(run).split.startswith("dev"):
        raise TrainingError(f"{run} is a run over dev: the choice is learnt on training databases alone")
    return run


def fit_choice(run: Path, data: Path | None = None, *, seed: int = 0, every: int = 1) -> tuple[Weights, int]:
    """Fit the weights of the choice on a scored run of the planner over training databases.

    Args:
        every: every n-th turn is learnt from.

    Returns:
        The weights, and how many turns had something to choose.

    Raises:
        TurnSQLError: no scored run, or other data.
    """
    rows = [row for turn in choice_turns(run, data)[::every] for row in _examples(turn, seed)]
    rows = [row for row in rows if len({reward for _, reward in row}) > 1]
    return fit_ranker(rows, SHARPNESS), len(rows)


def write_choice(weights: Weights, out: Path, source: str) -> None:
    """Write the weights with the hash of their features."""
    write_weights(out, WeightsFile({"choice": weights}, {}), {"choice": FEATURES}, source=source)


def _examples(turn: ChoiceTurn, seed: int) -> Iterator[Sequence[tuple[Features, float]]]:
    for sql in made_up_answers(turn, STRENGTHS, seed):
        yield [(facts.features(), float(right)) for _, facts, right in judged_groups(turn, sql)]


def made_up_answers(turn: ChoiceTurn, strengths: Sequence[float], seed: int) -> Iterator[str]:
    """Yield what made-up models of some strengths answer to a turn."""
    answerable = _answerable(turn)
    for model, strength in enumerate(strengths):
        yield made_up_answer(answerable, strength, Random(f"{seed}/{model}/{turn.key}"))


def _answerable(turn: ChoiceTurn) -> Answerable:
    schema, history = turn.context.schema, turn.state.history
    plan, before = _plan(turn.gold, schema), _plan(history[-1].sql, schema) if history else None
    given = CorruptionInput(plan, before, turn.database) if plan else None
    return Answerable(turn.gold, given, tuple(sql for sql, _ in turn.plans if sql))


def _plan(sql: str, schema: Schema) -> Plan | None:
    try:
        return to_plan(sql, schema)
    except SQLError:
        return None
