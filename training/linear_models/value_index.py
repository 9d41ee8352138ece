"""The weights of the value index's ranker, fitted on training databases.

    turnsql train grounding --data DATA --out value_index/grounding/weights.json

Every span of an utterance that some stored value answers to is an example: whether it names a value of the gold SQL, and
which of its candidates is the gold one. Some mentions are replaced by other names of theirs, and some misspelt. The threshold is
chosen on databases that are not fitted on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from eval.checks.misspellings import Change, misspelled
from eval.checks.value_index import Tally, measure_thresholds
from eval.datasets import Dataset
from eval.gold.outputs import GoldBook, compared
from nodes.lexical.previous_query import PreviousQuery
from nodes.plan.constraints import Scalar
from training.dev_databases import refuse_dev_databases
from training.linear_models.fitting import fit_logistic, fit_ranker
from training.linear_models.held_out_databases import split
from value_index.files.weights_file import WeightsFile
from value_index.grounding.aliases import Aliases
from value_index.grounding.candidate import Candidate
from value_index.grounding.ranker import Ranker, Thresholds, commonness
from value_index.index import ValueIndex
from value_index.linear_model import Features
from value_index.schema import ColumnRef
from value_index.text.folding import fold
from value_index.text.tokens import tokens

SEED = 5
LEAST_SCORES = (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
"""Thresholds that are tried."""
CARELESS: tuple[Change, ...] = ("one edit", "two edits", "dropped word") * 5
"""Changes after which a value should still be found, each drawn several times."""
LEAST_DATABASES = 2
"""Databases whose questions must use a word before it is taken for a common one."""
MISSPELT = 0.5
"""Share of the turns naming a long text that come once more with the text changed."""
LEAST_CHARS = 5
MISSPELLINGS: tuple[Change, ...] = ("one edit", "one edit", "two edits", "dropped word", "plural")
"""One of them is drawn."""

_QUOTED = re.compile(r"[\"']([^\"']*)[\"']")

Span = tuple[Features, list[Features], list[bool]]
"""The features of a span, those of its candidates, and which candidates are gold."""


def question_words(datasets: Sequence[Dataset]) -> dict[str, set[str]]:
    """Return the words of questions that are no words of their gold values, with the databases that are asked so."""
    found: dict[str, set[str]] = {}
    for dataset in datasets:
        refuse_dev_databases(dataset)
        for dialogue in dataset.dialogues:
            for turn in dialogue.turns:
                quoted = {word for text in _QUOTED.findall(turn.query) for word in fold(text).split()}
                for word in tokens(turn.utterance):
                    plain = word.text.islower() or word.text == "I"
                    if word.text.isalpha() and plain and word.folded not in quoted:
                        found.setdefault(word.folded, set()).add(dialogue.database_id)
    return dict(sorted(found.items()))


def common_words(words: Mapping[str, set[str]], *, without: str = "") -> dict[int, str]:
    """Return the words that are said of several databases, by the log of how many; one database may be left out."""
    levels: dict[int, list[str]] = {}
    for word, databases in words.items():
        count = len(databases) - (without in databases)
        if count >= LEAST_DATABASES:
            levels.setdefault(count.bit_length() - 1, []).append(word)
    return {level: " ".join(found) for level, found in sorted(levels.items())}


def spans(dataset: Dataset, words: Mapping[str, set[str]], *, every: int = 1) -> Iterator[Span]:
    """Yield the spans of every n-th dialogue, as written and changed.

    Args:
        dataset: to fit on.
        words: of `question_words`; a database's own words are not held to be known, as those of a new one are not.
        every: n.
    """
    refuse_dev_databases(dataset)
    book, random, aliases = GoldBook(dataset), Random(SEED), Aliases()
    indexes: dict[str, ValueIndex] = {}
    for dialogue in dataset.dialogues[::every]:
        if dialogue.database_id not in indexes:
            ranker = Ranker({}, {}, common=commonness(common_words(words, without=dialogue.database_id)))
            indexes[dialogue.database_id] = ValueIndex.build(dataset.open_database(dialogue.database_id), ranker)
        index = indexes[dialogue.database_id]
        for number, turn in enumerate(dialogue.turns):
            gold = book.turn(dialogue.index, number)
            if gold is None:
                continue
            before = PreviousQuery.of(book.plan(dialogue.index, number - 1) if number else None)
            literals = {(column, _key(value)) for _, column, value in compared(gold.plan)}
            for text in _texts(turn.utterance, [value for _, _, value in compared(gold.plan)], random, aliases):
                found = index.features(text, tables=before.tables, columns=before.columns, shown=before.shown)
                for candidates, span, each in found:
                    yield span, each, [_is_gold(candidate, literals) for candidate in candidates]


def fit(examples: Sequence[Span]) -> dict[str, dict[str, float]]:
    """Fit both models."""
    span = fit_logistic([found for found, _, _ in examples], [any(gold) for _, _, gold in examples])
    chosen = [
        [(features, float(right)) for features, right in zip(each, gold, strict=True)]
        for _, each, gold in examples
        if any(gold) and not all(gold)
    ]
    return {"span": span, "candidate": fit_ranker(chosen)}


def fit_all(cosql: Dataset, spider: Dataset, held_out: frozenset[str], *, every: int) -> tuple[WeightsFile, str]:
    """Fit the ranker outside the held-out databases and choose its thresholds on them; say which.

    Of a name or number the lowest threshold with the highest sum of recall and silence; then, of near spellings, that with
    the highest sum of what is found of misspelt values and silence.
    """
    fitted_on, chosen_on = split(cosql, held_out)
    others = spider.without(held_out)
    words = question_words((fitted_on, others))
    weights = fit([*spans(fitted_on, words), *spans(others, words, every=every)])
    common = common_words(words)
    ranker = Ranker(weights["span"], weights["candidate"], common=commonness(common))
    least, best = choose_thresholds(chosen_on, ranker)
    return WeightsFile(weights, least._asdict(), common), (
        f"thresholds {least.named} and {least.near}: on the held-out databases values grounded {best.recall:.3f}, silent {best.silence:.3f}"
    )


def choose_thresholds(held_out: Dataset, ranker: Ranker) -> tuple[Thresholds, Tally]:
    """Choose the thresholds on databases that are not fitted on, to the hundredth they can tell; of equal ones the lowest."""
    names = measure_thresholds(held_out, ranker, [Thresholds(each, LEAST_SCORES[0]) for each in LEAST_SCORES])
    named = max(names, key=lambda least: round(names[least].recall + names[least].silence, 2)).named
    near = measure_thresholds(held_out, ranker, [Thresholds(named, each) for each in LEAST_SCORES], CARELESS)
    least = max(near, key=lambda least: round(_found(near[least]) + near[least].silence, 2))
    return least, near[least]


def _found(tally: Tally) -> float:
    """Return the share of the changed mentions that are still found."""
    return sum(tally.found.values()) / max(1, sum(tally.changed.values()))


def _texts(utterance: str, values: Sequence[Scalar], random: Random, aliases: Aliases) -> Iterator[str]:
    yield utterance
    named = [value for value in values if isinstance(value, str) and value and value.lower() in utterance.lower()]
    other = [value for value in named if aliases.of(value, fold(value))]
    if other:
        value = random.choice(other)
        names = aliases.of(value, fold(value))
        alias = random.choice([alias for alias in names if alias.domain == names[0].domain])
        yield _replaced(utterance, value, alias.name.upper() if alias.is_code else alias.name.title())
    long = [value for value in named if len(value) >= LEAST_CHARS]
    if long and random.random() < MISSPELT:
        value = random.choice(long)
        changed = misspelled(value, random.choice(MISSPELLINGS), random, aliases)
        if changed:
            yield _replaced(utterance, value, changed)


def _replaced(utterance: str, value: str, other: str) -> str:
    start = utterance.lower().find(value.lower())
    return utterance[:start] + other + utterance[start + len(value) :]


def _is_gold(candidate: Candidate, literals: set[tuple[ColumnRef, str]]) -> bool:
    return (candidate.column.ref, _key(candidate.value)) in literals


def _key(value: Scalar) -> str:
    """Return what two spellings of one value share."""
    text = fold(value) if isinstance(value, str) else f"{value:g}" if isinstance(value, (int, float)) else ""
    return text or str(value)
