"""Modules, commands and options say what they are for, in a first line that stands alone in an index or in `--help`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import typer
from typer.core import TyperCommand, TyperGroup

from docs.generate.module_reference import first_line, modules_of
from docs.generate.pages import ROOT
from eval.cli.options import ANSWER, MAINTAIN, MEASURE
from turnsql import app

PREPOSITION = re.compile(
    "(?:About|Above|Across|After|Against|Along|Among|Around|As|At|Because|Before|Behind|Below|Besides?|Between|Beyond|By|"
    "During|For|From|In|Inside|Into|Like|Of|On|Out|Outside|Over|Per|Since|Than|Through|To|Under|Until|Up|Upon|Via|When|"
    r"Where|While|Whose|With|Within|Without)\b"
)


@pytest.mark.parametrize("module", list(modules_of(ROOT)), ids=lambda module: module.relative_to(ROOT).as_posix())
def test_the_first_line_of_a_module_stands_alone(module: Path) -> None:
    line = first_line(module)
    assert line.endswith((".", "?")), line
    assert not PREPOSITION.match(line), line


@pytest.mark.parametrize("module", list(modules_of(ROOT)), ids=lambda module: module.relative_to(ROOT).as_posix())
def test_no_docstring_begins_with_a_preposition(module: Path) -> None:
    bodies = [getattr(node, "body", None) for node in ast.walk(ast.parse(module.read_text("utf-8")))]
    texts = [
        each.value.value
        for body in bodies
        if isinstance(body, list)
        for each in body
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
    ]
    assert [text for text in texts if PREPOSITION.match(text)] == []


def commands(group: TyperGroup, name: str = "turnsql") -> Iterator[tuple[str, TyperCommand]]:
    """Yield every command with its whole name."""
    for word, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, f"{name} {word}")
        else:
            assert isinstance(command, TyperCommand)
            yield f"{name} {word}", command


COMMANDS = dict(commands(cast(TyperGroup, typer.main.get_command(app))))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_stands_alone(name: str) -> None:
    command = COMMANDS[name]
    texts = [command.help, *(getattr(parameter, "help", None) for parameter in command.params)]
    assert [text for text in texts if not text or PREPOSITION.match(text)] == []


def test_the_commands_of_eval_stand_under_three_headings() -> None:
    assert all(
        command.hidden or command.rich_help_panel in (ANSWER, MEASURE, MAINTAIN)
        for name, command in COMMANDS.items()
        if name.startswith("turnsql eval ")
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("flips", "repeatability"),
        ("faults", "fault-tolerance"),
        ("modes", "attribution-check"),
        ("acts", "clarification"),
    ],
)
def test_an_old_name_still_works_and_is_not_shown(old: str, new: str) -> None:
    before, now = COMMANDS[f"turnsql eval {old}"], COMMANDS[f"turnsql eval {new}"]
    assert before.hidden and not now.hidden
    assert [parameter.name for parameter in before.params] == [parameter.name for parameter in now.params]
