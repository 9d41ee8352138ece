"""BIRD as a data set: its editions, its dialects, its evidence as knowledge, and its own figures."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from eval.datasets import DataError, load
from eval.datasets.bird import load_bird
from eval.records import read_manifest, read_turns
from eval.runs.experiment import RunOptions
from eval.runs.run import run
from eval.scoring.bird_figures import bird_figures
from eval.scoring.score import score

ROWS = [
    {"db_id": "kennel", "question": "How many girls are there?", "evidence": "girls refers to sx = 'f'; sum is X",
     "SQL": "SELECT count(*) FROM pet WHERE sx = 'F'"},
    {"db_id": "kennel", "question": "What is the heft of the pets?", "evidence": "heft refers to kg",
     "SQL": "SELECT kg FROM pet"},
    {"db_id": "elsewhere", "question": "What?", "evidence": "", "SQL": "SELECT 1"},
]  # fmt: skip
TABLES = [
    {"db_id": name, "table_names_original": ["pet"], "table_names": ["pet"],
     "column_names_original": [[-1, "*"], [0, "sx"], [0, "kg"]], "column_names": [[-1, "*"], [0, "sx"], [0, "kg"]],
     "column_types": ["text", "text", "real"], "primary_keys": [], "foreign_keys": []}
    for name in ("kennel", "elsewhere")
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "dev_20240627"
    base = place / "dev_databases" / "kennel"
    base.mkdir(parents=True)
    (place / "dev.json").write_text(json.dumps(ROWS))
    (place / "mini_dev_postgresql.json").write_text(json.dumps(ROWS))
    (place / "dev_tables.json").write_text(json.dumps(TABLES))
    with sqlite3.connect(base / "kennel.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE pet (sx TEXT, kg REAL); INSERT INTO pet VALUES ('F', 3), ('F', 4), ('M', 9)"
        )
    connection.close()
    return tmp_path


def ran(folder: Path, out: str, **more: str) -> Path:
    options = RunOptions(
        data=folder, out=folder / out, dataset="bird", databases=("kennel",), evidence=more.get("evidence"), alone=False
    )  # fmt: skip
    run(options)
    return folder / out


def test_the_edition_is_said(folder: Path) -> None:
    assert load_bird(folder, "dev").edition.startswith("3 questions, of 2024-06-27, content ")


def test_evidence_is_kept_apart_and_changes_no_other_data_sets_hash(folder: Path) -> None:
    turn = load("bird", folder, "dev").dialogues[0].turns[0]
    assert (turn.utterance, turn.evidence) == (ROWS[0]["question"], ROWS[0]["evidence"])
    assert "evidence" not in load("bird", folder, "dev").dialogues[2].model_dump_json()


def test_evidence_as_knowledge_finds_the_code(folder: Path) -> None:
    made = ran(folder, "known")
    assert read_turns(made)[0].sql == "SELECT count(*) FROM pet WHERE sx = 'F'"
    assert read_turns(made)[0].utterance == ROWS[0]["question"]
    assert read_manifest(made).evidence == "knowledge"


def test_evidence_may_stand_in_the_question_or_be_left_out(folder: Path) -> None:
    assert read_turns(ran(folder, "asked", evidence="question"))[0].utterance.endswith(
        "(girls refers to sx = 'f'; sum is X)"
    )
    assert read_turns(ran(folder, "bare", evidence="none"))[0].utterance == ROWS[0]["question"]


def test_birds_own_figures(folder: Path) -> None:
    made = ran(folder, "known")
    score(made)
    figures = bird_figures(made, rounds=2)
    assert figures
    assert figures.questions == 2
    assert figures.execution_accuracy == figures.soft_f1 == 1.0
    assert figures.r_ves is not None
    assert 0.25 <= figures.r_ves**2 <= 1.25
    assert json.loads((made / "bird.json").read_text())["execution_accuracy"] == 1.0


def test_gold_of_another_dialect_wants_a_database_of_it(folder: Path) -> None:
    data = load("bird", folder, "mini_dev_postgresql").about(["kennel"])
    assert data.dialect == "postgres"
    with pytest.raises(DataError, match=r"is postgres's, but 'kennel' is a database of sqlite: name its address in"):
        data.open_databases()
