"""Fit the choice between planner and model on training databases, with models that are made up.

    turnsql eval run --data DATA --split train --out runs/held-out ...      (over the held-out training databases)
    turnsql train model-choice runs/held-out --out nodes/choice/weights.json

No real model's answers are learnt from: published answers are for evaluation. A made-up model is right in a share of the
turns and else answers with the gold plan spoilt in one failure mode, with one of the planner's later plans, or with SQL that
does not run. Several such models of different strength are drawn for each turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import get_args

from eval.ablation.corruptions import CorruptionInput, FailureMode, corrupt
from eval.analysis.choice import ChoiceTurn, choice_turns, judged_groups
from nodes.choice.features import FEATURES
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from training.linear_models.fitting import fit_ranker
from value_index.linear_model import Features, Weights
from value_index.weights_file import WeightsFile, write_weights

STRENGTHS = (0.55, 0.65, 0.75)
"""Shares of turns that the made-up models have right."""
BROKEN = 0.15
"""Share of a made-up model's wrong answers that do not run."""
AGREES = 0.3
"""Share of its wrong answers that are one of the planner's plans."""
SHARPNESS = 6.0
_MODES: tuple[FailureMode, ...] = get_args(FailureMode)


def fit_choice(run: Path, data: Path | None = None, *, seed: int = 0) -> tuple[Weights, int]:
    """Fit the weights of the choice on a scored run of the planner over training databases.

    Returns:
        The weights, and how many turns had something to choose.

    Raises:
        TurnSQLError: no scored run, or other data.
    """
    rows = [row for turn in choice_turns(run, data) for row in _examples(turn, seed)]
    rows = [row for row in rows if len({reward for _, reward in row}) > 1]
    return fit_ranker(rows, SHARPNESS), len(rows)


def write_choice(weights: Weights, out: Path, source: str) -> None:
    """Write the weights with the hash of their features."""
    write_weights(out, WeightsFile({"choice": weights}, {}), {"choice": FEATURES}, source=source)


def _examples(turn: ChoiceTurn, seed: int) -> Iterator[Sequence[tuple[Features, float]]]:
    for strength in STRENGTHS:
        draw = Random(f"{seed}/{strength}/{turn.key}")
        groups = judged_groups(turn, _made_up(turn, strength, draw))
        yield [(facts.features(), float(right)) for _, facts, right in groups]


def _made_up(turn: ChoiceTurn, strength: float, draw: Random) -> str:
    """Return the SQL of a made-up model."""
    if draw.random() < strength:
        return turn.gold
    kind = draw.random()
    if kind < BROKEN:
        return turn.gold.replace("SELECT", "SELECT nothing,", 1) if draw.random() < 0.5 else ""
    if kind < BROKEN + AGREES and len(turn.plans) > 1:
        return draw.choice([sql for sql, _ in turn.plans])
    try:
        given = CorruptionInput(to_plan(turn.gold, turn.database.schema), None, turn.database)
    except SQLError:
        return ""
    modes: list[FailureMode] = [mode for mode in _MODES if mode != "syntax"]
    draw.shuffle(modes)
    return next((sql for mode in modes if (sql := corrupt(mode, given, draw))), "")
