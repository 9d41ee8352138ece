"""The floor: a bare LangGraph graph as long as ours, for `turnsql bench` to compare with."""

from __future__ import annotations

from typing import Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

STEPS = 7


class FloorState(TypedDict):
    """One text, handed on."""

    text: str


FloorGraph = CompiledStateGraph[FloorState, None, FloorState, FloorState]


def build_floor(*, checkpointer: BaseCheckpointSaver[Any] | None = None) -> FloorGraph:
    """Chain seven nodes that hand a text on: what LangGraph itself costs a turn."""
    builder = StateGraph(FloorState)
    names = [f"step_{number}" for number in range(STEPS)]
    for name in names:
        builder.add_node(name, _hand_on)
    for before, after in zip((START, *names), (*names, END), strict=True):
        builder.add_edge(before, after)
    return builder.compile(checkpointer=checkpointer)


async def run_floor(graph: FloorGraph, text: str, *, thread: str | None = None) -> None:
    """Run the chain once, kept as a turn of ours is where a thread is given."""
    if thread is None:
        await graph.ainvoke({"text": text})
    else:
        await graph.ainvoke({"text": text}, {"configurable": {"thread_id": thread}}, durability="exit")


async def _hand_on(state: FloorState) -> FloorState:
    return {"text": state["text"]}
