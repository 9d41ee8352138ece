"""A MariaDB or MySQL server for the tests of this folder: started once, with a farm that every test may ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases.mysql.farm import make_farm
from tests.databases.mysql.server import Server, running_server, server_programs
from value_index.connect import connect
from value_index.database import Database


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of our own; the tests are skipped where none is installed."""
    programs = server_programs()
    if programs is None:
        pytest.skip("no MariaDB or MySQL server is installed: make test-databases installs one where it may")
    with running_server(programs) as running:
        yield running


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
