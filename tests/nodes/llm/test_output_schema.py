from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from nodes.llm.output_schema import output_schema, require_all
from nodes.plan import Plan
from nodes.state import DialogueState, SchemaLinks
from value_index.schema import Column, Schema, Table

SCHEMA = Schema(
    database_id="d",
    tables=(
        Table(name="city", natural_name="city", columns=(Column(name="id", natural_name="id"),)),
        Table(name="country", natural_name="country", columns=(Column(name="code", natural_name="code"),)),
    ),
)


def parts(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for value in part.values():
            yield from parts(value)
    if isinstance(part, list):
        for value in part:
            yield from parts(value)


@pytest.mark.parametrize("kind", [Plan, DialogueState, SchemaLinks, tuple[Plan, ...]])
def test_names_are_enumerated_and_everything_is_bounded(kind: Any) -> None:
    schema = output_schema(kind, SCHEMA)
    pairs: set[tuple[str, str]] = set()
    for part in parts(schema):
        if part.get("type") == "string":
            assert part.keys() & {"enum", "const", "maxLength"}
        if part.get("type") == "array":
            assert part["maxItems"] > 0
        assert not part.keys() & {"oneOf", "discriminator"}
        fields = part.get("properties", {})
        if "table" in fields:
            assert set(fields["table"]["enum"]) <= {"city", "country"}
        if "table" in fields and "column" in fields and "enum" in fields["column"]:
            pairs.add((fields["table"]["enum"][0], *fields["column"]["enum"]))
    assert pairs == {("city", "id"), ("country", "code")}


def test_references_resolve() -> None:
    schema = output_schema(Plan, SCHEMA)
    for part in parts(schema):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in schema["$defs"]


class Leaf(BaseModel):
    model_config = ConfigDict(extra="forbid")

    word: str
    count: int = 3


def test_the_strict_form_requires_every_field() -> None:
    schema = output_schema(tuple[Leaf, ...], SCHEMA)
    assert schema["$defs"]["Leaf"]["required"] == ["word"]
    assert require_all(schema)["$defs"]["Leaf"]["required"] == ["word", "count"]
