"""The `turnsql` command: mounts each package's typer app."""

from __future__ import annotations

import os
import sys

import typer

import agent.cli
import eval.cli
import nodes.cli
import training.cli
import value_index.cli
from value_index.errors import TurnSQLError

app = typer.Typer(
    name="turnsql",
    help="Conversational text-to-SQL: six typed stages, each scored on its own.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(agent.cli.app)
app.add_typer(nodes.cli.app)
app.add_typer(value_index.cli.app, name="index")
app.add_typer(eval.cli.app, name="eval")
app.add_typer(eval.cli.bench_app, name="bench")
app.add_typer(eval.cli.top_app)
app.add_typer(training.cli.data_app, name="data")
app.add_typer(training.cli.app, name="train")


V1_TRACING = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
"""Variables that LangChain ends with an error over, unless its present tracer is on as well."""


def main() -> None:
    """Run the command; a user's mistake is one line on stderr and exit status 2."""
    for name in V1_TRACING:
        os.environ.pop(name, None)
    try:
        app()
    except TurnSQLError as error:
        print(f"turnsql: {error}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
