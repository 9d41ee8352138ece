"""The commands that measure what is made of knowledge."""

from __future__ import annotations

import typer

from eval.cli.option_groups import SpiderRows, grouped
from eval.cli.options import MAINTAIN, AsJson

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=MAINTAIN)
@grouped
def paraphrases(
    rows: SpiderRows,
    json: AsJson = False,
) -> None:
    """Take every first question for a verified one, and tell how often another one taken for it has its answer."""
    from eval.checks.paraphrases import score_paraphrases

    chosen = rows.load()
    try:
        found = score_paraphrases(chosen)
    finally:
        chosen.close()
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())
