"""Each stage on its own: fed with gold upstream, so that its score blames nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from eval.gold.outputs import Gold
from eval.records import AloneRecord
from eval.runs.oracle import GOLD_OUTPUTS, Oracle
from eval.turn_key import TurnKey
from nodes.llm.messages import EndpointError
from nodes.node import ADAPTERS, FIELDS, Context, Node, Variant
from nodes.state import STAGES, GraphState, Stage

T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """What went wrong, in one line."""

    message: str


def runs_alone(node: Node, asked: bool | None) -> bool:
    """Tell whether a stage also runs alone: never an oracle, and a node that calls a model only where that is asked."""
    if isinstance(node, Oracle) or asked is False:
        return False
    return asked is True or not (isinstance(node, Variant) and node.costly)


async def stages_alone(
    key: TurnKey, state: GraphState, gold: Gold, nodes: Mapping[Stage, Node], context: Context
) -> list[AloneRecord]:
    """Run each node once on the gold of the stages before it.

    Args:
        state: the turn as the graph received it.
        nodes: the stages to run.
    """
    context = context.of_turn(state)
    records: list[AloneRecord] = []
    for stage in STAGES:
        if stage in nodes:
            output = await attempt(nodes[stage](state, context))
            fault = output.message if isinstance(output, Failure) else None
            dumped = None if fault else ADAPTERS[stage].dump_python(output, mode="json")
            records.append(AloneRecord(dialogue=key[0], turn=key[1], stage=stage, output=dumped, error=fault))
        if stage in GOLD_OUTPUTS:
            state = state.model_copy(update={FIELDS[stage]: GOLD_OUTPUTS[stage](gold)})
    return records


async def attempt(work: Coroutine[Any, Any, T]) -> T | Failure:
    """Await something that may fault, and return its result or the fault; a dead endpoint ends the run instead.

    A fault of one turn must neither end a run of hundreds nor pass for a wrong answer, so it is read from the task.
    """
    task = asyncio.create_task(work)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()  # nothing but a cancelled caller leaves it undone
    fault = task.exception()
    if isinstance(fault, EndpointError) and fault.fatal:
        raise fault
    return task.result() if fault is None else Failure(f"{type(fault).__name__}: {' '.join(str(fault).split())}")
