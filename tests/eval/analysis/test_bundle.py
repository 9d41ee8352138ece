"""A bundle is whole, the same bytes each time, and scores alike where it is unpacked."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.bundle import PREDICTIONS, bundle, rescore
from eval.cli import app
from eval.records import RunError
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score


@pytest.fixture
def scored(archive: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    run(RunOptions(data=archive, out=folder, oracle=("plan_emission",)))
    score(folder)
    return folder


def test_a_bundle_is_rescored_to_the_same_digits_elsewhere(scored: Path, archive: Path, tmp_path: Path) -> None:
    packed = bundle(scored)
    assert packed == tmp_path / "run.zip"
    elsewhere = tmp_path / "elsewhere"
    shutil.move(archive, elsewhere)
    shutil.rmtree(scored)
    assert rescore(packed, elsewhere) == ()
    shown = CliRunner().invoke(app, ["bundle", str(packed), "--data", str(elsewhere)])
    assert (shown.exit_code, "the same digits" in shown.output) == (0, True)


def test_the_same_run_gives_the_same_bytes(scored: Path, tmp_path: Path) -> None:
    first, second = bundle(scored, tmp_path / "a.zip"), bundle(scored, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as packed:
        dialogues = packed.read(PREDICTIONS).decode().split("\n\n")
        assert [len(part.splitlines()) for part in dialogues] == [3, 2, 3]
    with pytest.raises(RunError, match="there already"):
        bundle(scored, first)


def test_scores_that_were_touched_are_named(scored: Path, archive: Path, tmp_path: Path) -> None:
    path = scored / "summary.json"
    path.write_text(path.read_text().replace('"scored": 7', '"scored": 8'))
    packed = bundle(scored, tmp_path / "a.zip")
    assert rescore(packed, archive) == ("summary.json",)
    assert CliRunner().invoke(app, ["bundle", str(packed), "--data", str(archive)]).exit_code == 1


def test_what_is_not_whole_is_refused(scored: Path, tmp_path: Path) -> None:
    lines = (scored / "turns.jsonl").read_text().splitlines(keepends=True)
    (scored / "turns.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(RunError, match="not whole"):
        bundle(scored)
    (scored / "scores.jsonl").unlink()
    (scored / "summary.json").unlink()
    with pytest.raises(RunError, match="eval score"):
        bundle(scored)
    with pytest.raises(RunError, match="not a bundle"):
        rescore(tmp_path / "absent.zip", tmp_path)
    (tmp_path / "a.zip").write_bytes(b"PK not really")
    with pytest.raises(RunError, match="not a bundle"):
        rescore(tmp_path / "a.zip", tmp_path)
