"""Weights as JSON: the linear models of one file, each with the hash of the features that it was fitted on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from pathlib import Path
from textwrap import wrap
from typing import Any

from value_index.errors import TurnSQLError
from value_index.linear_model import Feature, Weights

FeatureLists = Mapping[str, Sequence[Feature]]
"""The features of each model of a file, by the model's name."""
LINE = 115
"""Characters of a line of words."""


class WeightsFileError(TurnSQLError):
    """A file of weights that cannot be read, or was fitted on other features than those of this version."""


@dataclass(frozen=True)
class WeightsFile:
    """What a file of weights holds."""

    models: Mapping[str, Weights]
    """A weight for every feature of each model."""
    thresholds: Mapping[str, float]
    """Probabilities that were chosen with the weights."""
    common_words: Mapping[int, str] = field(default_factory=dict[int, str])
    """Words between spaces, by level: the more common, the higher."""


def features_sha256(names: Collection[str]) -> str:
    """Return the SHA-256 of names of features, whatever their order."""
    return sha256("\n".join(sorted(names)).encode()).hexdigest()


def read_weights(path: Path, lists: FeatureLists, thresholds: Sequence[str]) -> WeightsFile:
    """Read a file of weights.

    Args:
        path: written by `write_weights`.
        lists: the features that this version computes, which the file must have been fitted on.
        thresholds: the names of those that the file must hold.

    Raises:
        WeightsFileError: the file cannot be read, or the names of a model's features are not those of its list.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        models = {name: _checked(path, name, content["models"][name], lists[name]) for name in lists}
        words = {int(level): " ".join(lines) for level, lines in content.get("common_words", {}).items()}
        return WeightsFile(models, {name: float(content["thresholds"][name]) for name in thresholds}, words)
    except OSError as error:
        raise WeightsFileError(f"{path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsFileError(f"{path}: no file of weights: {error!r}") from error


def write_weights(path: Path, found: WeightsFile, lists: FeatureLists, *, source: str) -> None:
    """Write a file of weights; a feature that got no weight is written as 0.

    Args:
        path: replaced.
        found: the fitted weights.
        lists: the features of each model.
        source: the command and the data that gave the weights.

    Raises:
        WeightsFileError: a weight is of no feature of its list.
    """
    models = {name: _model(path, name, found.models[name], features) for name, features in lists.items()}
    content: dict[str, Any] = {"source": source, "thresholds": dict(found.thresholds), "models": models}
    if found.common_words:
        content["common_words"] = {str(level): wrap(words, LINE) for level, words in found.common_words.items()}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _model(path: Path, name: str, weights: Weights, features: Sequence[Feature]) -> dict[str, Any]:
    names = sorted(feature.name for feature in features)
    if unknown := weights.keys() - set(names):
        raise WeightsFileError(f"{path}: {name}: {_listed(unknown)} in no list of features")
    return {"features_sha256": features_sha256(names), "weights": {each: weights.get(each, 0.0) for each in names}}


def _checked(path: Path, name: str, model: Mapping[str, Any], features: Sequence[Feature]) -> dict[str, float]:
    """Return the weights of one model, whose names must be those of the list."""
    weights = {each: float(value) for each, value in model["weights"].items()}
    if problem := _problem(weights, {feature.name for feature in features}, model["features_sha256"]):
        raise WeightsFileError(f"{path}: {name}: {problem}: fit the weights again")
    return weights


def _problem(weights: Weights, names: set[str], hashed: str) -> str:
    """Return why weights do not belong to these features; "" if they do."""
    unknown, missing = weights.keys() - names, names - weights.keys()
    told = [f"{_listed(found)} {word}" for found, word in ((unknown, "unknown"), (missing, "missing")) if found]
    if not told and hashed != features_sha256(names):
        told = ["features_sha256 is of other features"]
    if not told and not all(map(isfinite, weights.values())):
        told = ["a weight is no finite number"]
    return "; ".join(told)


def _listed(names: Collection[str]) -> str:
    first, *rest = sorted(names)
    return f"{first} and {len(rest)} more" if len(rest) > 2 else ", ".join((first, *rest))
