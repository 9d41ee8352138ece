"""The commands over BIRD-Interact: play its tasks, score a run, serve the agent, replay published traces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.cli.options import (
    AsJson,
    BatchIn,
    BatchOut,
    Concurrency,
    ConfigFile,
    Nodes,
    Out,
    RecordTo,
    ReplayFrom,
    RunFolder,
    cassette_of,
    resumable,
    tell_requests,
)

app = typer.Typer(no_args_is_help=True, help="BIRD-Interact: conversations with a user who is ambiguous.")

Release = Annotated[Path, typer.Option(help="Folder of the release: its tasks, and a folder for each database.")]
MovedRelease = Annotated[
    Path | None, typer.Option("--data", help="Folder of the release, if it has moved since the run was made.")
]
Gold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Ground truth and test cases, as the authors mail them.")
]
Mode = Annotated[
    Literal["c", "a"], typer.Option(help="c: a fixed conversation; a: an agent that pays each action with coins.")
]
EnvironmentUrl = Annotated[
    str | None,
    typer.Option("--environment", metavar="URL", help="Database environment; the project's own unless given."),
]
UserUrl = Annotated[
    str | None, typer.Option("--user", metavar="URL", help="User simulator; the project's own unless given.")
]


@app.command()
def run(
    data: Release,
    out: Out,
    mode: Mode = "c",
    gold: Gold = None,
    simulator: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="scripted, or a configuration (TOML) whose endpoint plays the user; named in every figure.",
        ),
    ] = "scripted",
    environment: EnvironmentUrl = None,
    user: UserUrl = None,
    server: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="PostgreSQL server that holds the databases' templates; SQLite files unless given."
        ),
    ] = None,
    config: ConfigFile = None,
    node: Nodes = None,
    task: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only these tasks; may be repeated.")] = None,
    management: Annotated[
        bool, typer.Option("--management", help="Also play tasks that change their database, in its sandbox.")
    ] = False,
    concurrency: Concurrency = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out: finished tasks are kept.")
    ] = False,
    record: RecordTo = None,
    replay: ReplayFrom = None,
    batch_out: BatchOut = None,
    batch_in: BatchIn = None,
) -> None:
    """Play the tasks of a release, and write one record a task and a turn."""
    import os

    from eval.interact.runs.run import InteractOptions, run_interact
    from eval.interact.runs.worlds import WorldOptions

    if (batch_in or batch_out) and (not record or replay):
        raise typer.BadParameter("--batch-in and --batch-out need --record, and no --replay")
    world = WorldOptions(environment, user, simulator, server, management)
    options = InteractOptions(
        data=data, out=out, mode=mode, world=world, ground_truth=gold, config=config, nodes=tuple(node or ()),
        tasks=tuple(task or ()), management=management, concurrency=concurrency, resume=resume,
        cassette=cassette_of(record, replay, batch_in, batch_out), environment=os.environ,
    )  # fmt: skip
    with resumable(out):
        counts = run_interact(options)
    typer.echo(f"{out}: {counts.describe()}")
    if tell_requests(batch_out):
        return
    if counts.stopped or counts.not_run:
        told = counts.stopped or f"{counts.not_run} tasks not run, the first: {counts.first_error}"
        typer.echo(f"turnsql: {told}; go on with --resume", err=True)
        raise typer.Exit(1)


@app.command()
def score(run: RunFolder, data: MovedRelease = None, gold: Gold = None, json: AsJson = False) -> None:
    """Print a run's success by phase and reward with intervals, how well it asked, and whether the ledgers agree."""
    from eval.interact.runs.score import score_interact

    summary = score_interact(run, data, gold)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
    else:
        for line in summary.lines():
            typer.echo(line)
    if summary.not_run or summary.ledgers_differ:
        raise typer.Exit(1)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Folders of runs.")],
    identical: Annotated[bool, typer.Option("--identical", help="Exit 1 if any record differs, times aside.")] = False,
) -> None:
    """Compare runs with the first one, task by task: what was fixed and broken, and whether the records are the same."""
    from eval.interact.runs.compare import compare_tasks

    if len(runs) < 2:
        raise typer.BadParameter("two runs or more are compared")
    found = [compare_tasks(runs[0], other) for other in runs[1:]]
    for each in found:
        for line in each.lines():
            typer.echo(line)
    if identical and any(each.differing for each in found):
        raise typer.Exit(1)


@app.command("export")
def export(run: RunFolder, out: Out, data: MovedRelease = None) -> None:
    """Write a run's conversations as the benchmark's batch files: all of a task in a line, and one file a step."""
    from eval.datasets.bird_interact.release import load_release
    from eval.interact.runs.batch_files import write_batch
    from eval.interact.runs.record import read_tasks
    from eval.records import read_manifest

    release = load_release(data or Path(read_manifest(run).data))
    for path in write_batch(read_tasks(run), release.tasks, out):
        typer.echo(path)


@app.command("import")
def import_(
    batch: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder with system_interaction.jsonl.")],
    data: Release,
    out: Out,
    gold: Gold = None,
    environment: EnvironmentUrl = None,
    user: UserUrl = None,
) -> None:
    """Judge the submissions of somebody's batch files, and write a run to be scored and compared like any other."""
    import os

    from eval.interact.runs.import_batch import import_batch
    from eval.interact.runs.worlds import WorldOptions

    world = WorldOptions(environment, user)
    counts = import_batch(batch, data, out, ground_truth=gold, world=world, environment=os.environ)
    typer.echo(f"{out}: {counts.describe()}")
    if counts.not_run:
        typer.echo(f"turnsql: {counts.not_run} tasks not run, the first: {counts.first_error}", err=True)
        raise typer.Exit(1)


@app.command()
def agent(
    environment: Annotated[str, typer.Option(metavar="URL", help="Database environment.")] = "http://127.0.0.1:6002",
    user: Annotated[str, typer.Option(metavar="URL", help="User simulator.")] = "http://127.0.0.1:6001",
    host: Annotated[str, typer.Option(help="Address to listen at; it has no password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.")] = 6000,
    dialect: Annotated[
        Literal["postgres", "sqlite"], typer.Option(help="SQL of the environment's databases.")
    ] = "postgres",
    config: ConfigFile = None,
    node: Nodes = None,
) -> None:
    """Serve the agent to the benchmark's own orchestrator: /init_session, /run_session, /health."""
    import asyncio
    import os

    from agent.config import DEFAULT, Config
    from agent.llm import open_llm
    from eval.interact.play.agent_service import ServeOptions, serve_agent

    settings = Config.load(config or DEFAULT, overrides=node or ())

    async def serve() -> None:
        async with open_llm(settings.endpoint, os.environ) as llm:
            options = ServeOptions(host, port, environment, user, dialect)
            await serve_agent(settings, llm, options, lambda own: typer.echo(f"agent at http://{host}:{own}"))

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        typer.echo("agent stopped", err=True)


@app.command()
def replay(
    traces: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Published traces (JSON), of either mode.")],
    json: AsJson = False,
) -> None:
    """Play published traces again through our side: messages, notes, coins and rewards must come out the same."""
    import asyncio

    from eval.interact.traces import read_traces
    from eval.interact.traces import replay as replay_trace

    found = [
        asyncio.run(replay_trace(trace, mode))
        for path in traces
        for mode, read in [read_traces(path)]
        for trace in read
    ]
    if json:
        import json as writer

        typer.echo(writer.dumps([each.model_dump() for each in found], indent=2))
    else:
        for each in found:
            told = "; its own counter counts a reward twice" if each.rewarded_twice else ""
            same = f"{len(each.differences)} differences" if each.differences else "the same"
            typer.echo(f"{each.task_id} ({each.mode}): {same}{told}")
            for line in each.differences:
                typer.echo(f"  {line}")
    alike = sum(not each.differences for each in found)
    typer.echo(f"{alike} of {len(found)} traces come out the same", err=json)
    if alike < len(found):
        raise typer.Exit(1)
