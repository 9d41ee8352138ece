"""A PostgreSQL server for the tests of this folder: started once, with a farm that every test may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases.postgres.farm import make_farm
from tests.databases.postgres.server import Server
from value_index.connect import connect
from value_index.database import Database


@pytest.fixture(scope="session")
def server(postgres_server: Server) -> Server:
    """The server of this folder's tests."""
    return postgres_server


@pytest.fixture(scope="session")
def farm_address(server: Server) -> str:
    """The address of the farm, with its owner's password."""
    return make_farm(server)


@pytest.fixture
def farm(farm_address: str) -> Iterator[Database]:
    """The farm, open as a command opens it."""
    database = connect([farm_address])
    yield database
    database.close()
