"""The reference of configurations, made from the fields of every variant and table."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from agent.config import ClarifySettings, ExecutionSettings, GraphSettings
from eval.conversations.suite_file import DialogueSpec, SuiteFile, TurnSpec
from nodes.llm.endpoint import Endpoint, Prices
from nodes.prompts.parts import PromptParts
from nodes.registry import NODES

HEAD = """# Configuration

An agent is a TOML file: one table for each stage, and the budgets of a turn. A stage that the file does not name is
`skip`, its neutral variant; an unknown key is refused with one line that lists what is allowed.

```toml
[nodes.plan_emission]
variant = "compact"
beam = 8

[graph]
max_attempts = 3
```

`turnsql ask`, `chat`, `eval run` and their like take the file as `--config FILE`, and `--node STAGE=VARIANT` replaces
one table. `configs/` holds the files that ship, and a test loads each.

This page is generated from the code by `make docs`: do not edit it.
"""
TABLES: tuple[tuple[str, type[BaseModel]], ...] = (
    ("graph", GraphSettings),
    ("execution", ExecutionSettings),
    ("clarify", ClarifySettings),
    ("endpoint", Endpoint),
    ("endpoint.prices", Prices),
)


def config_reference() -> str:
    """Return the page: a section for each stage with its variants, then the other tables."""
    return HEAD + "".join(f"\n{section}" for section in (*_stages(), *_tables()))


SUITE_HEAD = """# Suite file

A suite is YAML that a person reads and writes; an unknown key is refused with its line.
[Test your own database](../how-to/test-your-own-database.md) makes and runs one.

This page is generated from the code by `make docs`: do not edit it.
"""
SUITE_PARTS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("The file", SuiteFile),
    ("dialogues", DialogueSpec),
    ("turns", TurnSpec),
)


def suite_reference() -> str:
    """Return the page of the suite file: a section for each of its parts."""
    return SUITE_HEAD + "".join(f"\n## {name}\n\n{_told(part)}\n{_fields(part)}" for name, part in SUITE_PARTS)


def _stages() -> Iterator[str]:
    for stage, variants in NODES.items():
        yield f"## [nodes.{stage}]\n"
        for name, model in variants.items():
            yield f'### variant = "{name}"\n\n{_told(model)}\n{_fields(model)}'


def _tables() -> Iterator[str]:
    yield f"## prompt = {{ ... }}\n\n{_told(PromptParts)}\n{_fields(PromptParts)}"
    for name, model in TABLES:
        yield f"## [{name}]\n\n{_told(model)}\n{_fields(model)}"


def _told(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _fields(model: type[BaseModel]) -> str:
    if not model.model_fields:
        return ""
    meanings = field_docstrings(model)
    rows = [
        f"| `{name}` | {_type(field.annotation)}{_bounds(field)} | {_default(field)} | {meanings.get(name, '')} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(("", "| key | type | default | meaning |", "| --- | --- | --- | --- |", *rows, ""))


def field_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Read the string under each field of a model and its bases, as one line."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each is not BaseModel:
            found |= _docstrings(each)
    return found


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: " ".join(str(told.value.value).split())
        for field, told in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(told, ast.Expr) and isinstance(told.value, ast.Constant) and isinstance(told.value.value, str)
    }


def _type(annotation: Any) -> str:
    """Write a type as a TOML author thinks of it.

    >>> _type(int), _type(Literal["a", "b"]), _type(str | None)
    ('int', '`"a"` or `"b"`', 'str')
    """
    if get_origin(annotation) is Literal:
        return " or ".join(f'`"{value}"`' if isinstance(value, str) else f"`{value}`" for value in get_args(annotation))
    parts = [part for part in get_args(annotation) if part is not type(None)]
    if parts and get_origin(annotation) not in (dict, list, tuple):
        return " or ".join(map(_type, parts))
    name = getattr(get_origin(annotation) or annotation, "__name__", str(annotation))
    return {"tuple": "list", "dict": "table"}.get(name, name)


def _bounds(field: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    found = [f"{signs[name]} {getattr(rule, name)}" for rule in field.metadata for name in signs if hasattr(rule, name)]
    return f", {', '.join(found)}" if found else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    if isinstance(default, BaseModel):
        return "its own"
    return "" if default is None else f"`{json.dumps(default, ensure_ascii=False)}`"
