"""The commands of BIRD-Interact's world: write our own tasks as a release, serve the two services, prove them with the gold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from eval.cli.options import AsJson, Out

app = typer.Typer(no_args_is_help=True)

Data = Annotated[Path, typer.Option(help="Folder of the release: its tasks, and a folder for each database.")]
Gold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Ground truth and test cases, as the authors mail them.")
]
Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="ADDRESS",
        help="PostgreSQL server (postgresql://ME@HOST/postgres) whose user may make databases; SQLite unless given.",
    ),
]
Management = Annotated[
    bool,
    typer.Option("--management", help="Also run SQL that changes a database, and the test cases' Python, in copies."),
]


@app.command()
def world(
    out: Out,
    mini: Annotated[
        bool, typer.Option("--mini", help="Write mini-Interact's kind: one phase, tasks that read.")
    ] = False,
    server: Server = None,
) -> None:
    """Write the project's own 50 tasks with their databases as a release in the official layout, the gold in a file apart."""
    import os

    from eval.datasets.bird_interact.release import load_release
    from eval.interact.judge.postgres_sandbox import PostgresServer
    from eval.interact.world.write import make_templates, write_world
    from value_index.connection.address import Address

    templates = make_templates(PostgresServer(Address.parse(server, os.environ))) if server else ()
    folder, gold = write_world(out, mini=mini)
    tasks = load_release(folder, gold).tasks
    typer.echo(
        f"{folder}: {len(tasks)} tasks over {len({task.selected_database for task in tasks})} databases; gold: {gold}"
    )
    for template in templates:
        typer.echo(f"on the server: {template}")


@app.command("serve-world")
def serve_world(
    data: Data,
    gold: Gold = None,
    server: Server = None,
    host: Annotated[str, typer.Option(help="Address to listen at; it has no password.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the database environment; 0 takes a free one.")] = 6002,
    user_port: Annotated[int, typer.Option(help="Port of the user simulator; 0 takes a free one.")] = 6001,
    faults: Annotated[float, typer.Option(min=0, max=1, help="Share of the requests that get a fault.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Decides which requests get which fault.")] = 0,
    simulator: Annotated[
        str, typer.Option(metavar="NAME", help="scripted, or a configuration (TOML) whose endpoint plays the user.")
    ] = "scripted",
    management: Management = False,
) -> None:
    """Serve the user simulator and the database environment over a release."""
    import asyncio
    import os
    from contextlib import AsyncExitStack

    from agent.config import Config
    from agent.llm import open_llm
    from eval.datasets.bird_interact.release import load_release
    from eval.interact.simulator.endpoint import EndpointUser
    from eval.interact.world.faults import Faults
    from eval.interact.world.open import open_world
    from eval.interact.world.server import serve
    from value_index.connection.address import Address
    from value_index.errors import TurnSQLError

    release = load_release(data, gold)
    address = Address.parse(server, os.environ) if server else None
    drawn = Faults(faults, seed) if faults else None

    async def run() -> None:
        async with AsyncExitStack() as stack:
            endpoint = None if simulator == "scripted" else Config.load(Path(simulator)).endpoint
            llm = await stack.enter_async_context(open_llm(endpoint, os.environ))
            if simulator != "scripted" and llm is None:
                raise TurnSQLError(f"{simulator} names no endpoint to play the user")
            user = None if llm is None else EndpointUser(llm)
            opened = stack.enter_context(open_world(release, user=user, server=address, management=management))
            at = await stack.enter_async_context(
                serve(opened.environment, opened.user, ports=(port, user_port), faults=drawn, host=host)
            )
            typer.echo(f"database environment at {at.environment}\nuser simulator ({opened.simulator}) at {at.user}")
            await asyncio.Event().wait()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        given = f"; faults: {dict(drawn.given)} of {drawn.requests} requests" if drawn else ""
        typer.echo(f"world stopped{given}", err=True)


@app.command()
def oracle(
    data: Data,
    gold: Gold = None,
    server: Server = None,
    mode: Annotated[Literal["c", "a"], typer.Option(help="c: a fixed conversation; a: an agent with coins.")] = "c",
    management: Management = False,
    json: AsJson = False,
) -> None:
    """Submit the gold of every task through the services: the normalised reward is 1.0 where all of it is sound."""
    import os

    from eval.datasets.bird_interact.release import load_release
    from eval.interact.oracle import run_oracle
    from eval.interact.world.open import open_world
    from eval.progress import Progress
    from value_index.connection.address import Address
    from value_index.errors import TurnSQLError

    release = load_release(data, gold)
    address = Address.parse(server, os.environ) if server else None
    with (
        open_world(release, server=address, management=management) as opened,
        Progress("tasks", total=len(release.tasks)) as bar,
    ):
        found = run_oracle(release, opened, mode, each=bar.advance)
    if found is None:
        raise TurnSQLError(f"{str(data)!r} has no gold: give --gold")
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    told = found.figures
    for name, figure in (("phase 1", told.phase1), ("phase 2", told.phase2), ("reward", told.reward)):
        typer.echo(f"{name}: {figure.mean:.3f} [{figure.low:.3f}, {figure.high:.3f}]")
    typer.echo(
        f"normalised reward: {told.normalised_reward:.3f} of {told.tasks} tasks ({len(found.skipped)} without gold)"
    )
    for task_id, said in found.not_right.items():
        typer.echo(f"{task_id}: {said}")
    if found.not_right:
        raise typer.Exit(1)
