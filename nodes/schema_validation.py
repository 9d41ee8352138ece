"""Whether the SQL fits the schema, and what is wrong where it does not."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.prompts.turn_texts import engine_name
from nodes.sql.violations import violations
from nodes.state import Attempt, GraphState, Violation, ViolationKind

NO_SELECT = Violation(kind="syntax", severity="error", message="the answer holds no SELECT: write one SQLite query")


class Skip(Variant):
    """Accepts the first SQL unread."""

    async def __call__(self, state: GraphState, context: Context) -> Attempt:
        return Attempt(sql=state.sql or "")


class Sqlglot(Variant):
    """Reads the SQL against the schema, and lets the database compile what reads well."""

    off: tuple[ViolationKind, ...] = ()
    """Kinds that are not looked for."""
    compile: bool = True
    """Whether SQL without an error is compiled by the database (not run), which finds what the rules do not know."""

    async def __call__(self, state: GraphState, context: Context) -> Attempt:
        sql = state.sql or ""
        if not sql.strip():
            engine = engine_name(context.schema)
            message = NO_SELECT.message.replace("SQLite", engine)
            return Attempt(sql=sql, violations=(NO_SELECT.model_copy(update={"message": message}),))
        holders = context.index.holders if context.index else None
        found = violations(sql, context.schema, holders)
        attempt = Attempt(sql=sql, violations=tuple(v for v in found if v.kind not in self.off))
        if not self.compile or attempt.failed:
            return attempt
        return Attempt(sql=sql, violations=(*_refusal(sql, context), *attempt.violations))


def _refusal(sql: str, context: Context) -> tuple[Violation, ...]:
    """Return what the database says against a SQL text, if anything."""
    result = context.database.check(sql)
    if result.outcome not in ("error", "refused"):
        return ()
    return (Violation(kind="syntax", severity="error", message=f"the database refuses it: {result.message}"),)
