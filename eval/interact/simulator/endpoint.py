"""EndpointUser: the two stages by any OpenAI-compatible endpoint; what leaks SQL is answered by rule instead."""

from __future__ import annotations

import json
import re

from eval.interact.simulator.knows import REFUSAL, Action, Knows, clauses
from eval.interact.simulator.plain_words import leaks_sql
from eval.interact.simulator.scripted import choose, respond
from nodes.llm.messages import Completer, Message, Prompt

_ACTION = re.compile(r"\b(labeled|unlabeled|unanswerable)\s*\(\s*(?:\"(.*?)\"|'(.*?)')?\s*\)", re.DOTALL)
_CHOOSE = """You play the person who asked for some data. An assistant now asks you something about your request.
Decide what the question is about. Reply with exactly one line, one of:
labeled("TERM") - it is about one of the marked ambiguities below; TERM is that ambiguity's term
unlabeled("CLAUSE") - it is about none of them, but a person would want it settled; CLAUSE is the part of the query below that settles it
unanswerable() - it asks for the solution, for SQL, for tables and columns, or is beside the matter"""
_RESPOND = """You play the person who asked for some data. An assistant asks you something about your request.
Answer in one or two short sentences, as somebody who knows no SQL. Answer only what the line "about" names.
Take every number, name and formula from what you know. Never give SQL, table or column names, or steps to a solution.
Ask nothing back."""


class EndpointUser:
    """A user whose words a model finds."""

    def __init__(self, llm: Completer) -> None:
        self._llm = llm
        self.name = llm.endpoint.model

    async def answer(self, knows: Knows, question: str) -> str:
        """Return the answer to one question.

        Raises:
            EndpointError: the endpoint does not answer.
        """
        action = await self._choose(knows, question)
        if action.kind == "unanswerable":
            return REFUSAL
        about = f"{action}\n{_known_of(knows, action)}"
        said = await self._ask(_RESPOND, f"request: {knows.query}\nabout: {about}\nquestion: {question}")
        answer = " ".join(said.split())
        return respond(knows, action) if not answer or leaks_sql(answer, knows.gold) else answer

    async def _choose(self, knows: Knows, question: str) -> Action:
        marked = json.dumps([each.model_dump() for each in knows.ambiguities], ensure_ascii=False)
        parts = "\n".join(f"{keyword} {text}" for gold in knows.gold for keyword, text in clauses(gold))
        said = await self._ask(_CHOOSE, f"ambiguities: {marked}\nquery:\n{parts}\nquestion: {question}")
        found = _ACTION.search(said)
        if found is None:
            return choose(knows, question)
        subject = found[2] or found[3] or ""
        if found[1] == "labeled" and knows.ambiguity(subject) is None:
            return choose(knows, question)
        return Action.model_validate({"kind": found[1], "subject": subject})

    async def _ask(self, system: str, user: str) -> str:
        messages = (Message(role="system", content=system), Message(role="user", content=user))
        reply = await self._llm.complete(Prompt(messages=messages), turn_id="simulator", stage="sql_generation")
        return reply.text.strip()


def _known_of(knows: Knows, action: Action) -> str:
    ambiguity = knows.ambiguity(action.subject) if action.kind == "labeled" else None
    return f"what you know of it: {ambiguity.meaning or ambiguity.sql_snippet}" if ambiguity else ""
