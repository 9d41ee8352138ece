"""Rows that are kept compressed are the rows; a JSON list is read a piece at a time, and what is wrong with it is said."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from eval.datasets import DataError, Dataset, load, read_json
from eval.datasets.json_file import each_row
from eval.datasets.packed import PackedRows


def _archive(folder: Path, dialogues: int) -> Path:
    rows = [
        {
            "database_id": f"d{n % 3}",
            "interaction": [{"utterance": f"Größe {n}?", "query": f"SELECT {n}", "x": [1]}] * (1 + n % 4),
        }
        for n in range(dialogues)
    ]
    (folder / "sql_state_tracking").mkdir()
    (folder / "sql_state_tracking" / "cosql_dev.json").write_text(json.dumps(rows, indent=1), "utf-8")
    return folder


@pytest.fixture
def both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Dataset, Dataset]:
    """A data set as tuples, and the same with few rows in memory and few characters read at a time."""
    folder = _archive(tmp_path, 300)
    plain = load("cosql", folder, "dev")
    monkeypatch.setattr("eval.datasets.packed.KEPT", 10)
    monkeypatch.setattr("eval.datasets.json_file.PIECE", 50)
    return plain, load("cosql", folder, "dev")


def test_a_packed_data_set_is_the_data_set(both: tuple[Dataset, Dataset]) -> None:
    plain, packed = both
    assert isinstance(plain.dialogues, tuple) and isinstance(packed.dialogues, PackedRows)
    assert tuple(packed.dialogues) == plain.dialogues and packed.dialogues[-1] == plain.dialogues[-1]
    assert packed.turns == plain.turns and packed.rows_sha256 == plain.rows_sha256
    assert dict(packed.by_index) == plain.by_index and packed.by_index.get(300) is packed.by_index.get(-1) is None
    assert packed.database_ids == plain.database_ids


def test_parts_of_a_packed_data_set_are_those_of_the_data_set(both: tuple[Dataset, Dataset]) -> None:
    plain, packed = both
    for one, other in ((plain.select(70, 200), packed.select(70, 200)), (plain.shard("2/3"), packed.shard("2/3"))):
        assert tuple(other.dialogues) == tuple(one.dialogues) and other.rows_sha256 == one.rows_sha256
        assert dict(other.by_index) == dict(one.by_index)
    assert tuple(packed.about(["d1"]).dialogues) == tuple(plain.about(["d1"]).dialogues)
    assert tuple(packed.without(["d1"]).dialogues) == tuple(plain.without(["d1"]).dialogues)


def test_another_process_is_handed_the_packed_rows(both: tuple[Dataset, Dataset]) -> None:
    plain, packed = both
    handed = pickle.dumps(packed)
    assert tuple(pickle.loads(handed).dialogues) == plain.dialogues
    assert len(handed) < len(pickle.dumps(plain))


def test_numbers_that_do_not_rise_find_their_rows_too(both: tuple[Dataset, Dataset]) -> None:
    plain, packed = both
    turned = replace(packed, dialogues=PackedRows(type(plain.dialogues[0]), reversed(plain.dialogues)))
    assert turned.by_index[7] == plain.by_index[7]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[",
        "[1,",
        "[1 2]",
        "[1]]",
        "[1] x",
        '["\\ud83d\\ude00", 12345678901234567890, {"a": [[]]}]',
        "[]",
        " [ 1 , 2 ] \n",
        "[NaN]",
    ],
)
@pytest.mark.parametrize("piece", [1, 3, 1000])
def test_rows_are_those_that_json_reads(text: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.datasets.json_file.PIECE", piece)
    path = tmp_path / "rows.json"
    path.write_text(text, "utf-8-sig")
    try:
        expected = repr(list(read_json(path)))
    except DataError as error:
        with pytest.raises(DataError) as told:
            list(each_row(path))
        assert str(told.value) == str(error)
        return
    if text == "{}":
        with pytest.raises(DataError, match="holds no dialogues"):
            list(each_row(path))
        return
    assert repr(list(each_row(path))) == expected
