"""The command itself: what it loads before it knows what is asked of it."""

from __future__ import annotations

import os
import shlex
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

import turnsql

HEAVY = ("langgraph", "langchain_core", "numpy", "openai", "pydantic", "rapidfuzz", "scipy", "sqlglot")


def test_the_command_loads_nothing_heavy_before_it_is_needed() -> None:
    script = f"import sys, turnsql; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout.split() == []


def test_an_old_sqlite_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 30, 0))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.30.0")
    monkeypatch.setattr(sys, "argv", ["turnsql", "--help"])
    with pytest.raises(SystemExit):
        turnsql.main()
    assert "SQLite 3.30.0 has known faults" in capsys.readouterr().err


def test_runs_and_conversations_can_be_kept_where_posix_modules_are_missing() -> None:
    """As on Windows: a module that is None in sys.modules cannot be imported."""
    script = """
        import sys
        sys.modules |= dict.fromkeys(("fcntl", "resource", "termios", "pwd", "grp"))
        import agent.chat, agent.session, agent.storage.thread_lock, eval.bench.endpoint, eval.bench.verdicts, eval.runs.run
        import eval.runs.store, eval.scoring.score, value_index.store.disk
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(os.name != "posix", reason="streams are closed by the shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("words", ["chat --store store --db", "sql 'SELECT name FROM city' --db"])
def test_closed_streams_are_the_null_device(tmp_path: Path, closed: str, words: str) -> None:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.executescript("CREATE TABLE city (name TEXT); INSERT INTO city VALUES ('Rome')")
    before = (tmp_path / "a.sqlite").read_bytes()
    program = f"{shlex.quote(sys.executable)} {shlex.quote(turnsql.__file__)}"
    command, name, _ = words.rpartition(" --db")
    script = f"echo 'How many cities?' | {{ {program} {command}{name} a.sqlite {closed}; echo $? > status; }}"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert "Traceback" not in done.stdout + done.stderr
    assert (tmp_path / "status").read_text() == "0\n" and (tmp_path / "a.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "words",
    [
        "index build",
        "index stats",
        "index lookup '[bold]x[/]'",
        "sql 'SELECT * FROM \"t[/b]\"'",
        'plan \'SELECT "a[red]" FROM "t[/b]"\'',
    ],
)
def test_names_and_values_are_no_markup(tmp_path: Path, words: str) -> None:
    with closing(sqlite3.connect(tmp_path / "a[b].sqlite")) as connection:
        connection.executescript(
            """CREATE TABLE "t[/b]" ("a[red]" TEXT); INSERT INTO "t[/b]" VALUES ('[bold]x[/]'), ('[/]')"""
        )
    command = [sys.executable, turnsql.__file__, *shlex.split(words), "--db", "a[b].sqlite"]
    kept = ["--index-dir", "kept"] if words.startswith("index") else []
    done = subprocess.run([*command, *kept], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    assert words == "index build" or "[red]" in done.stdout or "t[/b]" in done.stdout
