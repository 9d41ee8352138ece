"""The commands of `agent`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from value_index.options import Db

if TYPE_CHECKING:
    from nodes.node import Context
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
    from agent.llm import open_llm
    from agent.session import open_session
    from value_index.folders import data_folder

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


@app.command("probe", rich_help_panel="Models and training")
def probe_command(
    config: Annotated[
        Path, typer.Option("--config", metavar="FILE", help="Agent configuration (TOML) that names an endpoint.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Try what a language model's endpoint can do, and say what to set; an adapter that changes nothing is an error."""
    import asyncio
    import json

    from agent.config import Config, ConfigError
    from agent.llm import check_adapter, probe_endpoint
    from nodes.llm.capabilities import QUESTION

    endpoint = Config.load(config).endpoint
    if endpoint is None:
        raise ConfigError(f"{config}: names no [endpoint]")
    effect = asyncio.run(check_adapter(endpoint, os.environ)) if endpoint.adapter_of else None
    found = asyncio.run(probe_endpoint(endpoint, os.environ))
    if as_json:
        shown = found.model_dump() | ({"adapter_effect": effect.model_dump()} if effect else {})
        typer.echo(json.dumps(shown))
        raise typer.Exit(0 if found.knows else 1)
    if effect:
        typer.echo(f"adapter             {effect.describe()}")
    for name, can in found.model_dump().items():
        typer.echo(f"{name:<20}{'yes' if can else 'no'}")
    typer.echo(f'set structured = "{found.structured}" in [endpoint]' + (", grammars work" if found.grammar else ""))
    if not found.knows:
        typer.echo(f"it has no answer to {QUESTION!r}: look at its weights, their quantisation and its chat template")
        raise typer.Exit(1)


@app.command(rich_help_panel="Models and training")
def serve(
    config: Annotated[
        Path, typer.Option(metavar="FILE", help="Settings of vLLM, as `vllm serve --config` takes them.")
    ] = Path("configs/vllm/base.yaml"),
    model: Annotated[str | None, typer.Option(help="Model, in place of the file's: a folder or a hub name.")] = None,
    name: Annotated[str | None, typer.Option(help="Name by which clients ask for the model.")] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=FOLDER", help="LoRA adapter to load beside the model; may be repeated."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port, in place of the file's; 8000 unless either names one.")
    ] = None,
    python: Annotated[
        str, typer.Option(metavar="FILE", help="Interpreter that has vLLM.", show_default="this one")
    ] = sys.executable,
    wait: Annotated[float, typer.Option(min=1, help="Seconds that the start may take.")] = 600.0,
    log: Annotated[Path, typer.Option(metavar="FILE", help="File for what the server prints.")] = Path("runs/vllm.log"),
) -> None:
    """Start a vLLM server, say when it answers, and stay until it ends."""
    import signal

    from rich.console import Console

    from agent.serving.vllm import ENDING, ServeOptions, serving, shown

    options = ServeOptions(config, model, name, tuple(adapter or ()), port, python, log, wait)
    console = Console(stderr=True)
    for name in ENDING:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    try:
        with console.status("vLLM starts") as status:
            running = serving(options, say=lambda seconds: status.update(f"vLLM starts: {seconds:.0f} s"))
            server = running.__enter__()
        try:
            for line in shown(server):
                typer.echo(line)
            server.watch()
        finally:
            running.__exit__(None, None, None)
    except KeyboardInterrupt:
        console.print("vLLM stopped")


def open_context(db: list[str], knowledge: Sequence[Path], match_descriptions: bool) -> Context:
    """Open the database and its value index, and read what is known about it."""
    from nodes.knowledge.load import known_schema, load_knowledge
    from nodes.node import Context
    from value_index.index import ValueIndex
    from value_index.opened import opened

    database = opened(db)
    known = load_knowledge(knowledge, database, match_descriptions=match_descriptions)
    return Context(known_schema(database.schema, known), database, ValueIndex.of(database), known)


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
