"""Deadlines that a server keeps itself: MySQL and MariaDB name the limit otherwise. No package carries MySQL's own server."""

from __future__ import annotations

from typing import Any

import pytest

from value_index.connection.address import Address
from value_index.engines.mysql.session import Session
from value_index.engines.mysql.statements import fault


class Cursor:
    """Takes statements, and gives one row."""

    description = (("n",),)

    def __init__(self, said: list[str]) -> None:
        self._said = said

    def execute(self, sql: str) -> None:
        self._said.append(sql)

    def __iter__(self) -> Any:
        return iter([(1,)])

    def close(self) -> None:
        pass


class Connection:
    """A connection to a server of some version, which keeps what is asked of it."""

    def __init__(self, version: str) -> None:
        self.version, self.said = version, list[str]()

    def get_server_info(self) -> str:
        return self.version

    def cursor(self, _: Any = None) -> Cursor:
        return Cursor(self.said)


@pytest.mark.parametrize(
    ("version", "first", "second"),
    [
        ("8.4.3", "SET SESSION max_execution_time = 1500", "SET SESSION max_execution_time = 50"),
        ("9.1.0-commercial", "SET SESSION max_execution_time = 1500", "SET SESSION max_execution_time = 50"),
        (
            "10.11.6-MariaDB-0+deb12u1",
            "SET SESSION max_statement_time = 1.500",
            "SET SESSION max_statement_time = 0.050",
        ),
    ],
)
def test_the_server_itself_ends_a_statement(
    version: str, first: str, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = Connection(version)
    monkeypatch.setattr("value_index.engines.mysql.session.open_connection", lambda _: connection)
    session = Session(Address.parse("mysql://me@h/shop", {}))
    for seconds in (1.5, 1.5, 0.0):
        assert session.fetch("SELECT 1", seconds, (10, 10, 10)).rows == ((1,),)
    assert connection.said == [first, "SELECT 1", "SELECT 1", second, "SELECT 1"]


@pytest.mark.parametrize("number", [1317, 1969, 3024])
def test_what_was_ended_is_a_timeout(number: int) -> None:
    from pymysql import OperationalError

    assert fault(OperationalError(number, "Query execution was interrupted")).outcome == "timeout"
