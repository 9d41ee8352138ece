"""Training examples of the compact planner: each turn of a training split as arrays, with its gold plan as symbols."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eval.datasets import Dataset, GoldDialogue
from eval.gold.history_noise import noised
from eval.gold.outputs import GoldBook
from nodes.compact.candidate_values import Literal, candidate_literals, code_values
from nodes.compact.features import EARLIER_UTTERANCES, Tokenizer, TurnFeatures, encode
from nodes.compact.grammar import Pointer, Symbol
from nodes.compact.linearize import to_symbols
from nodes.compact.masks import allowed
from nodes.compact.pointers import Inexpressible, Items
from nodes.compact.roles import MARKS, roles_of
from nodes.lexical.utterance import Utterance
from nodes.plan import Plan
from nodes.plan.constraints import Scalar
from nodes.sql.errors import SQLError
from nodes.sql.to_plan import to_plan
from training.compact.schema_renaming import name_stems, renamed
from training.compact.schema_synonyms import synonymised
from training.data.turns import is_artefact
from value_index.index import ValueIndex
from value_index.schema import ColumnRef, Schema

MOST_SYMBOLS = 64
MOST_ITEMS = 260
SYNONYMS = 0.5
"""Share of the second examples that have synonyms for names, where both ways are asked for."""


@dataclass(frozen=True)
class Example:
    """One turn to learn from: T symbols, W + N symbol ids."""

    database_id: str
    features: TurnFeatures
    target: NDArray[np.int64]
    """(T,) ids of the gold plan's symbols, `end` last."""
    allowed: NDArray[np.bool_]
    """(T, W + N) what the grammar allows at each step."""
    marks: NDArray[np.float32]
    """(N, M) which part each item plays in the gold plan, by roles.MARKS."""
    source: str = ""
    """The data set that it is from."""


@dataclass
class ExampleBuilder:
    """Turns dialogues into examples; counts what it leaves out, by cause."""

    dataset: Dataset
    tokenizer: Tokenizer
    corrupted: float = 0.0
    """How many histories get one seeded edit, so that the planner survives its own mistakes."""
    seed: int = 0
    words: Sequence[str] = ()
    """What names are made of elsewhere: with them each example is given a second time, its schema renamed."""
    synonyms: bool = False
    """Half of these second times exchange names for synonyms instead, and the words of the question stay."""
    as_is: Collection[str] = ()
    """Databases that are not renamed."""
    counts: Counter[str] = field(default_factory=Counter[str])
    _book: GoldBook = field(init=False)
    _index: dict[str, tuple[ValueIndex, dict[ColumnRef, tuple[Scalar, ...]]]] = field(init=False)

    def __post_init__(self) -> None:
        self._book, self._index = GoldBook(self.dataset), {}

    def examples(self, dialogues: Sequence[GoldDialogue]) -> Iterator[Example]:
        """Yield an example of every turn that the grammar and the candidates cover."""
        for dialogue in dialogues:
            for turn, gold in enumerate(dialogue.turns):
                if is_artefact(gold.utterance):
                    self.counts["artefact"] += 1
                    continue
                try:
                    found = self._examples(dialogue, turn)
                except Inexpressible as cause:
                    self.counts[str(cause)] += 1
                    continue
                self.counts["kept"] += 1
                self.counts["renamed"] += len(found) - 1
                yield from found

    def _examples(self, dialogue: GoldDialogue, turn: int) -> list[Example]:
        target = self._book.plan(dialogue.index, turn)
        if target is None:
            raise Inexpressible("gold does not parse")
        schema = self.dataset.open_database(dialogue.database_id).schema
        index, codes = self._values(dialogue.database_id)
        utterance = dialogue.turns[turn].utterance
        earlier = self._history(dialogue, turn)
        literals = candidate_literals(utterance, index.ground(utterance), earlier, codes)
        said = [past.utterance for past in dialogue.turns[max(0, turn - EARLIER_UTTERANCES) : turn]]
        previous = earlier[-1] if earlier else None
        found = [self._example(dialogue.database_id, schema, target, (*said, utterance), previous, literals)]
        if dialogue.database_id in self.as_is:
            return found
        draw = random.Random(f"{self.seed}/{dialogue.index}/{turn}/names")
        if self.synonyms and (draw.random() < SYNONYMS or not self.words):
            if (named := synonymised(schema, draw)) is not None:
                found.append(self._example(dialogue.database_id, named, target, (*said, utterance), previous, literals))
        elif self.words:
            needed = [target] if previous is None else [target, previous]
            kept = name_stems(str(literal.value) for literal in literals)
            kept |= name_stems(literal.mention for literal in literals)
            kept |= needed_stems(needed, schema) - {
                w.stem for text in (*said, utterance) for w in Utterance.of(text).words
            }
            if (other := renamed(schema, (*said, utterance), kept, self.words, draw)) is not None:
                try:
                    found.append(self._example(dialogue.database_id, other[0], target, other[1], previous, literals))
                except Inexpressible as cause:
                    self.counts[f"renamed: {cause}"] += 1
        return found

    def _example(
        self, database_id: str, schema: Schema, target: Plan, said: Sequence[str], previous: Plan | None,
        literals: tuple[Literal, ...],
    ) -> Example:  # fmt: skip
        features = encode(self.tokenizer, schema, said[-1], said[:-1], previous, literals)
        symbols = to_symbols(target, features.items)
        if len(symbols) > MOST_SYMBOLS or len(features.item_features) > MOST_ITEMS:
            raise Inexpressible("too large")
        ids = np.array([features.items.id_of(symbol) for symbol in symbols], np.int64)
        return Example(
            database_id, features, ids, allowed(symbols, features.items), _marks(target, features.items, symbols),
            self.dataset.name,
        )  # fmt: skip

    def _history(self, dialogue: GoldDialogue, turn: int) -> list[Plan | None]:
        plans = [self._book.plan(dialogue.index, past) for past in range(turn)]
        draw = random.Random(f"{self.seed}/{dialogue.index}/{turn}")
        if plans and draw.random() < self.corrupted:
            schema = self.dataset.open_database(dialogue.database_id).schema
            seed = f"{self.seed}/{dialogue.index}/{turn}/edit"
            sql = noised(dialogue.turns[turn - 1].query, plans[-1], schema, seed=seed, rate=1.0)
            try:
                plans[-1] = to_plan(sql, schema)
            except SQLError:
                self.counts["edit does not parse"] += 1
        return plans

    def _values(self, database_id: str) -> tuple[ValueIndex, dict[ColumnRef, tuple[Scalar, ...]]]:
        if database_id not in self._index:
            database = self.dataset.open_database(database_id)
            self._index[database_id] = (ValueIndex.build(database), code_values(database))
        return self._index[database_id]


def needed_stems(plans: Sequence[Plan], schema: Schema) -> set[str]:
    """Return the stems of the names of all that plans use."""
    tables = {table.name: table for table in schema.tables}
    names: list[str] = []
    for part in (part for plan in plans for part in roles_of(plan)):
        if isinstance(part, str):
            names += [tables[part].natural_name] if part in tables else []
        elif part.table in tables and (column := tables[part.table].column(part.column)) is not None:
            names.append(column.natural_name)
    return name_stems(names)


def _marks(plan: Plan, items: Items, symbols: Sequence[Symbol]) -> NDArray[np.float32]:
    roles, tables, columns = roles_of(plan), items.schema.tables, items.schema.columns
    out = np.zeros((len(tables) + len(columns) + len(items.values), len(MARKS)), np.float32)
    parts = [roles.get(table.name, frozenset[str]()) for table in tables]
    parts += [roles.get(column, frozenset[str]()) for column in columns]
    for index, part in enumerate(parts):
        out[index] = [mark in part for mark in MARKS]
    for symbol in symbols:
        if isinstance(symbol, Pointer) and symbol.kind == "value":
            out[len(parts) + symbol.index, -1] = 1.0
    return out
