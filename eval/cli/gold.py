"""The commands that need no run: what the gold, the verdicts, the validator and the index are worth."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from eval.cli.option_groups import ListedRows, Rows, grouped
from eval.cli.options import MAINTAIN, AsJson, ConfigFile, Data, DatasetName, Seed, Split

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=MAINTAIN)
def verdict(
    pairs: Annotated[Path, typer.Option(metavar="FILE", help="JSON lines, each an object with db, gold and pred.")],
    databases: Annotated[Path, typer.Option(metavar="FOLDER", help="Folder of databases, each as NAME/NAME.sqlite.")],
    suite: Annotated[bool, typer.Option("--suite", help="Judge equal pairs on mutated copies too.")] = False,
) -> None:
    """Judge pairs of SQL under five rules; print one JSON object a line, in order."""
    import json as json_module

    from eval.checks.pairs import judge_pairs, judge_pairs_on_copies
    from eval.scoring.verdicts import VERDICTS

    faults: list[str] = []
    judged = judge_pairs_on_copies(pairs, databases) if suite else ((v, None) for v in judge_pairs(pairs, databases))
    for number, (verdicts, on_copies) in enumerate(judged, start=1):
        line = {name: getattr(verdicts, name) for name in VERDICTS}
        line |= {"reason": verdicts.unscored} if verdicts.unscored else {}
        line |= {"note": ", ".join(verdicts.notes)} if verdicts.notes else {}
        typer.echo(json_module.dumps(line | ({"suite": on_copies.holds} if on_copies else {})))
        if verdicts.faulted:
            faults.append(f"pair {number}: {verdicts.unscored}")
    if faults:
        typer.echo(f"turnsql: {len(faults)} pairs not judged, the first: {faults[0]}", err=True)
        raise typer.Exit(1)


@app.command(rich_help_panel=MAINTAIN)
@grouped
def audit(
    rows: Rows,
    json: AsJson = False,
) -> None:
    """List the golds that do not run, are empty, or whose answer depends on chance, NULLs, the clock or spelling."""
    from rich.console import Console

    from eval.report.audit import audit_table, flagged_lines
    from eval.scoring.gold_audit import audit as audit_golds

    chosen = rows.load()
    chosen.open_databases()
    found = audit_golds(chosen)
    if json:
        typer.echo(found.model_dump_json(indent=2))
        return
    for line in flagged_lines(found):
        typer.echo(line)
    Console().print(audit_table(found).rich())


@app.command(rich_help_panel=MAINTAIN)
def roundtrip(
    data: Data,
    dataset: Annotated[str, typer.Option(help="Name of the data set: cosql, sparc, spider or bird.")] = "cosql",
    split: Annotated[str, typer.Option(help="Split of the data set: dev, train, train_spider, mini_dev, ...")] = "dev",
    json: AsJson = False,
) -> None:
    """Send every gold through the plan and back to SQL: how much of the data a plan can hold."""
    from eval.checks.plan_roundtrip import roundtrip as travel

    found = travel(dataset, data, split)
    typer.echo(found.model_dump_json(indent=2) if json else found.describe())


@app.command(rich_help_panel=MAINTAIN)
def dialects(
    data: Data,
    dataset: Annotated[str, typer.Option(help="Name of the data set: cosql, sparc, spider or bird.")] = "cosql",
    split: Annotated[str, typer.Option(help="Split of the data set: dev, mini_dev, mini_dev_postgresql, ...")] = "dev",
    json: AsJson = False,
) -> None:
    """Write every gold's plan for each engine, read it back and validate it; nothing is run."""
    from rich.console import Console

    from eval.checks.dialects import score_dialects

    found = score_dialects(dataset, data, split)
    typer.echo(found.model_dump_json(indent=2)) if json else Console().print(found.table().rich())


@app.command(rich_help_panel=MAINTAIN)
def leaks(
    train: Annotated[list[Path], typer.Option(metavar="FILE", help="Training file: official JSON, or JSON lines.")],
    evaluation: Annotated[
        list[Path], typer.Option("--eval", metavar="FILE", help="Evaluation file: official JSON, or JSON lines.")
    ],
    train_databases: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Databases of the training file; beside it unless given.")
    ] = None,
    eval_databases: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Databases of the evaluation file; beside it unless given.")
    ] = None,
    json: AsJson = False,
    show: Annotated[int, typer.Option(min=0, help="Findings shown of each kind.")] = 10,
) -> None:
    """Compare training rows with evaluation rows; exit 1 if something is too close."""
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


@app.command(rich_help_panel=MAINTAIN)
def validator(
    data: Data,
    dataset: DatasetName = "cosql",
    split: Split = "dev",
    sample: Annotated[int | None, typer.Option(min=1, help="How many turns are drawn; all unless given.")] = None,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Count the validator's false alarms on gold SQL, and the seeded faults that it finds."""
    from rich.console import Console

    from eval.checks.validator import score_validator, validator_table
    from eval.datasets import load

    scores = score_validator(load(dataset, data, split), seed=seed, sample=sample)
    if as_json:
        typer.echo(scores.model_dump_json(indent=2))
    else:
        Console().print(validator_table(scores).rich())


@app.command(rich_help_panel=MAINTAIN)
@grouped
def rules(
    rows: ListedRows,
    answers: Annotated[bool, typer.Option(help="Answer the turns too, with and without each rule.")] = True,
    as_json: AsJson = False,
) -> None:
    """Count, for each rule of validator and ranking, its false alarms on gold SQL, and the turns it fixes and breaks."""
    from rich.console import Console

    from eval.checks.rule_scores import rules_table
    from eval.checks.rules import RuleCheck

    scores = RuleCheck(rows.load(), answers=answers).scores()
    if as_json:
        typer.echo(scores.model_dump_json(indent=2))
    else:
        Console().print(rules_table(scores).rich())


@app.command(rich_help_panel=MAINTAIN)
@grouped
def labels(
    rows: Rows,
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write: one JSON object a literal.")] = Path(
        "labels.jsonl"
    ),
) -> None:
    """Write what value grounding should find: column, mention and kind of every literal of gold SQL."""
    from eval.gold.value_labels import Labeller, write_labels

    counts = write_labels(Labeller(rows.load()).all(), out)
    typer.echo(f"{out}: " + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


@app.command(rich_help_panel=MAINTAIN)
@grouped
def grounding(
    rows: ListedRows,
    run: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Measure the values that this run was given, in place of the index."),
    ] = None,
    without: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN",
            help="The same run with value_grounding=skip, to list the turns that the stage fixes and breaks.",
        ),
    ] = None,
) -> None:
    """Measure the value index alone against gold SQL: recall by kind, columns, precision, silence, misspellings."""
    from eval.analysis.value_grounding import measure_run
    from eval.checks.value_index import measure

    found = measure_run(run, rows.data, without) if run else measure(rows.load())
    for line in found.lines():
        typer.echo(line)


@app.command(rich_help_panel=MAINTAIN)
@grouped
def grammar(
    rows: Rows,
    config: ConfigFile = None,
    gold: Annotated[bool, typer.Option("--gold", help="Make links and values from gold instead.")] = False,
    json: AsJson = False,
) -> None:
    """Count the golds that the SQL grammar of their turn can write, at each of its levels."""
    import json as json_module

    from agent.config import DEFAULT, Config
    from eval.checks.grammar_coverage import grammar_reach

    reach = grammar_reach(rows.load(), Config.load(config or DEFAULT), gold=gold)
    if json:
        typer.echo(json_module.dumps({level: found.model_dump() for level, found in reach.items()}, indent=2))
        return
    typer.echo(f"{'grammar':<10}{'golds':>8}{'derivable':>11}{'share':>8}{'characters':>12}{'ms':>8}")
    for level, found in reach.items():
        share = found.derivable / found.golds if found.golds else 0.0
        counts = f"{found.golds:>8,}{found.derivable:>11,}{share:>8.4f}"
        typer.echo(f"{level:<10}{counts}{found.characters:>12,}{found.ms:>8.2f}")
