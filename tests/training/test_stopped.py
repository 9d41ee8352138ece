"""A training command that a user stops says how to go on."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from training.cli import app, data_app


@pytest.mark.parametrize(
    ("command", "place", "words", "kept"),
    [
        ("train", "training.ranking.train.train_choice", ["choice", "--work"], "run this again to go on"),
        ("train", "training.ranking.answers.train_answer_confidence", ["answer-confidence", "--work"], "run this again to go on"),
        ("train", "training.experiments.chain.Chain.run", ["chain", "--out"], "run this again to go on"),
        ("data", "training.data.mix.prepare.prepare", ["prepare", "--config", "any.toml", "--out"], "run this again to go on"),
    ],
)  # fmt: skip
def test_a_command_that_is_stopped_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, place: str, words: list[str], kept: str
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, stop)
    done = CliRunner().invoke({"train": app, "data": data_app}[command], [*words, str(tmp_path), "--data", "eval/demo"])
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == f"turnsql: stopped: {tmp_path} keeps what is finished, {kept}"
