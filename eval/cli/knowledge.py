"""The commands that measure what is made of knowledge."""

from __future__ import annotations

import typer

from eval.cli.options import MAINTAIN, AsJson, Data, Databases, DatasetName, Dialogues, Split

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=MAINTAIN)
def paraphrases(
    data: Data,
    dataset: DatasetName = "spider",
    split: Split = "train_spider",
    dialogues: Dialogues = None,
    databases: Databases = None,
    json: AsJson = False,
) -> None:
    """Take every first question for a verified one, and tell how often another one taken for it has its answer."""
    from eval.checks.paraphrases import score_paraphrases
    from eval.datasets import listed_databases, load, parse_range

    chosen = load(dataset, data, split)
    if dialogues:
        chosen = chosen.select(*parse_range(dialogues))
    if databases:
        chosen = chosen.about(listed_databases(databases))
    try:
        found = score_paraphrases(chosen)
    finally:
        chosen.close()
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())
