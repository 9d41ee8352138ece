"""`turnsql eval verdict`: verdicts in order, bad lines by their number."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.checks.pairs import PairsError, judge_pairs
from eval.cli import app
from eval.scoring.verdicts import Executions, judge
from value_index.engines.sqlite.database import SQLiteDatabase


@pytest.fixture
def databases(tmp_path: Path) -> Path:
    folder = tmp_path / "databases" / "shop"
    folder.mkdir(parents=True)
    connection = sqlite3.connect(folder / "shop.sqlite")
    connection.executescript("CREATE TABLE item (id INTEGER); INSERT INTO item VALUES (1), (2);")
    connection.close()
    return folder.parent


def pairs(tmp_path: Path, *lines: object) -> Path:
    path = tmp_path / "pairs.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    return path


def pair(gold: str, pred: str, db: str = "shop") -> dict[str, str]:
    return {"db": db, "gold": gold, "pred": pred, "kind": "ignored"}


def test_one_object_a_line_in_order(tmp_path: Path, databases: Path) -> None:
    path = pairs(
        tmp_path,
        pair("SELECT id FROM item", "SELECT id FROM item"),
        pair("SELECT id FROM item", "SELECT id FROM item LIMIT 1"),
        pair("SELECT nothing FROM item", "SELECT 1"),
    )
    verdicts = list(judge_pairs(path, databases))
    assert [(line.strict, line.value, line.official, line.official_keep_distinct, line.bird) for line in verdicts] == [
        (True,) * 5,
        (False,) * 5,
        (None,) * 5,
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{not json", "line 2"),
        ("[1, 2]", "line 2"),
        ({"db": "shop", "gold": "SELECT 1"}, "pred: "),
        (pair("SELECT 1", "SELECT 1", db="absent"), "'absent'"),
        (pair("SELECT 1", "SELECT 1", db="../databases/shop"), "no database"),
    ],
)
def test_a_bad_line_is_one_clear_line(tmp_path: Path, databases: Path, line: object, message: str) -> None:
    path = pairs(tmp_path, pair("SELECT 1", "SELECT 1"), line)
    with pytest.raises(PairsError, match=message) as raised:
        list(judge_pairs(path, databases))
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path, databases: Path) -> None:
    with pytest.raises(PairsError, match=r"absent\.jsonl"):
        list(judge_pairs(tmp_path / "absent.jsonl", databases))


def test_a_null_says_why_and_a_tie_is_noted(tmp_path: Path, databases: Path) -> None:
    with sqlite3.connect(databases / "shop" / "shop.sqlite") as connection:
        connection.executescript(
            "CREATE TABLE sale (year INT); INSERT INTO sale VALUES (2019), (2019), (2020), (2020), (2021)"
        )
    connection.close()
    top = "SELECT year FROM sale GROUP BY year ORDER BY count(*) DESC LIMIT 1"
    found = CliRunner().invoke(
        app,
        ["verdict", "--databases", str(databases), "--pairs", str(pairs(
            tmp_path, pair("SELECT price FROM item", "SELECT 1"), pair(top, "SELECT 2017"),
            pair(top, "SELECT 2018"), pair("SELECT id FROM item", "SELECT 3"), pair("SELECT id FROM item", "SELECT x"),
        ))],
    )  # fmt: skip
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert lines[0]["value"] is None and lines[0]["reason"] == "gold_error: no such column: price"
    assert [line.get("note") for line in lines[1:]] == ["tie", "tie", None, "prediction_error"]


def test_a_locked_file_is_no_wrong_answer(databases: Path) -> None:
    database, executions = SQLiteDatabase.open(databases / "shop" / "shop.sqlite"), Executions()
    gold = "SELECT id FROM item"
    executions.run(database, gold)
    writer = sqlite3.connect(database.path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    locked = judge(database, gold, f"{gold} ", executions=executions)
    writer.close()
    assert locked.value is None and locked.faulted and "machine_fault: database is locked" in (locked.unscored or "")
    assert judge(database, gold, f"{gold} ", executions=executions).value is True
