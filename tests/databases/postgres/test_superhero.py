"""BIRD's superhero in PostgreSQL: the mini-dev's golds of this dialect give the rows that SQLite's give over the file."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from nodes.sql.parsing.parse import parse
from tests.databases.postgres.copies import copy_to_postgres
from tests.databases.postgres.server import Server
from value_index.connect import connect
from value_index.database import Result
from value_index.engines.sqlite.database import SQLiteDatabase

pytestmark = [pytest.mark.databases, pytest.mark.data]

DIFFERENT = 1
"""Golds that the data set itself writes to other rows."""


def golds(folder: Path, name: str) -> dict[int, str]:
    rows: list[dict[str, Any]] = json.loads((folder / f"mini_dev_{name}.json").read_text(encoding="utf-8"))
    return {row["question_id"]: row["SQL"] for row in rows if row["db_id"] == "superhero"}


def rows(result: Result) -> list[str]:
    assert result.outcome == "rows", result.message
    return sorted({str([cell(value) for value in row]) for row in result.rows})


def cell(value: Any) -> Any:
    return float(f"{float(value):.6g}") if isinstance(value, (int, float, Decimal)) else value


def test_the_golds_of_both_dialects_give_the_same_rows(server: Server, data_folder: Path) -> None:
    bird = data_folder / "bird"
    file = SQLiteDatabase.open(bird / "database" / "superhero" / "superhero.sqlite")
    copy = connect([copy_to_postgres(server, file, "superhero")])
    here, there = golds(bird, "sqlite"), golds(bird, "postgresql")
    assert len(there) > 50 and here.keys() == there.keys()
    different = [
        (number, rows(file.execute(here[number]))[:2], rows(copy.execute(sql))[:2])
        for number, sql in there.items()
        if rows(file.execute(here[number])) != rows(copy.execute(sql))
    ]
    assert len(different) <= DIFFERENT, different
    assert all(parse(sql, copy.schema) for sql in there.values())
