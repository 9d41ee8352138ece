"""The command `turnsql demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel="Evaluate")
def demo(
    out: Annotated[Path | None, typer.Option(help="New folder for the run; one under runs/ unless given.")] = None,
) -> None:
    """Answer, score and report 18 dialogues over three databases that ship: nothing to download."""
    from datetime import datetime

    from rich.console import Console

    from eval.demo.demo import demo as run_demo

    if run_demo(Console(), out or Path("runs") / f"demo-{datetime.now():%Y%m%d-%H%M%S}"):
        raise typer.Exit(1)
