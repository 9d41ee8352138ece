# pyright: basic
"""train_choice: the weights by which the embedded planner ranks its plans, and its confidence, fitted from data alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nodes.compact.network import SHIPPED
from nodes.compact.ranking.choice_weights import LISTS
from training.ranking.candidates import JudgedTurn
from training.ranking.confidence import brier, calibration_error, confidences, firsts, fit_confidence
from training.ranking.config import ChoiceConfig
from training.ranking.conversations import HeldOut
from training.ranking.design import Design
from training.ranking.gathered import gathered
from value_index.files.atomic_file import write_atomically
from value_index.files.weights_file import WeightsFile, write_weights
from value_index.linear_model import Weights

REPORT = "choice-report.json"


@dataclass(frozen=True)
class Fitted:
    """The weights, and how they do on databases that they were not fitted on."""

    models: dict[str, Weights]
    report: dict[str, Any]


def train_choice(
    data: Path,
    databases: Sequence[str],
    out: Path,
    *,
    config: ChoiceConfig,
    folder: Path,
    network: Path = SHIPPED,
    say: Callable[[str], None] = print,
) -> Path:
    """Gather the candidates of every source, fit ranking and confidence on them, and write both.

    Args:
        databases: those that the network was not trained on.
        out: the file of weights.
        folder: where the candidates are kept, with the report of the fit.
        network: whose candidates.
        say: is told of each step.
    """
    held_out = HeldOut(data, databases, config.size, config.fit.seed)
    found = fitted_choice(held_out, config, folder, network, say)
    write_weights(out, WeightsFile(found.models, {}), LISTS, source="turnsql train choice")
    write_atomically(folder / REPORT, json.dumps(found.report, indent=1) + "\n")
    for name, row in found.report["sources"].items():
        say(f"{name}: {json.dumps(row)}")
    return out


def fitted_choice(
    held_out: HeldOut, config: ChoiceConfig, folder: Path, network: Path, say: Callable[[str], None] = print
) -> Fitted:
    """Gather the candidates of every source, or read those kept in the folder, and fit on them."""
    return fit(gathered(held_out, sorted(config.sources), network, config.centre, folder, say), config)


def fit(turns: Sequence[JudgedTurn], config: ChoiceConfig) -> Fitted:
    """Fit ranking and confidence; cross-fitting over the databases chooses how strongly the centre holds."""
    design = Design(turns, {str(name): share for name, share in config.sources.items()})
    parts = design.parts(config.fit.parts)
    crossed = {l2: _crossed(design, config.centre, l2, parts) for l2 in config.fit.l2}
    worth = {l2: float(design.counted @ firsts(design, scores).right) / len(turns) for l2, scores in crossed.items()}
    l2 = max(worth, key=lambda each: (round(worth[each], 4), each))
    plan = design.fitted(config.centre, l2)
    first = firsts(design, crossed[l2])
    sure = np.zeros(len(turns))
    for left_out in parts:
        weights = fit_confidence(first.without(left_out), design.counted[~left_out])
        sure[left_out] = confidences(first.without(~left_out), weights)
    confidence = fit_confidence(first, design.counted)
    report = {"l2": l2, "tried": worth, "sources": _figures(design, first.right, sure)}
    return Fitted({"plan": plan, "confidence": confidence}, report)


def _crossed(design: Design, centre: Weights, l2: float, parts: Sequence[np.ndarray]) -> np.ndarray:
    """Return the scores of all rows by weights that were fitted without their databases."""
    scores = np.zeros(len(design.turn_of))
    for left_out in parts:
        rows = left_out[design.turn_of]
        scores[rows] = design.scores(design.fitted(centre, l2, left_out))[rows]
    return scores


def _figures(design: Design, right: np.ndarray, sure: np.ndarray) -> dict[str, dict[str, float]]:
    """Return, for each source and for all, what is right first, what is within reach, and how the confidence holds."""
    sources = np.array([turn.source for turn in design.turns])
    masks = {name: sources == name for name in sorted(set(sources))} | {"all": sources != ""}
    return {
        name: {
            "turns": int(mask.sum()),
            "right": round(float(right[mask].mean()), 4),
            "within reach": round(float(design.within_reach[mask].mean()), 4),
            "mean confidence": round(float(sure[mask].mean()), 4),
            "calibration error": round(calibration_error(sure[mask], right[mask]), 4),
            "brier": round(brier(sure[mask], right[mask]), 4),
            "sure of the wrong": round(float((sure[mask & ~right] >= 0.5).sum() / max(1, (mask & ~right).sum())), 4),
        }
        for name, mask in masks.items()
    }
