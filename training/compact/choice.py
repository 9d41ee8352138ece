# pyright: basic
"""train_choice: the weights by which the embedded planner ranks its candidates, fitted anew in some minutes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.config import Config
from eval.datasets import Dataset, load
from nodes.compact.ranking.choice_weights import LISTS
from nodes.compact.ranking.rerank import choice_of
from nodes.compact.turn_encoding import Planner, load_planner
from training.compact.choice_priors import PRIORS
from training.compact.rerank import fit_choice, gold_turns, judged_turns, made_up_turns
from training.dev_databases import refuse_dev_databases
from value_index.linear_model import Weights
from value_index.weights_file import WeightsFile, write_weights

BEAM, READINGS = 8, 20
"""Candidates among which the choice is fitted; those of the node's settings."""


def train_choice(data: Path, databases: Sequence[str], out: Path) -> Path:
    """Fit the choice of the shipped network on the databases of the fold, and write it."""
    dataset = load("cosql", data / "cosql_dataset", "train")
    refuse_dev_databases(dataset)
    planner = load_planner()
    choice = fold_choice(dataset, databases, planner, {**PRIORS, **choice_of(planner, "")["plan"]})
    write_weights(out, WeightsFile(choice, {}), LISTS, source="turnsql train choice, CoSQL train")
    return out


def fold_choice(dataset: Dataset, databases: Sequence[str], planner: Planner, weights: Weights) -> dict[str, Any]:
    """Gather the candidates of the fold's turns, real and made up, and fit the choice on them.

    Args:
        weights: an earlier choice, which says whose edits are looked at.
    """
    turns = list(gold_turns(dataset, databases))
    config = Config.load()
    real, made = (
        list(judged_turns(some, planner, config, weights, beam=BEAM, readings=READINGS))
        for some in (turns, made_up_turns(turns))
    )
    return fit_choice(real, made)
