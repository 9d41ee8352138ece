"""Conversations over the held-out databases: those of people, the same under other names, questions, and generated ones."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from eval.conversations.make import make_suite
from eval.conversations.suite_file import SuiteError
from eval.datasets import Dataset, load
from eval.gold.outputs import GoldBook
from nodes.compact.candidate_values import candidate_literals, code_values
from nodes.lexical.utterance import Utterance
from nodes.node import Context
from nodes.plan import Plan
from nodes.plan.constraints import Scalar
from nodes.sql.parsing.parse import repair
from training.compact.examples import needed_stems
from training.compact.schema_renaming import name_stems, renamed, vocabulary
from training.dev_databases import refuse_dev_databases
from value_index.index import ValueIndex
from value_index.schema import ColumnRef

SourceName = Literal["dialogues", "own history", "questions", "renamed", "generated"]


GENERATED = 30
"""Turns that the generator makes over each database, at least, unless the settings say another number."""


@dataclass(frozen=True)
class GoldAsked:
    """One question with its gold; the SQL of a turn whose gold is no plan stands in the history and is not asked."""

    utterance: str
    sql: str
    plan: Plan | None


@dataclass(frozen=True)
class Conversation:
    """Questions in a row over one database."""

    source: SourceName
    key: str
    context: Context
    turns: tuple[GoldAsked, ...]

    @property
    def database(self) -> str:
        """The database's name."""
        return self.context.schema.database_id


@dataclass
class HeldOut:
    """The databases on which the ranking is fitted, and the conversations about them."""

    data: Path
    databases: Sequence[str]
    size: Mapping[SourceName, int] = field(default_factory=dict[SourceName, int])
    """Every how many dialogues or questions of a source are taken; of the generated ones, turns over each database."""
    seed: int = 0
    _opened: dict[tuple[str, str], Context] = field(default_factory=dict[tuple[str, str], Context])

    def __post_init__(self) -> None:
        folders = {"cosql": ("cosql_dataset", "train"), "spider": ("spider_data", "train_spider")}
        self._sets = {name: load(name, self.data / folder, split) for name, (folder, split) in folders.items()}
        for dataset in self._sets.values():
            refuse_dev_databases(dataset)

    def dialogues(self) -> Iterator[Conversation]:
        """Yield the dialogues of CoSQL."""
        yield from self._of("cosql", "dialogues", every=self.size.get("dialogues", 1))

    def questions(self) -> Iterator[Conversation]:
        """Yield the questions of Spider, which stand alone."""
        yield from self._of("spider", "questions", every=self.size.get("questions", 1))

    def renamed(self) -> Iterator[Conversation]:
        """Yield dialogues and questions under other names of tables and columns."""
        words = vocabulary(
            self._sets["cosql"].open_database(name).schema
            for name in sorted({dialogue.database_id for dialogue in self._sets["cosql"].dialogues})
            if name not in self.databases
        )
        for name in ("cosql", "spider"):
            for conversation in self._of(name, "renamed", every=self.size.get("renamed", 2)):
                other = _renamed(conversation, words, random.Random(f"{self.seed}/{conversation.key}"))
                if other is not None:
                    yield other

    def generated(self) -> Iterator[Conversation]:
        """Yield conversations of the generator, in one half of its words."""
        for name in self.databases:
            context = self._context(self._sets["cosql"], name)
            try:
                suite = make_suite(
                    context.database, seed=self.seed, turns=self.size.get("generated", GENERATED), templates="a"
                )
            except SuiteError:
                continue
            book = GoldBook(self._sets["cosql"])
            for number, dialogue in enumerate(suite.dialogues):
                asked = tuple(
                    GoldAsked(turn.ask, turn.sql[0], book.plan_of(name, turn.sql[0]))
                    for turn in dialogue.turns
                    if turn.sql
                )
                yield Conversation("generated", f"generated/{name}/{number}", context, asked)

    def _of(self, name: str, source: SourceName, *, every: int) -> Iterator[Conversation]:
        dataset = self._sets[name]
        book = GoldBook(dataset)
        chosen = [dialogue for dialogue in dataset.dialogues if dialogue.database_id in self.databases]
        for dialogue in chosen[::every]:
            asked = tuple(
                GoldAsked(turn.utterance, repair(turn.query), book.plan(dialogue.index, number))
                for number, turn in enumerate(dialogue.turns)
            )
            context = self._context(dataset, dialogue.database_id)
            yield Conversation(source, f"{name}/{dialogue.index}", context, asked)

    def _context(self, dataset: Dataset, name: str) -> Context:
        if (dataset.name, name) not in self._opened:
            database = dataset.open_database(name)
            self._opened[dataset.name, name] = Context(database.schema, database, ValueIndex.build(database))
        return self._opened[dataset.name, name]


def _renamed(conversation: Conversation, words: Sequence[str], draw: random.Random) -> Conversation | None:
    """Return a conversation under other names; None if nothing can be renamed."""
    context, said = conversation.context, [turn.utterance for turn in conversation.turns]
    other = renamed(context.schema, said, _kept(conversation), words, draw)
    if other is None:
        return None
    schema, texts = other
    turns = tuple(GoldAsked(text, turn.sql, turn.plan) for text, turn in zip(texts, conversation.turns, strict=True))
    return Conversation(
        conversation.source, f"renamed/{conversation.key}", Context(schema, context.database, context.index), turns
    )


def _kept(conversation: Conversation) -> set[str]:
    """Return the stems that stay: of literals, and of what the plans need but nobody said."""
    context = conversation.context
    codes: dict[ColumnRef, tuple[Scalar, ...]] = dict(code_values(context.database))
    assert context.index is not None
    out: set[str] = set()
    plans: list[Plan] = []
    for turn in conversation.turns:
        found = candidate_literals(turn.utterance, context.index.ground(turn.utterance), plans[-4:], codes)
        out |= name_stems(str(each.value) for each in found) | name_stems(each.mention for each in found)
        plans += [turn.plan] if turn.plan is not None else []
    spoken = {word.stem for turn in conversation.turns for word in Utterance.of(turn.utterance).words}
    return out | (needed_stems(plans, context.schema) - spoken)
