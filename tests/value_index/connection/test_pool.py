"""Connections that lie idle: used again, given up when they are gone, closed when nobody wants them."""

from __future__ import annotations

import pytest

from value_index.connection.pool import MOST_IDLE, GoneError, Pool


class Connection:
    """What a test may break or close."""

    def __init__(self) -> None:
        self.usable, self.gone, self.closed = True, False, False

    def close(self) -> None:
        self.closed = True


def ask(connection: Connection) -> Connection:
    if connection.gone:
        connection.usable = False
        raise GoneError
    return connection


def pool_of(made: list[Connection]) -> Pool[Connection]:
    def make() -> Connection:
        made.append(Connection())
        return made[-1]

    return Pool(make, lambda it: it.usable, Connection.close)


def test_a_connection_is_used_again_until_it_cannot_be() -> None:
    made: list[Connection] = []
    pool = pool_of(made)
    assert pool.run(ask) is pool.run(ask)
    made[0].usable = False
    assert pool.run(ask) is made[0] and made[0].closed
    assert pool.run(ask) is made[1]
    pool.close()
    assert made[1].closed


def test_what_lay_idle_and_is_gone_is_given_up_and_the_statement_asked_again() -> None:
    made: list[Connection] = []
    pool = pool_of(made)
    taken = [pool.take() for _ in range(3)]
    for connection in taken:
        pool.give_back(connection)
        connection.gone = True
    assert pool.run(ask) is made[3]
    assert all(connection.closed for connection in taken)


def test_a_new_connection_that_is_gone_is_said() -> None:
    def broken() -> Connection:
        connection = Connection()
        connection.gone = True
        return connection

    with pytest.raises(GoneError):
        Pool(broken, lambda it: it.usable, Connection.close).run(ask)


def test_only_some_lie_idle() -> None:
    made: list[Connection] = []
    pool = pool_of(made)
    for connection in [pool.take() for _ in range(MOST_IDLE + 2)]:
        pool.give_back(connection)
    assert sum(connection.closed for connection in made) == 2
