"""The database of ferries."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nodes.node import Context
from tests.nodes.coverage.follow_ups.ferries import FERRIES
from tests.nodes.small_database import small_database


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    with small_database(tmp_path_factory.mktemp("ferries"), FERRIES) as context:
        yield context
