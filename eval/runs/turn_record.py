"""turn_record: what a turn's state leaves in a run."""

from __future__ import annotations

from collections.abc import Mapping

from agent.steps import variant_name
from eval.records import HistoryMode, StageRecord, TurnRecord
from eval.turn_key import TurnKey
from nodes.node import ADAPTERS, FIELDS, Node
from nodes.state import STAGES, GraphState, Stage


def turn_record(
    key: TurnKey, database_id: str, state: GraphState, nodes: Mapping[Stage, Node], *, history: HistoryMode, ms: float
) -> TurnRecord:
    """Return the record of an answered turn.

    Args:
        nodes: what answered it, for their names.
        ms: wall clock of the turn.
    """
    sql = state.sql or ""
    return TurnRecord(
        dialogue=key.dialogue,
        turn=key.turn,
        database_id=database_id,
        utterance=state.utterance,
        history=history,
        sql=sql,
        outcome="no_question" if state.no_question else "answered" if sql.strip() else "no_sql",
        no_question=state.no_question,
        stages={stage: _stage(stage, state, nodes[stage]) for stage in STAGES},
        attempts=state.attempts,
        timing={"ms": ms},
    )


def _stage(stage: Stage, state: GraphState, node: Node) -> StageRecord:
    output = state.attempts[-1:] if stage == "schema_validation" else getattr(state, FIELDS[stage])
    if stage == "schema_validation":
        output = output[0] if output else None
    return StageRecord(
        variant=variant_name(stage, node),
        output=None if output is None else ADAPTERS[stage].dump_python(output, mode="json"),
        ms=sum(trace.ms for trace in state.trace if trace.stage == stage),
        calls=tuple(call for trace in state.trace if trace.stage == stage for call in trace.calls),
        choice=next((trace.choice for trace in state.trace if trace.stage == stage and trace.choice), None),
    )
