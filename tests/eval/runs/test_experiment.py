"""What is measured: the `[eval]` table, and what the command line says over it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.config import ConfigError
from eval.runs.experiment import RunOptions, read_experiment


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("eval = 3", "eval: Input should be a valid dictionary"),
        ("[eval]\nhistory = 'golden'", "eval.history: Input should be 'gold'"),
        ("[eval]\nhistroy = 'gold'", "eval.histroy: Extra inputs are not permitted"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"^{tmp_path}/run.toml: {said}"):
        read_experiment(_options(tmp_path, text))


def test_a_wrong_option_is_named_and_not_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--evidence: Input should be 'knowledge', "):
        read_experiment(_options(tmp_path, "[eval]\nseed = 4", evidence="nothing"))


def test_an_option_goes_before_the_table(tmp_path: Path) -> None:
    text = "[eval]\nhistory = 'predicted'\nseed = 4"
    experiment = read_experiment(_options(tmp_path, text, history="noised"))[1]
    assert (experiment.history, experiment.seed) == ("noised", 4)


def test_settings_over_an_endpoint_need_none_in_the_file(tmp_path: Path) -> None:
    given = {"base_url": "http://127.0.0.1:9/v1", "model": "small"}
    endpoint = read_experiment(_options(tmp_path, "", endpoint=given))[0].endpoint
    assert endpoint is not None and endpoint.model == "small"


def _options(folder: Path, text: str, **given: Any) -> RunOptions:
    (folder / "run.toml").write_text(text, "utf-8")
    return RunOptions(data=folder, out=folder / "run", config=folder / "run.toml", **given)
