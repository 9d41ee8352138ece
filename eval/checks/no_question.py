"""Whether what is no question is told from questions: against CoSQL's dialogue acts, and over the questions of data sets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from eval.datasets import Dataset
from eval.progress import Progress
from nodes.intent.read_intent import READERS, no_question
from nodes.state import NoQuestionKind, Turn
from nodes.turn_analysis import TurnAnalysis
from value_index.index import ValueIndex
from value_index.models import FrozenModel

IMPROPER = "IMPROPER"
"""The act of user turns that ask for nothing: thanks, greetings, farewells; some questions are labelled so by mistake."""


class Asked(Protocol):
    """A turn whose utterance is looked at."""

    @property
    def database_id(self) -> str: ...
    @property
    def history(self) -> tuple[Turn, ...]: ...
    @property
    def utterance(self) -> str: ...


@dataclass(frozen=True)
class Question:
    """A turn of a data set: always a question."""

    database_id: str
    history: tuple[Turn, ...]
    utterance: str


class KindScore(FrozenModel):
    """How well one kind is told."""

    due: int
    told: int
    """Turns among `due` taken for no question, of whichever kind."""
    same: int
    """Turns among `told` taken for just this kind."""


class NoQuestionScore(FrozenModel):
    """How well turns that ask for nothing are told from the rest."""

    turns: int
    due: int
    """Turns that ask for nothing, by their act."""
    told: int
    """Turns taken for no question."""
    right: int
    """Turns among `told` that ask for nothing."""
    kinds: dict[NoQuestionKind, int]
    """What the turns among `told` were taken for."""
    false_alarms: tuple[str, ...]
    """Questions that were taken for none, with the kind."""
    by_kind: dict[NoQuestionKind, KindScore] = Field(default_factory=dict[NoQuestionKind, KindScore])
    """Each kind that was due, where it is known which."""
    missed: tuple[str, ...] = ()
    """What was taken for a question and is none, with its kind, where that is known."""

    @property
    def precision(self) -> float | None:
        """The share of `told` that is right; None if nothing was told."""
        return self.right / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """The share of `due` that was told; None if nothing was due."""
        return self.right / self.due if self.due else None


_Told = tuple[Asked, "NoQuestionKind | bool", "NoQuestionKind | None"]
"""A turn, what is due, and what it was taken for."""


def questions(dataset: Dataset) -> Iterator[Question]:
    """Yield every turn of a data set with its gold history."""
    for dialogue in dataset.dialogues:
        history: tuple[Turn, ...] = ()
        for turn in dialogue.turns:
            yield Question(dialogue.database_id, history, turn.utterance)
            history = (*history, Turn(utterance=turn.utterance, sql=turn.query))


def score_no_question(turns: Sequence[tuple[Asked, NoQuestionKind | bool]], dataset: Dataset) -> NoQuestionScore:
    """Look at every utterance as the graph does before its stages.

    Args:
        turns: each with its kind if it asks for nothing, or True where nobody says which kind; False for a question.
        dataset: opens the databases.
    """
    found: list[_Told] = []
    indexes: dict[str, ValueIndex] = {}
    with Progress("turns", total=len(turns)) as progress:
        for asked, due in turns:
            database = dataset.open_database(asked.database_id)
            if asked.database_id not in indexes:
                indexes[asked.database_id] = ValueIndex.of(database)
            analysis = TurnAnalysis(database.schema, indexes[asked.database_id], asked.utterance, asked.history)
            told = no_question(analysis, tuple(READERS))
            found.append((asked, due, told.kind if told else None))
            progress.advance()
    return NoQuestionScore(
        turns=len(found),
        due=sum(bool(due) for _, due, _ in found),
        told=sum(kind is not None for *_, kind in found),
        right=sum(bool(due) and kind is not None for _, due, kind in found),
        kinds=dict(Counter(kind for *_, kind in found if kind)),
        false_alarms=tuple(f"{kind}: {asked.utterance.strip()}" for asked, due, kind in found if kind and not due),
        by_kind={kind: _kind_score(kind, found) for kind in READERS if any(due == kind for _, due, _ in found)},
        missed=tuple(
            f"{due}: {asked.utterance.strip()}" for asked, due, kind in found if not kind and isinstance(due, str)
        ),
    )


def _kind_score(kind: NoQuestionKind, found: Sequence[_Told]) -> KindScore:
    told = [told for _, due, told in found if due == kind]
    return KindScore(due=len(told), told=sum(each is not None for each in told), same=told.count(kind))
