"""No SQL text hides in a plan: every leaf of its JSON schema is a reference, a literal, a number or of a closed set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from nodes.plan import ColumnTerm, Plan, TableSource

LEAVES = {"table", "column", "literal"}


def leaves(
    schema: dict[str, Any], part: dict[str, Any], path: str, seen: set[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every leaf below a part of a JSON schema, with its path."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        if name not in seen:
            seen.add(name)
            yield from leaves(schema, schema["$defs"][name], name, seen)
    elif "leaf" in part or "enum" in part or "const" in part:
        yield path, part
    elif branches := part.get("anyOf") or part.get("oneOf"):
        for branch in branches:
            yield from leaves(schema, branch, path, seen)
    elif part.get("type") == "object":
        assert part["additionalProperties"] is False, f"{path} takes unknown fields"
        for name, field in part["properties"].items():
            yield from leaves(schema, field, f"{path}.{name}", seen)
    elif part.get("type") == "array":
        for item in [part["items"]] if "items" in part else part["prefixItems"]:
            yield from leaves(schema, item, f"{path}[]", seen)
    else:
        yield path, part


def test_every_leaf_is_a_reference_a_literal_or_of_a_closed_set() -> None:
    schema = Plan.model_json_schema()
    found = dict(leaves(schema, schema, "Plan", set()))
    assert len(found) > 30
    for path, leaf in found.items():
        closed = "enum" in leaf or "const" in leaf or leaf.get("type") in ("integer", "number", "boolean", "null")
        assert closed or leaf.get("leaf") in LEAVES, f"{path} is free text: {leaf}"
    assert {leaf["leaf"] for leaf in found.values() if "leaf" in leaf} == LEAVES


def test_the_walk_finds_free_text() -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"sql": {"type": "string"}}}
    assert dict(leaves(schema, schema, "X", set())) == {"X.sql": {"type": "string"}}


def test_unknown_fields_and_changes_are_refused() -> None:
    with pytest.raises(ValidationError):
        Plan.model_validate({"tables": [], "sql": "SELECT 1"})
    with pytest.raises(ValidationError):
        ColumnTerm.model_validate({"table": "t", "column": "c", "alias": "x"})
    with pytest.raises(ValidationError):
        Plan().limit = 3


def test_models_hash_and_compare_by_value() -> None:
    assert Plan(tables=(TableSource(table="t"),)) == Plan(tables=(TableSource(table="t"),))
    assert len({ColumnTerm(table="t", column="c"), ColumnTerm(table="t", column="c")}) == 1
