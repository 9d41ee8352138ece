"""QDA-SQL: which turns are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets import DataError, load
from eval.demo.build import DEMO_DATA, build
from training.data.qda import load_qda


@pytest.fixture(scope="module", autouse=True)
def demo() -> None:
    build()


def written(path: Path, *rows: Any) -> Path:
    path.write_text(json.dumps(rows))
    return path


def said(*pairs: tuple[str, str | None]) -> dict[str, Any]:
    turns: list[dict[str, str]] = []
    for text, query in pairs:
        turns.append({"speaker": "user", "text": text, "type": "answerable"})
        turns.append({"speaker": "system", "text": "Here."} | ({} if query is None else {"query": query}))
    return {"database_id": load("cosql", DEMO_DATA, "dev").dialogues[0].database_id, "turns": turns}


def one() -> str:
    data = load("cosql", DEMO_DATA, "dev")
    return f"SELECT * FROM {data.open_database(data.dialogues[0].database_id).schema.tables[0].name}"


def test_only_answered_questions_are_turns(tmp_path: Path) -> None:
    row = said(
        ("List all", one() + " ;"),
        ("These are all:", one()),
        ("And in Rome?", None),
        ("List all", one()),
        ("Again", one()),
    )
    data = load_qda(written(tmp_path / "qda.json", row), DEMO_DATA)
    assert [turn.utterance for turn in data.dialogues[0].turns] == ["List all", "Again"]
    assert data.dialogues[0].turns[0].query == one()
    assert (data.name, data.split) == ("qda", "train")


def test_a_dialogue_ends_at_sql_that_fails_or_finds_nothing(tmp_path: Path) -> None:
    first = said(("List all", one()), ("None", one() + " WHERE 1 = 0"), ("Again", one()))
    second = said(("Broken", "SELECT nothing FROM nowhere"), ("List them", one()))
    data = load_qda(written(tmp_path / "qda.json", first, second), DEMO_DATA)
    assert [[turn.utterance for turn in dialogue.turns] for dialogue in data.dialogues] == [["List all"]]


def test_dialogues_that_only_repeat_are_left_out(tmp_path: Path) -> None:
    data = load_qda(written(tmp_path / "qda.json", said(("List all", one())), said(("list ALL", one()))), DEMO_DATA)
    assert len(data.dialogues) == 1


def test_a_malformed_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="dialogue 1"):
        load_qda(written(tmp_path / "qda.json", said(("List all", one())), {"turns": 3}), DEMO_DATA)
