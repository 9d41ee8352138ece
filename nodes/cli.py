"""The commands of `nodes`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from typing import Annotated

import typer

from value_index.options import Db

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel="Ask a database")
def sql(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="One statement that only reads.")],
    db: Db,
    check: Annotated[bool, typer.Option("--check", help="Compile and check without running.")] = False,
    deadline: Annotated[float, typer.Option(min=0.0, help="Seconds after which the statement is stopped.")] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Run SQL through the read-only executor, and check it against the schema."""
    from nodes.sql.parsing.parse import MAX_CHARS
    from nodes.sql.violations import violations
    from value_index.files.printable import printable
    from value_index.opened import opened
    from value_index.render import json_rows, rows_table, strict_json

    database = opened(db)
    result = database.check(statement, deadline=deadline) if check else database.execute(statement, deadline=deadline)
    # What was refused or stopped is not looked at further: the statement may be made to be expensive.
    looked_at = (result.ok or result.outcome == "error") and len(statement) <= MAX_CHARS
    found = violations(statement, database.schema) if looked_at else ()
    if as_json:
        answer = {"outcome": result.outcome, "columns": result.columns, "rows": json_rows(result)}
        dumped = [violation.model_dump() for violation in found]
        typer.echo(strict_json({**answer, "violations": dumped, "message": result.message}))
    else:
        from rich.console import Console

        if result.columns:
            Console().print(rows_table(result))
        if not result.columns or result.message:
            typer.echo(printable(f"{result.outcome}: {result.message}" if result.message else result.outcome))
        for violation in found:
            typer.echo(printable(f"{violation.severity}: {violation.kind}: {violation.message}"))
    if not result.ok:
        raise typer.Exit(1)


@app.command(rich_help_panel="Ask a database")
def plan(
    statement: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over the database's schema.")],
    db: Db,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object: plan, sql.")] = False,
) -> None:
    """Read SQL as a plan, and write the plan as SQL again; nothing is executed."""
    from nodes.sql.from_plan import from_plan
    from nodes.sql.to_plan import to_plan
    from value_index.files.printable import printable
    from value_index.opened import opened
    from value_index.render import strict_json

    schema = opened(db).schema
    found = to_plan(statement, schema)
    again = from_plan(found, schema)
    if as_json:
        typer.echo(strict_json({"plan": found.model_dump(mode="json"), "sql": again}))
    else:
        typer.echo(printable(f"{found.model_dump_json(indent=2, exclude_defaults=True)}\n{again}"))
