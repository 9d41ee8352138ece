"""What a simulated user knows in a phase, and the three things that a question can be about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from eval.datasets.bird_interact.tasks import Ambiguity, Task
from value_index.models import FrozenModel

REFUSAL = "Sorry, this question is out of scope, so I can not answer your question."
"""What the official simulator says to what it does not answer."""
_CLAUSES = ("WITH", "SELECT", "FROM", "JOIN", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "SET", "VALUES")
_PIECE = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|(?P<clause>\b(?:WITH|SELECT|FROM|(?:LEFT\s+|INNER\s+)?JOIN|"""
    r"""WHERE|GROUP\s+BY|HAVING|ORDER\s+BY|LIMIT|SET|VALUES)\b)""",
    re.IGNORECASE | re.DOTALL,
)


class Action(FrozenModel):
    """What a question is about: the first stage's answer."""

    kind: Literal["labeled", "unlabeled", "unanswerable"]
    subject: str = ""
    """The term of the ambiguity, or the clause of the gold."""

    def __str__(self) -> str:
        return f'{self.kind}("{self.subject}")' if self.subject else f"{self.kind}()"


@dataclass(frozen=True)
class Knows:
    """What the user knows in one phase; the follow-up has no marked ambiguities."""

    query: str
    """The clear request."""
    gold: tuple[str, ...]
    ambiguities: tuple[Ambiguity, ...]
    schema: str = ""

    @classmethod
    def of(cls, task: Task, phase: int, schema: str = "") -> Knows:
        """Return what the user knows of a task in its first or second phase."""
        if phase == 2 and task.follow_up is not None:
            return cls(task.follow_up.query, task.follow_up.sol_sql, (), schema)
        marked = task.user_query_ambiguity
        every = (*marked.critical_ambiguity, *task.knowledge_ambiguity, *marked.non_critical_ambiguity)
        return cls(task.query or task.amb_user_query, task.sol_sql, (*every, *task.non_critical_ambiguity), schema)

    def ambiguity(self, term: str) -> Ambiguity | None:
        """Return the ambiguity of a term; None if there is none."""
        return next((each for each in self.ambiguities if each.term.casefold() == term.casefold()), None)


def clauses(sql: str) -> tuple[tuple[str, str], ...]:
    """Cut a statement into its clauses, each with its keyword; sub-queries are cut too.

    >>> clauses("SELECT a FROM t WHERE b = 'from x' ORDER  BY a DESC")
    (('SELECT', 'a'), ('FROM', 't'), ('WHERE', "b = 'from x'"), ('ORDER BY', 'a DESC'))
    """
    starts = [piece for piece in _PIECE.finditer(sql) if piece["clause"]]
    ends = [*(piece.start() for piece in starts[1:]), len(sql)]
    cut = [
        (_keyword(start["clause"]), sql[start.end() : end].strip(" \n\t;(,"))
        for start, end in zip(starts, ends, strict=True)
    ]
    return tuple((keyword, text) for keyword, text in cut if text)


def _keyword(text: str) -> str:
    plain = " ".join(text.upper().split())
    return next(clause for clause in _CLAUSES if plain.endswith(clause))
