"""How well the value index grounds the literals of gold SQL, as written and as careless people write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from eval.checks.misspellings import CHANGES, Change, misspelled
from eval.datasets import Dataset, GoldDialogue
from eval.gold.outputs import GoldBook
from eval.gold.value_labels import Label, Labeller
from eval.scoring.stage_scores import same_value
from nodes.lexical.previous_query import PreviousQuery
from nodes.plan.constraints import Scalar
from value_index.grounding.aliases import Aliases
from value_index.grounding.ranker import Ranker, Thresholds
from value_index.grounding.weights import load_ranker
from value_index.index import Spans, ValueIndex
from value_index.matches import ValueMatch
from value_index.schema import ColumnRef

SEED = 11


@dataclass
class Tally:
    """Counts over turns."""

    reachable: Counter[str] = field(default_factory=Counter[str])
    """Stored literals that are named or carried over, by kind."""
    value: Counter[str] = field(default_factory=Counter[str])
    """How many of these have their value grounded."""
    first: Counter[str] = field(default_factory=Counter[str])
    """How many of these have their column first."""
    second: Counter[str] = field(default_factory=Counter[str])
    """How many of these have their column among the first two."""
    given: int = 0
    """Mentions grounded."""
    right: int = 0
    """How many of these have gold as their first candidate."""
    silent: int = 0
    """Utterances that name no value."""
    kept_silent: int = 0
    changed: Counter[str] = field(default_factory=Counter[str])
    """Mentions changed, by change."""
    found: Counter[str] = field(default_factory=Counter[str])
    """How many of these have their value still grounded."""

    @property
    def recall(self) -> float:
        """The share of the literals whose value was grounded."""
        return sum(self.value.values()) / max(1, sum(self.reachable.values()))

    @property
    def precision(self) -> float:
        """The share of the mentions whose first candidate is gold."""
        return self.right / max(1, self.given)

    @property
    def silence(self) -> float:
        """The share of the utterances that name no value on which nothing was grounded."""
        return self.kept_silent / max(1, self.silent)

    def lines(self) -> list[str]:
        """Say the figures."""
        total = sum(self.reachable.values())
        first, second = (sum(counts.values()) / max(1, total) for counts in (self.first, self.second))
        return [
            f"literals stored, and named or carried over: {total}",
            f"value grounded {self.recall:.3f}, right column first {first:.3f}, among the first two {second:.3f}",
            "by kind: " + ", ".join(f"{kind} {self.value[kind]}/{count}" for kind, count in self.reachable.items()),
            f"precision of mentions, first column: {self.precision:.3f} of {self.given}",
            f"utterances that name no value: silent on {self.silence:.3f} of {self.silent}",
            *(f"{change}: found {self.found[change] / count:.3f} of {count}" for change, count in self.changed.items()),
        ]


def measure(dataset: Dataset) -> Tally:
    """Ground every turn of a data set with the index alone, gold history, values of the turn before carried over.

    Each mention is also grounded changed in each way of `CHANGES`, each on its own.
    """
    ranker = load_ranker()
    return measure_thresholds(dataset, ranker, (ranker.least,), CHANGES)[ranker.least]


def measure_thresholds(
    dataset: Dataset, ranker: Ranker, thresholds: Sequence[Thresholds], changes: Sequence[Change] = ()
) -> dict[Thresholds, Tally]:
    """Measure with several thresholds at once."""
    measured = _Measure(dataset, ranker, thresholds, changes)
    for dialogue in dataset.dialogues:
        for turn in range(len(dialogue.turns)):
            measured.turn(dialogue, turn)
    return measured.tallies


class _Measure:
    def __init__(
        self, dataset: Dataset, ranker: Ranker, thresholds: Sequence[Thresholds], changes: Sequence[Change]
    ) -> None:
        self.tallies = {threshold: Tally() for threshold in thresholds}
        self._ranker = ranker
        self._changes = changes
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
        before = PreviousQuery.of(self._book.plan(dialogue.index, turn - 1) if turn else None)
        index = self._index(dialogue.database_id)
        labels = list(self._labeller.turn(dialogue.index, turn))
        spans = _spans(index, utterance, before)
        changed = [
            (change, label, _spans(index, text, before))
            for label in labels
            if label.reachable
            for change, text in self._changed(label, utterance)
        ]
        for threshold, tally in self.tallies.items():
            _count(tally, labels, _by_mention(index.choose(spans, threshold)))
            for change, label, other in changed:
                tally.changed[change] += 1
                tally.found[change] += any(
                    same_value(match.value, label.value) for match in index.choose(other, threshold)
                )

    def _changed(self, label: Label, utterance: str) -> Iterator[tuple[Change, str]]:
        """Yield the utterance with the mention of a text as careless people write it."""
        if label.kind in ("exact", "folded") and isinstance(label.value, str):
            for change in self._changes:
                mention = misspelled(label.mention, change, self._random, self._aliases)
                if mention:
                    yield change, utterance[: label.start] + mention + utterance[label.end :]

    def _index(self, database_id: str) -> ValueIndex:
        if database_id not in self._indexes:
            self._indexes[database_id] = ValueIndex.build(self._dataset.open_database(database_id), self._ranker)
        return self._indexes[database_id]


def _spans(index: ValueIndex, text: str, before: PreviousQuery) -> Spans:
    return index.spans(text, tables=before.tables, columns=before.columns, shown=before.shown)


def _count(tally: Tally, labels: Sequence[Label], mentions: Sequence[Sequence[ValueMatch]]) -> None:
    for label in labels:
        if label.reachable:
            _count_label(tally, label, mentions)
    gold = [(label.column, label.value) for label in labels]
    tally.given += len(mentions)
    tally.right += sum(any(_is(found[0], *pair) for pair in gold) for found in mentions)
    if all(label.kind in ("carried", "not_in_question") for label in labels):
        tally.silent += 1
        tally.kept_silent += not mentions


def _count_label(tally: Tally, label: Label, mentions: Sequence[Sequence[ValueMatch]]) -> None:
    carried = label.kind == "carried"
    hits = [found for found in mentions if any(same_value(match.value, label.value) for match in found)]
    tally.reachable[label.kind] += 1
    tally.value[label.kind] += carried or bool(hits)
    tally.first[label.kind] += carried or any(_is(found[0], label.column, label.value) for found in hits)
    tally.second[label.kind] += carried or any(
        _is(match, label.column, label.value) for found in hits for match in found[:2]
    )


def _by_mention(matches: Sequence[ValueMatch]) -> list[list[ValueMatch]]:
    """Group the candidates of each mention, best first."""
    groups: dict[str, list[ValueMatch]] = {}
    for match in matches:
        groups.setdefault(match.mention, []).append(match)
    return list(groups.values())


def _is(match: ValueMatch, column: ColumnRef, value: Scalar) -> bool:
    return match.column == column and same_value(match.value, value)
