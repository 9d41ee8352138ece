"""Loading the official layouts, and one clear line for each folder that is not one."""

from __future__ import annotations

import codecs
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import DataError, Dataset, followed, load, parse_range
from eval.datasets.bird import Bird
from tests.eval.archive import DIALOGUES, write_split
from value_index.errors import DatabaseError, TurnSQLError


def test_cosql_keeps_index_utterance_and_query_only(archive: Path) -> None:
    dataset = load("cosql", archive, "dev")
    assert [(d.index, d.database_id, len(d.turns)) for d in dataset.dialogues] == [
        (0, "shop_1", 3), (1, "farm_1", 2), (2, "shop_1", 3),
    ]  # fmt: skip
    assert dataset.turns == 8
    assert dataset.dialogues[1].turns[0].utterance == "How many animals? | Do you mean all? | yes"
    assert dataset.dialogues[0].turns[2].query.endswith("people > = 600")
    assert "secret" not in repr(dataset)


def test_a_selection_keeps_the_index_of_the_file(archive: Path) -> None:
    dataset = load("cosql", archive, "dev")
    chosen = dataset.select(1, 3)
    assert [dialogue.index for dialogue in chosen.dialogues] == [1, 2]
    assert chosen.rows_sha256 != dataset.rows_sha256
    assert chosen.rows_sha256 == load("cosql", archive, "dev").select(1, 9).rows_sha256


def test_sparc_and_spider_layouts(archive: Path) -> None:
    (archive / "train.json").write_text(json.dumps(DIALOGUES))
    rows = [{"db_id": "farm_1", "question": "How many?", "query": "SELECT count(*) FROM animal", "sql": {}}]
    (archive / "train_spider.json").write_text(json.dumps(rows))
    assert load("sparc", archive, "train").turns == 8
    (single,) = load("spider", archive, "train_spider").dialogues
    assert (single.database_id, single.turns[0].utterance) == ("farm_1", "How many?")


def test_a_link_kept_as_text_is_followed(archive: Path) -> None:
    shutil.move(archive / "database", archive.parent / "elsewhere")
    (archive / "database").write_text("../elsewhere")
    dataset = load("cosql", archive, "dev")
    dataset.open_databases()
    assert dataset.open_database("farm_1").schema.database_id == "farm_1"
    assert dataset.open_database("farm_1") is dataset.open_database("farm_1")
    text = archive / "note.txt"
    text.write_text("no such path")
    assert followed(text) == text


@pytest.mark.parametrize("link", ["../../elsewhere", "{}/elsewhere", "here/../../../elsewhere"])
def test_a_link_kept_as_text_leads_to_no_other_folder(tmp_path: Path, link: str) -> None:
    home = tmp_path / "data" / "cosql"
    (home / "here").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (home / "database").write_text(link.format(tmp_path))
    with pytest.raises(DataError, match="is a link out of the data folder"):
        followed(home / "database")


def test_a_name_of_bird_is_no_address(tmp_path: Path) -> None:
    bird = Bird(tmp_path, "dev", (), {}, tmp_path / "tables.json")
    with pytest.raises(DataError, match="no name of a database"):
        bird.database_path("/etc/base")


def _missing(folder: Path) -> Path:
    return folder / "absent"


def _foreign(folder: Path) -> Path:
    shutil.rmtree(folder / "sql_state_tracking")
    return folder


def _no_json(folder: Path) -> Path:
    write_split(folder, '[{"database_id": ')
    return folder


def _nested(folder: Path) -> Path:
    write_split(folder, "[" * 100_000)
    return folder


def _no_text(folder: Path) -> Path:
    (folder / "sql_state_tracking" / "cosql_dev.json").write_bytes(b"\xff\xfe\x00")
    return folder


def _empty(folder: Path) -> Path:
    write_split(folder, "")
    return folder


def _no_dialogues(folder: Path) -> Path:
    write_split(folder, [])
    return folder


def _no_query(folder: Path) -> Path:
    write_split(folder, [{"database_id": "shop_1", "interaction": [{"utterance": "?"}]}])
    return folder


def _an_object(folder: Path) -> Path:
    write_split(folder, {"dialogues": DIALOGUES})
    return folder


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_missing, "no data folder"),
        (_foreign, "not the cosql archive"),
        (_no_json, "not readable JSON"),
        (_nested, "not readable JSON"),
        (_no_text, "not readable JSON"),
        (_empty, "not readable JSON"),
        (_no_dialogues, "holds no dialogues"),
        (_an_object, "holds no dialogues"),
        (_no_query, "row 0, interaction.0.query"),
    ],
)
def test_a_bad_folder_is_one_clear_line(archive: Path, spoil: Callable[[Path], Path], said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        load("cosql", spoil(archive), "dev")
    assert "\n" not in str(caught.value)


def test_an_absent_split_names_those_that_are_there(archive: Path) -> None:
    with pytest.raises(DataError, match=r"it has cosql_dev\.json"):
        load("cosql", archive, "test")


def test_an_unknown_data_set(archive: Path) -> None:
    with pytest.raises(DataError, match="choose from bird, bird_interact, cosql, sparc, spider"):
        load("wikisql", archive, "dev")


def test_an_absent_database_is_named(archive: Path) -> None:
    shutil.rmtree(archive / "database" / "farm_1")
    dataset = load("cosql", archive, "dev")
    with pytest.raises(DataError, match="dialogue 1 asks database 'farm_1'"):
        dataset.open_databases()
    dataset.select(0, 1).open_databases()


def test_a_corrupt_database_is_known_before_anything_runs(archive: Path) -> None:
    (archive / "database" / "farm_1" / "farm_1.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseError):
        load("cosql", archive, "dev").open_databases()


@pytest.mark.parametrize("text", ["", "3", "a:b", "4:4", "5:2", "-1:3", "1:2:3"])
def test_a_bad_range_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="--dialogues"):
        parse_range(text)


def test_a_range_beyond_the_file_is_refused(archive: Path) -> None:
    with pytest.raises(DataError, match="no dialogue in 50:60"):
        load("cosql", archive, "dev").select(50, 60)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "folder", "split", "dialogues", "turns"),
    [
        ("cosql", "cosql_dataset", "dev", 160, 545),
        ("cosql", "cosql_dataset", "train", 2159, 7343),
        ("sparc", "sparc", "dev", 140, 342),
        ("spider", "spider_data", "dev", 300, 300),
        ("spider", "spider_data", "train_spider", 7000, 7000),
        ("spider", "spider_data", "train_others", 1659, 1659),
    ],
)
def test_the_official_files(data_folder: Path, name: str, folder: str, split: str, dialogues: int, turns: int) -> None:
    dataset: Dataset = load(name, data_folder / folder, split)
    assert (len(dataset.dialogues), dataset.turns) == (dialogues, turns)
    if split == "dev":
        dataset.open_databases()
    if (name, split) == ("cosql", "dev"):
        assert dataset.select(0, 32).turns == 100
        assert sum(" | " in turn.utterance for d in dataset.dialogues for turn in d.turns) == 50


@pytest.mark.parametrize("name", ["tables.json", "sql_state_tracking/cosql_dev.json"])
def test_a_byte_order_mark_is_no_part_of_a_file(archive: Path, name: str) -> None:
    file = archive / name
    if not file.exists():
        file.write_text("[]")
    plain = file.read_bytes()
    for content in (codecs.BOM_UTF8 + plain, codecs.BOM_UTF8 + b"[" + b" " * 300 + plain[1:]):
        file.write_bytes(content)
        dataset = load("cosql", archive, "dev")
        dataset.open_databases()
        assert dataset.turns == 8


ENTRY = {
    "db_id": "farm_1", "table_names": ["animal"], "table_names_original": ["animal"],
    "column_names": [[-1, "*"], [0, "id"]], "column_names_original": [[-1, "*"], [0, "id"]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"foreign_keys": [[1, 9]]}, "foreign_keys: there is no column 9"),
        ({"primary_keys": [-1]}, "primary_keys: there is no column -1"),
        ({"column_names_original": [[-1, "*"], [7, "id"]]}, "column_names_original: there is no table 7"),
        ({"column_names": []}, "column_names: 0 for 2"),
        ({"table_names": 5}, "table_names: Input should be a valid list"),
    ],
    ids=str,
)
def test_a_bad_entry_of_tables_json_is_named_where_it_is_needed(
    archive: Path, changed: dict[str, Any], said: str
) -> None:
    (archive / "tables.json").write_text(json.dumps([ENTRY | changed]))
    with pytest.raises(TurnSQLError, match=rf"entry 0 \('farm_1'\), {said}") as raised:
        load("cosql", archive, "dev").open_databases()
    assert "\n" not in str(raised.value)
    (archive / "tables.json").write_text(json.dumps([ENTRY | changed | {"db_id": "nobody_asks"}]))
    load("cosql", archive, "dev").open_databases()
