"""PostgresSandbox: databases made on a server from `NAME_template`, as the benchmark's own services do."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Literal

from eval.datasets import DataError
from eval.interact.judge.execution import DEADLINE, Execution, run_statements
from eval.interact.judge.sandbox import Closing, ConnectionRecipe, plain_name
from value_index.connection.address import Address
from value_index.engines.postgres.driver import connection_string, load_driver
from value_index.errors import DatabaseError

_MARK = "turnsql_"
"""How the names of our copies begin: no other database is ever dropped."""


class PostgresSandbox(Closing):
    """A private database on a server."""

    def __init__(self, server: PostgresServer, name: str, task_id: str) -> None:
        self.name = name
        self._server = server
        self._start = server.template_of(name)
        key = hashlib.sha256(f"{name}/{task_id}".encode()).hexdigest()[:8]
        self._work = f"{_MARK}{plain_name(task_id, 30)}_{key}"
        self._kept: list[str] = []
        self._fresh = False
        self._dirty = False

    @property
    def recipe(self) -> ConnectionRecipe:
        """How the copy is opened for writing."""
        self._copy()
        self._dirty = True
        return ConnectionRecipe(kind="postgres", address=self._server.conninfo(self._work))

    def reset(self) -> None:
        """Bring the copy back to where the phase starts."""
        self._fresh = self._fresh and not self._dirty

    def keep(self) -> None:
        """Let the next phase start from what the copy holds now."""
        if self._fresh and self._dirty:
            self._kept.append(f"{self._work}_p{len(self._kept) + 1}")
            self._server.create(self._kept[-1], self._work)
            self._start = self._kept[-1]
            self._fresh = False

    def execute(self, statements: Sequence[str], *, writes: bool, deadline: float = DEADLINE) -> Execution:
        """Run statements on the copy."""
        self._copy()
        # A lone statement cannot leave a transaction that only reads; of several, the first may end it and set another.
        self._dirty = self._dirty or writes or any(";" in text.strip().rstrip(";") for text in statements)
        with closing(self._server.connect(self._work)) as connection:
            if not writes:
                connection.execute("SET default_transaction_read_only = on")
                connection.commit()
            return run_statements(connection, statements, deadline)

    def close(self) -> None:
        """Drop the copy, and what phases began with."""
        for name in (self._work, *self._kept):
            self._server.drop(name)
        self._kept, self._fresh = [], False

    def _copy(self) -> None:
        if not self._fresh:
            self._server.create(self._work, self._start)
            self._fresh, self._dirty = True, False


class PostgresServer:
    """A server that has a template for each database."""

    dialect: Literal["postgres"] = "postgres"

    def __init__(self, address: Address) -> None:
        """Take the address of a database of the server, from which others are made: the user must be allowed to."""
        self._address = address
        self._own: Any = None

    def open(self, database: str, task_id: str) -> PostgresSandbox:
        """Return a copy of a database, made where it is first asked."""
        return PostgresSandbox(self, database, task_id)

    def template_of(self, database: str) -> str:
        """Return the name of a database's template."""
        names = {row[0] for row in self.run("SELECT datname FROM pg_database")}
        for name in (f"{database}_template", database):
            if name in names:
                return name
        raise DataError(f"{self._address} has no database {database}_template or {database}")

    def create(self, name: str, template: str) -> None:
        """Make a copy of a database; one of that name, of ours, is dropped before."""
        self.drop(name)
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name: str) -> None:
        """Drop a copy of ours, whoever is still connected to it."""
        if not name.startswith(_MARK):
            raise DatabaseError(f"{name!r} is no copy of ours: it is not dropped")
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def connect(self, name: str) -> Any:
        """Open a connection to a database of the server."""
        try:
            return load_driver().connect(self.conninfo(name))
        except load_driver().Error as error:
            raise DatabaseError(f"cannot open {name!r}: {' '.join(str(error).split())}") from None

    def conninfo(self, name: str) -> str:
        """Return the connection string of a database of the server."""
        return connection_string(self._address, name)

    def run(self, sql: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run one text of ours on its own, and return its rows; the server's own database is asked over one connection.

        Raises:
            DatabaseError: the server cannot be reached, or refuses.
        """
        try:
            if database is not None:
                with load_driver().connect(self.conninfo(database), autocommit=True) as other:
                    return _rows(other, sql)
            if self._own is None or self._own.closed:
                self._own = load_driver().connect(self.conninfo(self._address.database), autocommit=True)
            return _rows(self._own, sql)
        except load_driver().Error as error:
            raise DatabaseError(f"{self._address}: {' '.join(str(error).split())}") from None

    def close(self) -> None:
        """Close the connection that is kept."""
        if self._own is not None:
            self._own.close()


def _rows(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor = connection.execute(sql.encode())
    return list(cursor) if cursor.description else []
