"""The commands of `turnsql data`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="From data sets to training data.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder that holds cosql_dataset, spider_data, bird, ...")]


@app.command()
def sets(data: Data) -> None:
    """List the data sets: role, licence, rows here beside the official number, and where an absent one is had."""
    from rich.console import Console

    from training.data.listing import listing

    table, missing = listing(data)
    Console().print(table.rich())
    for line in missing:
        typer.echo(line)


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help="Of `turnsql data sets`.")],
    data: Data = Path("data"),
) -> None:
    """Say where a data set is from and under which licence, and download it where there is a network."""
    from training.data.catalogue import MEANINGS, data_set
    from training.data.fetch import fetch

    known = data_set(name)
    roles = "; ".join(f"{split}: {MEANINGS[found.role]}" for split, found in known.splits.items())
    typer.echo(f"{known.title}\n  page     {known.page}\n  licence  {known.licence}\n  dialect  {known.dialect}")
    typer.echo(f"  folder   {data / known.folder}\n  holds    {known.layout}\n  use      {roles}")
    if known.note:
        typer.echo(f"  note     {known.note}")
    fetch(known, data, typer.echo)
