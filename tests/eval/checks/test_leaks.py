"""Planted leaks are found; what any two data sets share by chance is not."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval.checks.leak_rows import read_leak_rows
from eval.checks.leaks import Leak, find_leaks, normalised
from eval.checks.near_duplicates import NearQuestions, distance, words
from eval.cli import app
from eval.datasets import DataError
from tests.eval.archive import DIALOGUES

CLEAN: dict[str, Any] = {"db_id": "barn_1", "question": "What are their names?", "query": "SELECT name FROM stall"}
BARN = "CREATE TABLE stall (id INTEGER PRIMARY KEY, name TEXT); CREATE TABLE horse (id INTEGER, stall_id INTEGER);"
ASKED = [
    {"db_id": "shop_1", "question": "Which shops in the city of Lyon were opened after the year 2001?",
     "query": "SELECT T1.name FROM shop AS T1 JOIN city AS T2 ON T1.city_id = T2.id WHERE T2.name = 'Lyon'"},
    {"db_id": "shop_1", "question": "What are their names?", "query": "SELECT name FROM city"},
]  # fmt: skip


def audit(archive: Path, train: list[dict[str, Any]]) -> list[Leak]:
    barn = archive / "database" / "barn_1" / "barn_1.sqlite"
    if not barn.exists():
        barn.parent.mkdir()
        with sqlite3.connect(barn) as connection:
            connection.executescript(BARN)
        connection.close()
    (archive / "train.json").write_text(json.dumps([CLEAN, *train]))
    (archive / "asked.json").write_text(json.dumps(ASKED))
    return find_leaks(read_leak_rows((archive / "train.json",), None), read_leak_rows((archive / "asked.json",), None))


def test_rows_with_nothing_in_common_are_clean(archive: Path) -> None:
    assert audit(archive, []) == []


def test_an_evaluation_database_in_training_is_found(archive: Path) -> None:
    (leak,) = audit(archive, [{"db_id": "shop_1", "question": "Say nothing?", "query": "SELECT 1"}])
    assert (leak.kind, leak.train, leak.evaluation) == ("database", "shop_1", "shop_1")


@pytest.mark.parametrize("renamed", [False, True])
def test_an_evaluation_database_under_another_name_is_found(archive: Path, renamed: bool) -> None:
    path = archive / "database" / "store_7" / "store_7.sqlite"
    path.parent.mkdir()
    shutil.copy(archive / "database" / "shop_1" / "shop_1.sqlite", path)
    if renamed:
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE city RENAME TO town")
            connection.execute("ALTER TABLE shop RENAME TO store")
        connection.close()
    (leak,) = audit(archive, [{"db_id": "store_7", "question": "Say nothing?", "query": "SELECT 1"}])
    assert (leak.kind, leak.train, leak.evaluation) == ("schema", "store_7", "shop_1")


@pytest.mark.parametrize(
    "question",
    [
        "Which shops in the city of Lyon were opened after the year 2001?",
        "which  SHOPS in the town of Lyon were founded after the year 2001",
        "Which shops in the city of Bern were opened before the year 2001?",
        "Which shops in city of Lyon were opened after year 2001?",
    ],
)
def test_a_question_with_two_words_changed_is_found(archive: Path, question: str) -> None:
    (leak,) = audit(archive, [{"db_id": "barn_1", "question": question, "query": "SELECT id FROM horse"}])
    assert (leak.kind, leak.train, leak.evaluation) == ("question", "train.json:1", "asked.json:0")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a.name FROM shop AS a JOIN city AS b ON a.city_id = b.id WHERE b.name = 'Lyon'",
        'select shop.name from shop join city c on shop.city_id = c.id where c.name = "Lyon"',
    ],
)
@pytest.mark.parametrize("database_id", ["shop_2", "barn_1"])
def test_a_query_with_other_aliases_is_found(archive: Path, sql: str, database_id: str) -> None:
    if database_id == "shop_2":
        shutil.copytree(archive / "database" / "shop_1", archive / "database" / "shop_2")
        (archive / "database" / "shop_2" / "shop_1.sqlite").rename(archive / "database" / "shop_2" / "shop_2.sqlite")
    found = audit(archive, [{"db_id": database_id, "question": "Say nothing?", "query": sql}])
    assert [(leak.train, leak.evaluation) for leak in found if leak.kind == "sql"] == [("train.json:1", "asked.json:0")]


def test_every_layout_is_read(tmp_path: Path) -> None:
    spoken = {"database_id": "x", "turns": [
        {"speaker": "user", "text": "Which wines?"}, {"speaker": "system", "text": "Red?"},
        {"speaker": "user", "text": "Red wines."}, {"speaker": "system", "text": "Here.", "query": "SELECT 1"},
    ]}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps([*DIALOGUES, spoken]))
    (tmp_path / "b.jsonl").write_text(json.dumps({"db_id": "y", "question": "Why?", "SQL": "SELECT 2"}) + "\n")
    rows = read_leak_rows((tmp_path / "a.json", tmp_path / "b.jsonl"), None).rows
    assert len(rows) == 10
    assert [(row.place, row.question, row.sql) for row in rows[-2:]] == [
        ("a.json:3.3", "Red wines.", "SELECT 1"), ("b.jsonl:0", "Why?", "SELECT 2"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[]", "{}", "[1, 2]", "no json"])
def test_a_file_without_questions_is_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError):
        read_leak_rows((tmp_path / "a.json",), None)
    with pytest.raises(DataError):
        read_leak_rows((tmp_path / "absent.jsonl",), None)


def test_the_command_prints_findings_and_exits_1(archive: Path) -> None:
    audit(archive, [{"db_id": "shop_1", "question": "Say nothing?", "query": "SELECT 1"}])
    done = CliRunner().invoke(app, ["leaks", "--train", f"{archive}/train.json", "--eval", f"{archive}/asked.json"])
    assert done.exit_code == 1
    assert "database: 1 pairs" in done.output
    shown = CliRunner().invoke(
        app, ["leaks", "--train", f"{archive}/train.json", "--eval", f"{archive}/asked.json", "--json"]
    )
    assert json.loads(shown.output)["kind"] == "database"


def test_small_parts() -> None:
    assert distance(words("a b c d"), words("a x c d e"), 2) == 2
    assert distance(words("a b c"), words("x y z"), 2) == 3
    assert normalised("SELECT a.x FROM t a WHERE a.y=1") == normalised(
        "select t.x from t as Q where q_.y = 1".replace("q_", "Q")
    )
    assert list(NearQuestions(["What are their names?"]).near("What are their names?")) == []


@pytest.mark.data
def test_the_official_splits_are_disjoint(data_folder: Path) -> None:
    train = read_leak_rows((data_folder / "spider_data" / "train_spider.json",), None)
    dev = read_leak_rows((data_folder / "cosql_dataset" / "sql_state_tracking" / "cosql_dev.json",), None)
    assert (len(train.schemas), len(dev.schemas)) == (140, 20)
    assert {leak.kind for leak in find_leaks(train, dev)} <= {"question", "sql"}
