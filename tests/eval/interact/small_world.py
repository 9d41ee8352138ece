"""Both services over a small release in this process: a ledger of their own, and faults of each kind at a fixed rate."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from eval.datasets.bird_interact.release import Release, load_release
from eval.datasets.bird_interact.tasks import Task
from eval.interact.judge.judge import judge
from eval.interact.judge.reward import reward
from eval.interact.judge.sqlite_sandbox import SQLiteSandbox
from eval.interact.play.ledger import COSTS

ACTIONS = {
    "/execute": "execute_sql", "/schema": "get_schema", "/all_column_meanings": "get_all_column_meanings",
    "/knowledge": "get_all_knowledge_definitions", "/ask": "ask_user", "/submit": "submit_sql",
}  # fmt: skip


@dataclass
class _Play:
    phase: int = 1
    mode: str = "c"
    submissions: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0})
    left: float = 0.0
    spent: float = 0.0
    seen: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])


class SmallWorld:
    """The user simulator and the database environment in one."""

    def __init__(self, folder: Path, *, faults: float = 0.0, seed: int = 0) -> None:
        self.release: Release = load_release(folder)
        self.plays: dict[str, _Play] = {}
        self.requests = self.failed = 0
        self._faults, self._draw = faults, random.Random(seed)

    async def answered(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests += 1
        fault = self._draw.random() < self._faults and request.path != "/health"
        self.failed += fault
        kind = self._draw.choice(("before", "after", "garbage")) if fault else ""
        if kind == "before":
            return web.Response(status=503)
        payload = await request.json() if request.can_read_body else {}
        status, answer = self.answer(request.path, payload, request.headers.get("Idempotency-Key", ""))
        if kind == "after":
            assert request.transport
            request.transport.abort()
        return web.Response(text="{" if kind == "garbage" else json.dumps(answer), status=status)

    def answer(self, path: str, payload: Mapping[str, Any], key: str) -> tuple[int, dict[str, Any]]:
        if path == "/health":
            return 200, {"status": "healthy"}
        if path.startswith("/ledger/"):
            return 200, {"spent": self.plays[path.removeprefix("/ledger/")].spent}
        task = self.release.task(payload["task_id"])
        if path == "/init_task":
            mode = payload["task_data"]["_interact_mode"][0]
            self.plays[task.instance_id] = _Play(mode=mode, left=task.budget())
            return 200, {"status": "ok"}
        play = self.plays[task.instance_id]
        if key not in play.seen:
            self._charge(play, path)
            play.seen[key] = self._done(task, play, path, payload)
        return 200, play.seen[key]

    def _charge(self, play: _Play, path: str) -> None:
        cost = min(COSTS[ACTIONS[path]], play.left) if path in ACTIONS else 0.0
        play.left, play.spent = play.left - cost, play.spent + cost

    def _done(self, task: Task, play: _Play, path: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        texts = self.release.texts(task.selected_database)
        match path:
            case "/schema":
                return {"schema": texts.schema}
            case "/knowledge":
                return {"knowledge": json.dumps(list(texts.visible_knowledge(task).values()))}
            case "/all_column_meanings":
                return {"column_meanings": json.dumps(texts.column_meanings)}
            case "/ask":
                return {"answer": self._said(task, payload["question"])}
            case "/execute":
                with closing(self._sandbox(task)) as sandbox:
                    ran = sandbox.execute([payload["sql"]], writes=False)
                return {
                    "success": ran.ok,
                    "result": str(ran.rows or "Query executed, empty result set."),
                    "error": ran.error,
                }
            case "/submit":
                return self._judged(task, play, payload["sql"])
            case _:
                return {"status": "ok", "phase": 2}

    def _said(self, task: Task, question: str) -> str:
        marked = (*task.user_query_ambiguity.critical_ambiguity, *task.knowledge_ambiguity)
        found = [each for each in marked if each.term in question]
        return f"By {found[0].term} I mean {found[0].sql_snippet}." if found else "I cannot answer that."

    def _judged(self, task: Task, play: _Play, sql: str) -> dict[str, Any]:
        phase = play.phase
        play.submissions[phase] += 1
        with closing(self._sandbox(task)) as sandbox:
            found = judge(sandbox, task.phases[phase - 1], sql)
        if not found.passed:
            said = (
                "Your SQL is not correct."
                if found.runs
                else f"[exec_err_flg] Error executing submitted SQL: {found.detail}"
            )
            return {"passed": False, "message": f"SQL failed Phase {phase}. {said}", "reward": 0.0}
        earned = reward("c" if play.mode == "c" else "a", phase, play.submissions[phase], self.release.kind)
        follows = phase == 1 and task.follow_up is not None
        play.phase += follows
        end = "Moving to Phase 2." if follows else "Task finished."
        more = {"follow_up_query": task.follow_up.query} if follows and task.follow_up else {}
        return {"passed": True, "message": f"Phase {phase} correct! (Reward: {earned}). {end}", "reward": earned,
                "phase_completed": phase, "has_follow_up": follows, **more}  # fmt: skip

    def _sandbox(self, task: Task) -> SQLiteSandbox:
        name = task.selected_database
        return SQLiteSandbox(self.release.sqlite_file(name), name, task.instance_id)
