"""agent_service: the project's agent as the benchmark's third service: `/init_session`, `/run_session`, `/health`."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import Field, ValidationError

from agent.config import Config
from eval.interact.play.player import Game, Player
from eval.interact.play.services import HttpService, Service, ServiceError
from eval.interact.play.session import ModeName, PlaySession
from eval.interact.play.shown import Shown
from nodes.llm.messages import Completer
from value_index.errors import TurnSQLError, first_problem
from value_index.models import ForeignModel
from value_index.schema import Dialect

MOST_BYTES = 64 << 20
"""A larger request is refused: it holds a schema and a knowledge base at most."""


class InitSession(ForeignModel):
    """A request to begin a task; `state` is the orchestrator's."""

    task_id: str
    mode: ModeName = "a-interact"
    state: dict[str, Any] = Field(default_factory=dict[str, Any])
    reset: bool = True


class RunSession(ForeignModel):
    """A request to go on with a task."""

    task_id: str
    message: str
    mode: ModeName = "a-interact"


@dataclass
class _Held:
    session_id: str
    state: dict[str, Any]
    game: Game
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """A session answers one message at a time."""


class AgentService:
    """The sessions of the service."""

    def __init__(
        self,
        config: Config,
        folder: Path,
        llm: Completer | None,
        *,
        environment: Service,
        user: Service,
        dialect: Dialect,
    ) -> None:
        self._player = Player(config, folder, llm)
        self._environment, self._user = environment, user
        self._dialect: Dialect = dialect
        self._held: dict[tuple[str, str], _Held] = {}

    def init(self, asked: InitSession) -> dict[str, Any]:
        """Begin a task, or find it begun."""
        key = (asked.mode, asked.task_id)
        if asked.reset or key not in self._held:
            self._held[key] = self._begun(asked)
        return {"task_id": asked.task_id, "mode": asked.mode, "session_id": self._held[key].session_id}

    async def run(self, asked: RunSession) -> dict[str, Any]:
        """Do what a message asks for."""
        held = self._held.get((asked.mode, asked.task_id))
        if held is None:
            self.init(InitSession(task_id=asked.task_id, mode=asked.mode))
            held = self._held[asked.mode, asked.task_id]
        async with held.lock:
            before = sum(held.game.session.submissions.values())
            held.events.append({"type": "user_message", "message": asked.message})
            said = await self._player.play(held.game, asked.message)
            held.state.update(_state(held, submitted=sum(held.game.session.submissions.values()) > before))
        return {
            "task_id": asked.task_id, "mode": asked.mode, "session_id": held.session_id, "response": said,
            "state": held.state,
        }  # fmt: skip

    def _begun(self, asked: InitSession) -> _Held:
        state = asked.state
        budget = state.get("budget_remaining", state.get("initial_budget"))
        session = PlaySession(
            asked.task_id, asked.mode, environment=self._environment, user=self._user,
            budget=float(budget) if budget is not None else None, turns=int(state.get("max_turn", 0)),
        )  # fmt: skip
        shown = Shown(schema_text=str(state.get("db_schema", "")), knowledge=str(state.get("external_kg", "")))
        game = self._player.begin(session, shown, self._dialect)
        name = f"turnsql-{asked.mode}-{asked.task_id}-{uuid.uuid4().hex[:8]}"
        return _Held(name, {**state, "task_id": asked.task_id, "mode": asked.mode}, game)


def agent_app(service: AgentService) -> web.Application:
    """Return the service as a web application."""

    async def health(request: web.Request) -> web.Response:
        return web.json_response({"status": "healthy", "service": "system_agent"})

    async def init(request: web.Request) -> web.Response:
        return await _answered(request, InitSession, lambda asked: _ready(service.init(asked)))

    async def run(request: web.Request) -> web.Response:
        return await _answered(request, RunSession, service.run)

    app = web.Application(client_max_size=MOST_BYTES)
    app.add_routes([web.get("/health", health), web.post("/init_session", init), web.post("/run_session", run)])
    return app


async def _ready(answer: dict[str, Any]) -> dict[str, Any]:
    return answer


async def _answered(request: web.Request, kind: Any, answer: Any) -> web.Response:
    """Answer a request, a bad one with one line that says what is wrong with it."""
    try:
        asked = kind.model_validate_json(await request.read())
    except ValidationError as error:
        return web.json_response({"detail": first_problem(error)}, status=422)
    try:
        return web.json_response(await answer(asked))
    except ServiceError as error:
        return web.json_response({"detail": str(error)}, status=502)
    except TurnSQLError as error:
        return web.json_response({"detail": str(error)}, status=500)


def _state(held: _Held, *, submitted: bool) -> dict[str, Any]:
    """Return what the orchestrator reads of the session."""
    session = held.game.session
    coins = session.mode == "a-interact"
    return {
        "phase1_completed": session.passed[1],
        "phase2_completed": session.passed[2],
        "current_phase": session.phase,
        "total_reward": session.reward,
        "task_done": session.is_done,
        "dialogue_history": session.dialogue,
        "tool_trajectory": [_call(call, with_coins=coins) for call in session.calls],
        "adk_events": held.events,
        "_last_submit_raw": session.last_submitted,
        "_submitted_this_phase": submitted,
        **({"budget_remaining": session.ledger.left, "initial_budget": session.ledger.budget} if coins else {}),
    }


def _call(call: Any, *, with_coins: bool) -> dict[str, Any]:
    dumped = call.model_dump(include=None if with_coins else {"tool", "args", "result"})
    return {"type": "tool", **dumped, "input": dumped["args"]}


@dataclass(frozen=True)
class ServeOptions:
    """The address of the agent, and those of its services."""

    host: str
    port: int
    environment_url: str
    user_url: str
    dialect: Dialect


async def serve_agent(config: Config, llm: Completer | None, options: ServeOptions, ready: Any) -> None:
    """Serve until cancelled.

    Args:
        ready: is told the port once it listens.
    """
    with tempfile.TemporaryDirectory(prefix="turnsql-agent-") as folder:
        async with HttpService(options.environment_url) as environment, HttpService(options.user_url) as user:
            service = AgentService(
                config, Path(folder), llm, environment=environment, user=user, dialect=options.dialect
            )
            runner = web.AppRunner(agent_app(service))
            await runner.setup()
            try:
                site = web.TCPSite(runner, options.host, options.port)
                await site.start()
                ready(runner.addresses[0][1])
                await asyncio.Event().wait()
            finally:
                await runner.cleanup()
