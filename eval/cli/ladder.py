"""The commands that say which node to mend next, and what a history of one's own costs."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def ablate(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    out: Annotated[Path, typer.Option(help="New folder for the ladder; one run folder a rung.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    history: Annotated[str | None, typer.Option(help="gold (unless given), predicted or noised.")] = None,
    config: Annotated[Path | None, typer.Option(help="Agent configuration; the embedded default unless given.")] = None,
    node: Annotated[list[str] | None, typer.Option(help="STAGE=VARIANT, over the configuration.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Turns in flight.")] = 1,
) -> None:
    """Skip each stage, exchange it, and give it gold, and print what each change is worth in right answers."""
    import os
    from functools import partial

    from rich.console import Console

    from eval.ablation.run import ablate as climb
    from eval.report.ladder import ladder_tables
    from eval.runs.experiment import RunOptions

    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, history=history, config=config,
        nodes=tuple(node or ()), concurrency=concurrency, environment=os.environ,
    )  # fmt: skip
    console = Console()
    for table in ladder_tables(climb(options, say=partial(typer.echo, err=True))):
        console.print(table.rich())


@app.command()
def attribute(
    ladder: Annotated[Path, typer.Argument(help="Folder that `turnsql eval ablate` wrote.")],
    data: Annotated[Path | None, typer.Option(help="Data folder, where it is not the ladder's own.")] = None,
    turns: Annotated[bool, typer.Option("--turns", help="List every wrong turn with its evidence.")] = False,
) -> None:
    """Blame a stage for each wrong turn, and name the modes in which it failed; writes attribution.json."""
    from rich.console import Console

    from eval.ablation.attribution import attribute as find_blame
    from eval.report.wrong_turns import failure_lines, failure_tables

    found = find_blame(ladder, data)
    for line in failure_lines(found) if turns else ():
        typer.echo(line)
    console = Console()
    for table in failure_tables(found):
        console.print(table.rich())


@app.command()
def modes(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    seed: Annotated[int, typer.Option(help="Of the perturbations.")] = 0,
) -> None:
    """Spoil gold plans in one failure mode at a time, and count how often attribution names that mode."""
    from eval.ablation.attribution_check import measure_modes
    from eval.datasets import load, parse_range

    rows = load(dataset, data, split)
    rows = rows.select(*parse_range(dialogues)) if dialogues else rows
    rows.open_databases()
    typer.echo(f"{'mode':<22}{'spoilt':>8}{'named':>8}{'share':>8}{'alone':>8}")
    for figure in measure_modes(rows, seed=seed):
        typer.echo(figure.describe())


@app.command()
def history(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    out: Annotated[Path, typer.Option(help="New folder; one run folder a mode.")],
    dataset: Annotated[str, typer.Option(help="cosql or sparc.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    config: Annotated[Path | None, typer.Option(help="Agent configuration; the embedded default unless given.")] = None,
    node: Annotated[list[str] | None, typer.Option(help="STAGE=VARIANT, over the configuration.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Turns in flight.")] = 1,
) -> None:
    """Run with gold, predicted and noised history, and print what each costs, turn by turn, and the filters carried."""
    import os
    from functools import partial

    from rich.console import Console

    from eval.analysis.history_gap import run_histories
    from eval.report.history import history_tables
    from eval.runs.experiment import RunOptions

    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, config=config, nodes=tuple(node or ()),
        concurrency=concurrency, environment=os.environ,
    )  # fmt: skip
    console = Console()
    for table in history_tables(run_histories(options, say=partial(typer.echo, err=True))):
        console.print(table.rich())


@app.command()
def ledger(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    data: Annotated[Path | None, typer.Option(help="Data folder, where it is not the run's own.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every turn's constraints as JSON.")] = False,
) -> None:
    """List the filters that answers forgot, or kept too long, between one turn and the next."""
    from rich.console import Console

    from eval.analysis.constraint_ledger import read_ledger
    from eval.report.history import ledger_lines, ledger_table

    found = read_ledger(run, data)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    for line in ledger_lines(found):
        typer.echo(line)
    Console().print(ledger_table({run.name: found}).rich())


@app.command()
def acts(
    data: Annotated[Path, typer.Option(help="Unpacked CoSQL archive, with its full dialogues.")],
    split: Annotated[str, typer.Option(help="dev or train.")] = "dev",
    databases: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A TOML file whose `databases` alone are asked about.")
    ] = None,
    refuse_below: Annotated[float, typer.Option(help="Confidence under which a turn counts as refused.")] = 0.1,
    config: Annotated[Path | None, typer.Option(help="Agent configuration; the embedded default unless given.")] = None,
    node: Annotated[list[str] | None, typer.Option(help="STAGE=VARIANT, over the configuration.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Where the system would ask back or refuse, against the acts of CoSQL's users: precision and recall."""
    from agent.config import DEFAULT, Config, read_tables
    from eval.checks.clarification import score_moves, user_turns
    from eval.datasets import load

    turns = user_turns(data / "dialogues" / f"cosql_dialogues_{split}.json")
    if databases:
        chosen = set(read_tables(databases)["databases"])
        turns = [turn for turn in turns if turn.database_id in chosen]
    settings = Config.load(config or DEFAULT, overrides=node or ())
    found = score_moves(turns, load("cosql", data, split), settings, refuse_below=refuse_below)
    if json:
        typer.echo(dumps({move: score.model_dump() for move, score in found.items()}))
        return
    for move, score in found.items():
        precision, recall = (f"{each:.3f}" if each is not None else "-" for each in (score.precision, score.recall))
        typer.echo(f"{move:<14} {score.turns:4} due, {score.moved:4} made: precision {precision}, recall {recall}")
