"""The whole registry: which variants each stage has."""

from __future__ import annotations

from nodes import (
    dialogue_state_tracking,
    plan_emission,
    schema_linking,
    schema_validation,
    sql_generation,
    value_grounding,
)
from nodes.node import Variant
from nodes.state import Stage

NODES: dict[Stage, dict[str, type[Variant]]] = {
    "dialogue_state_tracking": {
        "skip": dialogue_state_tracking.Skip,
        "lexical": dialogue_state_tracking.Lexical,
        "compact": dialogue_state_tracking.Compact,
        "llm": dialogue_state_tracking.Llm,
    },
    "schema_linking": {
        "skip": schema_linking.Skip,
        "lexical": schema_linking.Lexical,
        "compact": schema_linking.Compact,
        "llm": schema_linking.Llm,
    },
    "value_grounding": {
        "skip": value_grounding.Skip,
        "fuzzy": value_grounding.Fuzzy,
        "compact": value_grounding.Compact,
    },
    "plan_emission": {
        "skip": plan_emission.Skip,
        "lexical": plan_emission.Lexical,
        "compact": plan_emission.Compact,
        "llm": plan_emission.Llm,
    },
    "sql_generation": {
        "skip": sql_generation.Skip,
        "compiler": sql_generation.Compiler,
        "guided": sql_generation.Guided,
        "llm": sql_generation.Llm,
        "candidates": sql_generation.Candidates,
    },
    "schema_validation": {"skip": schema_validation.Skip, "sqlglot": schema_validation.Sqlglot},
}
"""A variant is a frozen model whose fields are its settings."""
