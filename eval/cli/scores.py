"""The commands that score, report and compare: records in, figures out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import (
    MEASURE,
    AsJson,
    MovedData,
    RunFolder,
    Workers,
)

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=MEASURE)
def score(
    run: RunFolder,
    data: MovedData = None,
    suite: Annotated[
        bool, typer.Option("--suite", help="Judge right turns on mutated copies of the database too.")
    ] = False,
    workers: Workers = 1,
    rounds: Annotated[
        int, typer.Option(min=0, help="Timings of each query for BIRD's R-VES, over its data sets; 0 leaves it out.")
    ] = 10,
    json: AsJson = False,
) -> None:
    """Judge every turn of a run against its gold, and print each stage's scores. Calls no model."""
    from rich.console import Console

    from eval.record_chain import describe_edits
    from eval.records import read_manifest
    from eval.report.evidence import evidence_tables
    from eval.report.run_view import gather
    from eval.report.tables import answer_table, node_table, plan_table
    from eval.scoring.bird_figures import bird_figures
    from eval.scoring.score import changed_databases
    from eval.scoring.score import score as score_run
    from eval.scoring.suite.turns import describe_falls

    summary = score_run(run, data, suite=suite, workers=workers)
    if others := changed_databases(run, data):
        typer.echo(f"note: other content than when the run was made: {', '.join(others)}", err=True)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
    else:
        view = gather(run, data)
        console = Console()
        for table in (answer_table([view]), node_table(view), plan_table(view), *evidence_tables(view)):
            console.print(table.rich())
        if suite:
            typer.echo(describe_falls(summary))
        if read_manifest(run).dataset == "bird" and (figures := bird_figures(run, data, rounds=rounds)):
            typer.echo(figures.describe())
    if summary.edited:
        typer.echo(f"turnsql: {run} was edited after it was written: {describe_edits(summary.edited)}", err=True)
    not_run = summary.not_run - summary.left_out
    if summary.left_out:
        typer.echo(f"{summary.left_out} turns left out: the imported file predicts nothing for them", err=True)
    if not_run or summary.missing or summary.faulted:
        counts = f"{not_run} turns not run, {summary.missing} without a record, {summary.faulted} not judged"
        typer.echo(f"turnsql: {counts}", err=True)
    if not_run or summary.missing or summary.faulted or summary.edited:
        raise typer.Exit(1)


@app.command(rich_help_panel=MEASURE)
def report(
    runs: Annotated[
        list[Path], typer.Argument(metavar="RUN...", help="Folders of scored runs, of a ladder, of a history.")
    ],
    data: MovedData = None,
    table: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="JSON file of tables to show too; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report; the first run's unless given.")] = None,
) -> None:
    """Write `report.html`, which opens from disk, and `report.md`, for a pull request."""
    from eval.report.build import write_report
    from eval.report.inputs import open_inputs

    for path in write_report(open_inputs(runs, data, table or ()), out or runs[0]):
        typer.echo(path)


@app.command(rich_help_panel=MEASURE)
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Folders of scored runs.")],
    json: AsJson = False,
    identical: Annotated[
        bool, typer.Option("--identical", help="Compare the records themselves, times aside; exit 1 if any differs.")
    ] = False,
) -> None:
    """Compare runs with the first one, turn by turn: turns fixed and broken, and whether the difference is decided."""
    if identical:
        _identical(runs, json)
        return
    from rich.console import Console

    from eval.analysis.compare import compare as compare_runs
    from eval.report.comparison import comparison_table

    comparison = compare_runs(runs)
    if json:
        typer.echo(comparison.model_dump_json(indent=2))
        return
    console = Console()
    for run in comparison.runs:
        console.print(comparison_table(run, comparison.smallest_decidable).rich())


def _identical(runs: list[Path], json: bool) -> None:
    """Tell whether each run wrote the records of the first."""
    from eval.analysis.identity import identity

    found = [identity(runs[0], other) for other in runs[1:]]
    for each in found:
        typer.echo(each.model_dump_json(indent=2) if json else each.describe())
    if not found:
        raise typer.BadParameter("two runs or more are compared")
    if any(each.differing for each in found):
        raise typer.Exit(1)


@app.command(rich_help_panel=MEASURE)
def bundle(
    run: Annotated[Path, typer.Argument(help="Folder of a scored run; or a bundle, to score it again.")],
    out: Annotated[Path | None, typer.Option(help="ZIP file; beside the run unless given.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder, to score a bundle again.")] = None,
) -> None:
    """Pack predictions, manifest and scores into one ZIP; given a bundle and --data, check that scoring it again agrees."""
    from eval.analysis.bundle import bundle as pack
    from eval.analysis.bundle import rescore

    if data is None:
        typer.echo(str(pack(run, out)))
        return
    differing = rescore(run, data)
    typer.echo(f"{run}: " + (f"rescoring differs in {', '.join(differing)}" if differing else "the same digits"))
    if differing:
        raise typer.Exit(1)
