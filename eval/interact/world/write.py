"""write_world: the project's own tasks and databases as a release in the official layout; make_templates: them on a server."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from eval.datasets import DataError
from eval.datasets.bird_interact.tasks import Gold
from eval.demo.build import SOURCE, build
from eval.interact.judge.postgres_sandbox import PostgresServer
from eval.interact.world.own_tasks import OwnDatabase, own_databases, record
from value_index.errors import DatabaseError
from value_index.files.atomic_file import write_atomically

GOLD_FILE = "gold.jsonl"
"""What the authors of the benchmark mail apart."""
SHOWN_ROWS = 3
OURS = "made by turnsql interact world"
"""The comment by which a template of ours is known: no other is replaced."""
_GOLD = tuple(Gold.model_fields)


def write_world(out: Path, *, mini: bool = False) -> tuple[Path, Path]:
    """Write a release to a new folder, and return its folder and the file of its gold.

    Args:
        out: the folder; it may be there if it is empty.
        mini: whether it is mini-Interact's kind: tasks that only read, without follow-ups.

    Raises:
        DataError: the folder holds something, or cannot be written.
    """
    try:
        if out.is_dir() and any(out.iterdir()):
            raise DataError(f"{str(out)!r} holds something: name a new folder")
        out.mkdir(parents=True, exist_ok=True)
        files = {path.stem: path for path in build()}
        records = [row for name, each in own_databases().items() for row in _records(name, each, mini=mini)]
        for name, each in own_databases().items():
            _write_database(out / name, name, each, files[name])
        public = [_public(row) for row in records]
        _write_lines(out / ("mini_interact.jsonl" if mini else "bird_interact_data.jsonl"), public)
        _write_lines(out / GOLD_FILE, [_gold(row) for row in records])
    except OSError as error:
        raise DataError(f"cannot write {str(out)!r}: {error.strerror}") from error
    return out, out / GOLD_FILE


def make_templates(server: PostgresServer) -> tuple[str, ...]:
    """Make `NAME_template` of each database on a server, and return their names.

    Raises:
        DatabaseError: the server refuses, or has a database of that name that is not ours.
    """
    return tuple(_make_template(server, name) for name in own_databases())


def _make_template(server: PostgresServer, name: str) -> str:
    template = f"{name}_template"
    found = server.run(f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{template}'")
    if found and found[0][0] != OURS:
        raise DatabaseError(f"the server has a database {template!r} that is not ours: it is not replaced")
    if found:
        server.run(f'DROP DATABASE "{template}" WITH (FORCE)')
    server.run(f'CREATE DATABASE "{template}"')
    server.run(f"COMMENT ON DATABASE \"{template}\" IS '{OURS}'")
    script = (SOURCE / f"{name}.sql").read_text(encoding="utf-8")
    server.run(script.replace(" REAL", " DOUBLE PRECISION"), template)  # PostgreSQL's REAL has six digits
    return template


def _records(name: str, database: OwnDatabase, *, mini: bool) -> Iterable[dict[str, Any]]:
    for task in database.tasks:
        if not mini:
            yield record(name, database, task)
        elif not task.checks:
            yield record(name, database, task.model_copy(update={"then": None}))


def _public(row: dict[str, Any]) -> dict[str, Any]:
    """Return a record as it is released: its gold empty."""
    empty: dict[str, Any] = {key: [] for key in _GOLD}
    follow_up = row["follow_up"] and {**row["follow_up"], **empty}
    return {**row, **empty, "follow_up": follow_up}


def _gold(row: dict[str, Any]) -> dict[str, Any]:
    kept = {"instance_id": row["instance_id"], **{key: row[key] for key in _GOLD}}
    return {**kept, "follow_up": {key: row["follow_up"][key] for key in _GOLD}} if row["follow_up"] else kept


def _write_database(folder: Path, name: str, database: OwnDatabase, file: Path) -> None:
    folder.mkdir()
    shutil.copyfile(file, folder / f"{name}.sqlite")
    _write_lines(
        folder / f"{name}_kb.jsonl",
        [
            {**{key: value for key, value in each._asdict().items() if key != "children"},
             "children_knowledge": list(each.children) or -1}
            for each in database.knowledge
        ],
    )  # fmt: skip
    meanings = {f"{name}|{place.replace('.', '|')}": said for place, said in database.meanings.items()}
    _write(folder / f"{name}_column_meaning_base.json", json.dumps(meanings, indent=2, ensure_ascii=False))
    _write(folder / f"{name}_schema.txt", schema_text(file))


def schema_text(file: Path) -> str:
    """Return the CREATE TABLE text of a SQLite file, each table with its first rows."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        tables = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY rowid"
        ).fetchall()
        return "\n\n\n".join(
            f"{sql};\n\nFirst {SHOWN_ROWS} rows:\n{_rows(connection, name)}\n..." for name, sql in tables
        )


def _rows(connection: sqlite3.Connection, table: str) -> str:
    """Return the first rows as a table of aligned columns."""
    cursor = connection.execute(f'SELECT * FROM "{table}" LIMIT {SHOWN_ROWS}')
    rows = [
        [column[0] for column in cursor.description],
        *(["" if c is None else str(c) for c in row] for row in cursor),
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    _write(path, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode())
