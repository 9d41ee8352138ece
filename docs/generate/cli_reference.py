"""The reference of the command line, made from the typer apps."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

HEAD = """# Commands

Every command with its arguments and options; `turnsql COMMAND --help` prints the same. Exit status: 0 done;
1 done, with faults or with turns that were not run; 2 bad input, said in one line.

This page is generated from the code by `make docs`: do not edit it.
"""


def cli_reference(app: typer.Typer) -> str:
    """Return the page: a section for each group of commands, a table for each command."""
    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return HEAD + "".join(f"\n{section}" for section in _group(root, "turnsql", 2))


def _group(group: TyperGroup, name: str, level: int) -> Iterator[str]:
    shown = {word: command for word, command in group.commands.items() if not command.hidden}
    panel = ""
    for word, command in shown.items():
        if not isinstance(command, TyperCommand):
            continue
        if (found := _panel(command)) != panel:
            panel = found
            yield f"{'#' * level} {panel}\n"
        yield _command(command, f"{name} {word}", level + bool(panel))
    for word, command in shown.items():
        if isinstance(command, TyperGroup):
            yield f"{'#' * level} {name} {word}\n\n{_paragraph(command.help)}\n"
            yield "\n".join(_group(command, f"{name} {word}", level + 1))


def _panel(command: TyperCommand) -> str:
    """Return the heading under which `--help` lists the command; "" for none."""
    return command.rich_help_panel if isinstance(command.rich_help_panel, str) else ""


def _command(command: TyperCommand, name: str, level: int) -> str:
    context = command.make_context(name, [], resilient_parsing=True)
    usage = " ".join((name, *command.collect_usage_pieces(context)))
    rows = [
        _row(parameter, parameter.display_type(context))
        for parameter in command.params
        if isinstance(parameter, TyperArgument | TyperOption) and not parameter.hidden and parameter.name != "help"
    ]
    table = "\n".join(("| name | value | default | meaning |", "| --- | --- | --- | --- |", *rows))
    told = f"{'#' * level} {name}\n\n{_paragraph(command.help)}\n\n```text\n{usage}\n```\n"
    return f"{told}\n{table}\n" if rows else told


def _row(parameter: TyperArgument | TyperOption, type_name: str) -> str:
    if isinstance(parameter, TyperArgument):
        name, value = parameter.display_name_raw, ""
    else:
        name = ", ".join((*parameter.opts, *parameter.secondary_opts))
        value = "" if parameter.is_flag else parameter.metavar or type_name
    cells = (f"`{name}`", f"`{value}`" if value else "", _default(parameter), parameter.help or "")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(parameter: TyperArgument | TyperOption) -> str:
    if parameter.required:
        return "required"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    if parameter.default is None or isinstance(parameter.default, bool) or not parameter.show_default:
        return ""
    return f"`{parameter.default}`"


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())
