"""turnsql eval roundtrip: what comes back, what is listed, and the ceiling on official data."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.checks.plan_roundtrip import roundtrip
from eval.datasets import DataError
from tests.nodes.sql.shop import SCRIPT
from turnsql import app

GOLDS = [
    "SELECT name FROM customer WHERE id > = 2",
    "SELECT T1.name FROM customer AS T1 JOIN purchase AS T2 ON T1.id = T2.customer_id UNION SELECT name FROM product",
    "SELECT name FROM customer WHERE id = 99",
    "SELECT name, rank() OVER (ORDER BY price) FROM product",
    "SELECT surname FROM customer",
]
BIRD_TABLES = [{
    "db_id": db, "table_names_original": ["note"], "table_names": ["note"], "column_names_original": [[-1, "*"], [0, "body"]],
    "column_names": [[-1, "*"], [0, "body"]], "column_types": ["text", "text"], "primary_keys": [], "foreign_keys": [],
} for db in ("shop", "absent")]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder laid out as Spider's, with one database, and as BIRD's."""
    databases = tmp_path / "database" / "shop"
    databases.mkdir(parents=True)
    with sqlite3.connect(databases / "shop.sqlite") as connection:
        connection.executescript(SCRIPT)
    rows = [{"db_id": "shop", "question": "?", "query": gold} for gold in GOLDS]
    (tmp_path / "dev.json").write_text(json.dumps(rows))
    questions = [{"db_id": db, "question": "?", "SQL": "SELECT `body` AS b FROM note"} for db in ("shop", "absent")]
    (tmp_path / "mini_dev_sqlite.json").write_text(json.dumps(questions))
    (tmp_path / "dev_tables.json").write_text(json.dumps(BIRD_TABLES))
    return tmp_path


def test_shares_and_exceptions(folder: Path) -> None:
    found = roundtrip("spider", folder, "dev")
    assert (found.golds, found.vacuous, found.not_executed) == (5, 1, 1)
    assert (found.flat.n, found.flat.equal, found.flat.strict) == (2, 1, 1)
    assert (found.all.n, found.all.equal) == (3, 2)
    assert {cause: [one.question for one in listed] for cause, listed in found.exceptions.items()} == {
        "gold_error": ["4.0"], "window": ["3.0"],
    }  # fmt: skip
    assert found.normalised is None


def test_bird_compares_normal_forms_where_there_is_no_database(folder: Path) -> None:
    found = roundtrip("bird", folder, "mini_dev")
    assert found.normalised is not None
    assert (found.normalised.n, found.normalised.equal) == (2, 2)
    assert (found.all.n, found.all.equal, found.not_executed) == (1, 1, 1)


def test_the_command_prints_the_contract(folder: Path) -> None:
    arguments = ["eval", "roundtrip", "--data", str(folder), "--dataset", "spider", "--split", "dev"]
    printed = CliRunner().invoke(app, [*arguments, "--json"])
    answer = json.loads(printed.stdout)
    assert answer["flat"]["n"] == 2 and answer["all"]["equal"] == 2 and answer["vacuous"] == 1
    assert set(answer["exceptions"]) == {"gold_error", "window"}
    assert "flat: 1 of 2" in CliRunner().invoke(app, arguments).stdout


@pytest.mark.parametrize("text", ["{}", "[{}]", "not json", '[{"db_id": "shop"}]'])
def test_malformed_bird_files_are_one_line(folder: Path, text: str) -> None:
    (folder / "mini_dev_sqlite.json").write_text(text)
    with pytest.raises(DataError) as caught:
        roundtrip("bird", folder, "mini_dev")
    assert "\n" not in str(caught.value)


def test_a_missing_bird_split_is_one_line(folder: Path) -> None:
    with pytest.raises(DataError, match="mini_dev_sqlite"):
        roundtrip("bird", folder, "test")


@pytest.mark.data
@pytest.mark.parametrize(
    ("dataset", "name", "split"), [("cosql", "cosql_dataset", "dev"), ("spider", "spider_data", "dev")]
)
def test_official_golds_come_back(data_folder: Path, dataset: str, name: str, split: str) -> None:
    found = roundtrip(dataset, data_folder / name, split)
    assert found.flat.equal >= 0.995 * found.flat.n > 0
    assert found.all.equal >= 0.98 * found.all.n
    assert set(found.exceptions) <= {"gold_error"}
