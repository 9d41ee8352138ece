"""`turnsql feedback`: what was kept as right, listed, deleted, exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval.cli.options import AsJson

if TYPE_CHECKING:
    from agent.storage.feedback import Feedback

app = typer.Typer(help="Answers that you kept as right: list, delete, export.", no_args_is_help=True)
File = Annotated[
    Path | None, typer.Option("--feedback", metavar="FILE", help="File of kept answers; the user's own unless given.")
]


@app.command("list")
def list_kept(file: File = None, as_json: AsJson = False) -> None:
    """List the answers that were kept as right."""
    from value_index.files.printable import printable
    from value_index.render import strict_json

    entries = _feedback(file).entries()
    if as_json:
        typer.echo(strict_json([each.model_dump(mode="json") for each in entries]))
        return
    for each in entries:
        after = f" (after {len(each.history)} turns)" if each.history else ""
        typer.echo(printable(f"{each.id}  {each.at[:10]}  {each.question}{after}\n    {each.sql}"))
    if not entries:
        typer.echo("nothing is kept")


@app.command("delete")
def delete(
    name: Annotated[
        list[str], typer.Argument(metavar="ID...", help="Entries, as `feedback list` names them; or `all`.")
    ],
    file: File = None,
) -> None:
    """Forget answers that were kept."""
    feedback = _feedback(file)
    for each in [entry.id for entry in feedback.entries()] if name == ["all"] else name:
        feedback.delete(each)


@app.command("export")
def export(
    file: File = None,
    form: Annotated[
        Literal["training", "knowledge"],
        typer.Option("--as", help="Rows for training, or a knowledge file of verified questions (YAML)."),
    ] = "training",
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="Evaluation file of which no row may be learnt; may be repeated."),
    ] = None,
) -> None:
    """Write what was kept: each row with its leak class against evaluation files, or as knowledge for the planner."""
    from agent.storage.feedback import training_row
    from eval.checks.kept_leaks import leak_classes
    from value_index.render import strict_json

    entries = _feedback(file).entries()
    if form == "knowledge":
        import yaml

        questions = [{"question": each.question, "sql": each.sql} for each in entries if each.stands_alone]
        typer.echo(yaml.safe_dump({"questions": questions}, sort_keys=False, allow_unicode=True), nl=False)
        return
    classes = leak_classes(entries, tuple(against)) if against else ["unaudited"] * len(entries)
    for each, leak_class in zip(entries, classes, strict=True):
        typer.echo(strict_json(training_row(each, leak_class)))


def _feedback(file: Path | None) -> Feedback:
    from agent.storage.feedback import Feedback
    from value_index.files.folders import data_folder

    return Feedback(file or data_folder() / "feedback.jsonl")
