"""UserSimulator: the service that answers questions, in each phase from what the user then knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from eval.datasets import DataError
from eval.datasets.bird_interact.release import Release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.simulator.knows import Knows
from eval.interact.world.begun import begun_task
from eval.interact.world.ledger import Books
from eval.interact.world.service import Answer, RequestError, Service, text


class User(Protocol):
    """Who answers: by rules, or by a model."""

    @property
    def name(self) -> str:
        """What it is called in a run's figures."""
        ...

    async def answer(self, knows: Knows, question: str) -> str:
        """Return the answer to one question."""
        ...


class UserSimulator(Service):
    """The service of the user."""

    name = "user_simulator"

    def __init__(self, release: Release, user: User, books: Books) -> None:
        super().__init__()
        self._release, self._user, self._books = release, user, books
        self._tasks: dict[str, Task] = {}
        self._phases: dict[str, int] = {}
        self.handlers = {"/init_task": self._begin, "/ask": self._ask, "/phase_transition": self._follow_up}

    async def _begin(self, payload: Mapping[str, Any], key: str) -> Answer:
        task_id = text(payload, "task_id")
        self._tasks[task_id], _ = begun_task(self._release, payload)
        self._phases[task_id] = 1
        return {"status": "ok", "task_id": task_id}

    async def _ask(self, payload: Mapping[str, Any], key: str) -> Answer:
        task_id, question = self._known(payload), text(payload, "question")
        if self._books.of(task_id) is not None:
            self._books.charge(task_id, "ask_user", key)
        task = self._tasks[task_id]
        knows = Knows.of(task, self._phases[task_id], await asyncio.to_thread(self._schema, task))
        return {"answer": await self._user.answer(knows, question)}

    async def _follow_up(self, payload: Mapping[str, Any], key: str) -> Answer:
        self._phases[self._known(payload)] = 2
        return {"status": "ok", "phase": 2}

    def _schema(self, task: Task) -> str:
        try:
            return self._release.texts(task.selected_database).schema
        except DataError:
            return ""

    def _known(self, payload: Mapping[str, Any]) -> str:
        task_id = text(payload, "task_id")
        if task_id not in self._tasks:
            raise RequestError(404, f"Task {task_id} not initialized")
        return task_id
