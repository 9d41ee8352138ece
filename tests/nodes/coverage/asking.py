"""What a turn asks for, and what an edit makes of a plan, as SQL."""

from __future__ import annotations

from nodes.coverage.demand import Demand
from nodes.coverage.edits.all_edits import EDITS
from nodes.node import Context
from nodes.sql.from_plan import from_plan
from nodes.sql.to_plan import to_plan
from nodes.state import GraphState, Turn


def state_of(utterance: str, *before: str) -> GraphState:
    """Return the state of a turn, with the SQL of the turns before."""
    history = tuple(Turn(utterance="before", sql=sql) for sql in before)
    return GraphState(turn_id="0", database_id="x", history=history, utterance=utterance)


def demand_of(context: Context, utterance: str, *before: str) -> Demand:
    """Return what a turn asks for."""
    return Demand.of(state_of(utterance, *before), context)


def offered(context: Context, edit: str, utterance: str, *before: str, plan: str = "") -> list[str]:
    """Return what an edit makes of a plan, the one before if none is given."""
    plans = EDITS[edit](to_plan(plan or before[-1], context.schema), demand_of(context, utterance, *before))
    return [from_plan(each, context.schema) for each in plans]
