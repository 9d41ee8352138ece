"""The commands over a MariaDB server: the same questions, the same rows as over the SQLite file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.demo.build import build
from tests.databases.mysql.copies import copy_to_mysql
from tests.databases.mysql.server import PASSWORD, Server
from turnsql import app
from value_index.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.databases
QUESTIONS = (
    "How many books are there?",
    "Which customers live in Leeds?",
    "Show the titles of books published after 2010.",
)


@pytest.fixture(scope="module")
def addresses(server: Server) -> tuple[str, str]:
    """The bookshop as a file, and on the server."""
    path = next(path for path in build() if path.stem == "bookshop")
    return str(path), copy_to_mysql(server, SQLiteDatabase.open(path), "bookshop")


def run(*words: str) -> str:
    """Run a command, and return what it prints."""
    result = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert result.exit_code == 0, (words, result.output, result.exception)
    return result.output


@pytest.mark.parametrize("question", QUESTIONS)
def test_ask_gives_the_same_rows(addresses: tuple[str, str], question: str) -> None:
    file, server = (json.loads(run("ask", "--db", address, "--json", question)) for address in addresses)
    assert server["rows"] == file["rows"] and file["rows"]


def test_sql_and_the_index_give_the_same(addresses: tuple[str, str]) -> None:
    file, server = (run("sql", "--db", each, "--json", "SELECT name FROM author ORDER BY name") for each in addresses)
    assert json.loads(server)["rows"] == json.loads(file)["rows"]
    for address in addresses:
        run("index", "build", "--db", address)
    file, server = (json.loads(run("index", "lookup", "--db", each, "--json", "Zoe Carmichael")) for each in addresses)
    assert server == file


def test_a_conversation_goes_on(addresses: tuple[str, str]) -> None:
    asked = "How many books are there?\nAnd by genre?\n"
    file, server = (CliRunner().invoke(app, ["chat", "--db", each], input=asked).output for each in addresses)
    told = [text[text.index("SELECT") :] for text in (file, server)]  # what is before it names the conversation
    assert told[1] == told[0] and "Science fiction" in told[0]


def test_a_suite_is_made_and_run(addresses: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TURNSQL_DB_PASSWORD", PASSWORD)
    suite = tmp_path / "suite.yaml"
    run("suite", "make", "--db", addresses[1], "--out", str(suite), "--turns", "6")
    result = CliRunner().invoke(app, ["suite", "run", str(suite), "--db", addresses[1], "--out", str(tmp_path / "run")])
    assert result.exit_code in (0, 1), result.output
    kept = "".join(
        path.read_text("utf-8") for path in (tmp_path / "run").rglob("*") if path.suffix in (".json", ".jsonl")
    )
    assert kept and PASSWORD not in kept and "owner%27s" not in kept
