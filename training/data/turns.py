"""Turns that a mix can draw from: those with a gold that runs and is a plan, each once, and no artefact."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from eval.checks.leaks import normalised
from eval.checks.near_duplicates import words
from eval.datasets import Dataset, GoldDialogue
from eval.gold.outputs import GoldBook
from eval.progress import Progress
from eval.scoring.hardness import hardness
from eval.scoring.verdicts import Executions
from nodes.plan import Plan


@dataclass(frozen=True)
class TurnSource:
    """A data set to draw from, with the golds of its turns."""

    name: str
    dataset: Dataset
    weight: float = 1.0

    @cached_property
    def book(self) -> GoldBook:
        """The gold of its turns."""
        return GoldBook(self.dataset)


@dataclass(frozen=True)
class MixTurn:
    """One turn of one source."""

    source: TurnSource
    dialogue: GoldDialogue
    turn: int
    plan: Plan = field(repr=False)

    @property
    def place(self) -> str:
        """Dialogue and turn."""
        return f"{self.dialogue.index}.{self.turn}"

    @property
    def key(self) -> str:
        """Source, dialogue and turn."""
        return f"{self.source.name}:{self.place}"

    @property
    def database_id(self) -> str:
        """The database asked."""
        return self.dialogue.database_id

    @property
    def utterance(self) -> str:
        """What is asked."""
        return self.dialogue.turns[self.turn].utterance

    @property
    def sql(self) -> str:
        """The gold, with the official spacing."""
        return self.dialogue.turns[self.turn].query

    @property
    def hardness(self) -> str:
        """Spider's class."""
        return hardness(self.plan)

    @cached_property
    def content(self) -> tuple[str, str, str]:
        """What makes two turns one: database, question and SQL, folded."""
        return self.database_id.lower(), " ".join(words(self.utterance)), normalised(self.sql)

    @cached_property
    def hash(self) -> str:
        """The first 16 hex digits of the content's SHA-256."""
        return hashlib.sha256("\n".join(self.content).encode()).hexdigest()[:16]


def usable_turns(
    source: TurnSource,
    seen: set[tuple[str, str, str]],
    left_out: Counter[str],
    *,
    most: int | None = None,
    seed: int = 0,
) -> Iterator[MixTurn]:
    """Yield the turns of a source that can be learnt from, and that no source before it has.

    Args:
        seen: contents so far; added to.
        left_out: how many turns were passed over, by cause; added to.
        most: how many turns are looked at, drawn by the seed; all unless given.
    """
    executions = Executions(deadline=5.0)
    places = [(dialogue, turn) for dialogue in source.dataset.dialogues for turn in range(len(dialogue.turns))]
    if most is not None and most < len(places):
        looked_at = random.Random(f"{seed}/{source.name}").sample(range(len(places)), most)
        places = [places[index] for index in sorted(looked_at)]
    with Progress(f"reading {source.name}", total=len(places)) as progress:
        for dialogue, number in places:
            progress.advance()
            gold = dialogue.turns[number]
            plan = source.book.plan(dialogue.index, number)
            if is_artefact(gold.utterance):
                left_out["an artefact in place of a question"] += 1
            elif plan is None:
                left_out["gold is no plan"] += 1
            elif executions.run(source.dataset.open_database(dialogue.database_id), gold.query).outcome != "rows":
                left_out["gold does not run"] += 1
            elif (turn := MixTurn(source, dialogue, number, plan)).content in seen:
                left_out["duplicate"] += 1
            else:
                seen.add(turn.content)
                yield turn


ARTEFACTS = ("i am gpt", "expert:", "i have left the chat")
"""What the collection left where an utterance should stand: nothing can be learnt from such a turn."""


def is_artefact(utterance: str) -> bool:
    """Tell whether an utterance is none.

    >>> is_artefact("I have left the chat"), is_artefact("How many are there?")
    (True, False)
    """
    return any(mark in utterance.lower() for mark in ARTEFACTS)
