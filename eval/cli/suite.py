"""The commands `turnsql suite`: conversations by construction, and dialogues with what must hold of their answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from eval.cli.options import AsJson, ConfigFile, Knowledge, Nodes, Out, Seed, Workers
from value_index.options import Db

if TYPE_CHECKING:
    from eval.conversations.suite_file import SuiteFile
    from value_index.schema import Schema

app = typer.Typer(help="Test conversations over your own database.", no_args_is_help=True)


@app.command()
def make(
    db: Db,
    out: Annotated[Path, typer.Option(metavar="FILE", help="New YAML file for the suite.")],
    turns: Annotated[int, typer.Option(min=2, help="Turns to make, at least.")] = 100,
    seed: Seed = 0,
    templates: Annotated[
        Literal["all", "a", "b"], typer.Option(help="Half of the wordings: test on b what was trained on a.")
    ] = "all",
    typos: Annotated[float, typer.Option(min=0, max=1, help="Share of questions with one letter left out.")] = 0.0,
    reword: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Agent configuration (TOML) with an endpoint, whose model rewords the questions."
        ),
    ] = None,
) -> None:
    """Make conversations over a database, each turn with its SQL; the same seed makes the same file."""
    from collections import Counter

    from rich.console import Console

    from eval.conversations.make import make_suite
    from eval.conversations.making.behaviours import FOLLOWING, OPENING
    from eval.conversations.result import made_table
    from eval.conversations.suite_file import SuiteError, write_suite
    from value_index.connect import connect

    if out.exists():
        raise SuiteError(f"{out} is there already: give --out a new file")
    database = connect(db)
    try:
        suite = make_suite(database, seed=seed, turns=turns, templates=templates, typos=typos)
        if reword:
            suite = _reworded(suite, database.schema, reword)
    finally:
        database.close()
    write_suite(suite, out)
    shown = Counter(turn.behaviour for dialogue in suite.dialogues for turn in dialogue.turns)
    typer.echo(f"{out}: {len(suite.dialogues)} dialogues, {sum(shown.values())} turns, {len(shown)} behaviours")
    Console().print(made_table(suite, (*OPENING, *FOLLOWING)).rich())


def _reworded(suite: SuiteFile, schema: Schema, config: Path) -> SuiteFile:
    import asyncio
    import os

    from agent.config import Config, ConfigError
    from agent.llm import open_llm
    from eval.conversations.reword import reword as reword_suite

    async def answered() -> SuiteFile:
        async with open_llm(Config.load(config).endpoint, os.environ) as llm:
            if llm is None:
                raise ConfigError(f"{config} names no endpoint: --reword needs one")
            found = await reword_suite(suite, schema, llm)
            typer.echo(found.describe())
            return found.suite

    return asyncio.run(answered())


@app.command()
def run(
    suite: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file of a suite.")],
    db: Db,
    out: Out,
    config: ConfigFile = None,
    node: Nodes = None,
    knowledge: Knowledge = None,
    history: Annotated[
        Literal["own", "gold"], typer.Option(help="Earlier SQL that a turn sees: its own answers, or the suite's.")
    ] = "own",
    repeat: Annotated[int, typer.Option(min=1, help="How often each dialogue is held: pass@k and pass^k.")] = 1,
    workers: Workers = 1,
    against: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Earlier run of the suite: turns fixed and broken since.")
    ] = None,
    blame: Annotated[
        bool,
        typer.Option("--blame", help="Also give gold to every stage in turn: which one each wrong turn is due to."),
    ] = False,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="JUnit XML to write, for CI.")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the conversations of a suite, and judge every answer; exit 1 below a threshold of the file."""
    import os

    from rich.console import Console

    from eval.conversations.result import blame_tables, mode_table, rate_table
    from eval.conversations.result import junit as junit_xml
    from eval.conversations.run import SuiteOptions, run_suite
    from value_index.files.atomic_file import write_atomically

    result = run_suite(
        SuiteOptions(
            suite=suite,
            database=db,
            out=out,
            history=history,
            config=config,
            nodes=tuple(node or ()),
            knowledge=tuple(knowledge or ()),
            repeat=repeat,
            workers=workers,
            against=against,
            blame=blame,
            environment=os.environ,
        )
    )
    if junit:
        write_atomically(junit, junit_xml(result))
    if as_json:
        typer.echo(result.model_dump_json(indent=2))
    else:
        for table in (rate_table(result), *((mode_table(result),) if result.modes else ()), *blame_tables(result)):
            Console().print(table.rich())
    for name in result.failed:
        typer.echo(f"turnsql: {name} is below its threshold", err=True)
    if result.lost:
        typer.echo(f"turnsql: {result.lost} turns not run", err=True)
    if result.failed or result.lost:
        raise typer.Exit(1)


@app.command()
def faults(
    suite: Annotated[Path, typer.Argument(metavar="FILE", help="YAML file of a suite.")],
    db: Db,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")] = False,
    seed: Seed = 0,
) -> None:
    """Show which faults a suite would find: its own SQL is spoilt in eight ways, and judged."""
    from rich.console import Console

    from eval.conversations.planted_faults import fault_table, plant_faults
    from eval.conversations.run import check_suite
    from eval.conversations.suite_file import read_suite
    from value_index.connect import connect

    read, database = read_suite(suite), connect(db)
    try:
        check_suite(read, suite, database)
        table = fault_table(plant_faults(read, database, seed=seed))
    finally:
        database.close()
    typer.echo(table.markdown()) if markdown else Console().print(table.rich())
