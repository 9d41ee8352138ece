"""Rewording through an endpoint: taken where the checker passes it, left where it might mean something else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.conversations.reword import mentions
from eval.conversations.suite_file import read_suite
from eval.demo.build import build
from tests.fake_endpoint import fake_endpoint, said
from turnsql import app
from value_index.engines.sqlite.database import SQLiteDatabase


@pytest.fixture(scope="module")
def path() -> Path:
    return next(path for path in build() if path.stem == "air_network")


OLD = "Only airlines with country code FR."
SQL = "SELECT name FROM airline WHERE country_code = 'FR'"


@pytest.mark.parametrize(
    ("words", "passes"),
    [
        ("Keep only the airlines whose country code is FR, please.", True),
        ("Only airlines with country code DE.", False),
        ("Only airlines whose country code is not FR.", False),
        ("How many airlines have country code FR?", False),
        ("Only airports with country code FR.", False),
        ("Only the 3 airlines with country code FR.", False),
        ("", False),
    ],
)
def test_other_words_pass_only_where_they_still_mean_one_thing(path: Path, words: str, passes: bool) -> None:
    assert mentions(OLD, words, SQL, SQLiteDatabase.open(path).schema) is passes


def test_a_suite_is_reworded_through_an_endpoint(path: Path, tmp_path: Path) -> None:
    def answer(body: dict[str, Any]) -> Any:
        asked = json.loads(body["messages"][-1]["content"].rpartition("\n\n")[2])
        return said(
            json.dumps({"questions": [f"{asked[0]} Thanks!", *(f"Not these 77: {each}" for each in asked[1:])]})
        )

    plain, other = tmp_path / "plain.yaml", tmp_path / "other.yaml"
    config = tmp_path / "model.toml"
    words = ["suite", "make", "--db", str(path), "--turns", "8", "--out"]
    assert CliRunner().invoke(app, [*words, str(plain)]).exit_code == 0
    with fake_endpoint(answer) as server:
        config.write_text(f'[endpoint]\nbase_url = "{server.base_url}"\nmodel = "m"\n')
        shown = CliRunner().invoke(app, [*words, str(other), "--reword", str(config)])
    assert shown.exit_code == 0 and "turns reworded" in shown.stdout, shown.output
    for before, after in zip(read_suite(plain).dialogues, read_suite(other).dialogues, strict=True):
        assert [turn.sql for turn in after.turns] == [turn.sql for turn in before.turns]
        assert after.turns[0].ask == f"{before.turns[0].ask} Thanks!"
        assert all(
            new.ask == old.ask or "not" in old.ask.lower()
            for old, new in zip(before.turns[1:], after.turns[1:], strict=True)
        )
    no_endpoint = CliRunner().invoke(app, [*words, str(tmp_path / "x.yaml"), "--reword", "configs/lexical.toml"])
    assert no_endpoint.exit_code != 0


def test_answers_that_are_no_list_of_questions_are_counted(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "model.toml"
    with fake_endpoint(lambda body: said("SELECT 1")) as server:
        config.write_text(f'[endpoint]\nbase_url = "{server.base_url}"\nmodel = "m"\n')
        words = ["suite", "make", "--db", str(path), "--turns", "8", "--out", str(tmp_path / "s.yaml")]
        shown = CliRunner().invoke(app, [*words, "--reword", str(config)])
    assert shown.exit_code == 0 and "dialogues got no list of as many questions" in shown.stdout, shown.output
