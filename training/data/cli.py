"""The commands of `turnsql data`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import resumable
from training.options import AGAIN

app = typer.Typer(help="List and download data sets, and make training data from them.", no_args_is_help=True)

Data = Annotated[Path, typer.Option(metavar="FOLDER", help="Folder that holds cosql_dataset, spider_data, bird, ...")]


@app.command()
def sets(data: Data) -> None:
    """List the data sets: role, licence, rows found beside the official number, and how to get an absent one."""
    from rich.console import Console

    from training.data.tables import listing

    table, missing = listing(data)
    Console().print(table.rich())
    for line in missing:
        typer.echo(line)


@app.command("fetch")
def fetch_command(
    name: Annotated[str, typer.Argument(help="Name of a data set, as `turnsql data sets` lists it.")],
    data: Data = Path("data"),
) -> None:
    """Say where a data set is from and under which licence, and download it if there is a network."""
    from training.data.catalogue import MEANINGS, data_set
    from training.data.fetch import fetch

    known = data_set(name)
    roles = "; ".join(f"{split}: {MEANINGS[found.role]}" for split, found in known.splits.items())
    typer.echo(f"{known.title}\n  page     {known.page}\n  licence  {known.licence}\n  dialect  {known.dialect}")
    typer.echo(f"  folder   {data / known.folder}\n  holds    {known.layout}\n  use      {roles}")
    if known.note:
        typer.echo(f"  note     {known.note}")
    fetch(known, data, typer.echo)


@app.command("prepare")
def prepare_command(
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings of the mix (TOML).")],
    data: Data,
    out: Annotated[Path, typer.Option(help="New folder for the rows, or that of an interrupted run.")],
    tokenizer: Annotated[
        str | None, typer.Option(help="Model whose tokens are counted: a folder or hub name; estimated unless given.")
    ] = None,
) -> None:
    """Make training data: chat rows of every stage that asks the model, audited, with a manifest."""
    from rich.console import Console

    from training.data.mix.prepare import prepare
    from training.data.tables import mix_tables

    with resumable(out, AGAIN):
        manifest = prepare(config, data, out, tokenizer=tokenizer, say=typer.echo)
    for table in mix_tables(manifest):
        Console().print(table.rich())
    typer.echo(f"{out}: {sum(manifest.rows['train'].values()):,} training rows")


@app.command("examples")
def examples_command(
    data: Data,
    out: Annotated[Path, typer.Option(metavar="FILE", help="File of JSON lines to write.")],
    dataset: Annotated[str, typer.Option(help="Name of the data set: cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="Split of the data set.")] = "train",
) -> None:
    """Write training dialogues as worked questions, of which a prompt shows those most like its turn."""
    from training.data.worked_questions import write_examples

    typer.echo(f"{out}: {write_examples(data, out, dataset, split)} worked questions")


@app.command("preferences")
def preferences_command(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Finished runs over a training split.")],
    data: Data,
    config: Annotated[Path, typer.Option(metavar="FILE", help="Configuration of the agent whose prompts are written.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File of JSON lines to write.")],
    diagnostic: Annotated[
        bool, typer.Option("--diagnostic", help="Also take runs and prompts that hold gold, marked as such.")
    ] = False,
) -> None:
    """Write DPO rows: for each turn answered wrongly the prompt, a right answer and the wrong one."""
    from training.data.preferences import write_preferences

    counts = write_preferences(runs, data, out, config=config, diagnostic=diagnostic)
    typer.echo(f"{out}: " + ", ".join(f"{number:,} {what}" for what, number in counts.items()))


@app.command("rename")
def rename_command(
    data: Annotated[Path, typer.Option(metavar="FOLDER", help="Data folder in CoSQL's layout.")],
    names: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help='TOML file, a table a database: city = "town", "city.name" = "town_name", ...'
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="New folder for the twin.")],
    split: Annotated[str, typer.Option(help="Split of the data set: dev or train.")] = "dev",
    dialogues: Annotated[
        str | None,
        typer.Option(metavar="A:B", help="Dialogues, 0-based and half-open; all of them unless given."),
    ] = None,
    database: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only the dialogues about this database; may be repeated.")
    ] = None,
) -> None:
    """Write a data folder's twin: the same dialogues over databases whose tables and columns have other names."""
    from functools import partial

    from training.data.renaming.twin import write_twin

    say = partial(typer.echo, err=True)
    twin = write_twin(data, names, out, split=split, dialogues=dialogues, databases=database or (), say=say)
    if twin.unnamed:
        typer.echo(f"under their own names, since {names} has none: {', '.join(twin.unnamed)}", err=True)
    left = f", {len(twin.left_out)} left out" if twin.left_out else ""
    typer.echo(f"{out}: {twin.turns} turns over {twin.databases} databases{left}")
