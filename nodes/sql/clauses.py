"""with_clause: a plan with one of its clauses written anew, as a person types it."""

from __future__ import annotations

import re
from typing import Literal, cast, get_args

from sqlglot import exp
from sqlglot.errors import SqlglotError

from nodes.plan import LiteralTerm, Ordering, Plan
from nodes.plan.sources import source_tables
from nodes.sql.errors import SQLError
from nodes.sql.fragments import column_table
from nodes.sql.parsing.parse import DIALECTS, MAX_CHARS
from nodes.sql.repair import with_sources
from nodes.sql.to_plan import to_plan
from value_index.schema import Schema, quoted

ClauseName = Literal["select", "where", "group by", "having", "order by", "limit", "offset", "distinct"]
CLAUSES: tuple[ClauseName, ...] = cast("tuple[ClauseName, ...]", get_args(ClauseName))
_FIELDS: dict[ClauseName, tuple[str, ...]] = {
    "select": ("select", "distinct"),
    "group by": ("group_by",),
    "order by": ("order_by",),
}
"""Fields of a plan that a clause sets, where they are not called as it is."""
_SHOWN_ALIAS = re.compile(r"[Tt](\d+)")
_SWITCH = {"yes": True, "on": True, "": True, "no": False, "off": False}


def with_clause(plan: Plan, clause: ClauseName, text: str, schema: Schema) -> Plan:
    """Return a plan in which one clause says what a text does; an empty text takes the clause out.

    Args:
        plan: of one SELECT over tables, its joins written out.
        clause: what the text stands behind in SQL.
        text: `price > 30 AND genre = 'poetry'`, `price DESC`, `3`; columns may be named by their tables or by T1, T2, ...
            as the SQL shows them, and those of further tables bring these along.
        schema: of the database.

    Raises:
        SQLError: it does not parse, names what is not there, is more than this clause, or the plan has several SELECTs.
    """
    sources = source_tables(plan)
    if plan.set_operations or len(sources) < len(plan.tables) or len(set(sources)) < len(sources):
        raise SQLError("plan", "an answer of several SELECTs, or with a table twice, is not edited clause by clause")
    if clause == "distinct":
        return plan.model_copy(update={"distinct": _switched(text)})
    if not text.strip():
        return _cleared(plan, clause)
    tree = _parsed(_statement(clause, text), schema)
    tables = _named(tree, tuple(sources), schema)
    tree.set("from_", exp.From(this=exp.to_table(quoted(tables[0]), dialect=DIALECTS[schema.dialect])))
    for name in tables[1:]:
        tree.append("joins", exp.Join(this=exp.to_table(quoted(name), dialect=DIALECTS[schema.dialect])))
    read = to_plan(tree.sql(dialect=DIALECTS[schema.dialect]), schema)
    fields = _FIELDS.get(clause, (clause,))
    asked = {field: getattr(read, field) for field in fields}
    bare = Plan().model_copy(update={**asked, "tables": read.tables, "joins": read.joins})
    if clause != "select":
        bare = bare.model_copy(update={"select": read.select})
    if bare != read:
        raise SQLError("syntax", f"that is more than {clause}: give one clause at a time")
    if clause == "order by":
        asked["order_by"] = tuple(_placed(order, plan) for order in read.order_by)
    return with_sources(plan.model_copy(update=asked), schema)


def _statement(clause: ClauseName, text: str) -> str:
    return f"SELECT {text}" if clause == "select" else f"SELECT 1 {clause} {text}"


def _placed(order: Ordering, plan: Plan) -> Ordering:
    """Return an ordering by what a position means: `ORDER BY 2` is by the second column shown."""
    place = order.term.value if isinstance(order.term, LiteralTerm) else None
    if not isinstance(place, int) or not 1 <= place <= len(plan.select):
        return order
    return order.model_copy(update={"term": plan.select[place - 1]})


def _switched(text: str) -> bool:
    if text.strip().lower() not in _SWITCH:
        raise SQLError("syntax", "distinct is yes or no")
    return _SWITCH[text.strip().lower()]


def _cleared(plan: Plan, clause: ClauseName) -> Plan:
    if clause == "select":
        raise SQLError("syntax", "an answer shows one column at least")
    (field,) = _FIELDS.get(clause, (clause,))
    return plan.model_copy(update={field: Plan.model_fields[field].default})


def _parsed(sql: str, schema: Schema) -> exp.Select:
    """Return the tree of one SELECT without FROM."""
    if len(sql) > MAX_CHARS:
        raise SQLError("syntax", f"the SQL is longer than {MAX_CHARS:,} characters")
    try:
        trees = DIALECTS[schema.dialect]().parse(sql)
    except (SqlglotError, RecursionError) as error:
        raise SQLError("syntax", f"it does not parse: {str(error).splitlines()[0]}") from error
    tree = trees[0] if len(trees) == 1 else None
    if not isinstance(tree, exp.Select) or tree.args.get("from_"):
        raise SQLError("syntax", "it is not one clause")
    return tree


def _named(tree: exp.Select, sources: tuple[str, ...], schema: Schema) -> tuple[str, ...]:
    """Return the tables that the clause is read over, the plan's first; T1, T2, ... become names."""
    found = list(sources)
    for column in [column for column in tree.find_all(exp.Column) if column.parent_select is tree]:
        shown = _SHOWN_ALIAS.fullmatch(column.table)
        if shown and not schema.table(column.table) and 1 <= int(shown[1]) <= len(sources):
            column.set("table", exp.to_identifier(sources[int(shown[1]) - 1], quoted=True))
        found.append(column_table(column, schema, sources))
    return tuple(dict.fromkeys(found))
