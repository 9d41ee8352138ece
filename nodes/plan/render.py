"""Plans and constraints as people and models read them: one line a clause, names and literals spelled out."""

from __future__ import annotations

from nodes.plan.constraints import Constraint
from nodes.plan.model import (
    Aggregate,
    Arithmetic,
    Call,
    Case,
    Cast,
    ColumnTerm,
    Condition,
    DerivedTerm,
    Junction,
    LiteralTerm,
    Negation,
    Plan,
    Predicate,
    Source,
    Star,
    SubPlan,
    TableSource,
    Term,
)


def plan_lines(plan: Plan) -> list[str]:
    """Return one line for each clause the plan has; `(empty)` for the empty plan."""
    return [f"{clause} {text}" for clause, text in plan_clauses(plan)] or ["(empty)"]


def plan_clauses(plan: Plan) -> list[tuple[str, str]]:
    """Return each clause the plan has, by its key word, in the order of SQL."""
    clauses = {
        "select": ("distinct " if plan.distinct else "") + ", ".join(map(term_text, plan.select)),
        "from": ", ".join(map(_source, plan.tables)),
        "where": condition_text(plan.where) if plan.where else "",
        "group by": ", ".join(map(term_text, plan.group_by)),
        "having": condition_text(plan.having) if plan.having else "",
        "order by": ", ".join(term_text(o.term) + (" descending" if o.descending else "") for o in plan.order_by),
        "limit": "" if plan.limit is None else str(plan.limit),
        "offset": "" if plan.offset is None else str(plan.offset),
    }
    found = [(clause, text) for clause, text in clauses.items() if text]
    return found + [(operation.operator, _inline(operation.plan)) for operation in plan.set_operations]


def term_text(term: Term) -> str:
    """Write one term; a sub-plan stands in parentheses on the same line."""
    match term:
        case ColumnTerm():
            occurrence = f"#{term.occurrence + 1}" if term.occurrence else ""
            return f"{term.table}{occurrence}.{term.column}" if term.table else term.column
        case DerivedTerm():
            return f"source {term.source + 1}, column {term.position + 1}"
        case Star():
            return "*" if term.source is None else f"source {term.source + 1}.*"
        case LiteralTerm():
            return literal_text(term.value)
        case Aggregate():
            return f"{term.function}({'distinct ' if term.distinct else ''}{term_text(term.argument)})"
        case Arithmetic():
            return f"({term_text(term.left)} {term.operator} {term_text(term.right)})"
        case Call():
            return f"{term.function}({', '.join(map(term_text, term.arguments))})"
        case Cast():
            return f"cast({term_text(term.argument)} as {term.type})"
        case Case():
            return _case(term)
        case SubPlan():
            return f"({_inline(term.plan)})"
        case _:
            return f"({condition_text(term.condition)})"


def condition_text(condition: Condition) -> str:
    """Write a condition; a junction inside another stands in parentheses."""
    match condition:
        case Predicate():
            return _predicate(condition)
        case Junction():
            parts = (
                f"({condition_text(part)})" if isinstance(part, Junction) else condition_text(part)
                for part in condition.conditions
            )
            return f" {condition.kind} ".join(parts)
        case Negation():
            return f"not ({condition_text(condition.condition)})"


def constraint_text(constraint: Constraint) -> str:
    """Write one filter in force."""
    column = str(constraint.column) if constraint.column else "*"
    left = f"{constraint.aggregate}({column})" if constraint.aggregate else column
    right = ", ".join(literal_text(value) for value in constraint.values)
    return f"{left} {constraint.operator} {right}".rstrip()


def literal_text(value: object) -> str:
    """Write a literal: text in quotes, None as null."""
    return "null" if value is None else repr(value)


def _predicate(predicate: Predicate) -> str:
    right = [term_text(term) for term in predicate.right]
    match predicate.operator:
        case "between" | "not between":
            text = " and ".join(right)
        case "in" | "not in" if not (len(right) == 1 and right[0].startswith("(")):
            text = f"({', '.join(right)})"
        case _:
            text = ", ".join(right)
    return " ".join(
        part for part in (term_text(predicate.left) if predicate.left else "", predicate.operator, text) if part
    )


def _case(case: Case) -> str:
    branches = "".join(f" when {condition_text(b.condition)} then {term_text(b.value)}" for b in case.branches)
    otherwise = f" else {term_text(case.otherwise)}" if case.otherwise else ""
    return f"case{branches}{otherwise} end"


def _source(source: Source) -> str:
    return source.table if isinstance(source, TableSource) else f"({_inline(source.plan)})"


def _inline(plan: Plan) -> str:
    return " ".join(plan_lines(plan))
