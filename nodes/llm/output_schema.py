"""The JSON schema of a stage's output, made from the database at hand: a model cannot name what does not exist."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from value_index.schema import Schema

MAX_TEXT = 300
"""Characters of a string: without a bound a weak model writes until it is cut."""
MAX_ITEMS = 24
"""Items of an array."""
_DROPPED = ("title", "default", "description", "discriminator", "leaf")


def output_schema(kind: Any, schema: Schema) -> dict[str, Any]:
    """Return the schema of a type with tables and columns as enumerations, strings and arrays bounded.

    Args:
        kind: a model or any type pydantic can describe.
        schema: the database, or the part of it that the model may use.
    """
    return _bounded(TypeAdapter(kind).json_schema(), schema)


def require_all(schema: Any) -> Any:
    """Return the schema with every field required, as OpenAI's strict mode wants it."""
    if isinstance(schema, list):
        return [require_all(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    whole = {name: require_all(part) for name, part in schema.items()}
    properties = whole.get("properties")
    return {**whole, "required": list(properties)} if isinstance(properties, dict) else whole


def _bounded(part: Any, schema: Schema) -> Any:
    if isinstance(part, list):
        return [_bounded(item, schema) for item in part]
    if not isinstance(part, dict):
        return part
    properties = part.get("properties")
    if isinstance(properties, dict):
        return _object(part, properties, schema)
    whole = {"anyOf" if name == "oneOf" else name: _bounded(value, schema) for name, value in _kept(part)}
    if whole.get("type") == "string" and not whole.keys() & {"enum", "const"}:
        whole["maxLength"] = MAX_TEXT
    if whole.get("type") == "array":
        whole["maxItems"] = MAX_ITEMS
    return whole


def _object(part: dict[str, Any], properties: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """Bound an object; one that names a column becomes a choice among the tables, each with its own columns."""
    fields = {name: _bounded(value, schema) for name, value in properties.items()}
    required = [name for name in fields if name in part.get("required", ()) or name == "kind"]
    whole = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
    if "$defs" in part:
        whole["$defs"] = {name: _bounded(value, schema) for name, value in part["$defs"].items()}
    if not _is_name(properties.get("table")):
        return whole
    if not _is_name(properties.get("column")):
        return {**whole, "properties": {**fields, "table": _one_of([table.name for table in schema.tables])}}
    return {
        "anyOf": [
            {
                **whole,
                "properties": {
                    **fields,
                    "table": _one_of([table.name]),
                    "column": _one_of([column.name for column in table.columns]),
                },
            }
            for table in schema.tables
        ]
    }


def _kept(part: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in part.items() if name not in _DROPPED]


def _is_name(field: Any) -> bool:
    return isinstance(field, dict) and field.get("type") == "string"


def _one_of(names: list[str]) -> dict[str, Any]:
    return {"type": "string", "enum": names}
