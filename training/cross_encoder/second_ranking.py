# pyright: basic
"""Fits, on the held-out databases, how much the cross-encoder says beside the first ranking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from eval.datasets import Dataset
from nodes.compact.ranking.confidence import confidence_features
from nodes.compact.ranking.cross_encoder import CrossEncoder, turn_text
from nodes.compact.ranking.second_ranking import second_features, second_ranking
from nodes.compact.turn_encoding import Planner
from training.cross_encoder.judged import SHARPNESS, Judged
from training.cross_encoder.planned_turns import TurnPlanner
from training.linear_models.fitting import ranker_of
from training.ranking.confidence import calibration_error
from value_index.linear_model import Weights, probability

READ = 5
"""Plans that are read; those of the node's settings."""
L2 = 1.0

ReadTurn = tuple[tuple[tuple[Judged, float], ...], list[float]]
"""Candidates with their scores of the first ranking, and the cross-encoder's scores."""


def read_turns(dataset: Dataset, planner: Planner, choice: Weights, reader: CrossEncoder) -> Iterator[ReadTurn]:
    """Yield the first candidates of every turn, gold history given, as the cross-encoder reads them."""
    turns = TurnPlanner(dataset, planner, choice, most=READ)
    for dialogue in dataset.dialogues:
        for turn in range(len(dialogue.turns)):
            planned = turns.plan(dialogue, turn, rename=False)
            if planned and planned.candidates:
                plans = [each.candidate.plan for each, _ in planned.candidates]
                text = turn_text(planner.network.tokenizer, planned.schema, planned.said, planned.previous, plans)
                yield planned.candidates, reader.scores(text)


def fit_second_ranking(found: Iterable[ReadTurn], confidence: Weights) -> dict[str, Any]:
    """Fit the second ranking; return it with the figures of the held-out databases.

    Args:
        found: their turns.
        confidence: of the first ranking. It holds for the second too, whose scores are put on the scale of the first.
    """
    turns = list(found)
    features = [second_features([score for _, score in first], read) for first, read in turns]
    fitted = ranker_of(features, L2)([[judged.reward for judged, _ in first] for first, _ in turns], SHARPNESS)
    scale = fitted["first_score"]
    plan = {name: round(weight / scale, 3) for name, weight in fitted.items()}
    rows, after = _firsts(turns, plan)
    sure = np.array([probability(row, confidence) for row in rows])
    before = [first[0][0].right for first, _ in turns]
    alone = [first[int(np.argmax(read))][0].right for first, read in turns]
    return {
        "plan": plan,
        "fold": {
            "turns": len(turns),
            "value of the first ranking": round(float(np.mean(before)), 4),
            "value of the cross-encoder alone": round(float(np.mean(alone)), 4),
            "value": round(float(np.mean(after)), 4),
            "fixed": sum(new and not old for old, new in zip(before, after, strict=True)),
            "broken": sum(old and not new for old, new in zip(before, after, strict=True)),
            "expected calibration error": round(calibration_error(sure, np.array(after)), 4),
        },
    }


def _firsts(turns: Sequence[ReadTurn], weights: Weights) -> tuple[list[dict[str, float]], list[bool]]:
    rows: list[dict[str, float]] = []
    labels: list[bool] = []
    for first, read in turns:
        ranked = second_ranking(first, read, weights)
        rows.append(confidence_features(ranked[0][0].candidate.features, [score for _, score in ranked[:5]]))
        labels.append(ranked[0][0].right)
    return rows, labels
