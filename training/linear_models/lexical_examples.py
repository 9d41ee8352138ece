"""The turns of CoSQL train as the lexical stages see them, with gold history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.datasets import Dataset, GoldDialogue
from eval.gold.outputs import GoldBook
from nodes.lexical.evidence import Evidence
from nodes.node import Context
from nodes.plan import Plan
from nodes.state import DialogueState, GraphState, Turn
from value_index.index import ValueIndex


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
            context = contexts[dialogue.database_id].of_turn(state)
            evidence = Evidence.of(state, context)
            yield Example(evidence, state, context, gold.plan, gold.dialogue_state)
