"""The commands `probe` and `serve`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


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

    from agent.config import read_endpoint
    from agent.llm import check_adapter, probe_endpoint
    from nodes.llm.capabilities import QUESTION

    endpoint = read_endpoint(config)
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
    for ending in ENDING:
        if hasattr(signal, ending):
            signal.signal(getattr(signal, ending), signal.default_int_handler)
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
