"""metric_term and term_condition: what a metric or a term says, as a part of a plan."""

from __future__ import annotations

from functools import lru_cache

from nodes.plan import Condition
from nodes.sql.errors import SQLError
from nodes.sql.fragments import Expression, condition, expression
from value_index.knowledge.store import BusinessTerm, Metric
from value_index.schema import Schema


def metric_term(metric: Metric, schema: Schema) -> Expression | SQLError:
    """Return a metric's term with its tables, or why a plan does not hold it."""
    return _term(metric.expression, schema)


def term_condition(term: BusinessTerm, schema: Schema) -> Condition | SQLError:
    """Return a term's condition on its table, or why a plan does not hold it."""
    return _condition(term.condition, term.table, schema)


@lru_cache(maxsize=1024)
def _term(text: str, schema: Schema) -> Expression | SQLError:
    try:
        return expression(text, schema)
    except SQLError as error:
        return error


@lru_cache(maxsize=1024)
def _condition(text: str, table: str, schema: Schema) -> Condition | SQLError:
    try:
        return condition(text, schema, table)
    except SQLError as error:
        return error


def metric_problem(metric: Metric, schema: Schema) -> SQLError | None:
    """Return why a metric cannot be planned; None if it can."""
    found = metric_term(metric, schema)
    return found if isinstance(found, SQLError) else None


def term_problem(term: BusinessTerm, schema: Schema) -> SQLError | None:
    """Return why a term cannot be planned; None if it can."""
    found = term_condition(term, schema)
    return found if isinstance(found, SQLError) else None
