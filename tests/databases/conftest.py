"""The engines that the tests ask, each started once: a PostgreSQL and a MariaDB or MySQL server, and Firebird in this process."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.databases.engine import Engine
from tests.databases.firebird.copies import copy_to_firebird, is_there
from tests.databases.mysql import server as mysql
from tests.databases.mysql.copies import copy_to_mysql
from tests.databases.postgres import server as postgres
from tests.databases.postgres.copies import copy_to_postgres

_NONE_HERE = "no {} is installed: make test-databases installs one where it may"
_POSTGRES_OTHERS = (
    "code + 1", "round(price, 1), ifnull", "ELSE 1 END", "CAST(code AS INTEGER)", "max(stock, 3), min(price", "concat(name",
)  # fmt: skip
"""Texts that are no number, texts of numbers, NULL in a choice of two."""
_MYSQL_OTHERS = ("round(price, 1), ifnull", "ELSE 1 END", "CAST(price AS TEXT)", "price % 2", "concat(name")
"""Texts of numbers, a remainder of fractions, SQLite's own version."""
_FIREBIRD_OTHERS = (*_POSTGRES_OTHERS, "name, note", "code IN (SELECT")
"""Texts that are no number, texts of numbers, SQLite's own version."""
_FIREBIRD_UNSAID = ("name, max(price)", "name, min(", "julianday", "unixepoch", "group_concat", "INTERSECT")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A server of our own; the tests are skipped where none is installed."""
    programs = postgres.server_programs()
    if programs is None:
        pytest.skip(_NONE_HERE.format("PostgreSQL server"))
    with postgres.running_server(programs) as running:
        yield running


@pytest.fixture(scope="session")
def mysql_server() -> Iterator[mysql.Server]:
    """A server of our own; the tests are skipped where none is installed."""
    programs = mysql.server_programs()
    if programs is None:
        pytest.skip(_NONE_HERE.format("MariaDB or MySQL server"))
    with mysql.running_server(programs) as running:
        yield running


@pytest.fixture(scope="session", params=["postgres", "mysql", "firebird"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """One engine after the other."""
    if request.param == "postgres":
        copy = partial(copy_to_postgres, request.getfixturevalue("postgres_server"))
        return Engine("PostgreSQL", copy, postgres.PASSWORD, _POSTGRES_OTHERS)
    if request.param == "mysql":
        copy = partial(copy_to_mysql, request.getfixturevalue("mysql_server"))
        return Engine("MySQL", copy, mysql.PASSWORD, _MYSQL_OTHERS)
    if not is_there():
        pytest.skip(_NONE_HERE.format("library of Firebird"))
    copy = partial(copy_to_firebird, tmp_path_factory.mktemp("firebird"))
    return Engine(
        "Firebird",
        copy,
        other_rows=_FIREBIRD_OTHERS,
        unsaid=_FIREBIRD_UNSAID,
        lacks=(" INTERSECT ", " EXCEPT "),
        most_unwritten=0.15,
    )
