"""DatabaseEnvironment: the service that runs SQL on each task's copy, judges what is submitted, and shows what there is to know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from eval.datasets.bird_interact.release import DatabaseTexts, Release
from eval.datasets.bird_interact.tasks import Phase, Task
from eval.interact.judge.judge import Judgement, judge, keep_phase, prepare
from eval.interact.judge.reward import Mode, reward
from eval.interact.judge.sandbox import Sandbox, Sandboxes
from eval.interact.world.begun import begun_task
from eval.interact.world.ledger import Books
from eval.interact.world.service import Answer, RequestError, Service, text
from eval.interact.world.shown_rows import shown_rows
from eval.scoring.verdicts.interact import without_comments

ERROR_FLAG = "[exec_err_flg]"
"""Stands before what a database said of a submission that does not run."""
_READS = ("SELECT", "WITH", "EXPLAIN")


@dataclass
class _Played:
    """A task that is being played."""

    task: Task
    mode: Mode
    sandbox: Sandbox
    texts: DatabaseTexts
    phase: int = 1
    attempts: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0})
    done: bool = False
    lock: Lock = field(default_factory=Lock)

    @property
    def asked(self) -> Phase:
        """The phase that is played now."""
        return self.task.follow_up if self.phase == 2 and self.task.follow_up else self.task


class DatabaseEnvironment(Service):
    """The service of the databases."""

    name = "db_environment"

    def __init__(self, release: Release, sandboxes: Sandboxes, books: Books, *, management: bool = False) -> None:
        """Take what is served.

        Args:
            release: its databases' texts, and the gold of tasks that are begun without.
            sandboxes: where each task's copy comes from.
            books: the ledger, shared with the user's service.
            management: whether submissions that change the copy are run.
        """
        super().__init__()
        self._release, self._sandboxes, self._books, self._management = release, sandboxes, books, management
        self._played: dict[str, _Played] = {}
        self.handlers = {
            "/init_task": self._begin,
            "/execute": self._execute,
            "/submit": self._submit,
            "/schema": self._schema,
            "/all_column_meanings": self._column_meanings,
            "/column_meaning": self._column_meaning,
            "/knowledge_names": self._knowledge_names,
            "/knowledge": self._knowledge,
            "/cleanup_task": self._clean_up,
        }

    async def get(self, path: str) -> Answer:
        """Answer `/health`, and `/ledger/TASK` with the coins that both services took."""
        if path.startswith("/ledger/"):
            book = self._books.of(path.removeprefix("/ledger/"))
            if book is None:
                raise RequestError(404, f"no task {path.removeprefix('/ledger/')!r} was begun")
            return book.as_json()
        return await super().get(path)

    def close(self) -> None:
        """Remove every copy."""
        for played in self._played.values():
            played.sandbox.close()
        self._played.clear()

    async def _begin(self, payload: Mapping[str, Any], key: str) -> Answer:
        task_id = text(payload, "task_id")
        task, mode = begun_task(self._release, payload)
        if before := self._played.pop(task_id, None):
            await asyncio.to_thread(before.sandbox.close)
        sandbox = await asyncio.to_thread(self._sandboxes.open, task.selected_database, task_id)
        await asyncio.to_thread(prepare, sandbox, task)
        self._played[task_id] = _Played(task, mode, sandbox, self._release.texts(task.selected_database))
        self._books.begin(task_id, task.budget() if mode == "a" else None)
        return {"status": "ok", "task_id": task_id}

    async def _execute(self, payload: Mapping[str, Any], key: str) -> Answer:
        played, sql = self._of(payload, "execute_sql", key), text(payload, "sql")
        if not without_comments(f"{sql}\n").upper().startswith(_READS):
            return _failed("Only SELECT queries allowed in execute_sql")
        found = await asyncio.to_thread(_locked, played, lambda: played.sandbox.execute([sql], writes=False))
        if not found.ok:
            return _failed("SQL execution timed out" if found.timed_out else f"SQL error: {found.error}")
        return {"result": shown_rows(found), "success": True, "error": None}

    async def _submit(self, payload: Mapping[str, Any], key: str) -> Answer:
        played, sql = self._of(payload, "submit_sql", key), text(payload, "sql")
        return await asyncio.to_thread(_locked, played, lambda: self._judged(played, sql))

    def _judged(self, played: _Played, sql: str) -> Answer:
        phase, kind = played.phase, self._release.kind
        played.attempts[phase] += 1
        found = judge(played.sandbox, played.asked, sql, management=self._management)
        if not found.passed:
            return _answer(False, f"SQL failed Phase {phase}. {_said(found)}", 0.0)
        earned = 0.0 if played.done else reward(played.mode, phase, played.attempts[phase], kind)
        follow_up = played.task.follow_up
        if phase == 1 and follow_up is not None and kind != "mini":
            keep_phase(played.sandbox, played.task, sql)
            played.phase = 2
            said = f"Phase 1 correct! (Reward: {earned}). Moving to Phase 2."
            return {**_answer(True, said, earned, phase), "has_follow_up": True, "follow_up_query": follow_up.query}
        played.done = True
        return _answer(True, f"Phase {phase} correct! (Reward: {earned}). Task finished.", earned, phase)

    async def _schema(self, payload: Mapping[str, Any], key: str) -> Answer:
        return {"schema": self._of(payload, "get_schema", key).texts.schema}

    async def _column_meanings(self, payload: Mapping[str, Any], key: str) -> Answer:
        played = self._of(payload, "get_all_column_meanings", key)
        return {"column_meanings": json.dumps(played.texts.column_meanings, indent=2)}

    async def _column_meaning(self, payload: Mapping[str, Any], key: str) -> Answer:
        played = self._of(payload, "get_column_meaning", key)
        place = f"{played.texts.name}|{text(payload, 'table_name')}|{text(payload, 'column_name')}".lower()
        meaning = played.texts.column_meanings.get(place, "Column meaning not found")
        return {"meaning": meaning if isinstance(meaning, str) else json.dumps(meaning)}

    async def _knowledge_names(self, payload: Mapping[str, Any], key: str) -> Answer:
        played = self._of(payload, "get_all_external_knowledge_names", key)
        return {"names": list(played.texts.visible_knowledge(played.task))}

    async def _knowledge(self, payload: Mapping[str, Any], key: str) -> Answer:
        name = payload.get("knowledge_name")
        played = self._of(payload, "get_knowledge_definition" if name else "get_all_knowledge_definitions", key)
        shown = played.texts.visible_knowledge(played.task)
        if not name:
            return {"knowledge": json.dumps(list(shown.values()), indent=2)}
        return {"knowledge": json.dumps(shown[name], indent=2) if name in shown else "Knowledge not found."}

    async def _clean_up(self, payload: Mapping[str, Any], key: str) -> Answer:
        task_id = text(payload, "task_id")
        if played := self._played.pop(task_id, None):
            await asyncio.to_thread(_locked, played, played.sandbox.close)
        return {"status": "ok", "task_id": task_id}

    def _of(self, payload: Mapping[str, Any], action: str, key: str) -> _Played:
        """Return the task of a request, its price taken."""
        task_id = text(payload, "task_id")
        if task_id not in self._played:
            raise RequestError(404, f"Task {task_id} not initialized")
        self._books.charge(task_id, action, key)
        return self._played[task_id]


def _locked(played: _Played, work: Any) -> Any:
    with played.lock:
        return work()


def _failed(error: str) -> Answer:
    return {"result": "", "success": False, "error": error}


def _answer(passed: bool, message: str, earned: float, phase: int | None = None) -> Answer:
    answer = {"passed": passed, "message": message, "reward": earned, "phase_completed": phase}
    return {**answer, "has_follow_up": False, "follow_up_query": None}


def _said(found: Judgement) -> str:
    """Say why a submission fails: what its own SQL did wrong, never what the gold gives."""
    match found.reason:
        case "error":
            return f"{ERROR_FLAG} Error executing submitted SQL: {found.detail}"
        case "timeout":
            return f"{ERROR_FLAG} Submitted SQL execution timed out"
        case "management is off":
            return f"{ERROR_FLAG} This world runs no SQL that changes a database (start it with --management)"
        case "gold fails" | "test case fails":
            return f"Your SQL is not correct. (The task cannot be judged: {found.detail})"
        case _:
            return "Your SQL is not correct."
