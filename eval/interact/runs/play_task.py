"""TaskTable: where one task is played to its end, and what it leaves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter

from eval.datasets.bird_interact.tasks import Task
from eval.interact.play import messages
from eval.interact.play.orchestrator import Orchestrator
from eval.interact.play.player import Game, Player
from eval.interact.play.services import ServiceError
from eval.interact.play.session import ModeName, PlaySession
from eval.interact.play.shown import Shown
from eval.interact.runs.record import TaskRecord
from eval.interact.runs.worlds import World
from eval.records import TurnRecord
from eval.runs.isolated_stages import Failure, attempt
from eval.runs.turn_record import turn_record
from eval.turn_key import TurnKey
from nodes.state import GraphState
from value_index.schema import Dialect

NAMES: Mapping[Dialect, str] = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
"""Dialects as the orchestrator's messages call them."""


@dataclass(frozen=True)
class TaskTable:
    """The place at which tasks are played."""

    world: World
    player: Player
    mode: ModeName

    async def play(self, place: int, task: Task) -> tuple[TaskRecord, list[TurnRecord]]:
        """Play a task to its end; a fault of its own leaves a record that says so."""
        started = perf_counter()
        budget = task.budget() if self.mode == "a-interact" else None
        session = PlaySession(
            task.instance_id, self.mode, environment=self.world.environment, user=self.world.user,
            budget=budget, turns=task.max_turns,
        )  # fmt: skip
        sent: list[str] = []
        found = await attempt(self._conversation(session, task, sent))
        if isinstance(found, Failure):
            return self._record(place, task, session, sent, "", found.message, started), []
        game, response, spent = found
        turns = self._turns(place, task, game, started)
        asked = tuple(each for state in game.states.values() for each in state.asked)
        record = self._record(place, task, session, sent, response, None, started)
        more = {"asked": asked, "turns": len(turns), "environment_spent": spent}
        return record.model_copy(update=more), turns

    async def _conversation(self, session: PlaySession, task: Task, sent: list[str]) -> tuple[Game, str, float | None]:
        await begin_task(self.world, task, self.mode)
        dialect = self.world.dialect(task)
        key = {"task_id": task.instance_id}
        if self.mode == "a-interact":
            game = self.player.begin(session, Shown(schema_text=""), dialect)
            budget = session.ledger.budget or 0.0
            sent.append(messages.first_of_agent(task.selected_database, task.instance_id, task.amb_user_query, budget))
            response = await self.player.play(game, sent[-1])
        else:
            schema = await self.world.environment.post("/schema", key)
            knowledge = await self.world.environment.post("/knowledge", key)
            shown = Shown(schema_text=schema.get("schema", ""), knowledge=knowledge.get("knowledge", ""))
            game = self.player.begin(session, shown, dialect)
            orchestrator = Orchestrator(session, task.amb_user_query, NAMES.get(dialect, "PostgreSQL"))
            message, response = orchestrator.first(), ""
            while message:
                sent.append(message)
                response = await self.player.play(game, message)
                message = orchestrator.after_run()
        spent = await self.world.spent(task.instance_id) if self.mode == "a-interact" else None
        await self.world.environment.post("/cleanup_task", key)
        return game, response, spent

    def _record(
        self,
        place: int,
        task: Task,
        session: PlaySession,
        sent: list[str],
        response: str,
        error: str | None,
        start: float,
    ) -> TaskRecord:
        return TaskRecord(
            task=place, instance_id=task.instance_id, database_id=task.selected_database, mode=self.mode,
            category=task.category, has_follow_up=task.follow_up is not None, messages=tuple(sent),
            calls=tuple(session.calls), response=response, passed=dict(session.passed),
            submissions=dict(session.submissions), rewards=dict(session.rewards), budget=session.ledger.budget,
            spent=session.ledger.spent, timing={"ms": (perf_counter() - start) * 1000}, error=error,
        )  # fmt: skip

    def _turns(self, place: int, task: Task, game: Game, started: float) -> list[TurnRecord]:
        """Return a turn for each phase, as any run has them; one that was not reached has no SQL."""
        nodes, ms = self.player.config.nodes(), (perf_counter() - started) * 1000
        texts = {1: task.amb_user_query, 2: task.follow_up.query if task.follow_up else ""}
        turns: list[TurnRecord] = []
        for phase in range(1, len(task.phases) + 1):
            key = TurnKey(place, phase - 1)
            state = game.states.get(phase) or GraphState(
                turn_id=str(key), database_id=task.selected_database, utterance=texts[phase]
            )
            turns.append(turn_record(key, task.selected_database, state, nodes, history="predicted", ms=ms))
        return turns


async def begin_task(world: World, task: Task, mode: ModeName) -> None:
    """Begin a task at both services.

    Raises:
        ServiceError: one of them does not.
    """
    payload = {"task_id": task.instance_id, "task_data": {**task.record, "_interact_mode": mode}}
    for service in (world.environment, world.user):
        answer = await service.post("/init_task", payload)
        if answer.get("status") != "ok":
            raise ServiceError(f"/init_task of {task.instance_id}: {json.dumps(answer)[:200]}")
