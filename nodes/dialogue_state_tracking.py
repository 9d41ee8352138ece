"""What the conversation means at this turn: a self-contained question and the constraints in force."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from nodes.lexical.evidence import Evidence
from nodes.lexical.follow_up import dialogue_state
from nodes.lexical.weights import lexical_weights
from nodes.llm.messages import Prompt
from nodes.llm.output_schema import output_schema
from nodes.node import Context, Variant
from nodes.plan.constraints import Constraint
from nodes.prompts.asking import ask_for, fitted, fitting, with_example
from nodes.prompts.turn_texts import conversation, system, user
from nodes.state import DialogueState, GraphState
from value_index.schema import ColumnRef, Schema

INSTRUCTION = """You keep track of a conversation about a database.
Rewrite the last question so that it can be understood alone, with everything it takes over from earlier questions.
Then list the filters (column, operator, values) that the SQL of the previous question has and the last question
keeps, those that the last question adds, and those of the previous question that no longer hold."""


_TOWN = ColumnRef(table="shop", column="town")
EXAMPLE = DialogueState(
    question="How many shops in Kiel opened after 2010?",
    kept=(Constraint(column=_TOWN, operator="=", values=("Kiel",)),),
    added=(Constraint(column=ColumnRef(table="shop", column="opened"), operator=">", values=(2010,)),),
)
"""The answer for "Only those that opened after 2010." after "How many shops are in Kiel?"."""


class Skip(Variant):
    """The utterance is the question; no constraints."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        return DialogueState(question=state.utterance)


class Lexical(Variant):
    """Keeps the previous constraints where the words point back, and drops those that a new value replaces."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        return dialogue_state(Evidence.of(state, context), lexical_weights().follow_up)


class Compact(Variant):
    """Compares the compact planner's most probable plan with the plan before."""

    beam: int = Field(default=8, ge=1, le=64)
    """Branches of the search."""
    weights: str = ""
    """A file made by `turnsql train compact --export`; the shipped one where empty."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        from nodes.compact import stage_outputs as stages  # onnxruntime takes a while to load
        from nodes.compact import turn_encoding as planner

        return stages.dialogue_state(
            state, planner.load_planner(self.weights).understand(state, context), beam=self.beam
        )


class Llm(Variant):
    """Asks the language model; an answer that cannot be read leaves the utterance as it is."""

    costly: ClassVar[bool] = True

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        schema = fitting(context.schema, None, context)
        prompt = fitted(lambda turn: messages(turn, schema), state, context)
        found = await ask_for(DialogueState, context, state, "dialogue_state_tracking", prompt)
        return found or DialogueState(question=state.utterance)


def messages(state: GraphState, schema: Schema) -> Prompt:
    """Ask for the question made self-contained, and for the filters."""
    return Prompt(
        messages=(system(with_example(INSTRUCTION, EXAMPLE), schema), user(conversation(state))),
        name="dialogue_state",
        output=output_schema(DialogueState, schema),
    )
