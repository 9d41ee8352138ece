"""The commands of `training`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import typer

app = typer.Typer(help="Fine-tune models from gold.", no_args_is_help=True)
