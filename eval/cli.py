"""The commands of `eval`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Measure: run, score, report, compare.", no_args_is_help=True)
bench_app = typer.Typer(help="Time and memory, as ratios in one run.", no_args_is_help=True)
top_app = typer.Typer(no_args_is_help=True)


@app.command()
def run(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    out: Annotated[Path, typer.Option(help="New folder for the records.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    history: Annotated[str | None, typer.Option(help="gold (unless given), predicted or noised.")] = None,
    config: Annotated[Path | None, typer.Option(help="Agent configuration; the embedded default unless given.")] = None,
    node: Annotated[list[str] | None, typer.Option(help="STAGE=VARIANT, over the configuration.")] = None,
    oracle: Annotated[list[str] | None, typer.Option(help="A stage that is given gold.")] = None,
    alone: Annotated[
        bool | None, typer.Option(help="Run every stage also on gold upstream; else the free ones.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Turns in flight.")] = 1,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the run in --out; finished turns are kept.")
    ] = False,
    record: Annotated[Path | None, typer.Option(help="Keep the language model's answers in this file.")] = None,
    replay: Annotated[Path | None, typer.Option(help="Answer from such a file alone; a miss stops the run.")] = None,
) -> None:
    """Answer the turns of a data set, and write one record a turn."""
    import os
    from functools import partial

    from agent.llm import Tape
    from eval.experiment import RunOptions
    from eval.run import run as run_turns

    tape = Tape(replay, replay=True) if replay else Tape(record) if record else None
    options = RunOptions(
        data=data, out=out, dataset=dataset, split=split, dialogues=dialogues, history=history, config=config,
        nodes=tuple(node or ()), oracle=tuple(oracle or ()), alone=alone, concurrency=concurrency, resume=resume,
        tape=tape, environment=os.environ,
    )  # fmt: skip
    counts = run_turns(options, say=partial(typer.echo, err=True))
    typer.echo(f"{out}: {counts.describe()}")
    if counts.stopped:
        typer.echo(f"turnsql: stopped: {counts.stopped}; go on with --resume", err=True)
        raise typer.Exit(1)
    if counts.not_run:
        typer.echo(f"turnsql: {counts.not_run} turns not run, the first: {counts.first_error}", err=True)
        raise typer.Exit(1)


@app.command()
def score(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    data: Annotated[Path | None, typer.Option(help="Data folder, where it is not the run's own.")] = None,
    suite: Annotated[bool, typer.Option("--suite", help="Judge right turns on mutated copies too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the summary.")] = False,
) -> None:
    """Judge every turn of a run against its gold, and print each node's scores. No model is called."""
    from rich.console import Console

    from eval.report.evidence import evidence_tables
    from eval.report.tables import answer_table, node_table, plan_table
    from eval.report.view import gather
    from eval.score import score as score_run
    from eval.suite.turns import describe_falls

    summary = score_run(run, data, suite=suite)
    if json:
        typer.echo(summary.model_dump_json(indent=2))
    else:
        view = gather(run, data)
        console = Console()
        for table in (answer_table([view]), node_table(view), plan_table(view), *evidence_tables(view)):
            console.print(table.rich())
        if suite:
            typer.echo(describe_falls(summary))
    if summary.not_run or summary.missing or summary.faulted:
        counts = f"{summary.not_run} turns not run, {summary.missing} without a record, {summary.faulted} not judged"
        typer.echo(f"turnsql: {counts}", err=True)
        raise typer.Exit(1)


@app.command()
def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of scored runs.")],
    data: Annotated[Path | None, typer.Option(help="Data folder, where it is not the runs' own.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the report; the first run's unless given.")] = None,
) -> None:
    """Write report.html, which opens from disk, and report.md, for a pull request."""
    from eval.report.view import gather
    from eval.report.write import write_report

    for path in write_report([gather(run, data) for run in runs], out or runs[0]):
        typer.echo(path)


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

    from eval.ablate import ablate as climb
    from eval.experiment import RunOptions
    from eval.report.ladder import ladder_tables

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

    from eval.attribution import attribute as find_blame
    from eval.report.failures import failure_lines, failure_tables

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
    from eval.datasets import load, parse_range
    from eval.spoilt import measure_modes

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

    from eval.experiment import RunOptions
    from eval.history_gap import run_histories
    from eval.report.history import history_tables

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

    from eval.ledger import read_ledger
    from eval.report.history import ledger_lines, ledger_table

    found = read_ledger(run, data)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    for line in ledger_lines(found):
        typer.echo(line)
    Console().print(ledger_table({run.name: found}).rich())


@app.command()
def validator(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    sample: Annotated[int | None, typer.Option(min=1, help="Turns to draw; all unless given.")] = None,
    seed: Annotated[int, typer.Option(help="Of the faults and the sample.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count the validator's false alarms on gold SQL, and what it finds in gold SQL with a seeded fault."""
    from rich.console import Console

    from eval.datasets import load
    from eval.validator import score_validator, validator_table

    scores = score_validator(load(dataset, data, split), seed=seed, sample=sample)
    if as_json:
        typer.echo(scores.model_dump_json(indent=2))
    else:
        Console().print(validator_table(scores).rich())


@top_app.command()
def demo(
    out: Annotated[Path | None, typer.Option(help="New folder for the run; one under runs/ unless given.")] = None,
) -> None:
    """Answer, score and report the demo's dialogues: three databases of the project's own, nothing to download."""
    from datetime import datetime

    from rich.console import Console

    from eval.demo.demo import demo as run_demo

    if run_demo(Console(), out or Path("runs") / f"demo-{datetime.now():%Y%m%d-%H%M%S}"):
        raise typer.Exit(1)


@app.command()
def verdict(
    pairs: Annotated[Path, typer.Option(help="JSONL; each line an object with db, gold and pred.")],
    databases: Annotated[Path, typer.Option(help="Folder of databases, each as NAME/NAME.sqlite.")],
    suite: Annotated[bool, typer.Option("--suite", help="Judge equal pairs on mutated copies too.")] = False,
) -> None:
    """Judge pairs of SQL under five rules; prints one object a line, in order."""
    import json as json_module

    from eval.pairs import judge_pairs, judge_pairs_on_copies
    from eval.verdicts import VERDICTS

    faults: list[str] = []
    judged = judge_pairs_on_copies(pairs, databases) if suite else ((v, None) for v in judge_pairs(pairs, databases))
    for number, (verdicts, on_copies) in enumerate(judged, start=1):
        line = {name: getattr(verdicts, name) for name in VERDICTS}
        typer.echo(json_module.dumps(line | ({"suite": on_copies.holds} if on_copies else {})))
        if verdicts.faulted:
            faults.append(f"pair {number}: {verdicts.unscored}")
    if faults:
        typer.echo(f"turnsql: {len(faults)} pairs not judged, the first: {faults[0]}", err=True)
        raise typer.Exit(1)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN...", help="Folders of scored runs.")],
    json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Compare runs with the first, turn by turn: what is fixed, what is broken, and whether that decides anything."""
    from rich.console import Console

    from eval.compare import compare as compare_runs
    from eval.report.comparison import comparison_table

    comparison = compare_runs(runs)
    if json:
        typer.echo(comparison.model_dump_json(indent=2))
        return
    console = Console()
    for run in comparison.runs:
        console.print(comparison_table(run, comparison.smallest_decidable).rich())


@app.command()
def audit(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the audit as JSON.")] = False,
) -> None:
    """List the golds that do not run, are empty, or whose answer depends on chance, NULLs, the clock or spelling."""
    from rich.console import Console

    from eval.audit import audit as audit_golds
    from eval.datasets import load, parse_range
    from eval.report.audit import audit_table, flagged_lines

    rows = load(dataset, data, split)
    rows = rows.select(*parse_range(dialogues)) if dialogues else rows
    rows.open_databases()
    found = audit_golds(rows)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    for line in flagged_lines(found):
        typer.echo(line)
    Console().print(audit_table(found).rich())


@app.command()
def labels(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    out: Annotated[Path, typer.Option(help="The file to write, one JSON object a literal.")] = Path("labels.jsonl"),
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
) -> None:
    """Write what value grounding should find: column, mention and kind of every literal of gold SQL."""
    from eval.datasets import load, parse_range
    from eval.labels import Labeller, write_labels

    rows = load(dataset, data, split)
    counts = write_labels(Labeller(rows.select(*parse_range(dialogues)) if dialogues else rows).all(), out)
    typer.echo(f"{out}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


@app.command()
def grounding(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
) -> None:
    """Measure the value index alone against gold SQL: recall by kind, columns, precision, silence, misspellings."""
    from eval.datasets import load, parse_range
    from eval.grounding import measure

    rows = load(dataset, data, split)
    for line in measure(rows.select(*parse_range(dialogues)) if dialogues else rows).lines():
        typer.echo(line)


@bench_app.command("graph")
def bench_graph() -> None:
    """Milliseconds a turn costs beyond its nodes, beside a bare seven-node LangGraph graph."""
    from eval.bench import graph_overhead

    typer.echo(f"{'checkpointer':<32}{'ours ms':>10}{'bare ms':>10}{'ratio':>8}")
    for found in graph_overhead():
        typer.echo(f"{found.checkpointer:<32}{found.graph_ms:>10.2f}{found.bare_ms:>10.2f}{found.ratio:>8.2f}")


@bench_app.command("index")
def bench_index(
    sizes: Annotated[str, typer.Option(help="Distinct values, comma-separated.")] = "10000,100000,1000000",
    folder: Annotated[
        Path | None, typer.Option(help="Where the databases and indexes are written for a while.")
    ] = None,
) -> None:
    """Build and ask the value index over synthetic values, beside rapidfuzz over all of them and MinHash LSH."""
    from eval.bench_index import has_minhash, index_costs

    head = ("values", "method", "build s", "values/s", "p50 ms", "p95 ms", "hit@10", "size/text", "private MB")
    typer.echo("".join(f"{word:>{20 if word == 'method' else 12}}" for word in head))
    for found in index_costs([int(float(size)) for size in sizes.split(",")], folder):
        more = "".join(f"{'' if x is None else f'{x:.1f}':>12}" for x in (found.bytes_per_text_byte, found.private_mb))
        typer.echo(
            f"{found.values:>12,}{found.method:>20}{found.build_seconds:>12.2f}{found.build_rate:>12,.0f}"
            f"{found.p50_ms:>12.2f}{found.p95_ms:>12.2f}{found.hit_at_10:>12.3f}{more}"
        )
    if not has_minhash():
        typer.echo("MinHash LSH was left out: datasketch is not installed (pip install datasketch)")


@bench_app.command("verdicts")
def bench_verdicts(
    pairs: Annotated[Path, typer.Option(help="JSONL; each line an object with db, gold and pred.")],
    databases: Annotated[Path, typer.Option(help="Folder of databases, each as NAME/NAME.sqlite.")],
    passes: Annotated[int, typer.Option(min=1, help="Times over the file, in one process.")] = 3,
) -> None:
    """Milliseconds a pair under all five verdicts, beside the official code's two; memory from pass to pass."""
    from eval.bench_verdicts import OFFICIAL_MS, verdict_costs

    typer.echo(f"{'pass':<6}{'pairs':>8}{'wall ms':>10}{'cpu ms':>10}{'official / ours':>18}{'peak MB':>10}")
    for number, cost in enumerate(verdict_costs(pairs, databases, passes), start=1):
        typer.echo(
            f"{number:<6}{cost.pairs:>8}{cost.wall_ms:>10.2f}{cost.cpu_ms:>10.2f}"
            f"{OFFICIAL_MS / cost.cpu_ms:>18.1f}{cost.peak_mb:>10.0f}"
        )


@bench_app.command("slice")
def bench_slice(
    data: Annotated[Path, typer.Option(help="Unpacked CoSQL archive.")],
    config: Annotated[Path | None, typer.Option(help="Agent configuration; the embedded default unless given.")] = None,
    dialogues: Annotated[str, typer.Option(help="A:B, 0-based and half-open.")] = "0:32",
) -> None:
    """Seconds and peak memory of running CoSQL's slice, and of scoring all of its dev."""
    import tempfile

    from eval.bench import command_cost

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


@app.command()
def roundtrip(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc, spider or bird.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, mini_dev, ...")] = "dev",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, exceptions listed by cause.")] = False,
) -> None:
    """Send every gold through the plan and back to SQL: how much of the data a plan can hold."""
    from eval.roundtrip import roundtrip as travel

    found = travel(dataset, data, split)
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())


@app.command()
def leaks(
    train: Annotated[list[Path], typer.Option(help="Training file: official JSON, or JSON lines.")],
    evaluation: Annotated[list[Path], typer.Option("--eval", help="Evaluation file.")],
    train_databases: Annotated[Path | None, typer.Option(help="Folder of ID/ID.sqlite; beside the file else.")] = None,
    eval_databases: Annotated[Path | None, typer.Option(help="The same for the evaluation side.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print every finding as JSON lines.")] = False,
    show: Annotated[int, typer.Option(min=0, help="Findings shown of each kind.")] = 10,
) -> None:
    """Audit training rows against evaluation rows; exit 1 where something is too close."""
    from eval.leak_rows import read_leak_rows
    from eval.leaks import LEAK_KINDS, find_leaks

    trained = read_leak_rows(tuple(train), train_databases)
    asked = read_leak_rows(tuple(evaluation), eval_databases)
    found = find_leaks(trained, asked)
    for leak in found if json else ():
        typer.echo(leak.model_dump_json())
    if not json:
        typer.echo(f"{len(trained.rows)} training rows, {len(asked.rows)} evaluation rows: {len(found)} findings")
        for kind in LEAK_KINDS:
            of_kind = [leak for leak in found if leak.kind == kind]
            sides = len({leak.train for leak in of_kind}), len({leak.evaluation for leak in of_kind})
            typer.echo(f"{kind}: {len(of_kind)} pairs of {sides[0]} training and {sides[1]} evaluation rows")
            for leak in of_kind[:show]:
                typer.echo(f"  {leak.similarity:.2f}  {leak.train} ~ {leak.evaluation}: {leak.detail}")
    if found:
        raise typer.Exit(1)


@app.command()
def bundle(
    run: Annotated[Path, typer.Argument(help="Folder of a scored run; or a bundle, to score it again.")],
    out: Annotated[Path | None, typer.Option(help="ZIP file; beside the run unless given.")] = None,
    data: Annotated[Path | None, typer.Option(help="Data folder, to score a bundle again.")] = None,
) -> None:
    """Pack predictions, manifest and scores into one file; given a bundle and --data, check that rescoring agrees."""
    from eval.bundle import bundle as pack
    from eval.bundle import rescore

    if data is None:
        typer.echo(str(pack(run, out)))
        return
    differing = rescore(run, data)
    typer.echo(f"{run}: " + (f"rescoring differs in {', '.join(differing)}" if differing else "the same digits"))
    if differing:
        raise typer.Exit(1)


@bench_app.command("endpoint")
def bench_endpoint() -> None:
    """What the client of a language model costs, against a loopback server that answers after 200 ms."""
    from eval.endpoint_bench import CALLS, CONCURRENCY, endpoint_cost

    cost = endpoint_cost()
    typer.echo(f"requests in flight of {CONCURRENCY} turns     {cost.in_flight:>8.0f}")
    typer.echo(f"overhead of a call, ms              {cost.overhead_ms:>8.1f}")
    typer.echo(f"memory growth to {CALLS:,} calls, MB {cost.growth_mb:>8.1f}")


@app.command()
def costs(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """What a run's language model took: tokens, cached share, seconds and money, by node and by correct turn."""
    from eval.costs import cost_lines, run_cost

    cost = run_cost(run)
    typer.echo(cost.model_dump_json(indent=2) if json else "\n".join(cost_lines(cost)))
