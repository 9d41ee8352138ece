"""The commands that say what a language model costs, how steadily it answers, and what faults of its endpoint do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Unpacked official archive.")]
Out = Annotated[Path, typer.Option(help="New folder for the runs.")]
DatasetName = Annotated[str, typer.Option(help="cosql, sparc or spider.")]
Split = Annotated[str, typer.Option(help="dev, train, train_spider, ...")]
Dialogues = Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")]
ConfigFile = Annotated[Path, typer.Option(help="Agent configuration.")]
Concurrency = Annotated[int, typer.Option(min=1, help="Turns in flight.")]


@app.command()
def costs(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What a run's language model took: tokens, cached share, seconds and money, by node and by correct turn."""
    from eval.analysis.costs import cost_lines, run_cost

    cost = run_cost(run)
    typer.echo(cost.model_dump_json(indent=2) if json else "\n".join(cost_lines(cost)))


@app.command()
def cascade(
    first: Annotated[Path, typer.Argument(metavar="RUN_WITHOUT", help="Scored run of the compact planner alone.")],
    second: Annotated[Path, typer.Argument(metavar="RUN_WITH", help="Scored run of the same turns through the model.")],
    below: Annotated[
        float | None, typer.Option(min=0, max=1, help="A threshold, to be compared with both runs turn by turn.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What it gives and costs to ask the model only where the planner is unsure, by the share of turns. No model is called."""
    from rich.console import Console

    from eval.analysis.cascade import cascade as draw
    from eval.report.cascade import cascade_tables

    found = draw(first, second, below)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    console = Console()
    for table in cascade_tables(f"{first} and {second}", found):
        console.print(table.rich())


@app.command()
def faults(
    data: Data,
    out: Out,
    config: ConfigFile,
    replay: Annotated[Path, typer.Option(help="Recording that answers every turn, from `eval run --record`.")],
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    concurrency: Concurrency = 16,
    share: Annotated[float, typer.Option(min=0, max=0.9, help="Of the calls, those that get a fault.")] = 0.3,
    seed: Annotated[int, typer.Option(help="Of the faults.")] = 0,
    json: Annotated[bool, typer.Option("--json", help="Print two JSON objects, a line each.")] = False,
) -> None:
    """Run a recording calmly, then through a server that faults, then through one that dies: nothing may change."""
    from eval.bench.fault_tolerance import endure
    from eval.runs.experiment import RunOptions

    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, config=config, concurrency=concurrency
    )
    trials = endure(options, replay, share=share, seed=seed)
    for name, trial in zip(("faults", "kill"), trials, strict=True):
        if json:
            typer.echo(trial.model_dump_json())
            continue
        typer.echo(
            f"{name}: {trial.turns} turns, {trial.calls} calls in {trial.seconds:.0f} s, resumed {trial.resumed} times"
        )
        if trial.faults:
            typer.echo("  " + ", ".join(f"{kind} {count}" for kind, count in trial.faults.items()))
        if trial.stopped:
            typer.echo(f"  stopped {trial.stopped_after or 0.0:.0f} s after the kill: {trial.stopped}")
        figures = "the same figures" if trial.same_figures else "other figures"
        typer.echo(f"  {trial.not_run} turns lost, {trial.differing} other than without faults, {figures}")
    if not all(trial.unharmed for trial in trials):
        raise typer.Exit(1)


@app.command()
def flips(
    data: Data,
    out: Out,
    config: ConfigFile,
    repeat: Annotated[int, typer.Option(min=2, help="Runs of the same turns.")] = 3,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    concurrency: Concurrency = 8,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run the same turns several times: verdicts that flip, and the interval that allows for it. Goes on where it stopped."""
    import os

    from eval.analysis.repeatability import run_repeatedly
    from eval.runs.experiment import RunOptions

    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, config=config, concurrency=concurrency,
        environment=os.environ,
    )  # fmt: skip
    found = run_repeatedly(options, repeat)
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())
