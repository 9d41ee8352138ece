"""The commands that say which node to mend next, and what a history of one's own costs."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import Annotated

import typer

from eval.cli.option_groups import Answered, Rows, grouped
from eval.cli.options import (
    ANSWER,
    MAINTAIN,
    MEASURE,
    AsJson,
    ConfigFile,
    Data,
    Databases,
    DatasetName,
    Dialogues,
    History,
    MovedData,
    Nodes,
    RunFolder,
    Seed,
    Split,
)

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=ANSWER)
@grouped
def ablate(
    answered: Answered,
    history: History = None,
) -> None:
    """Run the ladder: each stage skipped, exchanged, and given gold, with what each change is worth."""
    from functools import partial

    from rich.console import Console

    from eval.ablation.run import ablate as climb
    from eval.report.topics.ladder import ladder_tables

    console = Console()
    for table in ladder_tables(climb(answered.options(history=history), say=partial(typer.echo, err=True))):
        console.print(table.rich())


@app.command(rich_help_panel=MEASURE)
def attribute(
    ladder: Annotated[Path, typer.Argument(help="Folder that `turnsql eval ablate` or `suite run --blame` wrote.")],
    data: MovedData = None,
    turns: Annotated[bool, typer.Option("--turns", help="List every wrong turn with its evidence.")] = False,
) -> None:
    """Name the stage to blame for each wrong turn of a ladder, and the modes in which it failed."""
    from rich.console import Console

    from eval.ablation.attribution import attribute as find_blame
    from eval.report.wrong_turns import failure_lines, failure_tables

    found = find_blame(ladder, data)
    for line in failure_lines(found) if turns else ():
        typer.echo(line)
    console = Console()
    for table in failure_tables(found):
        console.print(table.rich())


@app.command("attribution-check", rich_help_panel=MAINTAIN)
@app.command("modes", hidden=True)
@grouped
def attribution_check(
    rows: Rows,
    seed: Seed = 0,
) -> None:
    """Corrupt gold plans in one failure mode at a time, and count how often attribution names that mode."""
    from eval.ablation.attribution_check import measure_modes

    chosen = rows.load()
    chosen.open_databases()
    typer.echo(f"{'mode':<22}{'corrupted':>8}{'named':>8}{'share':>8}{'alone':>8}")
    for figure in measure_modes(chosen, seed=seed):
        typer.echo(figure.describe())


@app.command(rich_help_panel=ANSWER)
@grouped
def history(
    answered: Answered,
) -> None:
    """Run with gold, predicted and noised history, and print what each costs, turn by turn."""
    from functools import partial

    from rich.console import Console

    from eval.analysis.history_gap import run_histories
    from eval.report.topics.history import history_tables

    console = Console()
    for table in history_tables(run_histories(answered.options(), say=partial(typer.echo, err=True))):
        console.print(table.rich())


@app.command(rich_help_panel=MEASURE)
def ledger(
    run: RunFolder,
    data: MovedData = None,
    json: AsJson = False,
) -> None:
    """List the filters that answers forgot, or kept too long, from one turn to the next."""
    from rich.console import Console

    from eval.analysis.constraint_ledger import read_ledger
    from eval.report.topics.history import ledger_lines, ledger_table

    found = read_ledger(run, data)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    for line in ledger_lines(found):
        typer.echo(line)
    Console().print(ledger_table({run.name: found}).rich())


@app.command(rich_help_panel=MEASURE)
def notes(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of scored runs.")],
    data: MovedData = None,
    json: AsJson = False,
) -> None:
    """Count the wrong answers that came without a note: sure of themselves, nothing unused, no warning, no other reading.

    Beside them: how well the confidence parts right from wrong, and how often what is said to be unused is what the gold
    plan has and the answer lacks.
    """
    from rich.console import Console

    from eval.analysis.notes import note_figures
    from eval.report.topics.confidence import curve_table, note_table, reading_table, unused_table

    found = {run.name: note_figures(run, data) for run in runs}
    if json:
        typer.echo("\n".join(figures.model_dump_json() for figures in found.values()))
        return
    tables = (note_table, curve_table, reading_table, unused_table)
    Console().print(*(table(found).rich() for table in tables))


@app.command("clarification", rich_help_panel=MAINTAIN)
@app.command("acts", hidden=True)
def clarification(
    data: Annotated[Path, typer.Option(help="Data folder: an unpacked CoSQL archive with its full dialogues.")],
    split: Annotated[str, typer.Option(help="Split of the data set: dev or train.")] = "dev",
    databases: Databases = None,
    refuse_below: Annotated[float, typer.Option(help="Confidence under which a turn counts as refused.")] = 0.1,
    config: ConfigFile = None,
    node: Nodes = None,
    json: AsJson = False,
) -> None:
    """Compare when the agent would ask back or refuse with what CoSQL's users and systems did: precision and recall."""
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


@app.command("no-question", rich_help_panel=MAINTAIN)
def no_question(
    data: Data,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    dialogues: Dialogues = None,
    databases: Databases = None,
    acts: Annotated[
        bool, typer.Option(help="Read CoSQL's full dialogues with their acts, not the questions alone.")
    ] = False,
    utterances: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Utterances about the data's databases, each with its kind: JSON Lines."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Count the utterances that get one line in place of rows: false alarms, and of those that should precision and recall."""
    from agent.config import read_tables
    from eval.checks.clarification import acted_turns
    from eval.checks.labelled_utterances import labelled_utterances
    from eval.checks.no_question import IMPROPER, Asked, questions, score_no_question
    from eval.datasets import load, parse_range
    from nodes.state import NoQuestionKind

    chosen = frozenset(read_tables(databases)["databases"]) if databases else frozenset[str]()
    source = load(dataset, data, split)
    turns: list[tuple[Asked, NoQuestionKind | bool]]
    if utterances:
        turns = [(each, each.due or False) for each in labelled_utterances(utterances)]
    elif acts:
        found = acted_turns(data / "dialogues" / f"cosql_dialogues_{split}.json")
        turns = [(turn, turn.act == IMPROPER) for turn in found if not chosen or turn.database_id in chosen]
    else:
        start, stop = parse_range(dialogues) if dialogues else (0, len(source.dialogues))
        turns = [(turn, False) for turn in questions(source.select(start, stop, tuple(chosen)))]
    score = score_no_question(turns, source)
    if json:
        typer.echo(dumps({**score.model_dump(mode="json"), "precision": score.precision, "recall": score.recall}))
        return
    for line in score.false_alarms:
        typer.echo(line)
    kinds = ", ".join(f"{kind} {count}" for kind, count in score.kinds.items()) or "none"
    typer.echo(
        f"{score.turns} turns, taken for no question: {score.told} ({kinds}); false alarms {len(score.false_alarms)}"
    )
    for line in score.missed:
        typer.echo(f"missed {line}")
    for kind, each in score.by_kind.items():
        typer.echo(f"{kind:<14} {each.due:4} due, {each.told:4} told, {each.same:4} as such")
    if score.due:
        precision, recall = (f"{each:.3f}" if each is not None else "-" for each in (score.precision, score.recall))
        typer.echo(f"{score.due} ask for nothing: precision {precision}, recall {recall}")
