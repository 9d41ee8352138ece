"""Fits the weights of the lexical stages on CoSQL train: four logistic models and one ranker, a few seconds to minutes on a CPU.

    turnsql train lexical --data DATA/cosql_dataset --out nodes/lexical_weights.py

Each stage sees what it sees in the graph: the outputs of the stages before it, with the weights fitted a moment ago, and the
gold SQL of earlier turns. The ranker's target is the plan scores of each candidate (their macro mean, and more for the whole plan),
as a distribution: a candidate that is nearly right costs less than one that is wrong.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import minimize

from eval.datasets import Dataset, GoldDialogue
from eval.gold import GoldBook, compared
from eval.plan_scores import plan_scores
from nodes.candidates import candidates
from nodes.evidence import Evidence
from nodes.following import dialogue_state, following_features
from nodes.grounding import Grounder
from nodes.linking import Linker
from nodes.logistic import Features, Weights
from nodes.node import Context
from nodes.plan import Plan
from nodes.ranking import features
from nodes.reading_plan import plan_of
from nodes.state import DialogueState, GraphState, SchemaLinks, Turn
from nodes.walk import columns, table_names
from training.guard import refuse_dev_databases
from value_index.index import ValueIndex

SEED = 7
RARE = 15
"""A feature that fires less often gets no weight."""
LEAST_COLUMN, LEAST_TABLE = 0.3, 0.4
"""Thresholds of the linker while the later stages are fitted; those of its settings."""
VALUE_THRESHOLD, VALUE_BUDGET = 0.2, 4
SHARPNESS, WHOLE_PLAN = 12.0, 0.6
"""The ranker's target is softmax(SHARPNESS * (macro + WHOLE_PLAN * whole-plan match))."""


@dataclass(frozen=True)
class Example:
    """One turn of train: its evidence, and its gold."""

    evidence: Evidence
    state: GraphState
    context: Context
    gold: Plan
    truth: DialogueState


def examples(dataset: Dataset, dialogues: Sequence[GoldDialogue]) -> Iterator[Example]:
    """Yield the turns whose gold is a plan, with gold history."""
    book = GoldBook(dataset)
    contexts: dict[str, Context] = {}
    for dialogue in dialogues:
        if dialogue.database_id not in contexts:
            database = dataset.open_database(dialogue.database_id)
            index = ValueIndex.build(database)
            contexts[dialogue.database_id] = Context(schema=database.schema, database=database, index=index)
        context = contexts[dialogue.database_id]
        history = tuple(Turn(utterance=turn.utterance, sql=turn.query) for turn in dialogue.turns)
        for number, turn in enumerate(dialogue.turns):
            gold = book.turn(dialogue.index, number)
            if gold is None:
                continue
            state = GraphState(
                turn_id=f"{dialogue.index}:{number}",
                database_id=dialogue.database_id,
                history=history[:number],
                utterance=turn.utterance,
            )
            evidence = Evidence.of(state, context, matches=True)
            yield Example(evidence, state, context, gold.plan, gold.dialogue_state)


def fit_logistic(rows: Sequence[Features], labels: Sequence[bool], l2: float = 1.0) -> dict[str, float]:
    """Fit one logistic model."""
    matrix, names = _matrix(rows)
    target = np.asarray(labels, dtype=float)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = matrix @ w
        p = 1.0 / (1.0 + np.exp(-z))
        return float(np.logaddexp(0, z).sum() - target @ z + 0.5 * l2 * w @ w), matrix.T @ (p - target) + l2 * w

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B")
    return _rounded(names, found.x)


def fit_ranker(turns: Sequence[Sequence[tuple[Features, float]]], l2: float = 1.0) -> dict[str, float]:
    """Fit the ranker: for each turn, softmax of the scores against softmax of the rewards."""
    matrix, names = _matrix([row for turn in turns for row, _ in turn])
    reward = np.asarray([value for turn in turns for _, value in turn]) * SHARPNESS
    group = np.repeat(np.arange(len(turns)), [len(turn) for turn in turns])
    starts = np.concatenate(([0], np.cumsum([len(turn) for turn in turns])[:-1]))

    def softmax(z: np.ndarray) -> np.ndarray:
        shifted = np.exp(z - np.maximum.reduceat(z, starts)[group])
        return shifted / np.add.reduceat(shifted, starts)[group]

    target = softmax(reward)

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        p = softmax(matrix @ w)
        return float(-(target * np.log(p + 1e-30)).sum() + 0.5 * l2 * w @ w), matrix.T @ (p - target) + l2 * w

    found = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 400})
    return _rounded(names, found.x)


def _matrix(rows: Sequence[Features]) -> tuple[sp.csr_matrix, list[str]]:
    counts = Counter(name for row in rows for name, value in row.items() if value)
    names = sorted(name for name, count in counts.items() if count >= RARE)
    position = {name: i for i, name in enumerate(names)}
    entries = [(i, position[n], v) for i, row in enumerate(rows) for n, v in row.items() if n in position and v]
    at, column, value = zip(*entries, strict=True)
    return sp.csr_matrix((value, (at, column)), shape=(len(rows), len(names))), names


def _rounded(names: list[str], weights: np.ndarray) -> dict[str, float]:
    return {name: round(float(w), 2) for name, w in zip(names, weights, strict=True) if abs(w) >= 0.05}


def fit_following(turns: Sequence[Example]) -> dict[str, float]:
    """Fit whether a turn builds on the one before: it keeps a constraint, or has none to keep and shares its rows."""
    later = [turn for turn in turns if turn.evidence.constraints_before]
    return fit_logistic([following_features(t.evidence) for t in later], [bool(t.truth.kept) for t in later])


def fit_columns(turns: Sequence[Example]) -> dict[str, float]:
    """Fit which columns the gold plan uses."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        used = {(term.table.lower(), term.column.lower()) for term in columns(turn.gold)}
        linker = Linker(turn.evidence)
        for column in turn.evidence.schema.columns:
            rows.append(linker.column_features(column))
            labels.append(column.folded in used)
    return fit_logistic(rows, labels)


def fit_tables(turns: Sequence[Example], column_weights: Weights) -> dict[str, float]:
    """Fit which tables the gold plan uses."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        used = {name.lower() for name in table_names(turn.gold)}
        linker = Linker(turn.evidence)
        for table, found in linker.table_features(linker.column_scores(column_weights)).items():
            rows.append(found)
            labels.append(table.lower() in used)
    return fit_logistic(rows, labels)


def fit_values(turns: Sequence[Example]) -> dict[str, float]:
    """Fit which readings of values the gold plan compares."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        truth = {(column.folded, _folded(value)) for _, column, value in compared(turn.gold)}
        grounder = Grounder(turn.evidence)
        for reading in grounder.readings():
            rows.append(grounder.features(reading))
            labels.append((reading.column.folded, _folded(reading.value)) in truth)
    return fit_logistic(rows, labels)


def _folded(value: object) -> str:
    text = str(value).strip("%").casefold()
    return text.removesuffix(".0")


def ranked(turn: Example) -> list[tuple[Features, float]]:
    """Return every candidate of a turn with its features and its reward."""
    found: list[tuple[Features, float]] = []
    rewards: dict[Plan, float] = {}
    for reading in candidates(turn.evidence):
        plan = plan_of(reading, turn.evidence)
        if plan is not None:
            if plan not in rewards:
                scores = plan_scores(turn.gold, plan)
                rewards[plan] = (scores["macro"] or 0.0) + WHOLE_PLAN * (scores["whole_plan"] or 0.0)
            found.append((features(reading, turn.evidence), rewards[plan]))
    return found


def with_state(turn: Example, weights: Weights) -> Example:
    """Return the turn with the dialogue state that the fitted model gives."""
    given = dialogue_state(turn.evidence, weights)
    evidence = replace(turn.evidence, kept=frozenset(given.kept), dropped=frozenset(given.dropped))
    return replace(turn, evidence=evidence, state=turn.state.model_copy(update={"dialogue_state": given}))


def with_links(turn: Example, column_weights: Weights, table_weights: Weights) -> Example:
    """Return the turn with the links that the fitted model gives."""
    links: SchemaLinks = Linker(turn.evidence).links(
        column_weights, table_weights, least_column=LEAST_COLUMN, least_table=LEAST_TABLE
    )
    scores = {link.column: link.score for link in links.columns}
    tables = {link.table: link.score for link in links.tables}
    return replace(
        turn,
        evidence=replace(turn.evidence, links=scores, table_links=tables),
        state=turn.state.model_copy(update={"schema_links": links}),
    )


def with_values(turn: Example, weights: Weights) -> Example:
    """Return the turn with the values that the fitted model gives."""
    values = Grounder(turn.evidence).values(weights, threshold=VALUE_THRESHOLD, budget=VALUE_BUDGET)
    state = turn.state.model_copy(update={"grounded_values": values})
    return replace(turn, evidence=Evidence.of(state, turn.context), state=state)


def fit(dataset: Dataset, *, dialogues: int | None = None) -> dict[str, dict[str, float]]:
    """Fit the weights of every stage, in the order of the graph.

    Args:
        dataset: CoSQL train.
        dialogues: how many of them, drawn with a fixed seed; all unless given.
    """
    refuse_dev_databases(dataset)
    chosen = list(dataset.dialogues)
    if dialogues is not None and dialogues < len(chosen):
        chosen = random.Random(SEED).sample(chosen, dialogues)
    turns = list(examples(dataset, chosen))
    following = fit_following(turns)
    turns = [with_state(turn, following) for turn in turns]
    column_weights = fit_columns(turns)
    table_weights = fit_tables(turns, column_weights)
    turns = [with_links(turn, column_weights, table_weights) for turn in turns]
    values = fit_values(turns)
    turns = [with_values(turn, values) for turn in turns]
    reading = fit_ranker([ranked(turn) for turn in turns])
    return {
        "FOLLOWING": following,
        "COLUMN_LINK": column_weights,
        "TABLE_LINK": table_weights,
        "VALUE": values,
        "READING": reading,
    }


def write(weights: dict[str, dict[str, float]], path: Path, *, source: str) -> None:
    """Write the weights as a Python module."""
    lines = [f'"""The learned weights of the lexical stages. Written by `turnsql train lexical` from {source}."""', ""]
    for name, table in weights.items():
        lines += ["", f"{name}: dict[str, float] = {{"]
        lines += [f'    "{feature}": {value},' for feature, value in sorted(table.items())]
        lines += ["}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
