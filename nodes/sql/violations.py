"""Violations: what is wrong, or doubtful, in a SQL text against a schema, found without running it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from inspect import isfunction
from typing import cast

from nodes.sql.errors import SQLError
from nodes.sql.parsing.parse import parse
from nodes.sql.validation import rules
from nodes.sql.validation.query import Holders, Query
from nodes.state import Violation
from value_index.schema import Schema

Rule = Callable[[Query], Iterator[Violation]]

RULES = tuple(cast(Rule, found) for found in vars(rules).values() if isfunction(found))
"""Every rule, in the order in which its findings are told."""


_LOG = logging.getLogger(__name__)


def _found(rule: Rule, query: Query) -> list[Violation]:
    """Return what a rule finds; nothing where it stumbles over a form of SQL that nobody thought of."""
    try:
        return list(rule(query))
    except (AttributeError, LookupError, TypeError, ValueError):
        _LOG.exception("the rule %s cannot read %r", getattr(rule, "__name__", rule), query.tree.sql())
        return []


def violations(sql: str, schema: Schema, holders: Holders | None = None) -> tuple[Violation, ...]:
    """Return what the rules find, errors first, each finding once; SQL that does not parse gives one `syntax` error.

    Args:
        holders: of the value index, for the rules that look at stored values.
    """
    try:
        query = Query(parse(sql, schema), schema, holders)
        found = dict.fromkeys(violation for rule in RULES for violation in _found(rule, query))
    except SQLError as error:
        return (Violation(kind="syntax", severity="error", message=str(error), subject=error.subject),)
    except RecursionError:
        return (Violation(kind="syntax", severity="error", message="the SQL is nested too deeply to be read"),)
    return tuple(sorted(found, key=lambda violation: violation.severity))
