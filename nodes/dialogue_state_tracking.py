"""What the conversation means at this turn: a self-contained question and the constraints in force."""

from __future__ import annotations

from nodes.node import Context, Variant
from nodes.state import DialogueState, GraphState


class Skip(Variant):
    """The utterance is the question; no constraints."""

    async def __call__(self, state: GraphState, context: Context) -> DialogueState:
        return DialogueState(question=state.utterance)
