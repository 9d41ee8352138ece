"""open_world: the user simulator and the database environment of a run: at addresses, or the project's own in this process."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agent.config import Config
from agent.llm import CassetteOptions, open_llm
from eval.datasets import DataError
from eval.datasets.bird_interact.release import Release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.play.services import HttpService, Service, ServiceError
from eval.interact.simulator.endpoint import EndpointUser
from eval.interact.simulator.scripted import ScriptedUser
from eval.interact.world import open as world
from eval.interact.world.service import RequestError
from eval.interact.world.service import Service as OwnService
from eval.interact.world.user import User
from value_index.connection.address import Address
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
    postgres: str | None = None
    """Address of the PostgreSQL server that holds the release's templates; its SQLite files where None."""
    management: bool = False
    """Whether the project's own environment judges tasks that change their database."""

    @property
    def described(self) -> dict[str, str]:
        """What the manifest says of it; an address is no part of a figure."""
        return {
            "user_simulator": Path(self.simulator).name,
            "environment": "http" if self.environment_url else "in process",
        }


@dataclass(frozen=True)
class World:
    """The two services."""

    release: Release
    environment: Service
    user: Service
    on_postgres: bool = False
    """Whether the databases are known to be on PostgreSQL."""

    def dialect(self, task: Task) -> Dialect:
        """Return in which SQL a task's database is asked: SQLite if its file lies in the release."""
        if self.release.kind == "mini" or self.on_postgres:
            return "postgres" if self.on_postgres else "sqlite"
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


class LocalService:
    """A service of the project's own in this process."""

    def __init__(self, service: OwnService) -> None:
        self._service = service

    async def post(self, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer; see Service."""
        with _told():
            return await self._service.handle(path, payload, uuid.uuid4().hex)

    async def get(self, path: str) -> dict[str, Any]:
        """Return the answer of a path that is only read; see Service."""
        with _told():
            return await self._service.get(path)


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except RequestError as error:
        raise ServiceError(str(error)) from error


@asynccontextmanager
async def open_world(
    options: WorldOptions, release: Release, environment: Mapping[str, str], cassette: CassetteOptions | None = None
) -> AsyncGenerator[World]:
    """Open the services.

    Args:
        environment: holds the key of an endpoint that plays the user.
        cassette: the agent's; the answers of an endpoint that plays the user stand beside it.

    Raises:
        ServiceError: one of them cannot be reached.
    """
    async with AsyncExitStack() as stack:
        if bool(options.environment_url) != bool(options.user_url):
            raise DataError("the services share a ledger: give both --environment and --user, or neither")
        if options.environment_url and options.user_url:
            services = [
                await stack.enter_async_context(HttpService(url)) for url in (options.environment_url, options.user_url)
            ]
            for service in services:
                await service.get("/health")
            yield World(release, services[0], services[1])
            return
        user = await stack.enter_async_context(_user(options, environment, cassette))
        server = Address.parse(options.postgres, environment) if options.postgres else None
        own = stack.enter_context(world.open_world(release, user=user, server=server, management=options.management))
        yield World(release, LocalService(own.environment), LocalService(own.user), server is not None)


@asynccontextmanager
async def _user(
    options: WorldOptions, environment: Mapping[str, str], cassette: CassetteOptions | None
) -> AsyncGenerator[User]:
    """Open who plays the user: by rules, or by the endpoint of a configuration.

    Raises:
        DataError: the name is neither.
    """
    if options.simulator == "scripted":
        yield ScriptedUser()
        return
    path = Path(options.simulator)
    if path.suffix != ".toml":
        raise DataError(
            f"no user simulator {options.simulator!r}: scripted, or a configuration (TOML) with an [endpoint]"
        )
    config = Config.load(path)
    if config.endpoint is None:
        raise DataError(f"{path}: names no [endpoint] to play the user")
    beside = (
        replace(cassette, path=cassette.path.with_suffix(".user.jsonl"), batch_in=None, batch_out=None)
        if cassette
        else None
    )
    async with open_llm(config.endpoint, environment, beside) as llm:
        assert llm
        yield EndpointUser(llm)
