"""turnsql plan: SQL to plan and back on the command line."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nodes.plan import Plan
from nodes.sql.errors import SQLError
from tests.nodes.sql.shop import SCRIPT
from turnsql import app


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(SCRIPT)
    return path


def test_no_library_speaks_in_between(tmp_path: Path) -> None:
    database = tmp_path / "a.sqlite"
    sqlite3.connect(database).executescript("CREATE TABLE t (a INT)")
    command = [
        sys.executable,
        str(Path(__file__).parents[2] / "turnsql.py"),
        "plan",
        "--db",
        str(database),
        "FETCH b order",
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, "turnsql: the SQL is not one SELECT statement\n")


def test_json_holds_the_plan_and_its_sql(database: Path) -> None:
    arguments = ["plan", "--db", str(database), "--json", "select NAME from customer where id > = 2"]
    answer = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert set(answer) == {"plan", "sql"}
    assert answer["sql"] == "SELECT name FROM customer WHERE id >= 2"
    assert Plan.model_validate(answer["plan"]).tables[0].kind == "table"


def test_bad_sql_is_a_users_mistake(database: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "--db", str(database), "SELECT surname FROM customer"])
    assert isinstance(result.exception, SQLError) and "surname" in str(result.exception)


def test_without_json_the_sql_ends_the_output(database: Path) -> None:
    result = CliRunner().invoke(app, ["plan", "--db", str(database), "SELECT count ( * ) FROM note"])
    assert result.stdout.splitlines()[-1] == "SELECT count(*) FROM note"
