"""`turnsql mcp`. Heavy imports stay inside the command, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli import ConfigFile, KnowledgeFiles, Overrides
from value_index.options import Db

app = typer.Typer(no_args_is_help=True)


@app.command("mcp", rich_help_panel="Ask a database")
def mcp(
    db: Db,
    http: Annotated[
        bool, typer.Option("--http", help="Speak HTTP at /mcp, in place of standard input and output.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address that --http listens on; any but this machine's own needs a token.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port that --http listens on; 0 takes a free one.")
    ] = 8801,
    token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN",
            help="Bearer token that every request to --http must carry; made where one is needed. TURNSQL_WEB_TOKEN gives it unseen.",
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="File that keeps conversations; in the user's data folder unless given."),
    ] = None,
    config: ConfigFile = None,
    node: Overrides = None,
    knowledge: KnowledgeFiles = None,
) -> None:
    """Give agents a database to ask, as tools of the Model Context Protocol."""
    import asyncio
    from importlib.util import find_spec

    from agent.config import DEFAULT, Config
    from value_index.errors import TurnSQLError
    from value_index.files.folders import data_folder

    if not find_spec("mcp"):
        raise TurnSQLError("MCP needs the extra `web`: pip install 'turnsql[web]'")
    from agent.context import open_context
    from agent.mcp_server.app import mcp_http, serve_stdio
    from agent.web.server import WebOptions, access_of, serve_app

    settings = Config.load(config or DEFAULT, overrides=node or ())
    context = open_context(db, knowledge or settings.knowledge, settings.match_descriptions)
    place = store or data_folder() / "conversations.sqlite"
    if not http:
        asyncio.run(serve_stdio(settings, context, store=place))
        return
    options = WebOptions(
        store=place, feedback=data_folder() / "feedback.jsonl", host=host, port=port, token=token, path="/mcp"
    )
    access = access_of(options)
    application = mcp_http(settings, context, store=place, access=access, workers=options.workers)
    serve_app(application, options, access, say=lambda line: typer.echo(line, err=True))
