"""Shown commands: a block of commands in a page, the block of output below it, and what the commands print today."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from typer.testing import CliRunner

from turnsql import app
from value_index.options import spread

_BLOCKS = re.compile(
    r"```bash\n(?P<commands>.*?)```\n(?P<between>\n```(?:text|json)\n)?(?(between)(?P<output>.*?)```)", re.S
)
_HERE = re.compile(r"(.*) <<'END'$")
_FIGURES = re.compile(r"(?<![\w.])-?\d*\.\d+\b|\b\d+%")
WIDTH = "100"
"""The columns of the terminal that the pages show."""


@dataclass(frozen=True)
class Command:
    """One command line, and what it reads from its standard input."""

    words: tuple[str, ...]
    stdin: str = ""

    @property
    def cheap(self) -> bool:
        """Whether a test may run it: a question to a demo database, which takes less than a second."""
        return self.words[:1] == ("turnsql",) and (
            self.words[1] in ("ask", "chat", "sql", "plan")
            or self.words[1:3] in (("index", "lookup"), ("index", "stats"))
        )

    @property
    def measures(self) -> bool:
        """Whether it runs or scores something, in seconds or minutes, and its data set is in the current folder."""
        data = dict(pairwise(self.words)).get("--data", ".")
        return self.words[:1] == ("turnsql",) and self.words[1] in ("eval", "suite") and Path(data).is_dir()


@dataclass(frozen=True)
class Shown:
    """Commands of one block, and the output that the page shows for them."""

    commands: tuple[Command, ...]
    output: str | None
    """None if the page shows none."""


def blocks(text: str) -> Iterator[Shown]:
    """Yield the blocks of commands of a page.

    >>> list(blocks("```bash\\nturnsql sql --db F 'SELECT 1'\\n```\\n\\n```text\\n1\\n```\\n"))
    [Shown(commands=(Command(words=('turnsql', 'sql', '--db', 'F', 'SELECT 1'), stdin=''),), output='1\\n')]
    """
    for found in _BLOCKS.finditer(text):
        yield Shown(tuple(commands(found["commands"])), found["output"])


def commands(block: str) -> Iterator[Command]:
    """Yield the command lines of a block; a comment is left out, a here-document is the standard input."""
    lines = iter(block.replace("\\\n", " ").splitlines())
    for line in lines:
        here = _HERE.match(line)
        stdin = "".join(f"{each}\n" for each in iter(lambda: next(lines), "END")) if here else ""
        if words := shlex.split(here[1] if here else line, comments=True):
            yield Command(tuple(words), stdin)


def refreshed(text: str, environment: Mapping[str, str], *, slow: bool = False) -> str:
    """Run the cheap commands of a page, and with `slow` those that measure, and return the page with their output."""

    def put(found: re.Match[str]) -> str:
        block = tuple(commands(found["commands"]))
        runnable = all(each.cheap or (slow and each.measures) for each in block)
        if found["output"] is None or not runnable:
            return found[0]
        shown = abridged("".join(printed(each, environment) for each in block), like=found["output"])
        return f"```bash\n{found['commands']}```\n{found['between']}{shown}```"

    return _BLOCKS.sub(put, text)


def abridged(text: str, *, like: str) -> str:
    r"""Cut an output as the page cut it before, at lines of three dots.

    As many lines stay before the first cut and after the last one; a part between two cuts begins with its first line.

    >>> abridged("1\n2\n3\n4\n5\n6\n", like="a\n...\n3\nb\n...\nc\n")
    '1\n...\n3\n4\n...\n6\n'
    """
    first, *others = ("\n" + like).split("\n...\n")
    if not others:
        return text
    lines = text.splitlines()
    kept = lines[: first.count("\n")]
    for part in map(str.splitlines, others[:-1]):
        begins = lines.index(part[0])
        kept += ["...", *lines[begins : begins + len(part)]]
    return "\n".join([*kept, "...", *lines[len(lines) - others[-1].count("\n") :], ""])


def printed(command: Command, environment: Mapping[str, str]) -> str:
    """Run a command in this process and return what it prints, without spaces at the ends of lines."""
    runner = CliRunner(env={**environment, "COLUMNS": WIDTH, "NO_COLOR": "1"})
    result = runner.invoke(app, list(spread(command.words[1:])), input=command.stdin, catch_exceptions=False)
    assert result.exit_code in (0, 1), f"{shlex.join(command.words)}: {result.output}"
    return "".join(f"{line.rstrip()}\n" for line in result.stdout.splitlines())


def without_figures(text: str) -> str:
    """Return an output with its times, scores and shares left out, so that two runs compare.

    >>> without_figures("schema_linking (lexical, 1.5 ms) 0.83 .640")
    'schema_linking (lexical, … ms) … …'
    """
    return _FIGURES.sub("…", text)
