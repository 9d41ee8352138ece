"""Weights kept as JSON with the hash of their features."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from value_index.files.weights_file import WeightsFile, WeightsFileError, features_sha256, read_weights, write_weights
from value_index.linear_model import Feature

LISTS = {"link": (Feature("bias", "Always 1."), Feature("named", "How well it is named."), Feature("key", "A key."))}
FOUND = WeightsFile({"link": {"named": 1.25, "bias": -0.5}}, {"column": 0.3}, {1: "airline fare", 3: "the"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_weights(tmp_path / "weights.json", FOUND, LISTS, source="a test")
    return tmp_path / "weights.json"


def test_weights_are_read_as_they_were_written_with_a_weight_for_each_feature(path: Path) -> None:
    found = read_weights(path, LISTS, ["column"])
    assert found.models == {"link": {"bias": -0.5, "key": 0.0, "named": 1.25}}
    assert (found.thresholds, found.common_words) == (FOUND.thresholds, FOUND.common_words)


def test_the_hash_is_of_the_names_in_any_order() -> None:
    assert features_sha256(["b", "a"]) == features_sha256(["a", "b"]) != features_sha256(["a", "c"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda model: model["weights"].update({"sort count": 1.0}), "link: sort count unknown"),
        (lambda model: model["weights"].pop("key"), "link: key missing"),
        (lambda model: model.update(features_sha256="0"), "features_sha256 is of other features"),
        (lambda model: model["weights"].update({"key": float("nan")}), "no finite number"),
        (lambda model: model.pop("weights"), "no file of weights"),
    ],
)
def test_weights_of_other_features_are_refused_in_one_line(
    path: Path, change: Callable[[Any], None], told: str
) -> None:
    content = json.loads(path.read_text())
    change(content["models"]["link"])
    path.write_text(json.dumps(content))
    with pytest.raises(WeightsFileError, match=told) as error:
        read_weights(path, LISTS, ["column"])
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_or_torn_or_lacks_a_threshold_is_refused(path: Path) -> None:
    with pytest.raises(WeightsFileError, match="No such file"):
        read_weights(path.with_name("other.json"), LISTS, [])
    with pytest.raises(WeightsFileError, match="table"):
        read_weights(path, LISTS, ["table"])
    path.write_text('{"models"')
    with pytest.raises(WeightsFileError, match="no file of weights"):
        read_weights(path, LISTS, [])


def test_a_weight_of_no_listed_feature_is_not_written(tmp_path: Path) -> None:
    other = WeightsFile({"link": {"naned": 1.0}}, {})
    with pytest.raises(WeightsFileError, match="link: naned in no list of features"):
        write_weights(tmp_path / "weights.json", other, LISTS, source="a test")
