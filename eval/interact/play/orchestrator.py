"""Orchestrator: what an agent is told in c-Interact: the request, a debugging chance, the follow-up, a debugging chance."""

from __future__ import annotations

from typing import Literal

from eval.interact.play import messages
from eval.interact.play.session import PlaySession

Stage = Literal["request", "request again", "follow-up", "follow-up again", "over"]


class Orchestrator:
    """The fixed conversation of one task."""

    def __init__(self, session: PlaySession, query: str, dialect: str = "PostgreSQL") -> None:
        self._session, self._query, self._dialect = session, query, dialect
        self._stage: Stage = "request"

    def first(self) -> str:
        """Return the message that opens the task."""
        return messages.first_of_conversation(self._query, self._session.turns, self._dialect)

    def after_run(self) -> str | None:
        """Return the next message, once the agent has submitted or given up; None if the task has ended."""
        self._stage = self._next()
        match self._stage:
            case "over" | "request":
                return None
            case "follow-up":
                return messages.follow_up(self._session.follow_up, self._dialect)
            case _:
                return messages.debugging(self._session.last_submitted)

    def _next(self) -> Stage:
        session, submitted = self._session, bool(self._session.last_submitted)
        match self._stage:
            case "request" | "request again" if session.passed[1]:
                return "follow-up" if session.follow_up and not session.is_done else "over"
            case "request":
                return "request again" if submitted else "over"
            case "follow-up" if not session.passed[2]:
                return "follow-up again" if submitted else "over"
            case _:
                return "over"
