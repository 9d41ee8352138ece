"""The commands of `turnsql bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli import bench_scale
from eval.cli.options import AsJson, ConfigFile, Data, SliceRange
from value_index.options import Db

app = typer.Typer(help="Measure time and memory.", no_args_is_help=True)
app.add_typer(bench_scale.app)


@app.command("graph")
def bench_graph() -> None:
    """Measure what a turn costs beyond its nodes, beside a bare seven-node LangGraph graph."""
    from eval.bench.graph import graph_overhead

    typer.echo(f"{'checkpointer':<32}{'ours ms':>10}{'bare ms':>10}{'ratio':>8}")
    for found in graph_overhead():
        typer.echo(f"{found.checkpointer:<32}{found.graph_ms:>10.2f}{found.bare_ms:>10.2f}{found.ratio:>8.2f}")


@app.command("index")
def bench_index(
    sizes: Annotated[
        str, typer.Option(help="Numbers of distinct values, separated by commas.")
    ] = "10000,100000,1000000",
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Folder for the databases and indexes while they are measured."),
    ] = None,
) -> None:
    """Measure the value index over synthetic values, beside rapidfuzz over all of them and MinHash LSH."""
    from eval.bench.index import has_minhash, index_costs

    head = ("values", "method", "build s", "values/s", "p50 ms", "p95 ms", "hit@10", "time/index", "hits/index",
            "size/text", "private MB")  # fmt: skip
    typer.echo("".join(f"{word:>{20 if word == 'method' else 12}}" for word in head))
    index = None
    for found in index_costs([int(float(size)) for size in sizes.split(",")], folder):
        index = found if index is None or found.method == "index" else index
        more = "".join(f"{'' if x is None else f'{x:.1f}':>12}" for x in (found.bytes_per_text_byte, found.private_mb))
        typer.echo(
            f"{found.values:>12,}{found.method:>20}{found.build_seconds:>12.2f}{found.build_rate:>12,.0f}"
            f"{found.p50_ms:>12.2f}{found.p95_ms:>12.2f}{found.hit_at_10:>12.3f}"
            f"{found.p50_ms / index.p50_ms:>12.1f}{found.hit_at_10 / index.hit_at_10:>12.3f}{more}"
        )
    if not has_minhash():
        typer.echo("MinHash LSH was left out: datasketch is not installed (pip install datasketch)")


@app.command("engines")
def bench_engines(
    addresses: Annotated[
        list[str], typer.Argument(metavar="ADDRESS", help="Databases that hold the same, as --db takes them.")
    ],
    question: Annotated[str, typer.Option(help="Question that is asked of each.")] = "How many books are there?",
    rounds: Annotated[int, typer.Option(min=1, help="How many times it is asked.")] = 5,
) -> None:
    """Measure what a database costs by where it is held: opening, index, look-up, a question."""
    from eval.bench.engines import engine_cost
    from value_index.connect import shown_name

    head = ("opens s", "tables", "texts", "index s", "cpu s", "again ms", "lookup ms", "turn ms", "cpu ms", "peak MB")
    typer.echo("".join(f"{word:>11}" for word in head) + "  database")
    for address in addresses:
        found = engine_cost(address, question, rounds)
        typer.echo(
            f"{found.opening:>11.2f}{found.tables:>11,}{found.values:>11,}{found.indexing:>11.2f}{found.indexing_cpu:>11.2f}"
            f"{found.reopening_ms:>11.0f}{found.lookup_ms:>11.1f}{found.question_ms:>11.0f}{found.question_cpu_ms:>11.0f}"
            f"{found.peak_mb:>11.0f}  {found.address.partition('://')[0] if '://' in found.address else 'file'} {shown_name(address)}"
        )


@app.command("verdicts")
def bench_verdicts(
    pairs: Annotated[Path, typer.Option(metavar="FILE", help="JSON lines, each an object with db, gold and pred.")],
    databases: Annotated[Path, typer.Option(help="Folder of databases, each as NAME/NAME.sqlite.")],
    passes: Annotated[int, typer.Option(min=1, help="How many times the file is read, in one process.")] = 3,
) -> None:
    """Measure the five verdicts, beside the official code's two, and memory from pass to pass."""
    from eval.bench.verdicts import OFFICIAL_MS, verdict_costs

    typer.echo(f"{'pass':<6}{'pairs':>8}{'wall ms':>10}{'cpu ms':>10}{'official / ours':>18}{'peak MB':>10}")
    for number, cost in enumerate(verdict_costs(pairs, databases, passes), start=1):
        typer.echo(
            f"{number:<6}{cost.pairs:>8}{cost.wall_ms:>10.2f}{cost.cpu_ms:>10.2f}"
            f"{OFFICIAL_MS / cost.cpu_ms:>18.1f}{cost.peak_mb:>10.0f}"
        )


@app.command("slice")
def bench_slice(
    data: Data,
    config: ConfigFile = None,
    dialogues: SliceRange = "0:32",
) -> None:
    """Measure seconds and memory of running CoSQL's slice, and of running and scoring all of its dev."""
    import tempfile

    from eval.bench.graph import command_cost

    chosen = ("--config", str(config)) if config else ()
    with tempfile.TemporaryDirectory() as folder:
        part, whole = f"{folder}/part", f"{folder}/whole"
        jobs = {
            f"run, dialogues {dialogues}": (
                "run",
                "--data",
                str(data),
                "--dialogues",
                dialogues,
                *chosen,
                "--out",
                part,
            ),
            "run, all of dev": ("run", "--data", str(data), *chosen, "--out", whole),
            "score, all of dev": ("score", whole),
        }
        typer.echo(f"{'job':<32}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
        for job, words in jobs.items():
            cost = command_cost("eval", *words)
            typer.echo(f"{job:<32}{cost.seconds:>10.1f}{cost.cpu:>10.1f}{cost.peak_mb:>10.0f}")


@app.command("turn")
def bench_turn(
    data: Data,
    dialogues: SliceRange = "0:32",
) -> None:
    """Measure what a user waits for: the first answer of a new process, and a turn of a conversation."""
    from eval.bench.first_answer import first_answer
    from eval.bench.graph import FIRST_QUESTION, cold_start, turn_cost
    from eval.demo.build import build

    start = cold_start()
    first = first_answer(str(build()[0]), FIRST_QUESTION)
    turn = turn_cost(data, dialogues)
    typer.echo(
        f"turnsql ask, from nothing   {start.seconds:>8.2f} s   {start.peak_mb:>6.0f} MB   {start.cpu:>6.2f} s CPU"
    )
    typer.echo(f"  modules are imported      {first.importing:>8.2f} s")
    typer.echo(f"  weights, database, index  {first.opening:>8.2f} s")
    typer.echo(f"  the answer                {first.answering:>8.2f} s")
    typer.echo(
        f"a turn, of {turn.turns:<5}            {turn.p50:>8.0f} ms p50 {turn.p95:>6.0f} ms p95 {turn.peak_mb:>6.0f} MB"
    )


@app.command("web")
def bench_web(
    db: Db,
    config: ConfigFile = None,
    users: Annotated[int, typer.Option(min=1, help="People who ask at the same time.")] = 50,
    each: Annotated[int, typer.Option(min=1, help="Questions of each of them.")] = 2,
    turns: Annotated[int, typer.Option(min=0, help="Turns of one long thread; 0 leaves it out.")] = 1000,
    question: Annotated[str, typer.Option(help="What they ask.")] = "how many are there?",
    as_json: AsJson = False,
) -> None:
    """Measure `turnsql web`: first byte, many users at once, a slow query beside others, a long thread."""
    from eval.bench.web import web_cost

    cost = web_cost(tuple(db), config, users=users, each=each, turns=turns, question=question)
    typer.echo(cost.model_dump_json(indent=2) if as_json else "\n".join(cost.lines()))


@app.command("feedback")
def bench_feedback(
    suite: Annotated[Path, typer.Argument(metavar="FILE", help="Suite of dialogues over the database.")],
    db: Db,
    keep: Annotated[int, typer.Option(min=1, help="First questions whose right SQL is kept.")] = 20,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Measure what keeping answers is worth: a suite before and after, paired, the kept questions apart from the others."""
    from eval.bench.feedback import feedback_worth

    worth = feedback_worth(suite, tuple(db), keep, config)
    typer.echo(worth.model_dump_json(indent=2) if as_json else "\n".join(worth.lines()))


@app.command("endpoint")
def bench_endpoint(
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Agent configuration whose endpoint is measured.")
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            min=1, help="Processes that ask, 32 turns at once over all of them; only the requests in flight are shown."
        ),
    ] = 1,
) -> None:
    """Measure what the client costs beside a server that takes 200 ms; with --config, what a live server's prefix cache is worth."""
    if config:
        _bench_prefix(config)
        return
    if workers > 1:
        _bench_workers(workers)
        return
    from eval.bench.endpoint import CALLS, CONCURRENCY, endpoint_cost

    cost = endpoint_cost()
    typer.echo(f"requests in flight of {CONCURRENCY} turns     {cost.in_flight:>8.0f}")
    typer.echo(f"processor time of a turn, ms        {cost.turn_ms:>8.1f}")
    typer.echo(f"overhead of a call, ms              {cost.overhead_ms:>8.1f}")
    typer.echo(f"memory growth to {CALLS:,} calls, MB {cost.growth_mb:>8.1f}")


def _bench_workers(workers: int) -> None:
    from eval.bench.endpoint import CONCURRENCY, DELAY, TURNS
    from eval.bench.loopback_server import loopback
    from eval.bench.loopback_turns import turns_by_processes

    with loopback(DELAY) as server:
        found = turns_by_processes(server, workers, CONCURRENCY, TURNS * workers)
    typer.echo(f"requests in flight of {CONCURRENCY} turns     {found.turns_a_second * DELAY:>8.1f}")
    typer.echo(f"processor time of a turn, ms        {found.processor_ms:>8.1f}")
    typer.echo(f"wall clock over processor time      {found.stretch:>8.2f}")


def _bench_prefix(config: Path) -> None:
    import os

    from agent.config import read_endpoint
    from eval.bench.prefix_cache import PROMPTS, prefix_cost

    cost = prefix_cost(read_endpoint(config), os.environ)
    typer.echo(f"{PROMPTS} prompts{'seconds':>20}{'cached tokens':>16}")
    for order, measured in (("static part first", cost.first), ("static part last", cost.last)):
        typer.echo(f"{order:<20}{measured.seconds:>10.2f}{measured.cached:>16.1%}")
    typer.echo(f"first over last {cost.ratio:.2f}")
