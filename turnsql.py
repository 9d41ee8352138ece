"""The `turnsql` command: mounts each package's typer app; and the Python API, `from turnsql import Session, open_database`."""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import TYPE_CHECKING, Any

import typer

from agent import cli as agent_cli
from agent.mcp_server import cli as mcp_cli
from agent.serving import cli as serving_cli
from eval import cli as eval_cli
from nodes import cli as nodes_cli
from training import cli as training_cli
from value_index import cli as index_cli
from value_index.errors import TurnSQLError
from value_index.files.printable import printable
from value_index.options import spread

if TYPE_CHECKING:
    from agent.notebook.answer import Answer
    from agent.notebook.session import OpenedDatabase, Session, open_database

API = ("Answer", "OpenedDatabase", "Session", "open_database")
__all__ = ["API", "Answer", "OpenedDatabase", "Session", "app", "main", "open_database"]

app = typer.Typer(
    name="turnsql",
    help="Conversational text-to-SQL: six typed stages, each scored on its own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(agent_cli.app)
app.add_typer(eval_cli.web_app)
app.add_typer(mcp_cli.app)
app.add_typer(nodes_cli.app)
app.add_typer(index_cli.app, name="index", rich_help_panel="Ask a database")
app.add_typer(eval_cli.feedback_app, name="feedback", rich_help_panel="Ask a database")
app.add_typer(eval_cli.top_app)
app.add_typer(eval_cli.suite_app, name="suite", rich_help_panel="Evaluate")
app.add_typer(eval_cli.app, name="eval", rich_help_panel="Evaluate")
app.add_typer(eval_cli.interact_app, name="interact", rich_help_panel="Evaluate")
app.add_typer(eval_cli.bench_app, name="bench", rich_help_panel="Evaluate")
app.add_typer(serving_cli.app)
app.add_typer(training_cli.data_app, name="data", rich_help_panel="Models and training")
app.add_typer(training_cli.app, name="train", rich_help_panel="Models and training")


SQLITE_FLOOR = (3, 37, 0)
"""Older ones are warned of; what distributions mend in theirs no number tells."""
V1_TRACING = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
"""Variables that LangChain ends with an error over, unless its present tracer is on as well."""


def _open_closed_streams() -> None:
    """Put the null device where a stream is closed: else the next file opened, a database even, stands in its place."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 (as long as the program)


def __getattr__(name: str) -> Any:
    """Return a part of the Python API: it is loaded when it is asked for, since the command needs none of it."""
    if name not in API:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from agent.notebook import answer, session

    return getattr(answer if name == "Answer" else session, name)


def main() -> None:
    """Run the command; a user's mistake is one line on stderr and exit status 2."""
    _open_closed_streams()
    for name in V1_TRACING:
        os.environ.pop(name, None)
    if sqlite3.sqlite_version_info < SQLITE_FLOOR:
        floor = ".".join(map(str, SQLITE_FLOOR))
        told = f"SQLite {sqlite3.sqlite_version} has known faults that SQL from others can reach: use {floor} or newer"
        print(f"turnsql: {told} (it comes with Python or the system)", file=sys.stderr)
    sys.argv[1:] = spread(sys.argv[1:])
    try:
        if os.environ.get("TURNSQL_TRACES"):
            from agent.traces import start

            start(os.environ)
        app()
    except TurnSQLError as error:
        print(f"turnsql: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        # A full or read-only disk, a folder that is none: whatever was written until now is whole.
        named = f" {str(error.filename)!r}" if error.filename else ""
        print(f"turnsql: {printable(f'{error.strerror or error}{named}')}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
