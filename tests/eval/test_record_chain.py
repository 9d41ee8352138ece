"""Records vouch for each other: what was edited after a run is told of, and neither continued nor bundled."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.bundle import bundle, rescore
from eval.cli import app
from eval.record_chain import edited_lines
from eval.records import RunError, read_manifest
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score

SKIP = Path("configs/skip.toml")
Edit = Callable[[list[str]], list[str]]


def other_sql(line: str) -> str:
    return line.replace('"sql": ""', '"sql": "SELECT 1"', 1)


EDITS: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "another SQL": (lambda lines: [lines[0], other_sql(lines[1]), *lines[2:]], ("turns.jsonl line 2",)),
    "a line removed": (lambda lines: [lines[0], *lines[2:]], ("turns.jsonl line 2",)),
    "the first line removed": (lambda lines: lines[1:], ("turns.jsonl line 1",)),
    "two exchanged": (
        lambda lines: [lines[1], lines[0], *lines[2:]],
        tuple(f"turns.jsonl line {number}" for number in (1, 2, 3)),
    ),
    "written by another program": (
        lambda lines: [json.dumps({**json.loads(lines[0]), "chain": "0"}), *lines[1:]],
        ("turns.jsonl line 1", "turns.jsonl line 2"),
    ),
    "untouched": (lambda lines: lines, ()),
    "torn at its end": (lambda lines: [*lines, '{"dialogue": 7'], ()),
}


@pytest.fixture
def folder(archive: Path, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    run(RunOptions(data=archive, out=out, config=SKIP))
    return out


@pytest.mark.parametrize("name", EDITS)
def test_an_edited_line_is_named(folder: Path, name: str) -> None:
    path = folder / "turns.jsonl"
    edit, named = EDITS[name]
    lines = edit(path.read_text().splitlines())
    path.write_text("\n".join(lines) + ("" if "torn" in name else "\n"))
    assert edited_lines(folder, read_manifest(folder)) == named


def test_an_edited_run_is_scored_with_a_word_and_neither_resumed_nor_bundled(
    archive: Path, folder: Path, tmp_path: Path
) -> None:
    score(folder)
    sound = bundle(folder, tmp_path / "sound.zip")
    (folder / "turns.jsonl").write_text(other_sql((folder / "turns.jsonl").read_text()))
    shown = CliRunner().invoke(app, ["score", str(folder)])
    assert shown.exit_code == 1
    assert f"turnsql: {folder} was edited after it was written: turns.jsonl line 1\n" in shown.stderr
    assert json.loads((folder / "summary.json").read_text())["edited"] == ["turns.jsonl line 1"]
    with pytest.raises(RunError, match=r"edited after it was written \(turns.jsonl line 1\)"):
        bundle(folder, tmp_path / "edited.zip")
    with pytest.raises(RunError, match=r"edited after it was written \(turns.jsonl line 1\)"):
        run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))
    assert rescore(sound, archive) == ()


def test_the_manifest_is_vouched_for(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"history": "gold"', '"history": "predicted"'))
    assert edited_lines(folder, read_manifest(folder)) == ("turns.jsonl line 1", "alone.jsonl line 1")


def test_a_run_of_an_earlier_version_is_read_and_continued(archive: Path, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["chain"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    records = [json.loads(line) for line in (folder / "turns.jsonl").read_text().splitlines()]
    bare = [{name: value for name, value in record.items() if name != "chain"} for record in records]
    (folder / "turns.jsonl").write_text("".join(json.dumps(record) + "\n" for record in bare[:-1]))
    assert score(folder).edited == ()
    counts = run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))
    assert counts.kept == len(bare) - 1 and read_manifest(folder).chain == "sha256"
    assert score(folder).edited == ()
    (folder / "turns.jsonl").write_text(other_sql((folder / "turns.jsonl").read_text()))
    assert score(folder).edited
