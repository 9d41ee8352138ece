"""The filters in force in a plan, flattened so that two turns can be compared."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from nodes.plan.model import (
    Aggregate,
    AggregateFunction,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Junction,
    LiteralTerm,
    Negation,
    Operator,
    Plan,
    PlanModel,
    Predicate,
    Term,
)
from nodes.plan.sources import derived_from
from nodes.plan.traversal import Stack, walk_scoped
from value_index.schema import ColumnRef

Scalar = StrictBool | StrictInt | StrictFloat | StrictStr | None
"""A literal of SQL."""

_NEGATED: dict[Operator, Operator] = {
    "=": "!=", "<": ">=", ">": "<=", "like": "not like", "glob": "not glob", "in": "not in",
    "between": "not between", "is null": "is not null", "is": "is not", "exists": "not exists",
}  # fmt: skip
_OPPOSITE: dict[Operator, Operator] = {**_NEGATED, **{negative: positive for positive, negative in _NEGATED.items()}}
_MIRRORED: dict[Operator, Operator] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Constraint(PlanModel):
    """One filter in force: a leaf predicate of WHERE or HAVING, flattened so that turns can be compared."""

    column: ColumnRef | None
    """None for count(*) in HAVING, an expression, or a column not known yet."""
    aggregate: AggregateFunction | None = None
    """The aggregate around the column, in HAVING."""
    operator: Operator
    values: tuple[Scalar, ...] = ()
    """Literals compared with; empty if the right side is a column or a sub-plan."""


def constraints(plan: Plan) -> tuple[Constraint, ...]:
    """Return one constraint for each leaf predicate of WHERE and HAVING, sub-plans and set members included.

    Equalities between two columns are joins, not filters, and are left out. Repeats are left out.
    """
    found: dict[Constraint, None] = {}
    for part, stack in walk_scoped(plan):
        if isinstance(part, Plan):
            for condition in (part.where, part.having):
                for predicate, negated in _leaves(condition, negated=False):
                    if not _is_join(predicate):
                        found.setdefault(_constraint(predicate, stack, negated=negated))
    return tuple(found)


def _leaves(condition: Condition | None, *, negated: bool) -> Iterator[tuple[Predicate, bool]]:
    if isinstance(condition, Predicate):
        yield condition, negated
    elif isinstance(condition, Junction):
        for inner in condition.conditions:
            yield from _leaves(inner, negated=negated)
    elif isinstance(condition, Negation):
        yield from _leaves(condition.condition, negated=not negated)


def _is_join(predicate: Predicate) -> bool:
    sides = (predicate.left, *predicate.right)
    return predicate.operator == "=" and len(sides) == 2 and all(isinstance(side, ColumnTerm) for side in sides)


def _constraint(predicate: Predicate, stack: Stack, *, negated: bool) -> Constraint:
    left, operator, right = predicate.left, predicate.operator, predicate.right
    if isinstance(left, LiteralTerm) and len(right) == 1 and operator in _MIRRORED:
        left, operator, right = right[0], _MIRRORED[operator], (left,)
    column, aggregate = _subject(left, stack)
    return Constraint(
        column=column,
        aggregate=aggregate,
        operator=_OPPOSITE[operator] if negated else operator,
        values=tuple(term.value for term in right if isinstance(term, LiteralTerm)),
    )


def _subject(term: Term | None, stack: Stack) -> tuple[ColumnRef | None, AggregateFunction | None]:
    if isinstance(term, ColumnTerm):
        return term.ref, None
    if isinstance(term, Aggregate):
        column, _ = _subject(term.argument, stack)
        return column, term.function
    if isinstance(term, DerivedTerm) and (origin := derived_from(term, stack)):
        return _subject(*origin)
    return None, None
