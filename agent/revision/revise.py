"""The latest answer changed by a person: its plan edited, a filter taken off, another reading taken.

Each runs the stages after plan emission again, and no other; the new turn takes the old one's place in the thread, and the
next question follows on it.
"""

from __future__ import annotations

from agent.answer import Answer
from agent.notes.rivals import written
from agent.revision.filters import FilterInForce, filters_in_force
from agent.revision.plan_of_turn import RevisionError, check_plan, plan_of, plan_to_revise
from agent.revision.readings import Reading, readings
from agent.session import Session
from nodes.plan import Plan
from nodes.plan.filters import without_filter
from nodes.plan.traversal import table_names
from nodes.state import GraphState, ScoredPlan

MOST_PLANS = 8
"""Plans that a revised turn keeps: what was read before stays one step away."""
AGAIN = ("sql_generation", "schema_validation")
"""Stages that run again."""


async def revise(session: Session, plan: Plan) -> Answer:
    """Answer the latest question again from a plan that a person gives.

    Raises:
        RevisionError: there is no answer, or the plan cannot be answered; the answer stays as it was.
    """
    state = session.state
    shown = plan_to_revise(state, session.context)
    assert state is not None
    sql = check_plan(plan, session.context)
    return await session.replace(_with_plan(state, plan, sql, shown, session))


async def without(session: Session, place: int) -> Answer:
    """Answer the latest question again without one of the filters in force (an index into `filters`).

    Raises:
        RevisionError: there is no answer, or no such filter.
    """
    state = session.state
    plan = plan_to_revise(state, session.context)
    assert state is not None
    found = filters(session)
    if not 0 <= place < len(found):
        raise RevisionError(f"there is no filter {place + 1}: there {_counted(len(found), 'filter')} in force")
    since = found[place].from_turn
    before = plan_of(state.history[since - 2].sql, session.context.schema) if since > 1 else None
    stay = table_names(before) if before else ()
    return await revise(session, without_filter(plan, place, stay))


async def take(session: Session, place: int) -> Answer:
    """Answer the latest question again by another reading of it (an index into `other_readings`).

    Raises:
        RevisionError: there is no answer, or no such reading.
    """
    plan_to_revise(session.state, session.context)
    found = await other_readings(session)
    if not 0 <= place < len(found):
        raise RevisionError(f"there is no reading {place + 1}: there {_counted(len(found), 'other reading')}")
    return await revise(session, found[place].plan)


def filters(session: Session) -> tuple[FilterInForce, ...]:
    """Return the filters in force in the latest answer."""
    return filters_in_force(session.state, session.context.schema)


async def other_readings(session: Session, answer: Answer | None = None) -> tuple[Reading, ...]:
    """Return the other readings of the latest question.

    Args:
        answer: the latest answer, if it is at hand; its SQL is run anew without.
    """
    latest = answer or await session.latest()
    return readings(session.state, latest.result if latest else None, session.context, session.execution)


def _with_plan(state: GraphState, plan: Plan, sql: str, shown: Plan, session: Session) -> GraphState:
    """Return the turn as it stands before its SQL is written, with the plan first and what was shown next."""
    plans = state.plans or ()
    best = max((each.score for each in plans), default=0.0)
    texts, kept = {sql}, [ScoredPlan(plan=plan, score=best)]
    former = next((each for each in plans if written(each, session.context) == state.sql), None)
    for each in (former or ScoredPlan(plan=shown, score=best), *plans):
        text = written(each, session.context)
        if text not in texts:
            texts.add(text)
            kept.append(each)
    trace = tuple(run for run in state.trace if run.stage not in AGAIN)
    given = {"plans": tuple(kept[:MOST_PLANS]), "plan_given": True, "sql": None, "attempts": (), "trace": trace}
    return state.model_copy(update=given)


def _counted(number: int, name: str) -> str:
    return f"is {number} {name}" if number == 1 else f"are {number or 'no'} {name}s"
