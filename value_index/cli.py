"""The commands of `value_index`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from value_index.options import Db

if TYPE_CHECKING:
    from value_index.index import ValueIndex

app = typer.Typer(help="Build, ask and inspect the index of a database's values.", no_args_is_help=True)

IndexDir = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Folder that keeps indexes; the user's cache folder unless given.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command()
def build(db: Db, index_dir: IndexDir = None) -> None:
    """Read a database's values and keep them; an interrupted build continues where it stopped."""
    index = _open(db, index_dir)
    texts, numbers = len(index.values), sum(column.numbers for column in index.values.columns)
    typer.echo(f"{texts:,} texts and {numbers:,} numbers of {len(index.values.columns)} columns")


@app.command()
def lookup(
    text: Annotated[str, typer.Argument(help="Mention of a value, or a whole question.")],
    db: Db,
    limit: Annotated[int, typer.Option(min=1, help="How many candidates are shown.")] = 10,
    about: Annotated[
        list[str] | None, typer.Option(metavar="TABLE", help="Table that the last answer shows; may be repeated.")
    ] = None,
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Show which stored values a text names, and why."""
    from rich.console import Console

    from value_index.errors import DatabaseError
    from value_index.render import matches_table, strict_json

    index = _open(db, index_dir)
    for table in about or ():
        if index.database.schema.table(table) is None:
            raise DatabaseError(f"the database has no table {table!r}: `turnsql index stats` lists them")
    found = (index.ground(text, tables=about or (), shown=about or ()) or index.lookup(text))[:limit]
    if as_json:
        typer.echo(strict_json([match.as_row() for match in found]))
    elif found:
        Console().print(matches_table(found))
    else:
        typer.echo("nothing that the text names is stored")


@app.command()
def stats(db: Db, index_dir: IndexDir = None, as_json: AsJson = False) -> None:
    """Show what is indexed, and what was left out and why."""
    from rich.console import Console

    from value_index.render import columns_table, strict_json

    index = _open(db, index_dir)
    columns = index.values.columns
    if as_json:
        size = sum(shard.bytes for shard in index.values.shards)
        dumped = [{**column.model_dump(mode="json"), "ref": str(column.ref)} for column in columns]
        typer.echo(strict_json({"texts": len(index.values), "bytes": size, "columns": dumped}))
    else:
        Console().print(columns_table(columns))


def _open(db: list[str], index_dir: Path | None) -> ValueIndex:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    from value_index.files.folders import indexes_folder
    from value_index.files.printable import printable
    from value_index.index import ValueIndex
    from value_index.opened import opened

    database = opened(db)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading values", total=None)

        def advance(ref: object, position: int, columns: int) -> None:
            bar.update(task, description=escape(printable(f"reading {ref}")), completed=position, total=columns)

        return ValueIndex.open(database, index_dir or indexes_folder(), progress=advance)
