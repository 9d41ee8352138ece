"""question_scores: how well the agent asked: what each question resolved, and what it should have asked and did not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eval.datasets.bird_interact.tasks import Ambiguity, Task
from eval.interact.runs.record import TaskRecord
from nodes.lexical.utterance import stem
from value_index.models import FrozenModel

_WORD = re.compile(r"\w+")
_SAID = re.compile(r"\bmean by (['\"])(.+?)\1")


class QuestionScores(FrozenModel):
    """Questions of a run against the annotated ambiguities of its tasks."""

    ambiguities: int
    """Critical ones and hidden knowledge: what a question is due for."""
    asked: int
    resolved: int
    """Ambiguities that a question named."""
    in_vain: int
    """Questions that named no annotated ambiguity, or one that an earlier question had named."""
    not_asked: int
    """Ambiguities that no question named."""

    @property
    def precision(self) -> float | None:
        """Questions that resolved something, of all."""
        return (self.asked - self.in_vain) / self.asked if self.asked else None

    @property
    def recall(self) -> float | None:
        """Ambiguities that were resolved, of all."""
        return self.resolved / self.ambiguities if self.ambiguities else None

    def describe(self) -> str:
        """Say it in one line."""
        return (
            f"{self.asked} questions: {self.resolved} of {self.ambiguities} ambiguities resolved, "
            f"{self.in_vain} asked in vain, {self.not_asked} not asked"
        )


def question_scores(records: Iterable[TaskRecord], tasks: Sequence[Task]) -> QuestionScores:
    """Count over the played tasks of a release; a question names a term if it says most of its words.

    Only what was asked before the first phase was solved counts: the follow-up has no annotated ambiguities.
    """
    asked = resolved = vain = due = 0
    for record in records:
        if record.error is not None:
            continue
        terms = list(annotated(tasks[record.task]))
        left = list(terms)
        for question in _questions(record):
            named = [term for term in left if names(question, term.term)]
            asked += 1
            vain += not named
            resolved += len(named)
            left = [term for term in left if term not in named]
        due += len(terms)
    return QuestionScores(ambiguities=due, asked=asked, resolved=resolved, in_vain=vain, not_asked=due - resolved)


def annotated(task: Task) -> Iterable[Ambiguity]:
    """Return the ambiguities that a question is due for."""
    return (*task.user_query_ambiguity.critical_ambiguity, *task.knowledge_ambiguity)


def names(question: str, term: str) -> bool:
    """Tell whether a question names a term: it says most of its words, or asks about words of it alone.

    >>> names("What do you mean by 'big'?", "big fields"), names("Which is meant: name or *?", "big")
    (True, False)
    """
    wanted = _stems(term)
    if not wanted:
        return False
    quoted = _SAID.search(question)
    if quoted:
        said = _stems(quoted[2])
        return bool(said & wanted)
    return len(_stems(question) & wanted) * 2 > len(wanted)


def _questions(record: TaskRecord) -> Iterable[str]:
    for call in record.calls:
        if call.tool == "submit_sql" and " correct!" in call.result:
            return
        if call.tool == "ask_user" and (call.cost is None or call.budget_after != call.budget_before):
            yield call.args.get("question", "")


def _stems(text: str) -> set[str]:
    return {stem(word) for word in _WORD.findall(text.lower()) if len(word) > 2}
