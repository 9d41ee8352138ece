"""The chat loop: questions and a few commands, line by line, from a terminal or a pipe."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.text import Text

from agent.clarify import Doubt
from agent.present import show_answer, show_sql, show_stages
from agent.revision.commands import edit, export, filters_command, readings_command
from agent.session import Session
from value_index.errors import TurnSQLError
from value_index.files.printable import printable

COMMANDS = {
    "/explain": "what every stage gave for the latest question",
    "/sql": "the latest SQL",
    "/history": "the questions so far and their SQL",
    "/filters": "filters in force; /filters off 1 takes the first off",
    "/readings": "other readings; /readings take 1 answers by the first",
    "/edit": "the plan; /edit limit 3, /edit order by price desc, ... change it",
    "/export": "rows to a new CSV file: /export rows.csv",
    "/undo": "forget the latest question",
    "/help": "this list",
    "/quit": "leave; the conversation is kept",
}
CHANGES = {"/edit": edit, "/filters": filters_command, "/readings": readings_command, "/export": export}
PROMPT = "> "


async def chat(
    session: Session, lines: Iterator[str], console: Console, *, explain: bool = False, ask_back: bool = False
) -> None:
    """Answer each line until /quit or the end of the input; a bad question costs one line, not the conversation.

    Args:
        ask_back: whether the next line may be the answer to a question of ours (a pipe holds questions only).
    """

    def choose(doubt: Doubt) -> str:
        _show_doubt(doubt, console)
        return next(lines, "").strip()

    for line in lines:
        word = line.strip()
        if word == "/quit":
            return
        try:
            if word.startswith("/"):
                await _command(session, word, console, explain=explain)
            elif word:
                show_answer(console, await session.ask(word, choose=choose if ask_back else None), explain=explain)
        except TurnSQLError as error:
            console.print(Text(printable(str(error)), style="red"))


def read_lines(stream: TextIO, console: Console) -> Iterator[str]:
    """Read questions: with a prompt on a terminal, echoed from a pipe so that the transcript reads whole."""
    if stream.isatty():
        while (line := _prompted(console)) is not None:
            yield line
        return
    for line in stream:
        console.print(Text(printable(f"{PROMPT}{line.rstrip()}"), style="bold"))
        yield line


def _prompted(console: Console) -> str | None:
    """Ask for a line; None at the end of the input, or where Ctrl-C asks to leave."""
    # The event loop's own handler would only cancel the task, which cannot be while `input` holds it.
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(PROMPT)
    except (EOFError, KeyboardInterrupt):
        console.print()
        return None
    finally:
        signal.signal(signal.SIGINT, handler)


def _show_doubt(doubt: Doubt, console: Console) -> None:
    """Print a question: two readings to choose from, or words that are not understood."""
    if doubt.about:
        console.print(Text(printable(f"{doubt.question} (in your words, or as SQL; Enter goes on without)"), "yellow"))
        return
    sure = f"{doubt.confidence:.0%} sure of the first"
    console.print(Text(f"Two readings are close ({sure}). Which is meant? 1, 2, or in your words.", "yellow"))
    for number, reading in enumerate(doubt.readings, start=1):
        console.print(Text(printable(f"  {number}  {reading}")))


async def _command(session: Session, word: str, console: Console, *, explain: bool) -> None:
    name, _, words = word.partition(" ")
    if name in CHANGES and session.state:
        if given := await CHANGES[name](session, words.strip(), console):
            show_answer(console, given, explain=explain)
        return
    match word:
        case "/explain" if session.state:
            show_stages(console, session.state)
        case "/sql" if session.state:
            show_sql(console, session.state.sql or "-- no SQL was written")
        case "/history" if session.state:
            _show_history(session, console)
        case "/undo" if session.state:
            await session.undo()
            console.print(Text(f"forgotten; {len(session.turns)} questions kept", style="dim"))
        case "/help":
            for name, does in COMMANDS.items():
                console.print(Text(f"{name:<10}{does}"))
        case _ if name in COMMANDS and (word == name or name in CHANGES):
            console.print(Text("nothing was asked yet", style="dim"))
        case _:
            console.print(Text(f"no command {word!r}; there are {', '.join(COMMANDS)}", style="red"))


def _show_history(session: Session, console: Console) -> None:
    for number, turn in enumerate(session.turns, start=1):
        console.print(Text(printable(f"{number}. {turn.utterance}"), style="bold"))
        show_sql(console, turn.sql or "-- no SQL was written")
