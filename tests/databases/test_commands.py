"""The commands over every engine: the same questions, the same rows as over the SQLite file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import build
from tests.databases.engine import Engine
from turnsql import app
from value_index.connection.address import PASSWORD
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.databases
QUESTIONS = (
    "How many books are there?",
    "Which customers live in Leeds?",
    "Show the titles of books published after 2010.",
    "What is the average price of books per genre?",
)


@pytest.fixture(scope="module")
def addresses(engine: Engine) -> tuple[str, str]:
    """The bookshop as a file, and in the engine."""
    path = next(path for path in build() if path.stem == "bookshop")
    return str(path), engine.copy(SQLiteDatabase.open(path), "bookshop")


def run(*words: str) -> str:
    """Run a command, and return what it prints."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.output


@pytest.mark.parametrize("question", QUESTIONS)
def test_ask_gives_the_same_rows(addresses: tuple[str, str], question: str) -> None:
    file, other = (json.loads(run("ask", "--db", address, "--json", question)) for address in addresses)
    assert file["rows"] and sorted(map(_rounded, other["rows"])) == sorted(map(_rounded, file["rows"]))


def _rounded(row: list[object]) -> str:
    return str([round(cell, 6) if isinstance(cell, float) else cell for cell in row])


def test_sql_and_the_index_give_the_same(addresses: tuple[str, str]) -> None:
    sql = (
        'SELECT "name" FROM "author" ORDER BY "name"'
        if "firebird" in addresses[1]
        else "SELECT name FROM author ORDER BY name"
    )
    file, other = (run("sql", "--db", each, "--json", sql) for each in addresses)
    assert json.loads(other)["rows"] == json.loads(file)["rows"]
    for address in addresses:
        run("index", "build", "--db", address)
    file, other = (json.loads(run("index", "lookup", "--db", each, "--json", "Zoe Carmichael")) for each in addresses)
    assert other == file


def test_a_conversation_goes_on(addresses: tuple[str, str]) -> None:
    asked = "How many books are there?\nAnd by genre?\n"
    told = [CliRunner().invoke(app, ["chat", "--db", each], input=asked).output for each in addresses]
    assert all("54" in text and "Science fiction" in text for text in told), told


def test_a_suite_is_made_and_run_and_keeps_no_password(
    addresses: tuple[str, str], engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PASSWORD, raising=False)
    suite = tmp_path / "suite.yaml"
    run("suite", "make", "--db", addresses[1], "--out", str(suite), "--turns", "6")
    result = CliRunner().invoke(app, ["suite", "run", str(suite), "--db", addresses[1], "--out", str(tmp_path / "run")])
    assert result.exit_code in (0, 1) and "right" in result.output, result.output
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 4
    for path in kept if engine.password else ():
        content = path.read_bytes()
        assert not any(secret.encode() in content for secret in (engine.password, "owner%27s")), path
