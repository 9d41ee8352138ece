"""SQL from what the earlier stages gave."""

from __future__ import annotations

from collections.abc import Iterator

from nodes.node import Context, Variant
from nodes.plan import Plan
from nodes.sql.errors import SQLError
from nodes.sql.from_plan import from_plan
from nodes.sql.repair import repair, with_sources
from nodes.state import Attempt, GraphState
from value_index.schema import Schema


class Skip(Variant):
    """Writes no SQL."""

    async def __call__(self, state: GraphState, context: Context) -> str:
        return ""


class Compiler(Variant):
    """Compiles the best plan; after an error, the plan repaired as the violations say, then the next plans.

    The same SQL again means that nothing is left to try.
    """

    async def __call__(self, state: GraphState, context: Context) -> str:
        tried = {attempt.sql: attempt for attempt in state.attempts}
        plans = [scored.plan for scored in state.plans or ()]
        fresh = (sql for plan in plans for sql in _texts(plan, tried, context.schema) if sql not in tried)
        return next(fresh, state.attempts[-1].sql if state.attempts else "")


def _texts(plan: Plan, tried: dict[str, Attempt], schema: Schema) -> Iterator[str]:
    """Yield the SQL of a plan, then, as long as the last was tried in vain, of the plan repaired by its violations."""
    written: set[str] = set()
    while True:
        try:
            sql = from_plan(with_sources(plan, schema), schema)
        except SQLError:
            return
        if sql in written:
            return
        written.add(sql)
        yield sql
        if sql not in tried:
            return
        plan = repair(plan, tried[sql].violations, schema)
