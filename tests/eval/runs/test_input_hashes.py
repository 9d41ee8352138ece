"""A run is made by one set of weights over one set of databases, and says which."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.analysis.bundle import bundle, rescore
from eval.analysis.compare import compare
from eval.cli import app
from eval.datasets import DataError, load
from eval.records import RunError, read_manifest
from eval.runs import input_hashes
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.score import score
from nodes.compact import network
from nodes.sql_generation import Candidates, Llm
from value_index.errors import TurnSQLError

SKIP = Path("configs/skip.toml")


class Planner:
    weights = ""


@pytest.fixture
def folder(archive: Path, tmp_path: Path) -> Path:
    out = tmp_path / "run"
    run(RunOptions(data=archive, out=out, config=SKIP))
    return out


def write_to(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE city SET name = 'Lille' WHERE id = 1")
    connection.close()


def test_a_changed_database_is_another_run(archive: Path, folder: Path) -> None:
    database = archive / "database" / "shop_1" / "shop_1.sqlite"
    assert sorted(read_manifest(folder).database_hashes) == ["farm_1", "shop_1"]
    run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))
    os.utime(database)  # another time, the same content
    run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))
    write_to(database)
    with pytest.raises(RunError, match=r"another database_hashes \('shop_1 \w{12}', now 'shop_1 \w{12}'\)"):
        run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))


@pytest.mark.skipif(os.name == "nt", reason="permissions are those of POSIX")
def test_records_and_bundles_of_a_private_database_are_private(archive: Path, tmp_path: Path) -> None:
    (archive / "database" / "farm_1" / "farm_1.sqlite").chmod(0o600)
    run(RunOptions(data=archive, out=tmp_path / "run", config=SKIP))
    assert (tmp_path / "run").stat().st_mode & 0o077 == 0
    score(tmp_path / "run")
    assert bundle(tmp_path / "run", tmp_path / "run.zip").stat().st_mode & 0o077 == 0


def test_the_hash_goes_by_content_and_not_by_place(archive: Path, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(archive, tmp_path / "copy")
    run(RunOptions(data=tmp_path / "copy", out=tmp_path / "second", config=SKIP))
    assert read_manifest(tmp_path / "second").database_hashes == read_manifest(folder).database_hashes


def test_score_says_which_database_is_another(archive: Path, folder: Path) -> None:
    assert "other content" not in CliRunner().invoke(app, ["score", str(folder)]).stderr
    write_to(archive / "database" / "shop_1" / "shop_1.sqlite")
    assert (
        "other content than when the run was made: shop_1\n" in CliRunner().invoke(app, ["score", str(folder)]).stderr
    )


def test_compare_names_what_differs(archive: Path, folder: Path, tmp_path: Path) -> None:
    write_to(archive / "database" / "shop_1" / "shop_1.sqlite")
    run(RunOptions(data=archive, out=tmp_path / "second", config=SKIP))
    for each in (folder, tmp_path / "second"):
        score(each)
    assert compare([folder, tmp_path / "second"]).runs[0].differs_in == ("database_hashes",)


def test_weights_go_by_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_hashes, "_COMPACT", tmp_path)
    (tmp_path / "planner.zip").write_bytes(b"first")
    first = input_hashes.weights_sha256({"plan_emission": Planner()})
    (tmp_path / "planner.zip").write_bytes(b"other")
    second = input_hashes.weights_sha256({"plan_emission": Planner()})
    (tmp_path / "ranking").mkdir()
    (tmp_path / "ranking" / "choice.json").write_text("{}")
    third = input_hashes.weights_sha256({"plan_emission": Planner()})
    assert len({first, second, third}) == 3
    named = Planner()
    named.weights = str(tmp_path / "planner.zip")
    assert input_hashes.weights_sha256({"plan_emission": named}) not in (None, first, third)
    assert input_hashes.weights_sha256({}) is None
    assert input_hashes.weights_sha256({"sql_generation": Candidates()}) != input_hashes.weights_sha256(
        {"sql_generation": Llm()}
    )


def test_exchanged_weights_are_another_run(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = RunOptions(data=archive, out=tmp_path / "run", config=Path("configs/lexical.toml"))
    run(options)
    assert read_manifest(tmp_path / "run").weights_sha256
    monkeypatch.setattr(input_hashes, "_WORDS", input_hashes._WORDS[:1])
    with pytest.raises(RunError, match="another weights_sha256"):
        run(RunOptions(data=archive, out=tmp_path / "run", config=Path("configs/lexical.toml"), resume=True))


def test_a_turn_twice_or_of_no_dialogue_is_refused(archive: Path, folder: Path) -> None:
    path = folder / "turns.jsonl"
    text = path.read_text()
    path.write_text(text + text)
    with pytest.raises(RunError, match="holds turn 0/0 twice"):
        score(folder)
    stray = json.loads(text.splitlines()[0]) | {"dialogue": 9999, "turn": -5}
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"chain": None}))
    path.write_text(text + json.dumps(stray) + "\n")
    with pytest.raises(RunError, match="not in the data"):
        run(RunOptions(data=archive, out=folder, config=SKIP, resume=True))
    path.write_text(text + json.dumps(stray | {"dialogue": 0}) + "\n")
    with pytest.raises(RunError, match="not in the data"):
        score(folder)


def test_predictions_of_a_bundle_are_compared(archive: Path, folder: Path, tmp_path: Path) -> None:
    score(folder)
    packed = bundle(folder, tmp_path / "run.zip")
    assert rescore(packed, archive) == ()
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(tmp_path / "edited.zip", "w") as target:
        for name in source.namelist():
            target.writestr(name, b"SELECT 1\n" if name == "predictions.txt" else source.read(name))
    assert rescore(tmp_path / "edited.zip", archive) == ("predictions.txt",)


def test_an_archive_that_swells_is_refused_before_it_is_unpacked(tmp_path: Path, archive: Path) -> None:
    for name in ("turns.jsonl", "encoder.onnx"):
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as target, target.open(name, "w") as entry:
            for _ in range(1100):
                entry.write(b"\n" * (1 << 20))
    with pytest.raises(RunError, match="would unpack"):
        rescore(tmp_path / "turns.jsonl", archive)
    with pytest.raises(TurnSQLError, match="would unpack"):
        network.Network(tmp_path / "encoder.onnx")


@pytest.mark.parametrize("name", ["/etc/base", "../other", "a/b", "a\\b", "..", "", "c:d", "x" * 5000, "a\0b"])
def test_a_database_is_named_and_not_addressed(archive: Path, name: str) -> None:
    with pytest.raises(DataError, match="no name of a database"):
        load("cosql", archive, "dev").database_path(name)
