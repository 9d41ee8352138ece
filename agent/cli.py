"""The commands `ask` and `chat`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from value_index.options import Db

if TYPE_CHECKING:
    from nodes.state import Turn

app = typer.Typer(no_args_is_help=True)

Explain = Annotated[bool, typer.Option("--explain", help="Show what each stage gave.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Agent configuration (TOML); the embedded default unless given."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--node", metavar="STAGE=VARIANT", help="Variant of a stage, in place of the configuration's; may be repeated."
    ),
]
KnowledgeFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--knowledge",
        metavar="FILE",
        help="Synonyms, meanings of codes and verified questions (YAML, dbt's schema.yml, Apache Ossie, BIRD's CSV, or a folder of them); "
        "may be repeated.",
    ),
]


@app.command(rich_help_panel="Ask a database")
def ask(
    question: Annotated[str, typer.Argument(help="Question about the database.")],
    db: Db,
    history: Annotated[
        Path | None, typer.Option(metavar="FILE", help='Earlier turns: JSON, [{"utterance", "sql"}, ...].')
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    explain: Explain = False,
    config: ConfigFile = None,
    node: Overrides = None,
    knowledge: KnowledgeFiles = None,
) -> None:
    """Answer one question about a database with SQL and its rows."""
    import asyncio
    import gc

    gc.disable()  # One answer and an end: collecting while modules are loaded takes a tenth of the time.
    from agent.config import DEFAULT, Config

    settings = Config.load(config or DEFAULT, overrides=node or ())
    for variant in settings.settings.values():
        variant.load()  # Memory peaks here, so what can be imported later is.
    from agent.answer import Answer, answer_json, answer_once, check_question
    from agent.context import open_context
    from agent.llm import open_llm
    from value_index.render import strict_json

    check_question(question)
    turns = _history(history) if history else ()
    context = open_context(db, knowledge or settings.knowledge, settings.match_descriptions)

    async def run() -> Answer:
        async with open_llm(settings.endpoint, os.environ) as llm:
            return await answer_once(settings, replace(context, llm=llm), question, history=turns)

    given = asyncio.run(run())
    if as_json:
        typer.echo(strict_json(answer_json(given)))
    else:
        from rich.console import Console

        from agent.present import show_answer

        show_answer(Console(), given, explain=explain)
    if not given.ok:
        raise typer.Exit(1)


@app.command(rich_help_panel="Ask a database")
def chat(
    db: Db,
    thread: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Name of the conversation to continue or start; a new one unless given."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File that keeps conversations; in the user's data folder unless given."),
    ] = None,
    explain: Explain = False,
    config: ConfigFile = None,
    node: Overrides = None,
    knowledge: KnowledgeFiles = None,
) -> None:
    """Hold a conversation about a database; it is kept, and continued by its thread."""
    import asyncio

    from rich.console import Console

    from agent.chat import chat as talk
    from agent.chat import read_lines
    from agent.config import DEFAULT, Config
    from agent.context import open_context
    from agent.llm import open_llm
    from agent.session import open_session
    from value_index.files.folders import data_folder

    settings = Config.load(config or DEFAULT, overrides=node or ())
    context = open_context(db, knowledge or settings.knowledge, settings.match_descriptions)
    place = store or data_folder() / "conversations.sqlite"
    name = thread or f"{context.schema.database_id}-{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
    console = Console()
    if not sys.stdin.isatty():
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]

    async def run() -> None:
        async with (
            open_llm(settings.endpoint, os.environ) as llm,
            open_session(settings, replace(context, llm=llm), store=place, thread=name) as session,
        ):
            console.print(
                f"{len(context.schema.tables)} tables; thread {name!r}, {len(session.turns)} turns so far; /help",
                markup=False,
                style="dim",
                highlight=False,
            )
            await talk(session, read_lines(sys.stdin, console), console, explain=explain, ask_back=sys.stdin.isatty())

    asyncio.run(run())


def _history(path: Path) -> tuple[Turn, ...]:
    """Read earlier turns; unknown fields are ignored."""
    from codecs import BOM_UTF8

    from pydantic import TypeAdapter, ValidationError

    from nodes.state import Turn
    from value_index.errors import TurnSQLError, first_problem
    from value_index.text.bounded_file import read_at_most

    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(
            read_at_most(path, 64 << 20).removeprefix(BOM_UTF8), extra="ignore"
        )
    except OSError as error:
        raise TurnSQLError(f"cannot read the history {str(path)!r}: {error.strerror}") from error
    except ValidationError as error:
        raise TurnSQLError(
            f'the history {str(path)!r} is not [{{"utterance", "sql"}}, ...]: {first_problem(error)}'
        ) from error
