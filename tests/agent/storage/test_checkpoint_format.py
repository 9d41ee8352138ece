"""Checkpoints name none of our modules, and are read whatever they name."""

from __future__ import annotations

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Interrupt
from pydantic import BaseModel

from agent.storage.checkpoint_format import PlainSerializer
from nodes.state import GraphState, Turn

TURN = Turn(utterance="How many?", sql="SELECT count(*) FROM t")
STATE = GraphState(turn_id="a/1", database_id="shop", history=(TURN,), utterance="And how many more?")


def test_no_module_of_ours_is_named() -> None:
    kind, data = PlainSerializer().dumps_typed({"channel_values": {"history": (TURN,), "state": STATE}})
    assert kind == "msgpack"
    assert b"nodes" not in data and b"Turn" not in data


def test_what_is_written_is_read_as_the_same_state() -> None:
    serializer = PlainSerializer()
    assert GraphState.model_validate(serializer.loads_typed(serializer.dumps_typed(STATE))) == STATE


def test_an_older_checkpoint_is_read_wherever_its_modules_were() -> None:
    for module in ("nodes.state", "turnsql.nodes.state", "no.such.module"):
        kind: type[BaseModel] = type("Turn", (Turn,), {"__module__": module})
        older = JsonPlusSerializer().dumps_typed({"history": (kind(**TURN.model_dump()),)})
        assert PlainSerializer().loads_typed(older) == {"history": [TURN.model_dump()]}


def test_langgraph_s_own_values_stay_what_they_are() -> None:
    serializer = PlainSerializer()
    asked = Interrupt(value={"below": 0.4}, id="1")
    assert serializer.loads_typed(serializer.dumps_typed((asked,))) == [asked]
