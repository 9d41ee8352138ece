"""The hash of a run's prompts: what each stage that asks a language model asks about one made-up turn."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from eval.runs.isolated_stages import Failure, attempt
from nodes.llm.endpoint import Endpoint
from nodes.llm.messages import EndpointError, Prompt, Reply
from nodes.node import Context, Node, Variant
from nodes.plan import ColumnTerm, Plan, TableSource
from nodes.state import (
    STAGES,
    Attempt,
    ColumnLink,
    DialogueState,
    GraphState,
    GroundedValue,
    SchemaLinks,
    ScoredPlan,
    Stage,
    TableLink,
    Turn,
    Violation,
)
from value_index.database import Database
from value_index.schema import Schema


@dataclass(frozen=True)
class Listener:
    """A completer that keeps the prompt and answers nothing."""

    endpoint: Endpoint
    prompts: list[Prompt] = field(default_factory=list[Prompt])

    async def heard(self, node: Node, state: GraphState, context: Context) -> Prompt | None:
        """Return what a node asks about a turn; None if it asks nothing.

        Raises:
            EndpointError: The prompt does not fit the endpoint's context.
        """
        before = len(self.prompts)
        found = await attempt(node(state, replace(context, llm=self)))
        if isinstance(found, Failure) and len(self.prompts) == before:
            raise EndpointError(found.message)
        return self.prompts[-1] if len(self.prompts) > before else None

    async def complete(self, prompt: Prompt, *, turn_id: str, stage: Stage) -> Reply:
        """Keep the prompt."""
        self.prompts.append(prompt)
        raise EndpointError("the prompt is only hashed")


async def prompts_sha256(nodes: Mapping[Stage, Node], endpoint: Endpoint, database: Database) -> str | None:
    """Return the hash of the prompts; None if no stage asks a model.

    Args:
        database: whose schema stands in the prompts, the same for the same rows.
    """
    listener = Listener(endpoint)
    context = Context(database.schema, database, llm=listener)
    state = _made_up(database.schema)
    for stage in STAGES:
        node = nodes[stage]
        if isinstance(node, Variant) and node.costly:
            await _hear(node, state, context, listener)
    text = "\n".join(prompt.model_dump_json() for prompt in listener.prompts)
    return hashlib.sha256(text.encode()).hexdigest() if listener.prompts else None


async def _hear(node: Node, state: GraphState, context: Context, listener: Listener) -> None:
    """Put turns to a node until it asks the model: some ask only at the first attempt, or where no plans agree."""
    first = state.model_copy(update={"attempts": ()})
    before = len(listener.prompts)
    for each in (state, first, first.model_copy(update={"plans": ()})):
        await attempt(node(each, context))
        if len(listener.prompts) > before:
            return


def _made_up(schema: Schema) -> GraphState:
    """Return a second turn after a failed attempt, with something in every field that a prompt may show."""
    column = schema.columns[0]
    term = ColumnTerm(table=column.table, column=column.column)
    plan = Plan(select=(term,), tables=(TableSource(table=column.table),))
    wrong = Violation(kind="unknown_column", severity="error", message="no column probe", subject="probe")
    return GraphState(
        turn_id="probe",
        database_id=schema.database_id,
        history=(Turn(utterance="probe one", sql="SELECT 1"),),
        utterance="probe two",
        dialogue_state=DialogueState(question="probe question"),
        schema_links=SchemaLinks(
            tables=(TableLink(table=column.table, score=1.0),), columns=(ColumnLink(column=column, score=1.0),)
        ),
        grounded_values=(GroundedValue(mention="probe", column=column, value="probe", score=1.0),),
        plans=(ScoredPlan(plan=plan, score=1.0),),
        sql="SELECT probe",
        attempts=(Attempt(sql="SELECT probe", violations=(wrong,)),),
    )
