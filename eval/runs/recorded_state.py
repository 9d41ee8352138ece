"""recorded_state: a turn as a stage of a run met it, from what the run recorded of the stages before."""

from __future__ import annotations

from collections.abc import Iterable

from eval.records import TurnRecord
from nodes.node import ADAPTERS, FIELDS
from nodes.state import GraphState, Stage, Turn


def recorded_state(record: TurnRecord, history: tuple[Turn, ...], stages: Iterable[Stage]) -> GraphState:
    """Return the state that holds the recorded outputs of some stages, and of no other."""
    outputs = {FIELDS[s]: ADAPTERS[s].validate_python(record.stages[s].output) for s in stages if s in record.stages}
    state = GraphState(
        turn_id=str(record.key), database_id=record.database_id, history=history, utterance=record.utterance
    )
    return state.model_copy(update=outputs)
