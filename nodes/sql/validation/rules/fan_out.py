"""Aggregates over rows that a join repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sqlglot import exp

from nodes.sql.parsing.scopes import Scope
from nodes.sql.validation.dependencies import ROW, Attribute, Dependencies
from nodes.sql.validation.query import Query
from nodes.sql.validation.rules.bare_column import grouping_attributes
from nodes.state import Violation

_NAME = re.compile(r"\b(?:name|title|label)s?$", re.IGNORECASE)


def fan_out(query: Query) -> Iterator[Violation]:
    """Report COUNT, SUM and AVG over a source whose rows a join to another source repeats.

    "How many owners have a dog?": `SELECT count(*) FROM owner JOIN pet ON owner.id = pet.owner_id` counts dogs.

    Silent where repetition cannot matter: MIN and MAX, DISTINCT, a value that is constant in its group (SUM aside), a
    count of one row's partners, and COUNT(*) where it counts the rows of the source that the others hang on.
    """
    for scope in query.scopes:
        calls = [call for call in scope.aggregates if isinstance(call, exp.Count | exp.Sum | exp.Avg)]
        if len(scope.sources) < 2 or not calls or any(source.columns is None for source in scope.sources):
            continue
        dependencies = Dependencies(scope, query.schema)
        group = dependencies.closure(grouping_attributes(scope, dependencies))
        for call in calls:
            subject = _subject(call, scope, dependencies)
            repeated_by = () if subject is None else _repeaters(subject, dependencies)
            if subject is not None and repeated_by and not _harmless(call, subject, group, dependencies):
                yield _violation(call, scope, subject, repeated_by)


def _violation(call: exp.Expr, scope: Scope, subject: int, repeated_by: tuple[int, ...]) -> Violation:
    own, others = scope.sources[subject].name, ", ".join(repr(scope.sources[index].name) for index in repeated_by)
    message = f"{call.sql()} counts a row of {own!r} once for each row of {others}: use DISTINCT, a sub-query, or drop the join"
    return Violation(kind="fan_out", severity="warning", message=message, subject=call.sql(), suggestion=own)


def _repeaters(subject: int, dependencies: Dependencies) -> tuple[int, ...]:
    """Return the sources of which one row of the subject may meet several; those of unknown keys are left out."""
    met = dependencies.closure([(subject, ROW)])
    every = range(len(dependencies.scope.sources))
    return tuple(index for index in every if (index, ROW) not in met and dependencies.repeats(index))


def _harmless(call: exp.Expr, subject: int, group: frozenset[Attribute], dependencies: Dependencies) -> bool:
    """Whether the group holds one row of the subject: AVG is unmoved, and COUNT beside GROUP BY can only mean its partners.

    COUNT(*) is no count of partners where two sources repeat each other, so that none is counted once.
    """
    if isinstance(call.this, exp.Star) and _by_name(subject, dependencies):
        return True  # how many partners each has: the name stands for the row
    if (subject, ROW) not in group or isinstance(call, exp.Sum):
        return False
    if isinstance(call, exp.Avg):
        return True
    grouped = dependencies.scope.select.args.get("group") is not None
    return grouped and (not isinstance(call.this, exp.Star) or bool(_whole(dependencies)))


def _by_name(subject: int, dependencies: Dependencies) -> bool:
    """Whether the grouping is a name of the subject's rows (`GROUP BY T1.title`)."""
    found = list(grouping_attributes(dependencies.scope, dependencies))
    table = dependencies.scope.sources[subject].table
    columns = [table.column(name) for index, name in found if table is not None and index == subject]
    named = [column for column in columns if column and column.kind == "text" and _NAME.search(column.natural_name)]
    return bool(named) and len(columns) == len(found)


def _subject(call: exp.Expr, scope: Scope, dependencies: Dependencies) -> int | None:
    """Return the source whose rows an aggregate is about; None if that does not matter or is not known."""
    argument = call.this
    if argument is None or isinstance(argument, exp.Distinct):
        return None
    if isinstance(argument, exp.Star):
        return _counted(scope, dependencies)
    owners = {found[0] for column in argument.find_all(exp.Column) if (found := dependencies.attribute(column))}
    return owners.pop() if len(owners) == 1 else None


def _counted(scope: Scope, dependencies: Dependencies) -> int:
    """Return the source that COUNT(*) is read as counting: the first of FROM, unless another is shown."""
    shown = {
        found[0]
        for part in (*scope.select.expressions, *_group(scope))
        for column in part.find_all(exp.Column)
        if (found := dependencies.attribute(column))
    }
    return next((index for index in _whole(dependencies) if index in shown), 0)


def _whole(dependencies: Dependencies) -> list[int]:
    """Return the sources of which each row stands once in the join."""
    return [index for index in range(len(dependencies.scope.sources)) if not _repeaters(index, dependencies)]


def _group(scope: Scope) -> list[exp.Expr]:
    group = scope.select.args.get("group")
    return list(group.expressions) if group else []
