"""The commands that say what a language model costs, how steadily it answers, and what faults of its endpoint do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import (
    ANSWER,
    MAINTAIN,
    MEASURE,
    AsJson,
    Concurrency,
    Data,
    DatasetName,
    Dialogues,
    ModelConfig,
    MovedData,
    Out,
    RecordTo,
    ReplayFrom,
    RunFolder,
    Seed,
    Split,
    cassette_of,
)

app = typer.Typer(no_args_is_help=True)

PlannerRun = Annotated[Path, typer.Argument(metavar="RUN_WITHOUT", help="Run of the compact planner alone.")]
ModelRuns = Annotated[
    list[Path],
    typer.Argument(metavar="RUN_WITH...", help="Runs or imported predictions of models on the same turns."),
]


@app.command(rich_help_panel=MEASURE)
def costs(
    run: RunFolder,
    json: AsJson = False,
) -> None:
    """Print the tokens, cached share, seconds and money that a run's language model took, by stage and by right turn."""
    from eval.analysis.costs import cost_lines, run_cost

    cost = run_cost(run)
    typer.echo(cost.model_dump_json(indent=2) if json else "\n".join(cost_lines(cost)))


@app.command(rich_help_panel=MEASURE)
def cascade(
    first: Annotated[Path, typer.Argument(metavar="RUN_WITHOUT", help="Scored run of the compact planner alone.")],
    second: Annotated[Path, typer.Argument(metavar="RUN_WITH", help="Scored run of the same turns through the model.")],
    below: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Confidence under which the model is asked; compared with both runs turn by turn."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Print what asking the model only below each confidence would give and cost. Calls no model."""
    from rich.console import Console

    from eval.analysis.cascade import cascade as draw
    from eval.report.topics.cascade import cascade_tables

    found = draw(first, second, below)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    console = Console()
    for table in cascade_tables(f"{first} and {second}", found):
        console.print(table.rich())


@app.command(rich_help_panel=MEASURE)
def choice(
    planner: PlannerRun,
    models: ModelRuns,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Weights of `train model-choice`; those shipped unless given.")
    ] = None,
    data: MovedData = None,
    json: AsJson = False,
) -> None:
    """Print what choosing between planner and model gives, beside each alone. Calls no model."""
    from rich.console import Console

    from eval.analysis.choice import choice_table, measure_choices
    from nodes.choice.choose import choice_weights

    found = list(measure_choices(planner, models, data, choice_weights(weights) if weights else None))
    if json:
        typer.echo("[" + ",\n".join(each.model_dump_json(indent=2) for each in found) + "]")
    else:
        Console().print(choice_table(found).rich())


@app.command(rich_help_panel=MEASURE)
def chooser(
    planner: PlannerRun,
    models: ModelRuns,
    config: ModelConfig,
    dialogues: Dialogues = None,
    sure: Annotated[
        float, typer.Option(min=0, max=1, help="Probability from which the choice of the weights stands unasked.")
    ] = 0.9,
    record: RecordTo = None,
    replay: ReplayFrom = None,
    data: MovedData = None,
    json: AsJson = False,
) -> None:
    """Ask a language model to choose between planner and model where the weights are unsure; print both side by side."""
    import asyncio
    import os

    from rich.console import Console

    from agent.config import read_endpoint
    from eval.analysis.model_choice import ModelChoiceFigures, ModelChooser, model_choice_table

    asked = ModelChooser(read_endpoint(config), os.environ, sure, cassette_of(record, replay, None, None))

    async def figures() -> list[ModelChoiceFigures]:
        return [each async for each in asked.figures(planner, models, data, dialogues)]

    found = asyncio.run(figures())
    if json:
        typer.echo("[" + ",\n".join(each.model_dump_json(indent=2) for each in found) + "]")
    else:
        Console().print(model_choice_table(found).rich())


@app.command("fault-tolerance", rich_help_panel=MAINTAIN)
@app.command("faults", hidden=True)
def fault_tolerance(
    data: Data,
    out: Out,
    config: ModelConfig,
    replay: Annotated[
        Path, typer.Option(metavar="FILE", help="Recording that answers every turn, made by `eval run --record`.")
    ],
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    concurrency: Concurrency = 16,
    share: Annotated[float, typer.Option(min=0, max=0.9, help="Share of the calls that get a fault.")] = 0.3,
    seed: Seed = 0,
    json: AsJson = False,
) -> None:
    """Replay a recording calmly, through a server that faults, and through one that dies; exit 1 if a record differs."""
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


@app.command("repeatability", rich_help_panel=ANSWER)
@app.command("flips", hidden=True)
def repeatability(
    data: Data,
    out: Out,
    config: ModelConfig,
    repeat: Annotated[int, typer.Option(min=2, help="How many times the same turns are run.")] = 3,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    concurrency: Concurrency = 8,
    json: AsJson = False,
) -> None:
    """Run the same turns several times: verdicts that change, and the interval that allows for it. Continues a stopped run."""
    import os

    from eval.analysis.repeatability import run_repeatedly
    from eval.runs.experiment import RunOptions

    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, config=config, concurrency=concurrency,
        environment=os.environ,
    )  # fmt: skip
    found = run_repeatedly(options, repeat)
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())
