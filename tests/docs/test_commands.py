"""The commands that README.md and the pages show: each parses, and the cheap ones print what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from docs.generate.__main__ import workshop
from docs.generate.pages import ROOT, prose, runnable
from docs.generate.shown_outputs import Command, abridged, blocks, refreshed, without_figures
from eval.demo.build import build
from turnsql import app
from value_index.options import spread

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in prose(ROOT)}
COMMANDS = [(page, each) for page, text in PAGES.items() for block in blocks(text) for each in block.commands]
TURNSQL = [(page, each) for page, each in COMMANDS if each.words[0] == "turnsql"]
ROOT_COMMAND = typer.main.get_command(app)
RUNNABLE = [path.relative_to(ROOT).as_posix() for path in runnable(ROOT)]
SHOWN = [page for page in RUNNABLE if any(all(c.cheap for c in block.commands) for block in blocks(PAGES[page]))]


@pytest.mark.parametrize(("page", "shown"), TURNSQL, ids=lambda each: str(getattr(each, "words", each)))
def test_every_command_parses(page: str, shown: Command) -> None:
    command = ROOT_COMMAND
    name, rest = "turnsql", list(spread(shown.words[1:]))
    while commands := getattr(command, "commands", None):
        name, rest = rest[0], rest[1:]
        command = commands[name]
    command.make_context(name, rest)


@pytest.mark.parametrize("page", SHOWN)
def test_the_cheap_commands_print_what_the_page_shows(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build()
    environment = workshop(tmp_path)
    monkeypatch.chdir(tmp_path)
    today = refreshed(PAGES[page], environment)
    assert without_figures(today) == without_figures(PAGES[page]), "run `make docs`"


def test_every_command_is_one_that_a_reader_has() -> None:
    known = re.compile(
        r"turnsql |make |python -m tests\.eval\.interact\.survive |python3 -m venv |python agent/serving/llamacpp_server\.py |llama-server -m |pip install (?:dist/turnsql-|turnsql\[)|uv tool install |export TURNSQL_|TURNSQL_\w+=\S+ |curl -N |\.venv[\w-]*/bin/"
    )
    assert [(page, each.words) for page, each in COMMANDS if not known.match(" ".join(each.words))] == []


@pytest.mark.parametrize("target", sorted({each.words[1] for _, each in COMMANDS if each.words[0] == "make"}))
def test_every_make_target_exists(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text("utf-8")


def test_an_output_is_cut_as_the_page_cut_it() -> None:
    assert abridged("1\n2\n3\n", like="x\n...\ny\n") == "1\n...\n3\n"
    assert abridged("1\n2\n3\n", like="x\ny\n") == "1\n2\n3\n"
