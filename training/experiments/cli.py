"""The commands that train, ask and compare. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import resumable
from training.options import AGAIN, DataFolder

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel="Experiments")
def table(
    pairs: Annotated[
        list[str],
        typer.Argument(
            metavar="TRAINING=RUN...", help="Training run, and the scored run of what it made; may be repeated."
        ),
    ],
    base: Annotated[Path, typer.Option(help="Scored run of the model that they started from.")],
    out: Annotated[
        Path | None, typer.Option(help="Name of the files OUT.md, and OUT.json for the report, to write too.")
    ] = None,
) -> None:
    """Lay out training runs beside their base: data, steps, time, and figures, paired stage by stage."""
    from rich.console import Console

    from training.experiments.read import parse_pair, read_experiments
    from training.experiments.table import experiment_tables, write_tables

    tables = experiment_tables(read_experiments([parse_pair(pair) for pair in pairs], base))
    for found in tables:
        Console().print(found.rich())
    if out is not None:
        write_tables(tables, out)


@app.command(rich_help_panel="Experiments")
def chain(
    data: DataFolder,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the steps; a step that it holds is not taken again.")
    ],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings: model, adapters and arms (TOML).")] = Path(
        "configs/experiments/post.toml"
    ),
    python: Annotated[
        str, typer.Option(metavar="FILE", help="Interpreter that has trl and peft.", show_default="this one")
    ] = sys.executable,
    server_python: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Interpreter that has vLLM or xllamacpp.", show_default="as --python"),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Model in place of the settings'.")] = None,
) -> None:
    """Train adapters of a model, serve them, ask base and adapters the same turns in several ways, and compare."""
    from rich.console import Console

    from training.experiments.chain import Chain
    from training.experiments.chain_config import load_chain
    from training.experiments.steps import Steps

    settings = load_chain(config)
    if model is not None:
        settings = settings.model_copy(update={"model": model})
    with resumable(out, AGAIN):
        tables = Chain(settings, config.parent, data, out, python, server_python, Steps(typer.echo)).run()
    for found in tables:
        Console().print(found.rich())


@app.command("prompt-parts", rich_help_panel="Experiments")
def prompt_parts(
    planner: Annotated[
        Path, typer.Argument(metavar="RUN", help="Run of the embedded planner with gold history: what prompts show.")
    ],
    config: Annotated[Path, typer.Option(metavar="FILE", help="Settings: agent, base and parts (TOML).")] = Path(
        "configs/experiments/prompt_parts.toml"
    ),
    data: Annotated[Path | None, typer.Option(help="Data folder, if it has moved since the run was made.")] = None,
    tokenizer: Annotated[
        str | None, typer.Option(help="Model whose tokens are counted: a folder or hub name; estimated unless given.")
    ] = None,
    examples: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Worked questions (turnsql data examples): one part more.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Folder of the table, and of the runs of --ask.")
    ] = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask the agent's model every variation, and compare.")] = False,
    dialogues: Annotated[
        str | None, typer.Option(metavar="A:B", help="Dialogues asked, in place of the settings'.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Dialogues asked at once.")] = 1,
) -> None:
    """Print what each part of the prompt for SQL costs in tokens and, with --ask, what it is worth to a model."""
    from rich.console import Console

    from eval.records import read_manifest
    from training.data.lengths import counter
    from training.experiments.part_effects import PartRuns, part_effects
    from training.experiments.prompt_parts import load_parts, parts_table, prompt_tokens
    from training.experiments.steps import Steps
    from training.experiments.table import write_tables
    from training.settings import TrainingError

    if ask and out is None:
        raise TrainingError("--ask writes runs: give --out")
    settings = load_parts(config)
    prompts, (count, counted_by) = settings.prompts(examples), counter(tokenizer)
    effects = None
    if ask and out is not None:
        agent, folder = config.parent / settings.agent, data or Path(read_manifest(planner).data)
        steps = Steps(lambda line: typer.echo(line, err=True))
        with resumable(out, AGAIN):
            PartRuns(agent, dialogues or settings.dialogues, folder, out, concurrency, steps).ask(prompts)
        effects = part_effects(out / "runs", list(prompts))
    table = parts_table(prompt_tokens(planner, prompts, count, data), counted_by, effects)
    Console().print(table.rich())
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        write_tables((table,), out / "table")


@app.command("adapter-pipeline", rich_help_panel="Experiments")
def adapter_pipeline(
    data: Annotated[Path, typer.Option(help="Folder that holds cosql_dataset, as the archive unpacks.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Folder of the steps; a step that it holds is not taken again.")
    ],
    python: Annotated[
        str, typer.Option(metavar="FILE", help="Interpreter that has trl, peft and vLLM.", show_default="this one")
    ] = sys.executable,
    base: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Small model to start from; made from nothing unless given.")
    ] = None,
) -> None:
    """Make rows, train an adapter, serve it, ask base and adapter held-out dialogues, and compare: on a CPU."""
    from rich.console import Console

    from training.experiments.adapter_pipeline import AdapterPipeline
    from training.experiments.steps import Steps

    with resumable(out, AGAIN):
        tables = AdapterPipeline(data, out, python, base, steps=Steps(typer.echo)).run()
    for found in tables:
        Console().print(found.rich())
