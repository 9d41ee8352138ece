"""The commands that need no run: what the gold, the verdicts, the validator and the index are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)


@app.command()
def verdict(
    pairs: Annotated[Path, typer.Option(help="JSONL; each line an object with db, gold and pred.")],
    databases: Annotated[Path, typer.Option(help="Folder of databases, each as NAME/NAME.sqlite.")],
    suite: Annotated[bool, typer.Option("--suite", help="Judge equal pairs on mutated copies too.")] = False,
) -> None:
    """Judge pairs of SQL under five rules; prints one object a line, in order."""
    import json as json_module

    from eval.checks.pairs import judge_pairs, judge_pairs_on_copies
    from eval.scoring.verdicts import VERDICTS

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
def audit(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the audit as JSON.")] = False,
) -> None:
    """List the golds that do not run, are empty, or whose answer depends on chance, NULLs, the clock or spelling."""
    from rich.console import Console

    from eval.datasets import load, parse_range
    from eval.report.audit import audit_table, flagged_lines
    from eval.scoring.gold_audit import audit as audit_golds

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
def roundtrip(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc, spider or bird.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, mini_dev, ...")] = "dev",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, exceptions listed by cause.")] = False,
) -> None:
    """Send every gold through the plan and back to SQL: how much of the data a plan can hold."""
    from eval.checks.plan_roundtrip import roundtrip as travel

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
    from eval.checks.leak_rows import read_leak_rows
    from eval.checks.leaks import LEAK_KINDS, find_leaks

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

    from eval.checks.validator import score_validator, validator_table
    from eval.datasets import load

    scores = score_validator(load(dataset, data, split), seed=seed, sample=sample)
    if as_json:
        typer.echo(scores.model_dump_json(indent=2))
    else:
        Console().print(validator_table(scores).rich())


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
    from eval.gold.value_labels import Labeller, write_labels

    rows = load(dataset, data, split)
    counts = write_labels(Labeller(rows.select(*parse_range(dialogues)) if dialogues else rows).all(), out)
    typer.echo(f"{out}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


@app.command()
def grounding(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    databases: Annotated[
        Path | None, typer.Option(help="TOML file that lists databases; dialogues about others are left out.")
    ] = None,
    run: Annotated[Path | None, typer.Option(help="Measure the values given in this run instead of the index.")] = None,
    without: Annotated[
        Path | None,
        typer.Option(help="The same run with value_grounding=skip: which turns the stage fixes and breaks."),
    ] = None,
) -> None:
    """Measure the value index alone against gold SQL: recall by kind, columns, precision, silence, misspellings."""
    from eval.analysis.value_grounding import measure_run
    from eval.checks.value_index import measure
    from eval.datasets import listed_databases, load, parse_range

    if run:
        lines = measure_run(run, data, without).lines()
    else:
        rows = load(dataset, data, split)
        rows = rows.select(*parse_range(dialogues)) if dialogues else rows
        lines = measure(rows.about(listed_databases(databases)) if databases else rows).lines()
    for line in lines:
        typer.echo(line)


@app.command()
def grammar(
    data: Annotated[Path, typer.Option(help="Unpacked official archive.")],
    dataset: Annotated[str, typer.Option(help="cosql, sparc or spider.")] = "cosql",
    split: Annotated[str, typer.Option(help="dev, train, train_spider, ...")] = "dev",
    dialogues: Annotated[str | None, typer.Option(help="A:B, 0-based and half-open; all of them unless given.")] = None,
    config: Annotated[Path | None, typer.Option(help="Makes links and values; the embedded default else.")] = None,
    gold: Annotated[bool, typer.Option("--gold", help="Make links and values from gold instead.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, underivable golds listed.")] = False,
) -> None:
    """Count the golds that can be derived from the SQL grammar of their turn, at each of its levels."""
    import json as json_module

    from agent.config import DEFAULT, Config
    from eval.checks.grammar_coverage import grammar_reach
    from eval.datasets import load, parse_range

    rows = load(dataset, data, split)
    rows = rows.select(*parse_range(dialogues)) if dialogues else rows
    reach = grammar_reach(rows, Config.load(config or DEFAULT), gold=gold)
    if json:
        typer.echo(json_module.dumps({level: found.model_dump() for level, found in reach.items()}, indent=2))
        return
    typer.echo(f"{'grammar':<10}{'golds':>8}{'derivable':>11}{'share':>8}{'characters':>12}{'ms':>8}")
    for level, found in reach.items():
        share = found.derivable / found.golds if found.golds else 0.0
        counts = f"{found.golds:>8,}{found.derivable:>11,}{share:>8.4f}"
        typer.echo(f"{level:<10}{counts}{found.characters:>12,}{found.ms:>8.2f}")
