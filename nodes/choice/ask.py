"""The model as its own judge: it sees what the candidates return, and answers with a number or with other SQL."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import exp

from nodes.llm.messages import Message, Prompt
from nodes.llm.sql_text import sql_text
from nodes.state import CandidateGroup
from value_index.database import Result

INSTRUCTION = """You judge {engine} queries for a conversation about a database: which one answers the last question?
Each candidate stands with the first rows that it returns.
Answer with the number of the right candidate and nothing else. Only where none is right, answer with another {engine} query."""
MOST_CANDIDATES = 9
"""Candidates that are shown, so that a number is one token."""
LONGEST_CELL = 40
"""Characters of a cell that are shown."""
_NUMBER = re.compile(
    r"\W*(?:(?:the\s+)?(?:right\s+|best\s+)?(?:candidate|answer|query|number)\b[\s:#*]*(?:is\s+)?)?\W*(\d+)\b", re.I
)


def choice_prompt(asked: str, shown: Sequence[tuple[CandidateGroup, Result]], engine: str) -> Prompt:
    """Ask which of some candidates is right.

    Args:
        asked: the conversation and the question.
        shown: the candidates and what they return.
        engine: what the database's engine is called.
    """
    told = "\n\n".join(_candidate(place, group, result) for place, (group, result) in enumerate(shown, 1))
    task = f"Which candidate answers the question? A number from 1 to {len(shown)}, or another query:"
    return Prompt(
        messages=(
            Message(role="system", content=INSTRUCTION.format(engine=engine)),
            Message(role="user", content=f"{asked}\n\n{told}\n\n{task}"),
        ),
        name="choice",
        logprobs=True,
    )


def chosen_number(text: str, count: int) -> int | None:
    """Return the place, from 0, that an answer names first; None if it names none of the candidates.

    >>> chosen_number("Candidate 2.", 3), chosen_number("4", 3), chosen_number("SELECT 1", 3)
    (1, None, None)
    """
    found = _NUMBER.match(text)
    number = int(found[1]) if found else 0
    return number - 1 if 1 <= number <= count else None


def answered_sql(text: str, candidates: Sequence[str]) -> str:
    """Return the SQL that an answer stands for: the candidate that it names, else what it writes; "" if neither.

    >>> answered_sql("2", ["SELECT 1", "SELECT 2"]), answered_sql("SELECT 3", ["SELECT 1"]), answered_sql("3", [])
    ('SELECT 2', 'SELECT 3', '')
    """
    number = chosen_number(text, len(candidates))
    return sql_text(text) if number is None else candidates[number]


def number_logprobs(first_token: Mapping[str, float], count: int) -> tuple[float | None, ...]:
    """Return the log probability of each candidate's number; None where the server did not tell it.

    >>> number_logprobs({" 2": -0.5, "SELECT": -1.0, "2": -3.0}, 2)
    (None, -0.5)
    """
    told: dict[str, float] = {}
    for token, logprob in first_token.items():
        told[token.strip()] = max(logprob, told.get(token.strip(), logprob))
    return tuple(told.get(str(number)) for number in range(1, count + 1))


def shares(logprobs: Sequence[float | None]) -> tuple[float, ...]:
    """Return how likely the model takes each candidate to be right, among those that it was shown; () if untold.

    >>> [round(share, 2) for share in shares((-0.1, None))]
    [1.0, 0.0]
    """
    weights = [0.0 if logprob is None else exp(logprob) for logprob in logprobs]
    total = sum(weights)
    return tuple(weight / total for weight in weights) if total else ()


def _candidate(place: int, group: CandidateGroup, result: Result) -> str:
    rows = [" | ".join(_cell(cell) for cell in row) for row in result.rows]
    counted = f"{group.rows:,} row{'' if group.rows == 1 else 's'}"
    return "\n".join((f"Candidate {place} ({counted}):", group.sql, *rows))


def _cell(value: object) -> str:
    text = " ".join(("NULL" if value is None else str(value)).split())
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
