"""Generated conversations are a data set: the same each time, kept, and never about what is measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.datasets import DataError
from eval.demo.build import DEMO_DATA
from eval.demo.build import build as build_demo
from training.compact.config import CompactConfig
from training.data.generated.conversations import load_generated
from training.settings import Source


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build_demo()
    folder = tmp_path_factory.mktemp("spider")
    names = sorted(path.name for path in (DEMO_DATA / "database").iterdir() if path.is_dir())
    rows = [{"db_id": name, "question": "How many?", "query": "SELECT 1"} for name in names]
    (folder / "train_spider.json").write_text(json.dumps(rows[:1]))
    (folder / "train_others.json").write_text(json.dumps([*rows[1:], {**rows[0], "db_id": "world_1"}]))
    (folder / "database").symlink_to(DEMO_DATA / "database")
    (folder / "tables.json").symlink_to(DEMO_DATA / "tables.json")
    return folder


def test_every_turn_has_a_question_and_its_sql(archive: Path):
    data = load_generated(archive, "a", turns=20)
    assert len({dialogue.database_id for dialogue in data.dialogues}) >= 2
    assert all(turn.utterance and turn.query for dialogue in data.dialogues for turn in dialogue.turns)
    assert "world_1" not in {dialogue.database_id for dialogue in data.dialogues}


def test_what_was_made_is_kept(archive: Path, tmp_path: Path):
    one = load_generated(archive, "b", turns=10, kept=tmp_path)
    (file,) = tmp_path.iterdir()
    written = file.stat().st_mtime_ns
    two = load_generated(archive, "b", turns=10, kept=tmp_path)
    assert one.rows_sha256 == two.rows_sha256 == load_generated(archive, "b", turns=10).rows_sha256
    assert file.stat().st_mtime_ns == written
    assert two.open_database(two.dialogues[0].database_id).schema.tables


def test_the_halves_differ(archive: Path):
    a, b = load_generated(archive, "a", turns=20), load_generated(archive, "b", turns=20)
    assert a.rows_sha256 != b.rows_sha256


def test_a_source_leaves_databases_out(archive: Path):
    database = load_generated(archive, "a", turns=10).dialogues[0].database_id
    source = Source(dataset="generated", folder=archive.name, split="a", turns=10, without=(database,))
    data = source.load(archive.parent)
    assert data.dialogues
    assert database not in {dialogue.database_id for dialogue in data.dialogues}
    assert CompactConfig(sources=(source,), validation_databases=("x",)).sources[0].turns == 10


def test_an_unknown_half_is_refused(archive: Path):
    with pytest.raises(DataError, match="half 'train'"):
        load_generated(archive, "train", turns=10)
