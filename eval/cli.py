"""The commands of `eval`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import typer

app = typer.Typer(help="Measure: run, score, report, compare.", no_args_is_help=True)
bench_app = typer.Typer(help="Time and memory, as ratios in one run.", no_args_is_help=True)
top_app = typer.Typer(no_args_is_help=True)
