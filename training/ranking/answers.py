# pyright: basic
"""train_answer_confidence: how sure an answer is once rows are seen, fitted on answers about databases the planner never saw."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from agent.config import Config
from agent.execute import execute
from agent.notes.answer_confidence import LISTS, answer_weights, confidence_features
from agent.notes.rivals import rivals
from agent.notes.seen import asks_again
from agent.steps import walk
from eval.scoring.verdicts.executions import Executions
from eval.scoring.verdicts.same_rows import same_rows
from eval.statistics import area
from nodes.compact.network import SHIPPED
from nodes.compact.ranking.choice_weights import CHOICE
from nodes.coverage.demand import Demand
from nodes.coverage.unread import unanswered
from nodes.state import Turn
from training.linear_models.fitting import fit_logistic
from training.ranking.candidates import DEADLINE, MOST_ROWS
from training.ranking.confidence import brier, calibration_error
from training.ranking.config import ChoiceConfig
from training.ranking.conversations import Conversation, HeldOut
from training.ranking.kept import CODE, content_key, kept
from value_index.files.weights_file import WeightsFile, write_weights
from value_index.linear_model import Features, Weights, probability

L2 = 2.0
SOURCE = "turnsql train answer-confidence"


@dataclass(frozen=True)
class JudgedAnswer:
    """One answer with what its rows, beside those of other plans, say of it."""

    source: str
    database: str
    features: Features
    right: bool


def train_answer_confidence(
    data: Path,
    databases: Sequence[str],
    out: Path,
    *,
    config: ChoiceConfig,
    folder: Path,
    say: Callable[[str], None] = print,
) -> Path:
    """Answer the conversations of every source, fit, and write the weights.

    Args:
        databases: those that network and ranking were not trained on.
        out: the file of weights.
        config: which sources, how much of each, and how much the answers of each weigh.
        folder: where the answers of each source are kept, so that a run that was stopped goes on with the next.
        say: is told how the fit holds on databases that it left out, beside the shipped weights.
    """
    held_out = HeldOut(data, databases, config.size, config.fit.seed)
    settings = [sorted(databases), config.size, config.fit.seed]
    key = content_key(settings, [SHIPPED, CHOICE], (*CODE, "agent"))
    makers = {
        "dialogues": held_out.dialogues,
        "own history": held_out.dialogues,
        "questions": held_out.questions,
        "renamed": held_out.renamed,
        "generated": held_out.generated,
    }
    answers: list[JudgedAnswer] = []
    for name in sorted(config.answers):
        make = partial(_answered, makers[name], own=name == "own history")
        answers += kept(folder / f"{name.replace(' ', '-')}-{key}.json.gz", make, lambda row: JudgedAnswer(**row))
    weights, report = fitted(answers, {str(name): share for name, share in config.answers.items()}, config.fit.parts)
    write_weights(out, WeightsFile({"answer": weights}, {}), LISTS, source=SOURCE)
    for name, row in report.items():
        say(f"{name}: {json.dumps(row)}")
    return out


def _answered(conversations: Callable[[], Iterable[Conversation]], *, own: bool) -> Iterator[JudgedAnswer]:
    yield from judged_answers(conversations(), own=own)


def judged_answers(conversations: Iterable[Conversation], *, own: bool = False) -> Iterator[JudgedAnswer]:
    """Answer turns after the gold of those before; one whose planner's plans say nothing of its rows is left out.

    Args:
        own: whether each turn follows the answers that were given before it instead, as when people ask.
    """
    config, executions = Config.load(), Executions(deadline=DEADLINE, max_rows=MOST_ROWS)
    nodes = config.nodes()
    for conversation in conversations:
        context = conversation.context
        past: tuple[Turn, ...] = ()
        for number, turn in enumerate(conversation.turns):
            state = asyncio.run(
                walk(
                    nodes,
                    context,
                    max_attempts=config.graph.max_attempts,
                    turn_id=f"{conversation.key}/{number}",
                    history=past,
                    utterance=turn.utterance,
                )
            )
            past = (*past, Turn(utterance=turn.utterance, sql=(state.sql or "") if own else turn.sql))
            result = execute(state.sql, context, config.execution) if state.sql else None
            found = rivals(state, result, context, config.execution)
            if found is not None and state.plans and result is not None:
                first = state.plans[0]
                again, words = asks_again(state, context), unanswered(Demand.of(state, context))
                features = confidence_features(
                    first.confidence or 0.0, first.plan, found, result, again=again, unanswered=words
                )
                right = same_rows(executions, context.database, turn.sql, state.sql or "")
                source = "own history" if own else conversation.source
                yield JudgedAnswer(source, conversation.database, features, right)


def fitted(
    answers: Sequence[JudgedAnswer], shares: Mapping[str, float], parts: int
) -> tuple[Weights, dict[str, dict[str, float]]]:
    """Fit the confidence; beside it, by source, how it holds on databases that it was not fitted on.

    Args:
        shares: how much all answers of a source count together.
        parts: of the cross-fitting; a database is never cut.
    """
    sources, right = [each.source for each in answers], np.array([each.right for each in answers])
    sizes, rows = Counter(sources), [each.features for each in answers]
    counted = np.array([shares.get(source, 1.0) / sizes[source] for source in sources])
    counted *= len(answers) / counted.sum()
    names = sorted({each.database for each in answers})
    part_of = np.array([names.index(each.database) % parts for each in answers])
    sure = np.zeros(len(answers))
    for part in range(parts):
        kept = part_of != part
        weights = fit_logistic(
            [row for row, is_kept in zip(rows, kept, strict=True) if is_kept],
            list(right[kept]),
            L2,
            shares=counted[kept],
        )
        sure[~kept] = [probability(row, weights) for row, is_kept in zip(rows, kept, strict=True) if not is_kept]
    planner = np.array([1 / (1 + np.exp(-row["planner"])) for row in rows])
    shipped = np.array([probability(row, answer_weights()) for row in rows])
    report = {
        name: _figures(sure, planner, shipped, right, np.array([name in (source, "all") for source in sources]))
        for name in [*sorted(sizes), "all"]
    }
    return {
        name: round(value, 3) for name, value in fit_logistic(rows, list(right), L2, shares=counted).items()
    }, report


def _figures(
    sure: np.ndarray, planner: np.ndarray, shipped: np.ndarray, right: np.ndarray, mask: np.ndarray
) -> dict[str, float]:
    judged = right[mask]
    return {
        "answers": int(mask.sum()),
        "right": round(float(judged.mean()), 3),
        "calibration error": round(calibration_error(sure[mask], judged), 3),
        "shipped calibration error": round(calibration_error(shipped[mask], judged), 3),
        "brier": round(brier(sure[mask], judged), 3),
        "shipped brier": round(brier(shipped[mask], judged), 3),
        "planner's brier": round(brier(planner[mask], judged), 3),
        "area": round(area(sure[mask].tolist(), judged.tolist()), 3),
        "shipped area": round(area(shipped[mask].tolist(), judged.tolist()), 3),
        "planner's area": round(area(planner[mask].tolist(), judged.tolist()), 3),
    }
