"""The command itself: what it loads before it knows what is asked of it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap

import pytest

import turnsql

HEAVY = ("langgraph", "langchain_core", "numpy", "openai", "pydantic", "rapidfuzz", "scipy", "sqlglot")


def test_the_command_loads_nothing_heavy_before_it_is_needed() -> None:
    script = f"import sys, turnsql; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
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
        import agent.chat, agent.session, agent.thread_lock, eval.bench.endpoint, eval.bench.verdicts, eval.runs.run
        import eval.runs.store, eval.scoring.score, value_index.store.disk
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
