"""How a conversation is written into LangGraph's checkpoints: as plain data, without the names of our modules."""

from __future__ import annotations

from typing import Any

import ormsgpack
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import EXT_PYDANTIC_V2, JsonPlusSerializer
from pydantic import BaseModel


class PlainSerializer(JsonPlusSerializer):
    """Writes a message of the stages as its fields, and reads the fields of one.

    LangGraph's own serializer names the module of every message, and imports what a file names: a thread of a checkout
    (`nodes.state`) would not be read by the wheel (`turnsql.nodes.state`), nor by a version that moved the module. Who
    reads a checkpoint validates it (`GraphState`), so the names say nothing that is needed.
    """

    def __init__(self) -> None:
        # With no module allowed, the base class builds nothing but its own safe types.
        safe = JsonPlusSerializer(allowed_msgpack_modules=None)._unpack_ext_hook

        def unpack(code: int, data: bytes) -> Any:
            if code != EXT_PYDANTIC_V2:
                return safe(code, data)
            _module, _name, fields, *_method = ormsgpack.unpackb(
                data, ext_hook=unpack, option=ormsgpack.OPT_NON_STR_KEYS
            )
            return fields

        super().__init__(allowed_msgpack_modules=None, __unpack_ext_hook__=unpack)

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Write a value; `model_dump` takes the place of every message in it."""
        return super().dumps_typed(plain(obj))


def in_memory() -> InMemorySaver:
    """Return a checkpointer that keeps conversations as long as the process lives."""
    return InMemorySaver(serde=PlainSerializer())


def plain(value: Any) -> Any:
    """Return a value with `model_dump` in the place of every message in it."""
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return [plain(item) for item in value]
    return value
