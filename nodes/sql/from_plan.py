"""A Plan to SQL, in the manner of the data sets: labels compare equal where the query does."""

from __future__ import annotations

from dataclasses import dataclass

from nodes.plan import ColumnTerm, DerivedTerm, Join, Ordering, Plan, PlanSource, Source, Star, TableSource, Term
from nodes.plan.traversal import merged
from nodes.sql.errors import SQLError
from nodes.sql.joins.fill import with_joins
from nodes.sql.writing.block_names import BlockNames
from nodes.sql.writing.engines import ENGINES, Engine
from nodes.sql.writing.groups import distinct_as_groups
from nodes.sql.writing.outputs import columns_of, expanded, label
from nodes.sql.writing.quoting import identifier
from nodes.sql.writing.term_kinds import TermKinds
from nodes.sql.writing.typed_terms import TypedTermWriter
from nodes.sql.writing.write_terms import TermWriter
from value_index.schema import Schema

_JOIN_WORDS = {"inner": "JOIN", "cross": "JOIN", "left": "LEFT JOIN", "right": "RIGHT JOIN", "full": "FULL JOIN"}
_MOST_ROWS = 2**64 - 1
"""What MySQL's manual gives as the limit that is none."""


def from_plan(plan: Plan, schema: Schema) -> str:
    """Write a plan as SQL; "" for the empty plan.

    A lone table has no alias and its columns no qualifier; several sources are T1, T2, ... in FROM order. Joins that the
    plan leaves out are derived from the schema.

    Raises:
        SQLError: `plan` where the plan names a source or position that it does not have, or gives an operator the wrong
            number of sides.
    """
    if not plan.select:
        return ""
    return _QueryWriter(schema, ()).query(with_joins(plan, schema))


@dataclass(frozen=True)
class _QueryWriter:
    """Writes the plans of one nesting level."""

    schema: Schema
    outer: tuple[BlockNames, ...]
    """The names of the enclosing blocks, the nearest first."""

    def query(self, plan: Plan, labelled: frozenset[int] = frozenset()) -> str:
        """Write a plan, its set operations included; the positions in `labelled` get a result alias where they need one."""
        plan = distinct_as_groups(plan, self.schema) if self._engine.shown_orders else plan
        text = self._member(plan, labelled)
        before = ""
        for operation in plan.set_operations:
            # From left to right, as SQLite reads them: elsewhere INTERSECT binds more tightly.
            apart = self.schema.dialect != "sqlite" and operation.operator == "intersect" and before
            text = f"({text})" if apart and before != "intersect" else text
            text += f" {operation.operator.upper()} {self._set_member(operation.plan)}"
            before = operation.operator
        ordering = self._compound_order(plan) if plan.set_operations else self._order(plan)
        if ordering:
            text += f" ORDER BY {', '.join(ordering)}"
        if self._engine.fetch:
            offset = "" if plan.offset is None else f" OFFSET {plan.offset} ROWS"
            return text + offset + ("" if plan.limit is None else f" FETCH FIRST {plan.limit} ROWS ONLY")
        if plan.limit is not None or (plan.offset is not None and not self._engine.bare_offset):
            everything = -1 if self.schema.dialect == "sqlite" else _MOST_ROWS
            text += f" LIMIT {everything if plan.limit is None else plan.limit}"
        return text if plan.offset is None else f"{text} OFFSET {plan.offset}"

    def _set_member(self, plan: Plan) -> str:
        if plan.set_operations or plan.order_by or plan.limit is not None or plan.offset is not None:
            # SQLite has no parentheses around a member: its own ordering or set operations go into FROM.
            return self.query(Plan(select=(Star(),), tables=(PlanSource(plan=plan),)))
        return self._member(plan, frozenset())

    def _member(self, plan: Plan, labelled: frozenset[int]) -> str:
        if not plan.select:
            raise SQLError("plan", "a sub-plan selects nothing")
        names, terms = self._open(plan)
        shown = terms.of_groups(plan)
        text = "SELECT DISTINCT " if plan.distinct else "SELECT "
        text += ", ".join(self._projections(plan, shown, labelled))
        if plan.tables:
            text += f" FROM {self._sources(plan, names, terms)}"
        if (where := merged(plan.where)) is not None:
            text += f" WHERE {terms.condition(where)}"
        if plan.group_by:
            text += f" GROUP BY {', '.join(_not_a_position(terms.term(term)) for term in plan.group_by)}"
        having = merged(plan.having)
        return text if having is None else f"{text} HAVING {shown.condition(having)}"

    def _open(self, plan: Plan) -> tuple[BlockNames, TermWriter]:
        names = BlockNames.of(plan, self.outer, self.schema)
        stack = (names, *self.outer)
        inner = _QueryWriter(self.schema, stack)

        def column(term: ColumnTerm | DerivedTerm) -> str:
            if term.outer >= len(stack):
                raise SQLError("plan", f"a term refers {term.outer} queries out, but there are {len(stack) - 1}")
            return stack[term.outer].column(term)

        writer = self._engine.terms
        if writer is None:
            return names, TermWriter(column=column, star=names.star, sub_query=inner.query)
        kinds = TermKinds(self.schema, tuple(block.plan for block in stack))
        return names, writer(column=column, star=names.star, sub_query=inner.query, kinds=kinds)

    @property
    def _engine(self) -> Engine:
        return ENGINES[self.schema.dialect]

    def _identifier(self, name: str) -> str:
        return identifier(name, self.schema.dialect)

    def _projections(self, plan: Plan, terms: TermWriter, labelled: frozenset[int]) -> list[str]:
        """Write the projections; a star over a column that needs an alias is written out."""
        written: list[str] = []
        position = 0
        for term in plan.select:
            grouped = isinstance(terms, TypedTermWriter) and terms.grouped is not None
            second = bool(written) and term == Star() and not self._engine.star_anywhere
            bare = isinstance(term, Star) and (grouped or second)
            columns = columns_of(plan, term, self.schema) if labelled or bare else (term,)
            places = range(position, position + len(columns))
            if labelled.isdisjoint(places) and not bare:
                written.append(terms.term(term))
            else:
                written += [self._labelled(plan, terms.term(column), place, labelled)
                            for place, column in zip(places, columns, strict=True)]  # fmt: skip
            position += len(columns)
        return written

    def _labelled(self, plan: Plan, text: str, position: int, labelled: frozenset[int]) -> str:
        return f"{text} AS {self._identifier(label(plan, position, self.schema))}" if position in labelled else text

    def _sources(self, plan: Plan, names: BlockNames, terms: TermWriter) -> str:
        joins = plan.joins or ()
        if len(joins) != len(plan.tables) - 1:
            raise SQLError("plan", f"the plan has {len(plan.tables)} sources but {len(joins)} joins")
        text = self._source(plan.tables[0], names, 0)
        for index, join in enumerate(joins, start=1):
            if join.kind == "full" and not self._engine.full_join:
                raise SQLError("operator", "MySQL has no FULL JOIN", "FULL JOIN")
            cross = join.kind == "cross" and self.schema.dialect != "sqlite"
            text += f" {'CROSS JOIN' if cross else _JOIN_WORDS[join.kind]} {self._source(plan.tables[index], names, index)}{_on(join, terms)}"
        return text

    def _source(self, source: Source, names: BlockNames, index: int) -> str:
        alias = f" {self._engine.alias_word}{names.aliases[index]}" if names.aliases[index] else ""
        if isinstance(source, TableSource):
            table = self.schema.table(source.table)
            return f"{self._identifier(table.name if table else source.table)}{alias}"
        # A sub-query in FROM does not see the block around it; the entry only keeps the count of nestings right.
        inner = _QueryWriter(self.schema, (names, *self.outer))
        return f"({inner.query(source.plan, names.labelled[index] | self._of_any_row(source.plan))}){alias}"

    def _of_any_row(self, plan: Plan) -> frozenset[int]:
        """Return the columns of a sub-query that an engine writes as any row's of a group, which takes their name away."""
        if self._engine.terms is None:
            return frozenset()
        terms = self._open(plan)[1].of_groups(plan)
        if not isinstance(terms, TypedTermWriter) or terms.grouped is None:
            return frozenset()
        columns = enumerate(expanded(plan, self.schema))
        bare = {at for at, term in columns if isinstance(term, ColumnTerm | DerivedTerm) and term not in plan.group_by}
        return frozenset(bare)

    def _order(self, plan: Plan) -> list[str]:
        _, terms = self._open(plan)
        shown = terms.of_groups(plan)
        return [self._ordered(_not_a_position(shown.term(item.term)), item, plan) for item in plan.order_by]

    def _ordered(self, text: str, ordering: Ordering, plan: Plan) -> str:
        """Write what a query is sorted by: NULL is the smallest value, which other engines have to be told."""
        nulls, descending = ordering.nulls, ordering.descending
        usual = self._usual_nulls(descending=descending)
        if nulls is None and usual != ("last" if descending else "first"):
            kinds = TermKinds(self.schema, (plan, *(block.plan for block in self.outer)))
            unknown = plan.set_operations or kinds.may_be_null(ordering.term)
            nulls = ("last" if descending else "first") if unknown else None
        word = " DESC" if descending else ""
        if self._engine.says_nulls:
            return text + word if nulls is None else f"{text}{word or ' ASC'} NULLS {nulls.upper()}"
        if nulls in (None, usual):
            return text + word
        return f"{text} IS NULL{' DESC' if nulls == 'first' else ''}, {text}{word}"

    def _usual_nulls(self, *, descending: bool) -> str:
        null = self._engine.null
        if null == "unknown":
            return ""
        return "last" if null == "last" or descending is (null == "smallest") else "first"

    def _compound_order(self, plan: Plan) -> list[str]:
        columns = expanded(plan, self.schema)
        return [self._ordered(str(_position(item.term, columns)), item, plan) for item in plan.order_by]


def _position(term: Term, columns: tuple[Term, ...]) -> int:
    if term not in columns:
        raise SQLError("plan", "a set operation can be ordered by its first member's projections only")
    return columns.index(term) + 1


def _not_a_position(text: str) -> str:
    """Keep an integer constant from being read as the number of a result column."""
    return f"{text} + 0" if text.lstrip("-").isdigit() else text


def _on(join: Join, terms: TermWriter) -> str:
    return "" if join.on is None else f" ON {terms.condition(join.on)}"
