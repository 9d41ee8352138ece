"""Plans in plain words, as the cross-encoder reads them: natural names, values, and what is taken over from the plan before."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.lexical.utterance import name_words
from nodes.plan import (
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
    Operator,
    Plan,
    PlanSource,
    Predicate,
    Star,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.traversal import conjuncts
from value_index.schema import Schema

VERSION = 1
"""Counted up whenever a plan is put in other words: a cross-encoder reads those that it was trained on."""
AGGREGATES = {
    "count": "count of",
    "sum": "sum of",
    "total": "sum of",
    "avg": "average",
    "min": "minimum",
    "max": "maximum",
}
COMPARED: dict[Operator, str] = {
    "=": "is", "!=": "is not", "<": "below", "<=": "at most", ">": "above", ">=": "at least", "like": "like",
    "not like": "not like", "in": "is one of", "not in": "is not one of", "between": "between",
    "not between": "not between", "is null": "is missing", "is not null": "is not missing", "exists": "there is",
    "not exists": "there is no",
}  # fmt: skip
SETS = {"union": "or also", "union all": "or also", "intersect": "and also", "except": "but not"}


@dataclass(frozen=True)
class Verbalizer:
    """Writes the plans of one turn."""

    schema: Schema
    previous: Plan | None = None
    """The plan of the turn before: filters taken over are marked "still", those left out follow "no longer"."""

    def of(self, plan: Plan) -> str:
        """Write one plan.

        >>> from value_index.schema import Column, Schema, Table
        >>> column = Column(name="age", natural_name="age", kind="number")
        >>> schema = Schema(database_id="zoo", tables=(Table(name="t", natural_name="animal", columns=(column,)),))
        >>> age, table = ColumnTerm(table="t", column="age"), TableSource(table="t")
        >>> old = Predicate(left=age, operator=">", right=(LiteralTerm(value=9),))
        >>> before = Plan(select=(Star(),), tables=(table,), where=old)
        >>> Verbalizer(schema, before).of(Plan(select=(Aggregate(function="count", argument=Star()),), tables=(table,), where=old))
        'count of rows of animal with still age above 9'
        >>> Verbalizer(schema, before).of(Plan(select=(age,), tables=(table,)))
        'age of animal, no longer age above 9'
        """
        text = self._block(plan)
        if self.previous is not None:
            if plan.select == self.previous.select:
                text = f"again {text}"
            held = conjuncts(plan.where)
            gone = [each for each in conjuncts(self.previous.where) if each not in held]
            if gone:
                text += ", no longer " + " and ".join(self._condition(each, self.previous) for each in gone)
        return text

    def _block(self, plan: Plan) -> str:
        shown = ", ".join(self._term(term, plan) for term in plan.select)
        sources = ", ".join(self._source(source) for source in plan.tables)
        parts = [f"{'different ' if plan.distinct else ''}{shown} of {sources}"]
        if plan.where is not None:
            parts.append("with " + " and ".join(self._kept(each, plan) for each in conjuncts(plan.where)))
        if plan.group_by:
            parts.append("per " + ", ".join(self._term(term, plan) for term in plan.group_by))
        if plan.having is not None:
            parts.append("having " + self._condition(plan.having, plan))
        if plan.order_by:
            parts.append("by " + ", ".join(
                f"{self._term(each.term, plan)} {'highest' if each.descending else 'lowest'} first" for each in plan.order_by
            ))  # fmt: skip
        if plan.limit is not None:
            parts.append(f"only {plan.limit}")
        parts += [f"{SETS[each.operator]} {self._block(each.plan)}" for each in plan.set_operations]
        return " ".join(parts)

    def _source(self, source: TableSource | PlanSource) -> str:
        return self._table(source.table) if isinstance(source, TableSource) else f"({self._block(source.plan)})"

    def _table(self, name: str) -> str:
        table = self.schema.table(name)
        return table.natural_name if table else name

    def _column(self, term: ColumnTerm, plan: Plan) -> str:
        table = self.schema.table(term.table)
        column = table.column(term.column) if table else None
        name = column.natural_name if column else term.column
        if len(plan.tables) < 2 and not term.outer:
            return name
        owner = self._table(term.table)
        return name if set(name_words(owner)) <= set(name_words(name)) else f"{owner} {name}"

    def _kept(self, condition: Condition, plan: Plan) -> str:
        still = self.previous is not None and condition in conjuncts(self.previous.where)
        return ("still " if still else "") + self._condition(condition, plan)

    def _condition(self, condition: Condition, plan: Plan) -> str:
        match condition:
            case Predicate():
                return self._predicate(condition, plan)
            case Junction():
                parts = (self._condition(part, plan) for part in condition.conditions)
                return "(" + f" {condition.kind} ".join(parts) + ")"
            case Negation():
                return f"not {self._condition(condition.condition, plan)}"

    def _predicate(self, predicate: Predicate, plan: Plan) -> str:
        left = self._term(predicate.left, plan) if predicate.left is not None else ""
        word = COMPARED.get(predicate.operator, predicate.operator)
        glue = " and " if predicate.operator in ("between", "not between") else ", "
        return " ".join(filter(None, (left, word, glue.join(self._term(term, plan) for term in predicate.right))))

    def _term(self, term: Term, plan: Plan) -> str:
        match term:
            case ColumnTerm():
                return self._column(term, plan)
            case Star():
                return "all columns"
            case DerivedTerm():
                return f"column {term.position + 1}"
            case LiteralTerm():
                return "nothing" if term.value is None else str(term.value)
            case Aggregate():
                inner = "rows" if isinstance(term.argument, Star) else self._term(term.argument, plan)
                return f"{AGGREGATES.get(term.function, term.function)} {'different ' if term.distinct else ''}{inner}"
            case Arithmetic():
                return f"({self._term(term.left, plan)} {term.operator} {self._term(term.right, plan)})"
            case Call():
                return f"{term.function}({', '.join(self._term(each, plan) for each in term.arguments)})"
            case Cast():
                return self._term(term.argument, plan)
            case Case():
                branches = (
                    f"{self._term(b.value, plan)} if {self._condition(b.condition, plan)}" for b in term.branches
                )
                return f"({', '.join(branches)})"
            case SubPlan():
                return f"({self._block(term.plan)})"
            case _:
                return f"({self._condition(term.condition, plan)})"
