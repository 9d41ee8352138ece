"""ScriptedUser: the two stages without any model: the same question gets the same answer, always."""

from __future__ import annotations

import re
from collections.abc import Iterable

from eval.datasets.bird_interact.tasks import Ambiguity
from eval.interact.simulator.knows import REFUSAL, Action, Knows, clauses
from eval.interact.simulator.plain_words import in_plain_words, leaks_sql

_WORD = re.compile(r"[a-zà-ÿ]+|\d+(?:\.\d+)?", re.IGNORECASE)
_LITTLE_WORDS = """
a an and are as at be by can could count do does each for from have how i if in is it like many me mean of on only or per please
should show that the them these they this to want was what when where which who whose with would you your define exactly
consider considered refer referring clarify specify tell give query question request
"""
_LITTLE = frozenset(_LITTLE_WORDS.split())
_WANTS_SOLUTION = re.compile(
    r"\b(?:sql|queries|solution|schema|primary keys?|foreign keys?|ground[- ]truth|gold|ddl)\b|\bwrite (?:it|the|me)\b"
    r"|\bwhich (?:tables?|joins?)\b|\b(?:table|column) names?\b|\bwhat (?:is|are) the (?:correct )?(?:answers?|results?)\b",
    re.IGNORECASE,
)
_ASKED: dict[str, re.Pattern[str]] = {
    "ORDER BY": re.compile(r"\b(?:sort|order|rank|ascending|descending|first|sequence)", re.IGNORECASE),
    "LIMIT": re.compile(
        r"\b(?:limit|top|at most|how many (?:rows|results|entries|of them)|all of them)", re.IGNORECASE
    ),
    "SELECT": re.compile(r"\b(?:columns?|fields?|display|include in|output|show|returned?|besides)\b", re.IGNORECASE),
    "GROUP BY": re.compile(r"\b(?:group|per|broken down|breakdown|by each|aggregate)", re.IGNORECASE),
    "WHERE": re.compile(r"\b(?:filter|restrict|only|exclude|include|missing|unknown|null|period|range)", re.IGNORECASE),
}
_ENOUGH = 0.5
"""The share of a term's words that a question must hold."""


class ScriptedUser:
    """A user who follows rules."""

    name = "scripted"

    async def answer(self, knows: Knows, question: str) -> str:
        """Return the answer to one question."""
        return respond(knows, choose(knows, question))


def choose(knows: Knows, question: str) -> Action:
    """Map a question to a marked ambiguity, to a clause of the gold, or to neither."""
    asked = _words(question)
    score, _, ambiguity = max(
        ((_share(each, asked), -place, each) for place, each in enumerate(knows.ambiguities)),
        default=(0.0, 0, None),
        key=lambda scored: scored[:2],
    )
    if _WANTS_SOLUTION.search(question) and score < 1:
        return Action(kind="unanswerable")
    if ambiguity is not None and score >= _ENOUGH:
        return Action(kind="labeled", subject=ambiguity.term)
    clause = _clause(knows, question, asked)
    return Action(kind="unlabeled", subject=clause) if clause else Action(kind="unanswerable")


def respond(knows: Knows, action: Action) -> str:
    """Answer what a question is about in a sentence, without SQL."""
    answer = REFUSAL
    if action.kind == "labeled" and (ambiguity := knows.ambiguity(action.subject)):
        answer = f"By {ambiguity.term!r} I mean: {ambiguity.meaning or in_plain_words(ambiguity.sql_snippet)}."
    elif action.kind == "unlabeled":
        keyword = next((key for gold in knows.gold for key, text in clauses(gold) if text == action.subject), "WHERE")
        answer = f"{_OPENING.get(keyword, 'What I want is')} {in_plain_words(action.subject)}."
    return REFUSAL if leaks_sql(answer, knows.gold) else answer


_OPENING = {
    "ORDER BY": "Please sort it by",
    "LIMIT": "The number of rows that I want is",
    "SELECT": "I want to see",
    "GROUP BY": "I want one line for each",
    "WHERE": "I only want those where",
    "HAVING": "I only want those where",
}


def _share(ambiguity: Ambiguity, asked: frozenset[str]) -> float:
    """Return the share of the term's words that are asked about; an echo of its meaning counts half."""
    term = _words(ambiguity.term)
    of_term = len(term & asked) / len(term) if term else 0.0
    meaning = _words(f"{ambiguity.meaning} {in_plain_words(ambiguity.sql_snippet)}") - term
    of_meaning = len(meaning & asked) / len(meaning) if meaning else 0.0
    return of_term if of_term else of_meaning / 2


def _clause(knows: Knows, question: str, asked: frozenset[str]) -> str:
    """Return the clause of the gold that a question is about: one that shares its words, or is of the kind asked about."""
    found = [(keyword, text) for gold in knows.gold for keyword, text in clauses(gold) if keyword in _ASKED]
    kinds = [keyword for keyword, pattern in _ASKED.items() if pattern.search(question)]
    scored = [
        (len(_words(in_plain_words(text)) & asked) + (keyword in kinds) * 1.5, -place, text)
        for place, (keyword, text) in enumerate(found)
    ]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= 1.5 else ""


def _words(text: str) -> frozenset[str]:
    return frozenset(_stems(word.casefold() for word in _WORD.findall(text)))


def _stems(words: Iterable[str]) -> Iterable[str]:
    """Cut the endings of plurals and of verbs: enough to find a word again."""
    for word in words:
        if word not in _LITTLE:
            yield re.sub(r"(?:ies|ing|ed|es|s|y|e)$", "", word) if len(word) > 3 else word
