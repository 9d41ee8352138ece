"""The weights of the value index's ranker, fitted on training databases.

    turnsql train grounding --data DATA --out value_index/weights.py

Every span of an utterance that some stored value answers to is an example: whether it names a value of the gold SQL, and
which of its readings is the gold one. Some mentions are replaced by other names of theirs, and some misspelt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from eval.datasets import Dataset
from eval.gold import GoldBook, compared
from eval.perturb import CHANGES, perturbed
from nodes.state import Scalar
from nodes.walk import table_names
from training.guard import refuse_dev_databases
from training.lexical import fit_logistic, fit_ranker
from value_index.aliases import Aliases
from value_index.fold import fold
from value_index.index import ValueIndex
from value_index.ranking import Features, Reading
from value_index.schema import ColumnRef

SEED = 5
MISSPELT = 0.5
"""Share of the turns naming a long text that come once more with the text changed."""
LEAST_CHARS = 5

Span = tuple[Features, list[Features], list[bool]]
"""The features of a span, those of its readings, and which readings are gold."""


def spans(dataset: Dataset, *, every: int = 1) -> Iterator[Span]:
    """Yield the spans of every n-th dialogue, as written and changed."""
    refuse_dev_databases(dataset)
    book, random, aliases = GoldBook(dataset), Random(SEED), Aliases()
    indexes: dict[str, ValueIndex] = {}
    for dialogue in dataset.dialogues[::every]:
        if dialogue.database_id not in indexes:
            indexes[dialogue.database_id] = ValueIndex.build(dataset.open_database(dialogue.database_id))
        index = indexes[dialogue.database_id]
        for number, turn in enumerate(dialogue.turns):
            gold = book.turn(dialogue.index, number)
            if gold is None:
                continue
            before = book.turn(dialogue.index, number - 1) if number else None
            tables = table_names(before.plan) if before else ()
            columns = [column for _, column, _ in compared(before.plan)] if before else []
            literals = {(column, _key(value)) for _, column, value in compared(gold.plan)}
            for text in _texts(turn.utterance, [value for _, _, value in compared(gold.plan)], random, aliases):
                for readings, span, each in index.features(text, tables=tables, columns=columns):
                    yield span, each, [_is_gold(reading, literals) for reading in readings]


def fit(examples: Sequence[Span]) -> dict[str, dict[str, float]]:
    """Fit both models."""
    span = fit_logistic([found for found, _, _ in examples], [any(gold) for _, _, gold in examples])
    chosen = [
        [(features, float(right)) for features, right in zip(each, gold, strict=True)]
        for _, each, gold in examples
        if any(gold) and not all(gold)
    ]
    return {"SPAN_WEIGHTS": span, "READING_WEIGHTS": fit_ranker(chosen)}


def write(weights: dict[str, dict[str, float]], path: Path) -> None:
    """Write the weights as a Python module."""
    lines = ['"""The weights of the ranker, fitted on the training databases (`turnsql train grounding`)."""', ""]
    lines += ["from __future__ import annotations"]
    for name, table in weights.items():
        lines += ["", f"{name}: dict[str, float] = {{"]
        lines += [f'    "{feature}": {value},' for feature, value in sorted(table.items())]
        lines += ["}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _texts(utterance: str, values: Sequence[Scalar], random: Random, aliases: Aliases) -> Iterator[str]:
    yield utterance
    named = [value for value in values if isinstance(value, str) and value and value.lower() in utterance.lower()]
    other = [value for value in named if aliases.of(value, fold(value))]
    if other:
        value = random.choice(other)
        alias = random.choice(aliases.of(value, fold(value)))
        yield _replaced(utterance, value, alias.name.upper() if alias.is_code else alias.name.title())
    long = [value for value in named if len(value) >= LEAST_CHARS]
    if long and random.random() < MISSPELT:
        value = random.choice(long)
        changed = perturbed(value, random.choice((CHANGES[0], *CHANGES[:3])), random, aliases)
        if changed:
            yield _replaced(utterance, value, changed)


def _replaced(utterance: str, value: str, other: str) -> str:
    start = utterance.lower().find(value.lower())
    return utterance[:start] + other + utterance[start + len(value) :]


def _is_gold(reading: Reading, literals: set[tuple[ColumnRef, str]]) -> bool:
    return (reading.column.ref, _key(reading.value)) in literals


def _key(value: Scalar) -> str:
    """Return what two spellings of one value share."""
    text = fold(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, (int, float)) else ""
    return text or str(value)
