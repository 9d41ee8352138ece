"""A small database with hostile names and values, and a client of its server."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from agent.config import Config
from agent.context import open_context
from agent.storage.feedback import Feedback
from agent.web.app import web_app
from agent.web.security import Access, names_of
from tests.agent.conftest import ROOT

TOWNS = """
CREATE TABLE town (town_id INTEGER PRIMARY KEY, name TEXT, population INTEGER, founded DATE);
CREATE TABLE "<b>shop</b>" (shop_id INTEGER PRIMARY KEY, town_id INTEGER REFERENCES town(town_id), name TEXT, area REAL);
INSERT INTO town VALUES (1, 'Kiel', 246000, '1233-01-01'), (2, 'Bonn', 330000, '0011-01-01'), (3, 'Ulm', 128000, '0854-01-01');
INSERT INTO "<b>shop</b>" VALUES (1, 1, '<script>alert(1)</script>', 20.5), (2, 2, 'Oak', 80.0), (3, 2, NULL, 1e999);
"""
Serve = Callable[..., TestClient]


@pytest.fixture
def towns(tmp_path: Path) -> Path:
    path = tmp_path / "towns.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript(TOWNS)
    connection.close()
    return path


@pytest.fixture
def serve(towns: Path, tmp_path: Path) -> Generator[Serve]:
    """Start servers over the towns; the same store unless another is given."""
    with ExitStack() as stack:

        def start(more: Any = (), address: str = "", **access: Any) -> TestClient:
            settings = {"names": names_of("127.0.0.1"), **access}
            config = Config.load(ROOT / "configs" / "lexical.toml")
            context = open_context([str(towns)], (), False)
            if address:
                setattr(context.database, "address", address)  # noqa: B010 (a property of the protocol)
            app = web_app(
                config,
                context,
                store=tmp_path / "threads.sqlite",
                feedback=Feedback(tmp_path / "feedback.jsonl"),
                access=Access(**settings),
                workers=2,
                more=more,
            )
            client = TestClient(app, base_url="http://127.0.0.1:8800", raise_server_exceptions=False)
            return stack.enter_context(client)

        yield start


@pytest.fixture
def client(serve: Serve) -> TestClient:
    return serve()
