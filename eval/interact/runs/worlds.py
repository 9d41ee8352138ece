"""open_world: the user simulator and the database environment of a run: at addresses, or the project's own in this process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from eval.datasets import DataError
from eval.interact.play.services import HttpService, Service, ServiceError
from eval.interact.release import Release
from eval.interact.tasks import Task
from value_index.schema import Dialect


@dataclass(frozen=True)
class WorldOptions:
    """Which services a run is played against."""

    environment_url: str | None = None
    """Address of the database environment; the project's own where None."""
    user_url: str | None = None
    """Address of the user simulator; the project's own where None."""
    simulator: str = "scripted"
    """Name of the user simulator, which is part of every figure."""
    management: bool = False
    """Whether the project's own environment judges tasks that change their database."""

    @property
    def described(self) -> dict[str, str]:
        """What the manifest says of it; an address is no part of a figure."""
        return {
            "user_simulator": self.simulator,
            "environment": "http" if self.environment_url else "in process",
        }


@dataclass(frozen=True)
class World:
    """The two services."""

    release: Release
    environment: Service
    user: Service

    def dialect(self, task: Task) -> Dialect:
        """Return in which SQL a task's database is asked: SQLite if its file lies in the release."""
        if self.release.kind == "mini":
            return "sqlite"
        try:
            self.release.sqlite_file(task.selected_database)
        except DataError:
            return "postgres"
        return "sqlite"

    async def spent(self, task_id: str) -> float | None:
        """Return the coins of a task by the services' own ledger; None if they keep none."""
        try:
            found = await self.environment.get(f"/ledger/{task_id}")
        except ServiceError:
            return None
        spent = found.get("spent")
        return float(spent) if isinstance(spent, int | float) else None


@asynccontextmanager
async def open_world(options: WorldOptions, release: Release) -> AsyncGenerator[World]:
    """Open the services.

    Raises:
        ServiceError: one of them cannot be reached.
    """
    async with AsyncExitStack() as stack:
        if not (options.environment_url and options.user_url):
            raise DataError("give --environment and --user, the addresses of the services")
        environment = await stack.enter_async_context(HttpService(options.environment_url))
        user = await stack.enter_async_context(HttpService(options.user_url))
        for service in (environment, user):
            await service.get("/health")
        yield World(release, environment, user)
