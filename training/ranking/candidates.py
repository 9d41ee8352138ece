# pyright: basic
"""JudgedTurn: the candidates of one turn, each with its features and whether its rows are the gold's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agent.config import Config
from eval.scoring.plan_scores import plan_scores
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from nodes.compact.names.schema_as_said import context_as_said
from nodes.compact.ranking.rerank import candidates, distinct, ranking
from nodes.compact.turn_encoding import Planner
from nodes.node import FIELDS, Context
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.state import GraphState, Stage, Turn
from training.ranking.conversations import Conversation, GoldAsked
from value_index.linear_model import Features, Weights

UPSTREAM: tuple[Stage, ...] = ("dialogue_state_tracking", "schema_linking", "value_grounding")
BEAM, READINGS = 8, 20
"""Candidates of a turn, as the node's settings have them."""
DEADLINE, MOST_ROWS = 5.0, 20_000
"""Bounds of the execution of a candidate; one beyond them is wrong."""


@dataclass(frozen=True)
class JudgedCandidate:
    """A candidate and what it is worth."""

    features: Features
    plan: int
    """Its number among the different plans of the turn."""
    right: bool
    """Whether its rows are the gold's."""
    whole: bool
    macro: float


@dataclass(frozen=True)
class JudgedTurn:
    """One turn of a conversation."""

    source: str
    database: str
    key: str
    candidates: tuple[JudgedCandidate, ...]


@dataclass
class Judge:
    """Plans the turns of conversations and judges every candidate.

    Args:
        guide: weights that say whose edits are looked at, and the own answers of a history.
    """

    planner: Planner
    guide: Weights

    def __post_init__(self) -> None:
        self._nodes = Config.load().nodes()
        self._executions = Executions(deadline=DEADLINE, max_rows=MOST_ROWS)

    def turns(self, conversations: Iterable[Conversation]) -> Iterator[JudgedTurn]:
        """Yield the turns after the gold of those before."""
        for conversation in conversations:
            history = tuple(Turn(utterance=turn.utterance, sql=turn.sql) for turn in conversation.turns)
            for number, turn in enumerate(conversation.turns):
                if turn.plan is not None and (found := self._judged(conversation, number, turn, history[:number])):
                    yield found[0]

    def own_history(self, conversations: Iterable[Conversation]) -> Iterator[JudgedTurn]:
        """Yield the turns that follow an own answer that is not the gold plan, after the own answers."""
        for conversation in conversations:
            history: tuple[Turn, ...] = ()
            strayed = False
            for number, turn in enumerate(conversation.turns):
                asked = turn if turn.plan is not None else GoldAsked(turn.utterance, turn.sql, Plan())
                found = self._judged(conversation, number, asked, history)
                if found is None:
                    break
                judged, plan = found
                if strayed and turn.plan is not None:
                    yield JudgedTurn("own history", judged.database, f"own/{judged.key}", judged.candidates)
                strayed |= plan != turn.plan
                sql = written(plan, conversation.context)
                history = (*history, Turn(utterance=turn.utterance, sql=sql))

    def _judged(
        self, conversation: Conversation, number: int, turn: GoldAsked, history: tuple[Turn, ...]
    ) -> tuple[JudgedTurn, Plan] | None:
        """Return a turn with its first plan; None if there is no candidate."""
        key = f"{conversation.key}/{number}"
        state = GraphState(turn_id=key, database_id=conversation.database, history=history, utterance=turn.utterance)
        context = conversation.context.of_turn(state)
        for stage in UPSTREAM:
            output = asyncio.run(self._nodes[stage](state, context))  # type: ignore[arg-type]
            state = state.model_copy(update={FIELDS[stage]: output})
        context = context_as_said(state, context, self.planner.network)
        understanding = self.planner.understand(state, context)
        found = candidates(state, context, understanding, width=BEAM, readings=READINGS, weights=self.guide)
        if not found:
            return None
        numbers: dict[Plan, int] = {}
        worth: dict[int, tuple[bool, bool, float]] = {}
        judged: list[JudgedCandidate] = []
        assert turn.plan is not None
        for each in found:
            plan = numbers.setdefault(each.plan, len(numbers))
            if plan not in worth:
                scores = plan_scores(turn.plan, each.plan)
                sql = written(each.plan, context)
                right = bool(sql) and same_rows(self._executions, context.database, turn.sql, sql)
                worth[plan] = (right, bool(scores["whole_plan"]), scores["macro"] or 0.0)
            judged.append(JudgedCandidate(each.features, plan, *worth[plan]))
        first = distinct(ranking(found, self.guide))[0][0]
        turn_judged = JudgedTurn(conversation.source, conversation.database, key, tuple(judged))
        return turn_judged, first.plan


def written(plan: Plan, context: Context) -> str:
    """Return a plan as SQL; "" if it cannot be written."""
    try:
        return from_plan(plan, context.schema)
    except SQLError:
        return ""
