"""Violations: what is wrong, or doubtful, in a SQL text against a schema, found without running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import parse
from nodes.sql.validation.query import Query
from nodes.sql.validation.rules.bare_column import bare_column
from nodes.sql.validation.rules.fan_out import fan_out
from nodes.sql.validation.rules.join_off_key import join_off_key
from nodes.sql.validation.rules.names import (
    ambiguous,
    unknown_column,
    unknown_table,
    wrong_table,
)
from nodes.sql.validation.rules.syntax import misplaced_aggregate, set_operation
from nodes.sql.validation.rules.type_mismatch import type_mismatch
from nodes.state import Violation
from value_index.schema import Schema

Rule = Callable[[Query], Iterator[Violation]]

RULES: tuple[Rule, ...] = (
    set_operation,
    misplaced_aggregate,
    unknown_table,
    unknown_column,
    wrong_table,
    ambiguous,
    type_mismatch,
    bare_column,
    join_off_key,
    fan_out,
)
"""Every rule, in the order in which its findings are told."""


def violations(sql: str, schema: Schema) -> tuple[Violation, ...]:
    """Return what the rules find, errors first, each finding once; SQL that does not parse gives one `syntax` error."""
    try:
        query = Query(parse(sql, schema), schema)
        found = dict.fromkeys(violation for rule in RULES for violation in rule(query))
    except SQLError as error:
        return (Violation(kind="syntax", severity="error", message=str(error), subject=error.subject),)
    except RecursionError:
        return (Violation(kind="syntax", severity="error", message="the SQL is nested too deeply to be read"),)
    return tuple(sorted(found, key=lambda violation: violation.severity))
