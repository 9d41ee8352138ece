"""opened: a database for a command, with a word about what of it cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer

from value_index.connect import connect
from value_index.database import Database
from value_index.render import printable

NOTES_SHOWN = 3


def opened(addresses: Sequence[str | Path]) -> Database:
    """Open what `--db` names, and say on stderr what of it cannot be read.

    Raises:
        DatabaseError: it is missing, corrupt, locked, no database, or holds no tables.
    """
    database = connect(addresses)
    for note in database.notes[:NOTES_SHOWN]:
        typer.echo(f"note: {printable(note)}", err=True)
    if len(database.notes) > NOTES_SHOWN:
        typer.echo(f"note: and {len(database.notes) - NOTES_SHOWN} more like it", err=True)
    return database
