"""Player: the project's agent in BIRD-Interact: it plans over what it was shown, asks where that is worth it, and submits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent.clarify import Doubt, Reply
from agent.config import Config
from agent.graph import build_graph, run_turn
from agent.notes.rivals import written
from agent.storage.checkpoint_format import in_memory
from eval.interact.play.ledger import COSTS
from eval.interact.play.messages import AWAITING, COMPLETED, OUT_OF_BUDGET, Request, read_request
from eval.interact.play.picked import picked_reading
from eval.interact.play.session import PlaySession
from eval.interact.play.shown import Shown
from eval.scoring.verdicts.interact import stripped
from nodes.knowledge.wanted import names_rows
from nodes.llm.messages import Completer
from nodes.node import Context
from nodes.sql.respell import respelled
from nodes.state import GraphState, Turn
from value_index.schema import Dialect

NOTE = "\n\n[SYSTEM NOTE: "
"""Begins what stands behind a result for the agent alone."""
EMPTY = "Query executed, empty result set."
MOST_QUESTIONS = 99
"""Turns and coins say how many may be asked."""
MISREAD = 0.5
"""How likely a request of the benchmark with words that nothing explains is misread: its requests are ambiguous by design."""
CLAUSES = 0.1
"""How likely it makes a submission right to be told which columns are wanted, or how they are sorted: the judge compares both."""
COIN = 0.025
"""What a coin earns on average if another plan is checked and submitted for four: one in ten is right."""
NEVER = 1.0
"""The price of a question that cannot be paid."""


@dataclass
class Game:
    """One task in play by the project's agent."""

    session: PlaySession
    dialect: Dialect
    """The dialect of what is submitted."""
    shown: Context | None = None
    """What the agent has seen; None before it bought anything."""
    history: tuple[Turn, ...] = ()
    question: str = ""
    state: GraphState | None = None
    """The latest turn."""
    states: dict[int, GraphState] = field(default_factory=dict[int, GraphState])
    """The latest turn of each phase."""
    tried: list[str] = field(default_factory=list[str])
    """What was submitted in this phase, in the dialect of the sketch."""

    @property
    def context(self) -> Context:
        """What the graph works on."""
        assert self.shown, "nothing of the database was shown yet"
        return self.shown

    @property
    def candidates(self) -> Iterator[str]:
        """The SQL of the turn and of its other plans, without what was tried."""
        if self.state is None:
            return
        texts = (self.state.sql or "", *(written(plan, self.context) for plan in self.state.plans or ()))
        seen = {stripped(text) for text in self.tried}
        for text in texts:  # what differs in DISTINCT alone is judged alike
            if text and (bare := stripped(text)) not in seen:
                seen.add(bare)
                yield text

    def spelled(self, sql: str) -> str:
        """Return SQL as the database of the task takes it."""
        return respelled(sql, self.context.schema, self.dialect)


class Player:
    """Plays tasks with one configuration."""

    def __init__(self, config: Config, folder: Path, llm: Completer | None = None) -> None:
        self.config, self._folder, self._llm = config, folder, llm
        clarify = config.clarify.model_copy(update={"misread": MISREAD, "clauses": CLAUSES, "most": MOST_QUESTIONS})
        self._graph = build_graph(
            config.nodes(),
            max_attempts=config.graph.max_attempts,
            checkpointer=in_memory(),
            clarify=clarify,
        )

    async def play(self, game: Game, message: str) -> str:
        """Do what a message of the orchestrator asks for; return the last words."""
        request = read_request(message)
        if game.session.mode == "a-interact":
            return await self._agent(game, request)
        return await self._conversation(game, request)

    def begin(self, session: PlaySession, shown: Shown, dialect: Dialect) -> Game:
        """Return a game over what the agent is shown at the start; in a-Interact it buys that itself."""
        return Game(session, dialect, self._context(session, shown) if shown.schema_text else None)

    def _context(self, session: PlaySession, shown: Shown) -> Context:
        folder = self._folder / re.sub(r"[^\w-]", "_", session.task_id)
        return replace(shown.context(folder, self.config), llm=self._llm)

    async def _conversation(self, game: Game, request: Request) -> str:
        if request.kind == "follow_up":
            self._next_phase(game)
        if request.kind != "debug":
            await self._answer(game, request.text)
        await self._submit(game, next(game.candidates, ""))
        return COMPLETED if game.session.is_done else AWAITING

    async def _agent(self, game: Game, request: Request) -> str:
        session, question = game.session, request.text
        game.shown = game.shown or self._context(session, await self._look(session))
        while not session.is_over:
            await self._answer(game, question)
            if not await self._submit_in_turn(game):
                break
            if session.follow_up and not session.is_done:
                self._next_phase(game)
                question = session.follow_up
        return COMPLETED if session.is_done else OUT_OF_BUDGET

    async def _look(self, session: PlaySession) -> Shown:
        """Buy what everything else needs: the schema, the columns' meanings, the knowledge."""
        return Shown(
            schema_text=_bare(await session.use("get_schema")),
            column_meanings=_bare(await session.use("get_all_column_meanings")),
            knowledge=_bare(await session.use("get_all_knowledge_definitions")),
        )

    async def _answer(self, game: Game, question: str) -> None:
        """Run the graph on a question; the user is asked where that is worth its price."""
        session = game.session
        number = f"{session.task_id}/{session.phase}"

        async def choose(doubt: Doubt) -> Reply:
            if not session.affords("ask_user") or doubt.gain <= self._price(session):
                return 0
            said = _bare(await session.use("ask_user", question=doubt.question))
            picked = None if names_rows(said) else picked_reading(said, doubt.readings)
            return said if picked is None else picked

        game.question, game.tried = question, []
        context = replace(game.context, question_price=self._price(session))
        game.state = await run_turn(
            self._graph, context, turn_id=number, history=game.history, utterance=question,
            thread={"configurable": {"thread_id": f"{id(game)}/{number}"}}, choose=choose,
        )  # fmt: skip
        game.states[session.phase] = game.state

    def _price(self, session: PlaySession) -> float:
        """Return what a question costs as a share of a right answer: nothing while the user answers in c-Interact, whose follow-up
        is not to be asked about; in a-Interact what its coins would earn if plans were submitted for them."""
        if not session.affords("ask_user"):
            return NEVER
        if session.mode == "c-interact":
            return 0.0 if session.phase == 1 else NEVER
        return COIN * COSTS["ask_user"] if session.goes_on_after("ask_user") else NEVER

    async def _submit_in_turn(self, game: Game) -> bool:
        """Submit one candidate after the other while coins last; tell whether the phase was solved."""
        session = game.session
        phase, candidates = session.phase, list(game.candidates)
        for place, sql in enumerate(candidates):
            if session.is_over:
                break
            others = place + 1 < len(candidates)
            if others and session.goes_on_after("execute_sql") and not await self._runs(game, sql):
                continue  # what does not run, or gives no rows, is never right
            await self._submit(game, sql)
            if session.passed[phase]:
                return True
        if not candidates and not session.is_over:
            await self._submit(game, "")
        return False

    async def _runs(self, game: Game, sql: str) -> bool:
        result = _bare(await game.session.use("execute_sql", sql=game.spelled(sql)))
        return not result.startswith("SQL Error") and result.strip() != EMPTY

    async def _submit(self, game: Game, sql: str) -> None:
        game.tried.append(sql)
        await game.session.use("submit_sql", sql=game.spelled(sql) if sql else "SELECT NULL")

    def _next_phase(self, game: Game) -> None:
        solved = game.tried[-1] if game.tried else ""
        game.history = (*game.history, Turn(utterance=game.question, sql=solved))


def _bare(result: str) -> str:
    """Return a result without the note behind it."""
    return result.partition(NOTE)[0]
