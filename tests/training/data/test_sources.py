"""Every official layout is read, an absent one says what to download, and a malformed row is named."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from eval.datasets import DataError
from eval.datasets.bird_interact.release import load_release
from training.data.catalogue import CATALOGUE
from training.data.sources import count, load_source
from training.data.synthetic_text_to_sql import load_synthetic
from training.data.tables import listing

SYNTHETIC = {
    "id": 5, "domain": "farming", "sql_complexity": "single join", "sql_prompt": "How many barns have a red roof?",
    "sql_context": "CREATE TABLE barn (id INT, roof TEXT); INSERT INTO barn VALUES (1, 'red'), (2, 'blue');",
    "sql": "SELECT COUNT(*) FROM barn WHERE roof = 'red';", "sql_explanation": "counts",
}  # fmt: skip


def write_lines(path: Path, *rows: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "split", "rows"),
    [
        ("cosql", "train", 7343),
        ("spider", "train_spider", 7000),
        ("spider", "train_others", 1659),
        ("bird", "dev", 1534),
        ("bird_mini_dev", "mini_dev", 500),
    ],
)
def test_counts_equal_the_official_ones(data_folder: Path, name: str, split: str, rows: int) -> None:
    assert count(name, split, data_folder) == rows == CATALOGUE[name].splits[split].rows


@pytest.mark.parametrize("name", [name for name, known in CATALOGUE.items() if known.downloads])
def test_an_absent_set_says_what_to_download_and_where_it_goes(tmp_path: Path, name: str) -> None:
    _, missing = listing(tmp_path)
    (line,) = [line for line in missing if line.startswith(f"{name}: ")]
    assert CATALOGUE[name].page in line
    assert f"DATA/{CATALOGUE[name].folder} holds" in line
    if name != "bird_interact":
        with pytest.raises(DataError, match=f"turnsql data fetch {name}"):
            load_source(name, next(iter(CATALOGUE[name].splits)), tmp_path, work=tmp_path)


def test_an_unknown_set_or_split_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data set 'wikisql': choose from cosql"):
        load_source("wikisql", "train", tmp_path, work=tmp_path)
    with pytest.raises(DataError, match="cosql has no split 'test': choose from train, dev"):
        load_source("cosql", "test", tmp_path, work=tmp_path)


def test_bird_is_read_as_its_archive_unpacks(tmp_path: Path) -> None:
    folder = tmp_path / "bird" / "train"
    (folder / "train_databases" / "farm").mkdir(parents=True)
    sqlite3.connect(folder / "train_databases" / "farm" / "farm.sqlite").executescript("CREATE TABLE barn (id INT)")
    row = {
        "db_id": "farm",
        "question": "How many barns?",
        "evidence": "a barn is a row",
        "SQL": "SELECT count(*) FROM barn",
    }
    (folder / "train.json").write_text(json.dumps([row]))
    tables = {
        "db_id": "farm", "table_names": ["barn"], "table_names_original": ["barn"], "column_types": ["text", "number"],
        "column_names": [[-1, "*"], [0, "number"]], "column_names_original": [[-1, "*"], [0, "id"]],
    }  # fmt: skip
    (folder / "train_tables.json").write_text(json.dumps([tables]))
    found = load_source("bird", "train", tmp_path, work=tmp_path)
    assert found.dialogues[0].turns[0].utterance == "How many barns? (a barn is a row)"
    assert found.open_database("farm").schema.tables[0].columns[0].natural_name == "number"


def test_a_synthetic_row_brings_its_database(tmp_path: Path) -> None:
    broken = SYNTHETIC | {"id": 6, "sql_context": "CREATE TABLE nonsense"}
    changing = SYNTHETIC | {"id": 7, "sql": "DELETE FROM barn"}
    outside = SYNTHETIC | {"id": 8, "sql_context": f"ATTACH '{tmp_path / 'other'}' AS x; " + SYNTHETIC["sql_context"]}
    write_lines(tmp_path / "synthetic_text_to_sql_train.jsonl", SYNTHETIC, broken, changing, outside)
    found = load_synthetic(tmp_path, "train", tmp_path / "work")
    assert [dialogue.index for dialogue in found.dialogues] == [5]
    assert found.open_database("synthetic_5").execute(found.dialogues[0].turns[0].query).rows == ((1,),)
    assert not (tmp_path / "other").exists()
    assert load_synthetic(tmp_path, "train", tmp_path / "work").rows_sha256 == found.rows_sha256


def test_a_malformed_row_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "synthetic_text_to_sql_train.jsonl"
    write_lines(path, SYNTHETIC, {key: value for key, value in SYNTHETIC.items() if key != "sql"})
    with pytest.raises(DataError, match=r"train\.jsonl line 2: sql: Field required"):
        load_synthetic(tmp_path, "train", tmp_path)
    path.write_text(json.dumps(SYNTHETIC) + '\n{"id": 4,\n')
    with pytest.raises(DataError, match=r"train\.jsonl line 2: Invalid JSON"):
        load_synthetic(tmp_path, "train", tmp_path)


def test_bird_interact_tasks_are_read_without_their_ground_truth(tmp_path: Path) -> None:
    task = {
        "instance_id": "farm_1", "selected_database": "farm", "query": "clear", "amb_user_query": "murky",
        "user_query_ambiguity": {"critical_ambiguity": [{"term": "big", "sql_snippet": "size > 3"}]},
        "knowledge_ambiguity": [{"deleted_knowledge": 4}], "category": "Query", "conditions": {"order": False},
        "follow_up": {"query": "and the small ones?", "category": "Query"}, "sol_sql": [], "test_cases": [],
    }  # fmt: skip
    write_lines(tmp_path / "bird_interact_data.jsonl", task)
    found = load_release(tmp_path)
    assert found.tasks[0].ambiguities == 2
    assert found.without_gold
    write_lines(tmp_path / "bird_interact_data.jsonl", task, {"instance_id": "farm_2"})
    with pytest.raises(DataError, match=r"line 2: selected_database"):
        load_release(tmp_path)
