"""Fits the weights of the lexical stages on CoSQL train: four logistic models and one ranker, a few seconds to minutes on a CPU.

    turnsql train lexical --data DATA/cosql_dataset --out nodes/lexical/weights.json

Each stage sees what it sees in the graph: the outputs of the stages before it, with the weights fitted a moment ago, and the
gold SQL of earlier turns. The ranker's target is the plan scores of each candidate (their macro mean, and more for the whole plan),
as a distribution: a candidate that is nearly right costs less than one that is wrong. Thresholds and the ranker's settings are
chosen on databases that are not fitted on (configs/training/validation_databases.toml).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from eval.datasets import Dataset
from eval.gold.outputs import compared
from eval.scoring.plan_scores import plan_scores
from nodes.lexical.candidates import candidates
from nodes.lexical.evidence import Evidence
from nodes.lexical.features.follow_up import follow_up_features
from nodes.lexical.features.interpretation import interpretation_features
from nodes.lexical.features.links import LinkFeatures
from nodes.lexical.features.value import ValueFeatures
from nodes.lexical.follow_up import dialogue_state
from nodes.lexical.schema_linker import Linker
from nodes.lexical.to_plan import plan_of
from nodes.lexical.value_candidates import ValueCandidates
from nodes.lexical.value_grounder import Grounder
from nodes.plan import Plan
from nodes.plan.traversal import columns, table_names
from nodes.state import SchemaLinks
from training.dev_databases import refuse_dev_databases
from training.linear_models.fitting import fit_logistic, ranker_of
from training.linear_models.held_out_databases import best_threshold, split
from training.linear_models.lexical_examples import Example, examples
from value_index.files.weights_file import WeightsFile
from value_index.linear_model import Features, Weights, weighted

SEED = 7
VALUE_BUDGET = 4
SHARPNESS = (6.0, 12.0, 24.0)
WHOLE_PLAN = (0.3, 0.6, 1.2)
"""Settings of the ranker that are tried; its target is softmax(sharpness * (macro + whole_plan * whole-plan match))."""

Candidate = tuple[Features, float, float]
"""The features of an interpretation of a turn, its macro mean, and whether it is the whole plan."""


@dataclass(frozen=True)
class Fitted:
    """The linker, fitted."""

    columns: Weights
    tables: Weights
    least_column: float
    least_table: float


def fit_follow_up(turns: Sequence[Example]) -> dict[str, float]:
    """Fit whether a turn builds on the one before: it keeps a constraint, or has none to keep and shares its rows."""
    later = [turn for turn in turns if turn.evidence.constraints_before]
    return fit_logistic([follow_up_features(t.evidence) for t in later], [bool(t.truth.kept) for t in later])


def fit_columns(turns: Sequence[Example]) -> dict[str, float]:
    """Fit which columns the gold plan uses."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        used = {(term.table.lower(), term.column.lower()) for term in columns(turn.gold)}
        features = LinkFeatures(turn.evidence)
        for column in turn.evidence.schema.columns:
            rows.append(features.of_column(column))
            labels.append(column.folded in used)
    return fit_logistic(rows, labels)


def fit_tables(turns: Sequence[Example], column_weights: Weights) -> dict[str, float]:
    """Fit which tables the gold plan uses."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        used = {name.lower() for name in table_names(turn.gold)}
        linker = Linker(turn.evidence)
        for table, found in linker.features.of_tables(linker.column_scores(column_weights)).items():
            rows.append(found)
            labels.append(table.lower() in used)
    return fit_logistic(rows, labels)


def fit_values(turns: Sequence[Example]) -> dict[str, float]:
    """Fit which candidates of values the gold plan compares."""
    rows: list[Features] = []
    labels: list[bool] = []
    for turn in turns:
        truth = {(column.folded, _folded(value)) for _, column, value in compared(turn.gold)}
        features = ValueFeatures(turn.evidence)
        for candidate in ValueCandidates(turn.evidence).all():
            rows.append(features.of(candidate))
            labels.append((candidate.column.folded, _folded(candidate.value)) in truth)
    return fit_logistic(rows, labels)


def _folded(value: object) -> str:
    text = str(value).strip("%").casefold()
    return text.removesuffix(".0")


def ranked(turn: Example) -> list[Candidate]:
    """Return every candidate of a turn with its features and its scores."""
    found: list[Candidate] = []
    known: dict[Plan, tuple[float, float]] = {}
    for interpretation in candidates(turn.evidence):
        plan = plan_of(interpretation, turn.evidence)
        if plan is not None:
            if plan not in known:
                scores = plan_scores(turn.gold, plan)
                known[plan] = scores["macro"] or 0.0, scores["whole_plan"] or 0.0
            found.append((interpretation_features(interpretation, turn.evidence), *known[plan]))
    return found


def fit_interpretations(
    turns: Sequence[Sequence[Candidate]], held_out: Sequence[Sequence[Candidate]]
) -> tuple[dict[str, float], str]:
    """Fit the ranker with each of the settings; return the weights that choose best on the held-out databases, and say which they are."""
    best: tuple[float, dict[str, float], str] | None = None
    turns = [turn for turn in turns if turn]
    ranker = ranker_of([[found for found, _, _ in turn] for turn in turns])
    for sharpness, whole_plan in product(SHARPNESS, WHOLE_PLAN):
        weights = ranker([[macro + whole_plan * whole for _, macro, whole in turn] for turn in turns], sharpness)
        chosen = [max(turn, key=lambda candidate: weighted(candidate[0], weights)) for turn in held_out if turn]
        score = sum(macro + whole for _, macro, whole in chosen) / len(chosen)
        if best is None or score > best[0]:
            best = (
                score,
                weights,
                f"sharpness {sharpness:g}, whole plan {whole_plan:g}: {score:.4f} on the held-out databases",
            )
    assert best is not None
    return best[1], best[2]


def with_state(turn: Example, weights: Weights) -> Example:
    """Return the turn with the dialogue state that the fitted model gives."""
    given = dialogue_state(turn.evidence, weights)
    evidence = replace(turn.evidence, kept=frozenset(given.kept), dropped=frozenset(given.dropped))
    return replace(turn, evidence=evidence, state=turn.state.model_copy(update={"dialogue_state": given}))


def least_column(held_out: Sequence[Example], column_weights: Weights) -> float:
    """Choose the probability from which a column is linked."""
    scored: list[tuple[float, bool]] = []
    for turn in held_out:
        used = {(term.table.lower(), term.column.lower()) for term in columns(turn.gold)}
        scores = Linker(turn.evidence).column_scores(column_weights)
        scored += [(score, column.folded in used) for column, score in scores.items()]
    return best_threshold(scored)


def least_table(held_out: Sequence[Example], column_weights: Weights, table_weights: Weights) -> float:
    """Choose the probability from which a table is linked."""
    scored: list[tuple[float, bool]] = []
    for turn in held_out:
        used = {name.lower() for name in table_names(turn.gold)}
        linker = Linker(turn.evidence)
        found = linker.table_scores(linker.column_scores(column_weights), table_weights)
        scored += [(score, name.lower() in used) for name, score in found.items()]
    return best_threshold(scored)


def least_value(held_out: Sequence[Example], weights: Weights) -> float:
    """Choose the probability from which a value is given."""
    scored: list[tuple[float, bool]] = []
    missed = 0
    for turn in held_out:
        truth = {(column.folded, _folded(value)) for _, column, value in compared(turn.gold)}
        values = Grounder(turn.evidence).values(weights, threshold=0.0, budget=VALUE_BUDGET)
        given = [(value.score, (value.column.folded, _folded(value.value))) for value in values
                 if value.provenance != "carried"]  # fmt: skip
        carried = {(value.column.folded, _folded(value.value)) for value in values if value.provenance == "carried"}
        scored += [(score, pair in truth) for score, pair in given]
        missed += len(truth - carried - {pair for _, pair in given})
    return best_threshold(scored, missed)


def with_links(turn: Example, fitted: Fitted) -> Example:
    """Return the turn with the links that the fitted model gives."""
    links: SchemaLinks = Linker(turn.evidence).links(
        fitted.columns, fitted.tables, least_column=fitted.least_column, least_table=fitted.least_table
    )
    scores = {link.column: link.score for link in links.columns}
    tables = {link.table: link.score for link in links.tables}
    return replace(
        turn,
        evidence=replace(turn.evidence, links=scores, table_links=tables),
        state=turn.state.model_copy(update={"schema_links": links}),
    )


def with_values(turn: Example, weights: Weights, least: float) -> Example:
    """Return the turn with the values that the fitted model gives."""
    values = Grounder(turn.evidence).values(weights, threshold=least, budget=VALUE_BUDGET)
    state = turn.state.model_copy(update={"grounded_values": values})
    return replace(turn, evidence=Evidence.of(state, turn.context), state=state)


def fit(dataset: Dataset, held_out: frozenset[str], *, dialogues: int | None = None) -> tuple[WeightsFile, str]:
    """Fit the weights of every stage, in the order of the graph, and choose the thresholds; say what was chosen.

    Args:
        dataset: CoSQL train.
        held_out: databases that are not fitted on.
        dialogues: how many of the others, drawn with a fixed seed; all unless given.
    """
    refuse_dev_databases(dataset)
    fitted_on, chosen_on = split(dataset, held_out)
    drawn = list(fitted_on.dialogues)
    if dialogues is not None and dialogues < len(drawn):
        drawn = random.Random(SEED).sample(drawn, dialogues)
    turns = list(examples(fitted_on, drawn))
    others = list(examples(chosen_on, chosen_on.dialogues))
    follow_up = fit_follow_up(turns)
    turns, others = ([with_state(turn, follow_up) for turn in each] for each in (turns, others))
    column_weights = fit_columns(turns)
    table_weights = fit_tables(turns, column_weights)
    links = Fitted(
        column_weights,
        table_weights,
        least_column(others, column_weights),
        least_table(others, column_weights, table_weights),
    )
    turns, others = ([with_links(turn, links) for turn in each] for each in (turns, others))
    values = fit_values(turns)
    least = least_value(others, values)
    turns, others = ([with_values(turn, values, least) for turn in each] for each in (turns, others))
    interpretation, how = fit_interpretations([ranked(turn) for turn in turns], [ranked(turn) for turn in others])
    models = {
        "follow_up": follow_up,
        "column_link": column_weights,
        "table_link": table_weights,
        "value": values,
        "interpretation": interpretation,
    }
    thresholds = {"column": links.least_column, "table": links.least_table, "value": least}
    told = f"column {links.least_column}, table {links.least_table}, value {least}; {how}"
    return WeightsFile(models, thresholds), told
