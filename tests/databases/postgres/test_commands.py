"""The commands over PostgreSQL: the same question gets the same rows as over SQLite, and no file that is kept has the password."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from pathlib import Path

import pytest

import turnsql
from eval.demo.build import build
from tests.databases.postgres.copies import copy_to_postgres
from tests.databases.postgres.server import PASSWORD, Server, running_server
from value_index.connection.address import PASSWORD as VARIABLE
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = pytest.mark.databases

QUESTION = "How many books are there?"
SECRETS = (PASSWORD, "owner%27s%20password")


@pytest.fixture(scope="module")
def bookshop(server: Server) -> tuple[str, str]:
    """The file of the demo's bookshop, and the address of its copy."""
    file = next(path for path in build() if path.stem == "bookshop")
    return str(file), copy_to_postgres(server, SQLiteDatabase.open(file), "books")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command and return what it prints."""
    monkeypatch.setattr("sys.argv", ["turnsql", *words])
    try:
        turnsql.main()
    except SystemExit as ended:
        assert not ended.code, (words, capsys.readouterr())
    said = capsys.readouterr()
    assert not any(secret in said.out + said.err for secret in SECRETS)
    return said.out


def test_a_conversation_and_a_suite_keep_no_password(
    bookshop: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"How many books are there?\nAnd customers?\n")))
    run(monkeypatch, capsys, "chat", "--thread", "books", "--db", bookshop[1])
    suite = tmp_path / "suite.yaml"
    suite.write_text(
        "dialogues:\n- turns:\n  - ask: How many books are there?\n    sql: SELECT count(*) FROM book\n",
        encoding="utf-8",
    )
    run(monkeypatch, capsys, "suite", "run", str(suite), "--db", bookshop[1], "--out", str(tmp_path / "run"))
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(kept) > 5
    for path in kept:
        content = path.read_bytes()
        assert not any(os.fsencode(secret) in content for secret in SECRETS), path


def test_dear_sql_is_refused_with_its_estimate(
    bookshop: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "cheap.toml"
    config.write_text(Path("configs/default.toml").read_text() + "\n[execution]\nmax_cost = 0.5\n")
    monkeypatch.setattr("sys.argv", ["turnsql", "ask", "--config", str(config), "--db", bookshop[1], QUESTION])
    with pytest.raises(SystemExit) as ended:
        turnsql.main()
    shown = capsys.readouterr()
    assert ended.value.code == 1 and "execution.max_cost" in " ".join((shown.out + shown.err).split())


def test_a_server_that_goes_during_a_conversation_is_a_line_and_its_return_an_answer(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_server(server.programs) as own:
        address = copy_to_postgres(own, SQLiteDatabase.open(build()[1]), "bookshop")
        question = "How many books are there?\n"
        asked = iter((lambda: None, lambda: own.stop(at_once=True), own.start))

        class Lines(io.TextIOWrapper):
            """Questions; before the second the server goes, before the third it is back."""

            def readline(self, size: int = -1, /) -> str:
                if (before := next(asked, None)) is None:
                    return ""
                before()
                return question

        monkeypatch.setattr("sys.stdin", Lines(io.BytesIO(b"")))
        monkeypatch.setattr("value_index.engines.postgres.database.FRESH_SECONDS", -1.0)
        monkeypatch.setattr("sys.argv", ["turnsql", "chat", "--db", address])
        with suppress(SystemExit):
            turnsql.main()
    said = capsys.readouterr()
    shown = said.out + said.err
    assert shown.count("54") >= 2 and shown.count("Connection refused") == 1 and "Traceback" not in shown
