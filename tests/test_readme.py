"""README.md: its commands exist, the cheap ones run, and its tree names every file."""

from __future__ import annotations

import re
import shlex
import subprocess
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


def tree_paths() -> list[str]:
    """Read the paths of the tree: two spaces a level, folders end in a slash."""
    (block,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    folders: list[str] = []
    paths: list[str] = []
    for line in block.splitlines():
        name = line.split()[0]
        folders = folders[: (len(line) - len(line.lstrip())) // 2]
        paths.append("".join([*folders, name]))
        folders += [name] if name.endswith("/") else []
    return paths


def tracked() -> list[str]:
    """List the files that git knows, outside tests and empty package markers."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    markers = {f"{path}__init__.py" for path in tree_paths() if path.endswith("/")}
    return [path for path in listed.stdout.splitlines() if not path.startswith("tests/") and path not in markers]


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


def test_the_tree_names_every_file_and_nothing_else() -> None:
    named = {path for path in tree_paths() if not path.endswith("/")}
    missing = sorted(set(tracked()) - named)
    assert missing == [], "name them in README.md's tree"
    assert [path for path in sorted(named) if not (ROOT / path).is_file()] == []


def test_every_file_of_the_tree_has_a_phrase() -> None:
    (block,) = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    assert [line for line in block.splitlines() if len(line.split()) < 2 and not line.rstrip().endswith("/")] == []
