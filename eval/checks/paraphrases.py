"""Paraphrases: how often a question that a verified one is taken for has its answer, over the questions of a data set.

Every question of a database stands for a verified one, and is asked in the words of the others. The share that is right is the
confidence in the plan of a verified question.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from eval.datasets import Dataset
from eval.scoring.verdicts import Executions, judge
from eval.statistics import rate_interval
from nodes.knowledge.paraphrase import is_paraphrase
from value_index.models import FrozenModel

Pair = tuple[str, str]
MOST_NAMED = 20


class ParaphraseScores(FrozenModel):
    """What taking one question for another gives."""

    questions: int
    """Distinct first questions of dialogues."""
    same: int
    """Pairs of questions of a database whose SQL is the same text."""
    found: int
    """How many of those are told to be paraphrases."""
    taken: int
    """Pairs that are told to be paraphrases."""
    right: int
    """How many of those return the same."""
    low: float
    high: float
    wrong: tuple[str, ...]
    """The pairs that return something else, with their database."""

    @property
    def precision(self) -> float:
        """How often the answer of a verified question is that of what was asked."""
        return self.right / self.taken if self.taken else 0.0

    def describe(self) -> str:
        """Return the figures as lines, with the pairs that are wrong."""
        head = (
            f"{self.questions} questions: {self.taken} pairs taken for paraphrases, {self.right} of them right: "
            f"{self.precision:.3f} ({self.low:.3f}-{self.high:.3f}); "
            f"of {self.same} pairs with the same SQL {self.found} are found"
        )
        return "\n".join((head, *(f"  wrong: {each}" for each in self.wrong[:MOST_NAMED])))


def score_paraphrases(dataset: Dataset) -> ParaphraseScores:
    """Take each question of a data set for a verified one, and ask it in the words of the others of its database.

    Args:
        dataset: its first turns are read: later ones mean what they mean after others.
    """
    executions = Executions()
    questions = {(d.database_id, d.turns[0].utterance): d.turns[0].query for d in dataset.dialogues if d.turns}
    same = found = 0
    right: list[bool] = []
    databases: list[str] = []
    wrong: list[str] = []
    for database_id, pair in _pairs(questions):
        first, second = (questions[database_id, question] for question in pair)
        told, equal = is_paraphrase(*pair), _text(first) == _text(second)
        same, found = same + equal, found + (equal and told)
        if told:
            judged = equal or judge(dataset.open_database(database_id), first, second, executions=executions).value
            right.append(bool(judged))
            databases.append(database_id)
            wrong += [] if judged else [f"{database_id}: {pair[0]} | {pair[1]}"]
    bounds = rate_interval([float(each) for each in right], databases)
    return ParaphraseScores(
        questions=len(questions), same=same, found=found, taken=len(right), right=sum(right),
        low=bounds.low if bounds else 0.0, high=bounds.high if bounds else 1.0, wrong=tuple(wrong),
    )  # fmt: skip


def _pairs(questions: dict[tuple[str, str], str]) -> Iterator[tuple[str, Pair]]:
    by_database: defaultdict[str, list[str]] = defaultdict(list)
    for database_id, question in questions:
        by_database[database_id].append(question)
    for database_id, asked in by_database.items():
        yield from ((database_id, pair) for pair in combinations(asked, 2))


def _text(sql: str) -> str:
    return " ".join(sql.lower().replace(";", " ").split())
