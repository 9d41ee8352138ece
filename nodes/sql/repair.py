"""Repair: a plan changed where the violations of its SQL point, by the schema alone."""

from __future__ import annotations

from collections.abc import Iterable

from nodes.plan import Aggregate, ColumnTerm, Plan, PlanModel, Source, TableSource
from nodes.plan.sources import source_of, source_tables
from nodes.plan.traversal import map_references, rewrite, walk_block
from nodes.sql.joins.tree import join_path
from nodes.sql.validation.query import nearest
from nodes.state import Violation, ViolationKind
from value_index.schema import Schema

_NAMES: tuple[ViolationKind, ...] = ("unknown_table", "unknown_column", "wrong_table")


def repair(plan: Plan, violations: Iterable[Violation], schema: Schema) -> Plan:
    """Return the plan with what the errors name put right; the plan itself where nothing can be.

    An unknown table becomes the most alike one; a column goes to the table of FROM that has it, else to the nearest table
    that has it (which joins the sources, the joins derived anew), else becomes the most alike column; columns beside an
    aggregate without grouping are grouped by.
    """
    for violation in violations:
        if violation.severity != "error":
            continue
        name = violation.subject.rpartition(".")[2].strip('"').lower()
        if violation.kind in _NAMES:
            plan = rewrite(plan, lambda part, name=name: _renamed(part, name, schema))
        elif violation.kind == "bare_column":
            plan = rewrite(plan, _grouped)
    return plan


def with_sources(plan: Plan, schema: Schema) -> Plan:
    """Return the plan with every table that its columns name, and that the schema has, among the sources."""

    def complete(part: PlanModel) -> PlanModel:
        if not isinstance(part, Plan):
            return part
        wanted: list[str] = []

        def note(term: PlanModel) -> PlanModel:
            if isinstance(term, ColumnTerm) and source_of(term, part.tables) is None and schema.table(term.table):
                wanted.append(term.table)
            return term

        map_references(part, note)
        return _joined(part, wanted)

    return rewrite(plan, complete)


def _renamed(part: PlanModel, name: str, schema: Schema) -> PlanModel:
    """Put right what bears a name in one block."""
    if not isinstance(part, Plan):
        return part
    tables = {
        s.table: _table(s.table, schema) for s in part.tables if isinstance(s, TableSource) and s.table.lower() == name
    }
    sources: list[Source] = [
        TableSource(table=tables.get(s.table, s.table)) if isinstance(s, TableSource) else s for s in part.tables
    ]
    block = part.model_copy(update={"tables": tuple(sources)}) if tables else part

    def change(term: PlanModel) -> PlanModel:
        if not isinstance(term, ColumnTerm):
            return term
        moved = term.model_copy(update={"table": tables.get(term.table, term.table)})
        return _column(moved, block, schema) if name in (term.column.lower(), term.table.lower()) else moved

    return with_sources(map_references(block, change), schema)


def _table(name: str, schema: Schema) -> str:
    """Return the table of this name, else the most alike one."""
    found = schema.table(name)
    return found.name if found else nearest(name, (table.name for table in schema.tables))


def _column(term: ColumnTerm, block: Plan, schema: Schema) -> ColumnTerm:
    """Return a column that exists: its own, that of another source, of the nearest table, or the most alike one."""
    if schema.column(term.table, term.column):
        return term
    sources = source_tables(block)
    here = [table for table in sources if schema.column(table, term.column)]
    homes = [table.name for table in schema.tables if table.column(term.column)]
    if here or homes:
        table = here[0] if here else min(homes, key=lambda home: len(join_path([*sources, home], schema)))
        return ColumnTerm(table=table, column=term.column, outer=term.outer)
    candidates = [term.table] if schema.table(term.table) else sources
    columns = {c.name: name for name in candidates if (table := schema.table(name)) for c in table.columns}
    best = nearest(term.column, columns)
    return ColumnTerm(table=columns[best], column=best, outer=term.outer) if best else term


def _joined(block: Plan, wanted: list[str]) -> Plan:
    """Add tables to the sources, and leave the joins to be derived."""
    if not wanted:
        return block
    added = tuple(TableSource(table=table) for table in dict.fromkeys(wanted))
    return block.model_copy(update={"tables": (*block.tables, *added), "joins": None})


def _grouped(part: PlanModel) -> PlanModel:
    """Group a block by the columns that it shows beside an aggregate."""
    if not isinstance(part, Plan) or part.group_by:
        return part
    columns = tuple(term for term in part.select if isinstance(term, ColumnTerm))
    aggregated = any(isinstance(inner, Aggregate) for term in part.select for inner in walk_block(term))
    return part.model_copy(update={"group_by": columns}) if aggregated and columns else part
