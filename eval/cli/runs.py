"""The commands that answer: a data set in, records out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.cli.options import (
    ANSWER,
    BatchIn,
    BatchOut,
    Concurrency,
    ConfigFile,
    Data,
    DatasetName,
    Dialogues,
    History,
    Knowledge,
    MovedData,
    Nodes,
    Out,
    Records,
    RecordTo,
    ReplayFrom,
    Split,
    Workers,
    cassette_of,
    resumable,
    tell_requests,
)

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=ANSWER)
def run(
    data: Data,
    out: Out,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Every Nth dialogue of these, from the Ith on; `eval merge` joins them."),
    ] = None,
    history: History = None,
    config: ConfigFile = None,
    node: Nodes = None,
    oracle: Annotated[
        list[str] | None, typer.Option(metavar="STAGE", help="Stage that is given gold; may be repeated.")
    ] = None,
    alone: Annotated[
        bool | None,
        typer.Option(
            help="Also run the stages alone, on gold upstream: all, or none; those that ask no model unless given."
        ),
    ] = None,
    knowledge: Knowledge = None,
    evidence: Annotated[
        Literal["knowledge", "question", "none"] | None,
        typer.Option(
            help="What becomes of BIRD's evidence: read as knowledge (the default), put into the question, or left out."
        ),
    ] = None,
    database: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only the dialogues about this database; may be repeated.")
    ] = None,
    concurrency: Concurrency = 1,
    workers: Workers = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Ray cluster whose actors are the workers: auto, HOST:PORT, or local for one of its own.",
        ),
    ] = None,
    copy_to: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Also put the run folder here at its end: s3://, gs://, sftp://, file:// ..."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out: finished turns are kept.")
    ] = False,
    records: Records = "jsonl",
    record: RecordTo = None,
    replay: ReplayFrom = None,
    batch_out: BatchOut = None,
    batch_in: BatchIn = None,
) -> None:
    """Answer the turns of a data set, and write one record a turn."""
    import os
    from functools import partial

    from eval.runs.experiment import RunOptions
    from eval.runs.run import run as run_turns

    if (batch_in or batch_out) and (not record or replay or workers > 1):
        raise typer.BadParameter("--batch-in and --batch-out need --record, one worker, and no --replay")
    if ray and (record or replay):
        raise typer.BadParameter("--ray takes no --record and no --replay: their file is on one machine")
    cassette = cassette_of(record, replay, batch_in, batch_out)
    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, shard=shard, history=history, config=config,
        nodes=tuple(node or ()), oracle=tuple(oracle or ()), alone=alone, concurrency=concurrency, workers=workers, resume=resume,
        cassette=cassette, environment=os.environ, knowledge=tuple(knowledge or ()), evidence=evidence,
        databases=tuple(database or ()), records=records, ray=ray, copy_to=copy_to,
    )  # fmt: skip
    with resumable(out):
        counts = run_turns(options, say=partial(typer.echo, err=True))
    typer.echo(f"{out}: {counts.describe()}")
    if tell_requests(batch_out):
        return
    if counts.stopped:
        typer.echo(f"turnsql: stopped: {counts.stopped}; go on with --resume", err=True)
        raise typer.Exit(1)
    if counts.not_run:
        typer.echo(f"turnsql: {counts.not_run} turns not run, the first: {counts.first_error}", err=True)
        raise typer.Exit(1)


@app.command(rich_help_panel=ANSWER)
def merge(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of the shards of a run, all of them.")],
    out: Out,
    data: MovedData = None,
    records: Records = "jsonl",
) -> None:
    """Join the shards of a run into one, as if one process had answered it."""
    from eval.runs.merge import merge_shards

    typer.echo(f"{out}: {merge_shards(runs, out, data, records)} turns of {len(runs)} shards")


@app.command("import", rich_help_panel=ANSWER)
def import_(
    predictions: Annotated[
        Path, typer.Option(metavar="FILE", help="Predictions: a text with one query a line, .jsonl or .json.")
    ],
    data: Data,
    out: Out,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Annotated[
        str | None,
        typer.Option(metavar="A:B", help="Dialogues that the file predicts, 0-based and half-open; all unless given."),
    ] = None,
    history: Annotated[
        Literal["gold", "predicted"], typer.Option(help="What the predictor was given of earlier turns.")
    ] = "gold",
    missing: Annotated[
        Literal["wrong", "left-out"],
        typer.Option(help="How a turn counts that the file leaves out: as wrong, or in no figure."),
    ] = "wrong",
) -> None:
    """Turn somebody's predictions into a run, to be scored, compared and reported like any other."""
    from eval.runs.predictions import import_predictions

    counts = import_predictions(
        predictions, data, out, dataset=dataset, split=split, dialogues=dialogues,
        history=history, missing=missing,
    )  # fmt: skip
    typer.echo(f"{out}: {counts.describe()}")
    for dialogue, turn in counts.without_sql:
        odd = ", which says SELECT" if (dialogue, turn) in counts.unread else ""
        typer.echo(f"{dialogue}/{turn}: no SQL in the answer{odd}", err=True)
