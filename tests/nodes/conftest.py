"""The databases of the field questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from nodes.node import Context
from tests.nodes.small_database import small_database

DATABASES = Path(__file__).parents[1] / "databases"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Context]]:
    """Open the databases, by name."""
    folder = tmp_path_factory.mktemp("field")
    with ExitStack() as opened:
        yield {
            path.stem: opened.enter_context(small_database(folder, path.read_text(encoding="utf-8"), path.stem))
            for path in DATABASES.glob("*.sql")
        }
