"""`turnsql web`: here and not in `agent`, because the reports of runs are made by `eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import ConfigFile, KnowledgeFiles, Overrides
from value_index.options import Db

app = typer.Typer(no_args_is_help=True)


@app.command("web", rich_help_panel="Ask a database")
def web(
    db: Db,
    host: Annotated[
        str, typer.Option(help="Address to listen on; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8800,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="Bearer token that every request must carry; made where one is needed. TURNSQL_WEB_TOKEN gives it unseen.",
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Further name of this server, as a proxy in front of it has; may be repeated."
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File that keeps conversations; in the user's data folder unless given."),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File of the answers kept as right; in the user's data folder unless given."),
    ] = None,
    runs: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of runs whose reports are served at /runs.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Turns that are answered at the same time.")] = 8,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second that one address may make.")] = 50.0,
    config: ConfigFile = None,
    node: Overrides = None,
    knowledge: KnowledgeFiles = None,
) -> None:
    """Serve a page and an HTTP API over a database, for this machine alone unless told otherwise."""
    from importlib.util import find_spec

    from agent.config import DEFAULT, Config
    from value_index.errors import TurnSQLError
    from value_index.files.folders import data_folder

    if not find_spec("uvicorn") or not find_spec("starlette"):
        raise TurnSQLError("the server needs the extra `web`: pip install 'turnsql[web]'")
    from agent.context import open_context
    from agent.web.run_routes import run_routes
    from agent.web.server import WebOptions, serve
    from eval.report.gallery import Gallery

    settings = Config.load(config or DEFAULT, overrides=node or ())
    options = WebOptions(
        store=store or data_folder() / "conversations.sqlite",
        feedback=feedback,
        host=host,
        port=port,
        token=token,
        names=tuple(name or ()),
        workers=workers,
        rate=rate,
    )
    context = open_context(db, knowledge or settings.knowledge, settings.match_descriptions)
    more = run_routes(Gallery(runs)) if runs else ()
    serve(settings, context, options, say=typer.echo, more=more)
