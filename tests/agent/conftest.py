"""A small database, the neutral configuration, and nodes that say what they are told to."""

from __future__ import annotations

import sqlite3
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from agent.config import Config
from nodes.node import Context
from nodes.state import GraphState
from value_index.engines.sqlite.database import SQLiteDatabase

ROOT = Path(__file__).resolve().parents[2]


class Fed:
    """A node fed from a queue: every call takes the next output, an unexpected call fails."""

    def __init__(self, *outputs: Any) -> None:
        self.outputs = deque(outputs)
        self.seen: list[GraphState] = []

    async def __call__(self, state: GraphState, context: Context) -> Any:
        self.seen.append(state)
        assert self.outputs, f"unexpected call after {len(self.seen) - 1}"
        return self.outputs.popleft()


@pytest.fixture(scope="session")
def skip() -> Config:
    return Config.load(ROOT / "configs" / "skip.toml")


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL);"
            "INSERT INTO item VALUES (1, 'lamp', 20.5), (2, 'chair', 49.0), (3, NULL, 3.25);"
        )
    connection.close()
    return path


@pytest.fixture
def context(database_file: Path) -> Context:
    database = SQLiteDatabase.open(database_file)
    return Context(schema=database.schema, database=database)
