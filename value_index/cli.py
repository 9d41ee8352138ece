"""The commands of `value_index`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import typer

app = typer.Typer(help="The value index: build, look up, inspect.", no_args_is_help=True)
