"""The commands of `turnsql bench` for what is more than one process answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.options import ConfigFile, Data, SliceRange

app = typer.Typer(no_args_is_help=True)


@app.command("ray")
def bench_ray(
    data: Data,
    address: Annotated[str, typer.Option(metavar="ADDRESS", help="Cluster; local starts one of its own.")] = "local",
    config: ConfigFile = None,
) -> None:
    """Measure what a Ray cluster costs before the first turn and beside each."""
    import os

    from agent.config import DEFAULT
    from eval.bench.cluster import cluster_cost

    cost = cluster_cost(address, data, config or DEFAULT, os.environ)
    typer.echo(f"the driver joins, s                  {cost.joining:>8.1f}")
    typer.echo(f"the first actor is ready, s          {cost.starting:>8.1f}")
    typer.echo(f"a unit without a turn, ms            {cost.call_ms:>8.2f}")
    typer.echo(f"  of it the driver's processor, ms   {cost.driver_ms:>8.2f}")


@app.command("scale")
def bench_scale(
    folder: Annotated[Path, typer.Option(help="Folder for archives, runs and reports, which stay.")],
    turns: Annotated[str, typer.Option(help="Numbers of turns, separated by commas.")] = "1000,2000,4000",
    data: Annotated[
        Path | None, typer.Option(help="CoSQL's layout, whose dev is repeated; the demonstration's data unless given.")
    ] = None,
    config: ConfigFile = None,
    answer: Annotated[
        bool, typer.Option("--answer", help="Answer every turn, in place of copying the records of the first copy.")
    ] = False,
    alone: Annotated[bool, typer.Option(help="Run the stages alone too.")] = False,
    generated: Annotated[
        int,
        typer.Option(min=0, help="Turns made by construction over the data's databases, repeated in place of its dev."),
    ] = 0,
) -> None:
    """Measure run, score and report over more and more turns: time, peak memory, size on disk, and how each grows."""
    from eval.bench.scale.costs import scale_costs
    from eval.demo.build import build

    words = (*(("--config", str(config)) if config else ()), "--alone" if alone else "--no-alone")
    sizes = [int(size) for size in turns.split(",")]
    source = data or build()[0].parents[2]
    typer.echo(
        f"{'step':<8}{'turns':>9}{'seconds':>10}{'cpu s':>9}{'peak MB':>9}{'disk MB':>9}{'MB a 1,000 turns':>18}"
    )
    before: dict[str, tuple[int, float]] = {}
    for found in scale_costs(source, folder, sizes, words, answer=answer, generated=generated):
        last = before.get(found.step)
        slope = f"{(found.cost.peak_mb - last[1]) / (found.turns - last[0]) * 1000:.2f}" if last else ""
        before[found.step] = (found.turns, found.cost.peak_mb)
        typer.echo(
            f"{found.step:<8}{found.turns:>9,}{found.cost.seconds:>10.1f}{found.cost.cpu:>9.1f}{found.cost.peak_mb:>9.0f}"
            f"{found.disk_mb:>9.1f}{slope:>18}"
        )


@app.command("scale-plan")
def bench_scale_plan(
    plan: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Setups with their measured parts (TOML); ours unless given.")
    ] = None,
    confirm: Annotated[
        bool, typer.Option("--confirm", help="Measure loopback servers, and set the simulation beside them.")
    ] = False,
) -> None:
    """Say what a million turns take on processes and servers by a simulation, and what the bottleneck is at each step."""
    from eval.bench.scale.plan import read_plan, steps
    from value_index.files.folders import shipped

    if confirm:
        _confirm()
        return
    read = read_plan(plan or shipped(Path("configs/experiments/scale.toml")))
    head = (
        f"{'processes':>9}{'asked':>7}{'shards':>8}{'turns/s':>10}{'in flight':>11}{'hours':>9}{'cost':>9}  bottleneck"
    )
    for setup in read.setup:
        typer.echo(f"{setup.name}: {read.turns:,} turns\n{head}")
        for step in steps(setup):
            now, found, hours = step.setup, step.found, step.found.hours(read.turns)
            cost = f"{hours * now.price:,.0f}" if now.price else "-"
            typer.echo(
                f"{now.processes:>9}{now.asked:>7}{now.shards:>8}{found.turns_a_second:>10.1f}{found.in_flight:>11.1f}{hours:>9.1f}{cost:>9}"
                f"  {found.bottleneck}"
            )


def _confirm() -> None:
    from eval.bench.scale.points import measured_points

    typer.echo(
        f"{'processes':>9}{'asked':>7}{'server ms':>11}{'compute ms':>12}{'predicted/s':>13}{'measured/s':>12}{'in flight':>11}{'off':>7}"
    )
    for point in measured_points():
        setup = point.setup
        typer.echo(
            f"{setup.processes:>9}{setup.asked:>7}{setup.alone_ms:>11.0f}{setup.compute_ms:>12.1f}{point.predicted:>13.1f}"
            f"{point.measured:>12.1f}{point.in_flight:>11.1f}{point.error:>+7.0%}"
        )


@app.command("workers")
def bench_workers(
    folder: Annotated[Path, typer.Option(help="Folder for the runs, which stay.")],
    data: Data,
    dialogues: SliceRange = "0:32",
    config: ConfigFile = None,
    workers: Annotated[int, typer.Option(min=2, help="Workers beside one.")] = 2,
    rounds: Annotated[int, typer.Option(min=1, help="How often both are measured, one after the other.")] = 3,
) -> None:
    """Measure what more workers are worth for `eval run` and `eval score`, by the clock and by processor time."""
    from eval.bench.workers import worker_costs

    words = ("--data", str(data), "--dialogues", dialogues, *(("--config", str(config)) if config else ()))
    typer.echo(
        f"{'command':<9}{'seconds':>9}{'cpu s':>8}{f'seconds of {workers}':>14}{'cpu s':>8}{'by clock':>10}{'by processor':>14}"
    )
    for found in worker_costs(folder, words, workers, rounds):
        one, several = found.one, found.several
        typer.echo(
            f"{found.command:<9}{one.seconds:>9.1f}{one.cpu:>8.1f}{several.seconds:>14.1f}{several.cpu:>8.1f}"
            f"{found.by_clock:>10.2f}{found.by_processor:>14.2f}"
        )


@app.command("servers")
def bench_servers(
    folder: Annotated[Path, typer.Option(help="Folder for the archive and the runs, which stay.")],
    data: Annotated[
        Path | None, typer.Option(help="CoSQL's layout, whose dev is repeated; the demonstration's data unless given.")
    ] = None,
    turns: Annotated[int, typer.Option(min=1, help="Turns, at least.")] = 1049,
    servers: Annotated[int, typer.Option(min=2, help="Loopback servers, of 200 ms each.")] = 3,
) -> None:
    """Run over several servers, kill one and bring it back; show the share of each, and what differs from the records of one."""
    from eval.bench.scale.servers import outlived_server
    from eval.demo.build import build

    found = outlived_server(data or build()[0].parents[2], folder, turns, servers)
    typer.echo(f"{'server':<28}{'until the kill':>16}{'while down':>12}{'since back':>12}{'share':>8}")
    for url in sorted(found.answered[0] + found.answered[1] + found.answered[2]):
        counts = [answered[url] for answered in found.answered]
        name = f"{url} (killed)" if url == found.killed else url
        typer.echo(f"{name:<28}{counts[0]:>16,}{counts[1]:>12,}{counts[2]:>12,}{sum(counts) / found.turns:>8.0%}")
    typer.echo(
        f"killed after {found.moments[0]:,} of {found.turns:,} turns, back after {found.moments[1]:,}: "
        f"{found.not_run} not run, {found.differing} differences from the records of one server"
    )
    if found.not_run or found.differing:
        raise typer.Exit(1)
