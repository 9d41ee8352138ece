"""How well the value index grounds the literals of gold SQL, as written and as careless people write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from eval.datasets import Dataset, GoldDialogue
from eval.gold import GoldBook, compared
from eval.labels import Label, Labeller
from eval.perturb import CHANGES, perturbed
from nodes.state import Scalar
from nodes.walk import table_names
from value_index.aliases import Aliases
from value_index.fold import fold
from value_index.index import ValueIndex
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef

SEED = 11


@dataclass
class Tally:
    """Counts over turns."""

    reachable: Counter[str] = field(default_factory=Counter[str])
    """Stored literals that are named or carried over, by kind."""
    value: Counter[str] = field(default_factory=Counter[str])
    """Of these, those whose value was grounded."""
    first: Counter[str] = field(default_factory=Counter[str])
    """Of these, those whose column came first."""
    second: Counter[str] = field(default_factory=Counter[str])
    """Of these, those whose column was among the first two."""
    given: int = 0
    """Mentions grounded."""
    right: int = 0
    """Of these, those whose first reading is gold."""
    silent: int = 0
    """Utterances that name no value."""
    kept_silent: int = 0
    changed: Counter[str] = field(default_factory=Counter[str])
    """Mentions changed, by change."""
    found: Counter[str] = field(default_factory=Counter[str])
    """Of these, those whose value was still grounded."""

    def lines(self) -> list[str]:
        """Say the figures."""
        total = sum(self.reachable.values())
        share = {name: sum(counts.values()) / max(1, total) for name, counts in
                 (("value", self.value), ("first", self.first), ("second", self.second))}  # fmt: skip
        return [
            f"literals stored, and named or carried over: {total}",
            f"value grounded {share['value']:.3f}, right column first {share['first']:.3f}, "
            f"among the first two {share['second']:.3f}",
            "by kind: " + ", ".join(f"{kind} {self.value[kind]}/{count}" for kind, count in self.reachable.items()),
            f"precision of mentions, first column: {self.right / max(1, self.given):.3f} of {self.given}",
            f"utterances that name no value: silent on {self.kept_silent / max(1, self.silent):.3f} of {self.silent}",
            *(f"{change}: found {self.found[change] / count:.3f} of {count}" for change, count in self.changed.items()),
        ]


def measure(dataset: Dataset) -> Tally:
    """Ground every turn of a data set with the index alone, gold history, values of the turn before carried over."""
    measured = _Measure(dataset)
    for dialogue in dataset.dialogues:
        for turn in range(len(dialogue.turns)):
            measured.turn(dialogue, turn)
    return measured.tally


class _Measure:
    def __init__(self, dataset: Dataset) -> None:
        self.tally = Tally()
        self._dataset = dataset
        self._book = GoldBook(dataset)
        self._labeller = Labeller(dataset)
        self._aliases = Aliases()
        self._random = Random(SEED)
        self._indexes: dict[str, ValueIndex] = {}

    def turn(self, dialogue: GoldDialogue, turn: int) -> None:
        if self._book.turn(dialogue.index, turn) is None:
            return
        utterance = dialogue.turns[turn].utterance
        before = self._book.turn(dialogue.index, turn - 1) if turn else None
        tables = table_names(before.plan) if before else ()
        columns = [column for _, column, _ in compared(before.plan)] if before else []
        index = self._index(dialogue.database_id)
        labels = list(self._labeller.turn(dialogue.index, turn))
        mentions = _by_mention(index.ground(utterance, tables=tables, columns=columns))
        for label in labels:
            if label.reachable:
                self._count(label, mentions)
                self._change(label, utterance, index, tables, columns)
        gold = [(label.column, label.value) for label in labels]
        self.tally.given += len(mentions)
        self.tally.right += sum(any(_is(found[0], *pair) for pair in gold) for found in mentions)
        if all(label.kind in ("carried", "not_in_question") for label in labels):
            self.tally.silent += 1
            self.tally.kept_silent += not mentions

    def _count(self, label: Label, mentions: Sequence[Sequence[ValueMatch]]) -> None:
        tally, kind = self.tally, label.kind
        tally.reachable[kind] += 1
        hits = [found for found in mentions if any(_same(match.value, label.value) for match in found)]
        carried = kind == "carried"
        tally.value[kind] += carried or bool(hits)
        tally.first[kind] += carried or any(_is(found[0], label.column, label.value) for found in hits)
        tally.second[kind] += carried or any(
            _is(match, label.column, label.value) for found in hits for match in found[:2]
        )

    def _change(
        self, label: Label, utterance: str, index: ValueIndex, tables: Sequence[str], columns: Sequence[ColumnRef]
    ) -> None:
        if label.kind not in ("exact", "folded") or not isinstance(label.value, str):
            return
        for change in CHANGES:
            changed = perturbed(label.mention, change, self._random, self._aliases)
            if changed:
                text = utterance[: label.start] + changed + utterance[label.end :]
                matches = index.ground(text, tables=tables, columns=columns)
                self.tally.changed[change] += 1
                self.tally.found[change] += any(_same(match.value, label.value) for match in matches)

    def _index(self, database_id: str) -> ValueIndex:
        if database_id not in self._indexes:
            self._indexes[database_id] = ValueIndex.build(self._dataset.open_database(database_id))
        return self._indexes[database_id]


def _by_mention(matches: Sequence[ValueMatch]) -> list[list[ValueMatch]]:
    """Group the readings of each mention, best first."""
    groups: dict[str, list[ValueMatch]] = {}
    for match in matches:
        groups.setdefault(match.mention, []).append(match)
    return list(groups.values())


def _is(match: ValueMatch, column: ColumnRef, value: Scalar) -> bool:
    return match.column == column and _same(match.value, value)


def _same(found: Scalar, value: Scalar) -> bool:
    """Whether two values are one, as SQLite's affinities and careless case in gold make them."""
    if isinstance(found, str) and isinstance(value, str):
        return fold(found) == fold(value)
    return str(found) == str(value)
