"""Whether the system asks back, or gives up, where CoSQL's users and systems did: against the dialogue acts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from agent.ask_user import worth_asking
from agent.config import Config
from agent.graph import build_graph, run_turn
from eval.datasets import DataError, Dataset
from eval.progress import Progress
from nodes.node import Context
from nodes.state import GraphState, Turn
from value_index.index import ValueIndex
from value_index.models import FrozenModel

ASKED = ("AMBIGUOUS",)
"""User acts that the system was to answer with a question."""
UNANSWERABLE = ("CANNOT_ANSWER", "CANNOT_UNDERSTAND")
ANSWERABLE = ("INFORM_SQL", "INFER_SQL")
Move = Literal["answer", "clarify", "cannot_answer"]


@dataclass(frozen=True)
class ActedTurn:
    """One user turn of a full dialogue, with its act as it is labelled."""

    database_id: str
    history: tuple[Turn, ...]
    utterance: str
    act: str


@dataclass(frozen=True)
class UserTurn:
    """One user turn of a full dialogue, with the act it was given."""

    database_id: str
    history: tuple[Turn, ...]
    utterance: str
    truth: Move


class MoveScore(FrozenModel):
    """How well one move is told from the rest."""

    turns: int
    """Turns that called for it."""
    moved: int
    """Turns at which the system made it."""
    precision: float | None
    recall: float | None


def user_turns(path: Path) -> list[UserTurn]:
    """Read the user turns of CoSQL's full dialogues whose act calls for an answer, a question, or a refusal.

    Raises:
        DataError: the file is missing, or not a list of dialogues.
    """
    return [
        UserTurn(turn.database_id, turn.history, turn.utterance, truth)
        for turn in acted_turns(path)
        if (truth := _truth(turn.act)) is not None
    ]


def acted_turns(path: Path) -> list[ActedTurn]:
    """Read all user turns of CoSQL's full dialogues.

    Raises:
        DataError: the file is missing, or not a list of dialogues.
    """
    try:
        dialogues = json.loads(path.read_text(encoding="utf-8-sig"))
        return [turn for dialogue in dialogues for turn in _acted_turns(dialogue)]
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r} ({error.strerror}): CoSQL's full dialogues belong there") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{str(path)!r} is not a file of CoSQL's full dialogues ({error})") from error


def _acted_turns(dialogue: dict[str, Any]) -> Iterator[ActedTurn]:
    history: list[Turn] = []
    for turn, after in zip(dialogue["turns"], [*dialogue["turns"][1:], {}], strict=True):
        if turn["speaker"] != "user":
            continue
        yield ActedTurn(dialogue["database_id"], tuple(history), turn["text"], turn.get("act", ""))
        if after.get("query"):
            history.append(Turn(utterance=turn["text"], sql=after["query"]))


def _truth(act: str) -> Move | None:
    if act in ANSWERABLE:
        return "answer"
    return "clarify" if act in ASKED else "cannot_answer" if act in UNANSWERABLE else None


def score_moves(
    turns: Sequence[UserTurn], dataset: Dataset, config: Config, *, refuse_below: float
) -> dict[Move, MoveScore]:
    """Answer every turn, gold history given, and hold the moves against the acts.

    Args:
        dataset: opens the databases.
        refuse_below: confidence under which the system would say that it cannot answer.
    """
    moves = asyncio.run(_moves(turns, dataset, config, refuse_below))
    out: dict[Move, MoveScore] = {}
    for move in ("clarify", "cannot_answer"):
        due, made = [turn.truth == move for turn in turns], [given == move for given in moves]
        hits = sum(a and b for a, b in zip(due, made, strict=True))
        out[move] = MoveScore(
            turns=sum(due),
            moved=sum(made),
            precision=hits / sum(made) if any(made) else None,
            recall=hits / sum(due) if any(due) else None,
        )
    return out


async def _moves(turns: Sequence[UserTurn], dataset: Dataset, config: Config, refuse_below: float) -> list[Move]:
    graph = build_graph(config.nodes(), max_attempts=config.graph.max_attempts)
    contexts: dict[str, Context] = {}
    out: list[Move] = []
    with Progress("turns", total=len(turns)) as progress:
        for number, turn in enumerate(turns):
            name = turn.database_id
            if name not in contexts:
                database = dataset.open_database(name)
                contexts[name] = Context(database.schema, database, ValueIndex.build(database))
            state = await run_turn(
                graph, contexts[name], turn_id=str(number), history=turn.history, utterance=turn.utterance
            )
            out.append(move_of(state, contexts[name], config, refuse_below))
            progress.advance()
    return out


def move_of(state: GraphState, context: Context, config: Config, refuse_below: float) -> Move:
    """Return what the system would do with a turn's plans."""
    sure = state.plans[0].confidence if state.plans else None
    if sure is not None and sure < refuse_below:
        return "cannot_answer"
    return "clarify" if worth_asking(state, context, config.clarify) else "answer"
