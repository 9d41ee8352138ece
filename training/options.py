"""The options that the commands of `training` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HELD_OUT = Path("configs/training/validation_databases.toml")
"""The databases that no training run of the compact planner saw."""

HeldOut = Annotated[
    Path, typer.Option(metavar="FILE", help="Databases to fit on, which the network was not trained on (TOML).")
]
DataFolder = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset, spider_data, ...")]
AGAIN = "run this again to go on"
"""How a command goes on that was stopped and takes no --resume."""
Resume = Annotated[bool, typer.Option("--resume", help="Continue the run in --out.")]
