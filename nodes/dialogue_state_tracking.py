"""What the conversation means at this turn: a self-contained question and the constraints in force."""

from __future__ import annotations

from nodes.evidence import Evidence
from nodes.following import dialogue_state
from nodes.lexical_weights import FOLLOWING
from nodes.node import Context, Variant
from nodes.state import DialogueState, GraphState


class Skip(Variant):
    """The utterance is the question; no constraints."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        return DialogueState(question=state.utterance)


class Lexical(Variant):
    """Keeps the previous constraints where the words point back, and drops those that a new value replaces."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        return dialogue_state(Evidence.of(state, context, matches=True), FOLLOWING)
