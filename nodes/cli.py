"""The commands of `nodes`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True)
