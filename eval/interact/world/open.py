"""open_world: both services over a release, ready to be asked in this process or to be served."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from eval.datasets.bird_interact.release import Release
from eval.interact.judge.postgres_sandbox import PostgresServer
from eval.interact.judge.sandbox import Sandboxes
from eval.interact.judge.sqlite_sandbox import SQLiteSandboxes
from eval.interact.simulator.scripted import ScriptedUser
from eval.interact.world.environment import DatabaseEnvironment
from eval.interact.world.ledger import Books
from eval.interact.world.user import User, UserSimulator
from value_index.connection.address import Address


@dataclass(frozen=True)
class World:
    """The services, and the ledger that they share."""

    environment: DatabaseEnvironment
    user: UserSimulator
    books: Books
    simulator: str
    """What the user is called in a run's figures."""


@contextmanager
def open_world(
    release: Release, *, user: User | None = None, server: Address | None = None, management: bool = False
) -> Generator[World]:
    """Open the services; every copy is removed at the end.

    Args:
        release: with its gold, unless each task is begun with one.
        user: the rules of `ScriptedUser` where None.
        server: the PostgreSQL server that holds the templates; the release's SQLite files where None.
        management: whether submissions that change a copy are run.
    """
    templates = PostgresServer(server) if server else None
    sandboxes: Sandboxes = templates or SQLiteSandboxes(release.sqlite_file)
    books, asked = Books(), user or ScriptedUser()
    environment = DatabaseEnvironment(release, sandboxes, books, management=management)
    try:
        yield World(environment, UserSimulator(release, asked, books), books, asked.name)
    finally:
        environment.close()
        if templates:
            templates.close()
