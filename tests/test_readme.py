"""README.md: its commands exist, and the cheap ones run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from eval.demo.build import build
from turnsql import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line.split(" #")[0].strip()
    for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
TURNSQL = [shlex.split(line)[1:] for line in COMMANDS if line.startswith("turnsql ")]
CHEAP = [words for words in TURNSQL if words[0] in ("ask", "sql", "plan") or words[:2] == ["index", "lookup"]]


@pytest.mark.parametrize("words", TURNSQL, ids=" ".join)
def test_every_command_parses(words: list[str]) -> None:
    command = typer.main.get_command(app)
    name, rest = "turnsql", words
    while commands := getattr(command, "commands", None):
        name, rest = rest[0], rest[1:]
        command = commands[name]
    command.make_context(name, rest)


@pytest.mark.parametrize("words", CHEAP, ids=" ".join)
def test_the_cheap_commands_run(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    monkeypatch.chdir(ROOT)
    shown = CliRunner().invoke(app, words, catch_exceptions=False)
    assert shown.exit_code == 0, shown.output
    assert shown.output.strip()


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("make ")])
def test_every_make_target_exists(line: str) -> None:
    assert f"\n{line.split()[1]}:" in (ROOT / "Makefile").read_text("utf-8")


def test_no_other_command_is_shown() -> None:
    known = ("turnsql ", "make ", "python3 -m venv .venv && ")
    assert [line for line in COMMANDS if line and not line.startswith(known)] == []
