"""What each stage of a turn gave, and what gold would have given, in the words of `turnsql ask --explain`."""

from __future__ import annotations

from dataclasses import dataclass

from agent.present import stage_lines
from eval.gold.outputs import Gold
from eval.report.run_view import TurnView
from nodes.node import FIELDS
from nodes.state import STAGES, Attempt, GraphState, Stage


@dataclass(frozen=True)
class StageText:
    """One stage's output in words."""

    stage: Stage
    variant: str
    ms: float
    lines: tuple[str, ...]


def stage_texts(turn: TurnView) -> tuple[StageText, ...]:
    """Return what each stage of a turn gave; stages that did not run are left out."""
    state = _state(turn)
    records = turn.record.stages
    return tuple(
        StageText(stage, records[stage].variant, records[stage].ms, tuple(stage_lines(stage, state)))
        for stage in STAGES
        if records[stage].output is not None
    )


def gold_texts(gold: Gold) -> dict[Stage, tuple[str, ...]]:
    """Return what each stage should have given."""
    state = GraphState(
        turn_id="",
        database_id="",
        utterance=gold.dialogue_state.question,
        dialogue_state=gold.dialogue_state,
        schema_links=gold.schema_links,
        grounded_values=gold.grounded_values,
        plans=gold.plans,
        sql=gold.sql,
        attempts=(Attempt(sql=gold.sql),),
    )
    return {stage: tuple(stage_lines(stage, state)) for stage in STAGES}


def _state(turn: TurnView) -> GraphState:
    """Return the state that a record tells of."""
    record = turn.record
    outputs = {FIELDS[stage]: record.stages[stage].output for stage in STAGES if stage != "schema_validation"}
    return GraphState.model_validate(
        {
            "turn_id": f"{record.dialogue}/{record.turn}",
            "database_id": record.database_id,
            "utterance": record.utterance,
            "attempts": record.attempts,
            **outputs,
        }
    )
