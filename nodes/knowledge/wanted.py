"""as_wanted: a plan that shows and sorts what the user says to want."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nodes.knowledge.defined.bounds import NUMBERS
from nodes.knowledge.defined.figures import figure_of
from nodes.knowledge.defined.reader import Reader, plain, stems
from nodes.knowledge.plain_words import condition_of
from nodes.lexical.comparisons import number_of
from nodes.plan import (
    ROW_COUNT,
    Aggregate,
    Call,
    ColumnTerm,
    Ordering,
    Plan,
    Predicate,
    SubPlan,
    TableSource,
    Term,
)
from nodes.plan.sources import folded_sources, source_tables
from nodes.plan.traversal import conjunction, conjuncts, is_figure, walk, walk_block
from nodes.sql.errors import SQLError
from nodes.sql.fragments import Expression, condition, expression
from nodes.state import Asked
from value_index.schema import Table

_SHOWN = re.compile(
    r"^\s*(?:yes,?\s+)?(?:i\s+)?(?:only\s+)?(?:(?:want|would like|need)\s+to\s+see|(?:please\s+)?(?:show|list|give)(?:\s+me)?)\s+(?P<what>[^.;!?]+(?:\.\d[^.;!?]*)*)",
    re.I,
)
_EACH = re.compile(
    r"^\s*(?:i\s+)?(?:want\s+)?(?:one\s+(?:line|row)|a\s+(?:line|row))\s+(?:for\s+each|per)\s+(?P<what>[^.;!?]+)", re.I
)
_CUT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+", re.I)
_SORTED = re.compile(r"\b(?:sort(?:ed)?|order(?:ed)?)\b(?:\s+(?:it|them))?\s+by\s+(?P<what>[^;!?]+)", re.I)
_TIME = re.compile(r"\b(?:year|quarter|month|week|day|date|time)s?\b", re.I)
_DIRECTION = re.compile(
    r"\s*\(?\b(?:(?:with\s+)?(?:the\s+)?(?:highest|lowest|largest|smallest|most|fewest|latest|earliest|newest|oldest)\s+first|descending|ascending|desc|asc)\b\)?",
    re.I,
)
_DESCENDING = re.compile(r"\b(?:highest|largest|most|latest|newest)\s+first|\bdesc(?:ending)?\b", re.I)
_TURN = {"columns": 0, "": 1, "order": 2, "limit": 3}
"""The order in which answers count: columns before groups, and how they are sorted after both."""
_ONLY = re.compile(r"\bonly\s+(?:want\s+)?(?:those|the ones)\s+(?:where|whose|with|that have)\s+(?P<what>.+)", re.I)
_MANY = re.compile(rf"\b(?:\d+|{'|'.join(NUMBERS)})\b", re.I)
_DIFFERENT = re.compile(r"^number of (?P<once>different |distinct )?(?P<what>.+)$", re.I)
_ROWS = re.compile(r"^(?:number of (?:rows|them|those|such \w+)|how many(?: there are)?|count)$", re.I)
_OF = re.compile(r"^(?P<what>.+?)\s+of\s+(?:the\s+|its\s+|each\s+)?(?P<owner>.+)$", re.I)


def names_rows(words: str) -> bool:
    """Tell whether words say what the result has a row for, or which rows alone are wanted."""
    return bool(_EACH.match(words) or _ONLY.search(words))


def as_wanted(plan: Plan, told: Sequence[Asked], reader: Reader) -> Plan:
    """Return the plan with the columns, groups and order that the user's words ask for, as far as they are known."""
    settled = False
    for each in sorted(told, key=lambda asked: _TURN[asked.clause]):
        changed = with_shown(plan, each.reply, reader, settled=settled)
        settled = settled or bool(each.clause == "columns" and _SHOWN.match(each.reply))
        plan = _with_rows(changed, each, reader)
    return plan


def _with_rows(plan: Plan, told: Asked, reader: Reader) -> Plan:
    """Return the plan with what words say of its rows: in which order, how many, which alone."""
    if told.clause == "order":
        return with_order(plan, told.reply, reader)
    if told.clause == "limit":
        found = _MANY.search(told.reply)
        number = number_of(found[0].lower()) if found else None
        return plan.model_copy(update={"limit": int(number)}) if number and plan.order_by else plan
    only = _ONLY.search(told.reply)
    tables = _tables(plan, reader)
    said = condition_of(only["what"], reader.schema, tables) if only and tables else None
    if said is None:
        return plan
    try:
        part = condition(said[1], reader.schema, said[0])
    except SQLError:
        return plan
    parts = conjuncts(plan.where)
    return plan if part in parts else plan.model_copy(update={"where": conjunction((*parts, part))})


def with_shown(plan: Plan, words: str, reader: Reader, *, settled: bool = False) -> Plan:
    """Return the plan with the columns that words ask for in their order; as it is if they ask for none that are known.

    "I want to see customer id, name" are two columns, "one line for each city" a group, whose figures stay.

    Args:
        settled: whether the columns are known, so that words can only say what a group is.
    """
    if not settled and (found := _SHOWN.match(words)):
        terms = _terms(found["what"], plan, reader)
        return _showing(plan, terms) if terms else plan
    if (found := _EACH.match(words)) and (terms := _terms(found["what"], plan, reader)):
        keys = tuple(each.term for each in terms)
        if any(is_figure(key) for key in keys):
            return plan
        if settled:
            grouped = _unfolded(plan, keys) if ROW_COUNT in plan.select else plan
            return _reading(grouped.model_copy(update={"group_by": keys}), terms) if plan.group_by else plan
        figures = tuple(Expression(term, ()) for term in plan.select if is_figure(term))
        return _showing(plan, (*terms, *figures)) if figures or not plan.group_by else plan
    return plan


def with_order(plan: Plan, words: str, reader: Reader) -> Plan:
    """Return the plan sorted as words say; a name that nothing is called by is the one figure that is shown.

    Whoever says how rows are sorted wants more than the first of them, so a single row of a superlative goes.
    """
    found = _SORTED.search(words)
    if found is None:
        return plan
    figures = [term for term in plan.select if is_figure(term) or not isinstance(term, ColumnTerm)]
    orders: list[Ordering] = []
    tables: list[Expression] = []
    for piece in _CUT.split(re.sub(rf"\s*,(?={_DIRECTION.pattern})", "", found["what"], flags=re.I)):
        name = _DIRECTION.sub("", piece).strip(" .")
        term = _term(name, _tables(plan, reader), reader) or _time_grouped(name, plan)
        term = term or (Expression(figures[0], ()) if len(figures) == 1 else None)
        if term is None:
            return plan
        orders.append(Ordering(term=term.term, descending=bool(_DESCENDING.search(piece))))
        tables.append(term)
    change = {"order_by": tuple(orders), "limit": None if plan.limit == 1 else plan.limit}
    return _reading(plan.model_copy(update=change), tables)


def _time_grouped(name: str, plan: Plan) -> Expression | None:
    """Return the part of a time by which a plan groups, where words speak of a time: "sorted by month"."""
    found = [term for term in plan.group_by if isinstance(term, Call) and term.function == "strftime"]
    return Expression(found[0], ()) if len(found) == 1 and _TIME.search(name) else None


def _showing(plan: Plan, terms: tuple[Expression, ...]) -> Plan:
    select = tuple(each.term for each in terms)
    keys = tuple(term for term in select if not is_figure(term))
    change: dict[str, object] = {"select": select}
    if len(keys) < len(select):
        change |= {"group_by": keys, "distinct": False}
    elif plan.group_by and not any(
        is_figure(part) for part in (*plan.order_by, *([plan.having] if plan.having else []))
    ):
        change["group_by"] = ()
    return _reading(plan.model_copy(update=change), terms)


def _reading(plan: Plan, terms: Sequence[Expression]) -> Plan:
    """Return the plan with the tables of terms; the compiler joins them."""
    there = folded_sources(plan)
    new = dict.fromkeys(table for each in terms for table in each.tables if table.lower() not in there)
    added = tuple(TableSource(table=name) for name in new)
    return plan.model_copy(update={"tables": (*plan.tables, *added), "joins": None}) if new else plan


def _unfolded(plan: Plan, keys: Sequence[Term]) -> Plan:
    """Return the plan with the rows that a condition counts in its own query, where each group is a row of its one table.

    "Doctors with at least 15 visits" by a sub-query have one row each; counted are their visits.
    """
    parts = conjuncts(plan.where)
    inner = [
        each.right[0].plan
        for each in parts
        if isinstance(each, Predicate) and _counts(each, plan, keys) and isinstance(each.right[0], SubPlan)
    ]
    if len(inner) != 1:
        return plan
    kept = [
        each
        for each in parts
        if not (isinstance(each, Predicate) and each.right and each.right[0] == SubPlan(plan=inner[0]))
    ]
    where = conjunction((*kept, *conjuncts(inner[0].where)))
    having = conjunction((*conjuncts(plan.having), *conjuncts(inner[0].having)))
    return plan.model_copy(
        update={"tables": inner[0].tables, "joins": inner[0].joins, "where": where, "having": having}
    )


def _counts(part: Predicate, plan: Plan, keys: Sequence[Term]) -> bool:
    """Tell whether a condition keeps rows of a plan's one table by how many rows of others lead to each."""
    sub = part.right[0].plan if part.operator == "in" and part.right and isinstance(part.right[0], SubPlan) else None
    if (
        sub is None
        or part.left not in keys
        or len(plan.tables) != 1
        or sub.tables[:1] != plan.tables
        or sub.having is None
    ):
        return False
    return sub.select == sub.group_by == (part.left,) and any(each == ROW_COUNT for each in walk(sub.having))


def _terms(words: str, plan: Plan, reader: Reader) -> tuple[Expression, ...] | None:
    """Read all that is listed; None if a part of it is not known."""
    tables = _tables(plan, reader)
    found = [_term(piece, tables, reader) for piece in _CUT.split(words.strip()) if piece.strip()]
    return tuple(each for each in found if each) if found and all(found) else None


def _term(words: str, tables: tuple[Table, ...], reader: Reader) -> Expression | None:
    text = plain(words)
    if _ROWS.match(text):
        return Expression(ROW_COUNT, ())
    if (many := _DIFFERENT.match(text)) and (inner := _column(many["what"], tables, reader)):
        return Expression(Aggregate(function="count", argument=inner.term, distinct=bool(many["once"])), inner.tables)
    if column := _column(text, tables, reader):
        return column
    figure = figure_of(text, reader, tables[0] if tables else None)
    try:
        return expression(figure.sql, reader.schema, figure.tables) if figure and not figure.where else None
    except SQLError:
        return None


def _column(text: str, tables: tuple[Table, ...], reader: Reader) -> Expression | None:
    of = _OF.match(text)
    owner = reader.table(of["owner"]) if of else None
    near = (owner,) if owner else tables
    said = of["what"] if of and owner else text
    for group in (near, () if owner else reader.schema.tables):
        for table in group:
            if column := reader.column(said, table) or reader.column(_bare(said, table), table):
                return Expression(ColumnTerm(table=table.name, column=column.name), (table.name,))
    return None


def _bare(words: str, table: Table) -> str:
    """Return the words without the table's name before them: "city name" of a city is its name."""
    said = words.split()
    return " ".join(said[1:]) if len(said) > 1 and stems(said[0]) == stems(table.natural_name) else words


def _tables(plan: Plan, reader: Reader) -> tuple[Table, ...]:
    """Return the tables of a plan, those whose columns it shows first."""
    shown = [part.table for term in plan.select for part in walk_block(term) if isinstance(part, ColumnTerm)]
    names = dict.fromkeys([*shown, *source_tables(plan)])
    return tuple(table for name in names if (table := reader.schema.table(name)))
