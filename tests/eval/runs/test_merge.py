"""Shards of a run: answered one by one, joined into the run that one process writes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.identity import identity
from eval.demo.build import build
from eval.records import RunError, read_manifest
from eval.runs.experiment import RunOptions
from eval.runs.merge import merge_shards
from eval.runs.run import run
from turnsql import app

LEXICAL = Path("configs/lexical.toml")


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("shards")
    demo = build()[0].parents[2]
    for name, shard in (("whole", None), ("first", "1/2"), ("second", "2/2")):
        run(RunOptions(data=demo, out=folder / name, config=LEXICAL, dialogues="0:5", history="predicted", shard=shard))
    return [folder / "second", folder / "first"]


def test_joined_shards_are_the_run_of_one_process(shards: list[Path], tmp_path: Path) -> None:
    whole, out = shards[0].parent / "whole", tmp_path / "joined"
    for words in (["eval", "merge", *map(str, shards), "--out", str(out)], ["eval", "score", str(out)]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert not identity(whole, out).differing
    assert (out / "turns.jsonl").read_bytes().count(b"\n") == read_manifest(out).turns
    assert not read_manifest(whole).differences(read_manifest(out))


def test_a_shard_is_scored_by_itself(shards: list[Path]) -> None:
    assert CliRunner().invoke(app, ["eval", "score", str(shards[0])]).exit_code == 0


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["first"], "2/2 is missing"),
        (["first", "first copy"], "both shard 1/2"),
        (["first", "whole"], "whole is no shard"),
        (["first", "torn"], "of 8 turns: go on with --resume"),
        (["first", "edited"], "edited after it was written"),
    ],
)
def test_what_is_no_whole_set_of_shards_is_refused(
    shards: list[Path], tmp_path: Path, given: list[str], problem: str
) -> None:
    home = shards[0].parent
    copies = {"first copy": "first", "torn": "second", "edited": "second"}
    folders = [
        shutil.copytree(home / copies[name], tmp_path / name) if name in copies else home / name for name in given
    ]
    turns = folders[-1] / "turns.jsonl"
    if given[-1] == "torn":
        turns.write_bytes(turns.read_bytes()[:-40])
    if given[-1] == "edited":
        turns.write_text(turns.read_text(encoding="utf-8").replace("SELECT", "select", 1), encoding="utf-8")
    with pytest.raises(RunError, match=problem):
        merge_shards(folders, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("shard", ["0/2", "3/2", "half", "9/9"])
def test_what_is_no_shard_is_one_line(shards: list[Path], tmp_path: Path, shard: str) -> None:
    demo = str(build()[0].parents[2])
    words = ["eval", "run", "--data", demo, "--dialogues", "0:5", "--shard", shard, "--out", str(tmp_path / "out")]
    refused = CliRunner().invoke(app, words)
    assert refused.exit_code and "shard" in f"{refused.exception} {refused.output}" and not (tmp_path / "out").exists()
