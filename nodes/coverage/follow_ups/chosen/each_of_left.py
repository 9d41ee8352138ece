"""each_of_left: a figure for each of the rows that a LIMIT left ("how many voyages did each make?"), and how often each was used."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.references import asks_of_each
from nodes.coverage.demand import Demand
from nodes.coverage.edits.conditions import completed
from nodes.coverage.edits.each import figures_of_each
from nodes.coverage.edits.following.shown_rows import keys_to, things_shown
from nodes.coverage.edits.joining import with_table
from nodes.coverage.follow_ups.chosen.restated import restated, rows_left
from nodes.coverage.rows import row_key
from nodes.lexical.utterance import stem
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Condition, LiteralTerm, Plan, Predicate, Term
from nodes.plan.traversal import conjunction, conjuncts, table_names

_EACH = re.compile(r"\b(?:each|apiece|every one of (?:them|those|these))\b", re.IGNORECASE)
_OFTEN = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then)\b\W*)*how (?:often|many times) (?:was|were|is|are|has|have|had|did|do|does) "
    r"(?:each(?: one)?(?: of (?:them|those|these))?|they|those|these|it|he|she)(?: each)?(?: been)? (?P<verb>\w+)\W*$",
    re.IGNORECASE,
)


def each_of_left(demand: Demand) -> Iterator[Plan]:
    """Yield the rows left with a figure of what another table holds of each.

    "How many voyages did each make?" after `ORDER BY built LIMIT 3`:
    `SELECT label, count(*) ... WHERE ferry_id IN (SELECT ... LIMIT 3) GROUP BY ferry_id`.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    if before is None or demand.time_unit:
        return
    often, each = _OFTEN.match(text), _EACH.search(text) or asks_of_each(demand.inquiry)
    base = restated(before, demand) or rows_left(before, demand)
    if often is not None and not demand.requirements:
        base = base or _listed(before, demand)
        table = _done(often["verb"], before, demand)
        joined = with_table(base, table, demand.schema) if base is not None and table else None
        if base is not None and joined is not None:
            yield joined.model_copy(update={"select": (*base.select, ROW_COUNT)})
    elif each and base is not None and before.limit is not None and not demand.units:
        for figure, table in figures_of_each(demand, table_names(base.model_copy(update={"where": None}))):
            joined = with_table(base, table, demand.schema) if table else None
            if joined is None or len(joined.tables) < 2:
                continue
            shown = (*base.select, _each_once(figure, table, joined, demand))
            whole = joined.model_copy(update={"select": shown, "where": _with_deed(joined, table, demand)})
            told = completed(whole, demand) if demand.requirements else whole
            if told is not None:
                yield told
            return


def _with_deed(plan: Plan, table: str, demand: Demand) -> Condition | None:
    """Return the conditions of a plan with the stored state that the last word calls by its verb: "did each close", `status = 'closed'`."""
    verb = demand.inquiry.stems[-1]
    states = [
        Predicate(left=ColumnTerm.of(m.column), operator="=", right=(LiteralTerm(value=m.value),))
        for m in demand.inquiry.matches
        if m.column.table == table and isinstance(m.value, str) and stem(m.value.lower()) == verb
    ]
    return (
        conjunction((*conjuncts(plan.where), *states)) if len(states) == 1 and not demand.requirements else plan.where
    )


def _each_once(figure: Term, name: str, joined: Plan, demand: Demand) -> Term:
    """Return a count of rows that others lead to as one of different rows: voyages of containers."""
    table = demand.schema.table(name)
    read = {each.lower() for each in table_names(joined)}
    led = any(k.target.table == name and k.source.table.lower() in read for k in demand.schema.foreign_keys)
    if figure != ROW_COUNT or not led or table is None or table.key is None:
        return figure
    return Aggregate(function="count", argument=ColumnTerm.of(table.key), distinct=True)


def _listed(plan: Plan, demand: Demand) -> Plan | None:
    """Return a plain list of the rows of one table, grouped by their key; None where a plan is no such list."""
    shown = tuple(term for term in plan.select if isinstance(term, ColumnTerm))
    if plan.limit is not None or plan.group_by or not shown or len(shown) < len(plan.select) or len(plan.tables) > 1:
        return None
    return plan.model_copy(update={"group_by": (row_key(shown[0], demand.schema),), "distinct": False, "order_by": ()})


def _done(verb: str, before: Plan, demand: Demand) -> str | None:
    """Return the table that records what was done with the things before: that called by the verb, else the only one."""
    things = things_shown(before, demand)
    if things is None:
        return None
    led = [t.name for t in demand.schema.tables if t.name != things.name and keys_to(things, t.name, demand)]
    called = [name for name in led if stem(verb.lower()) in demand.inquiry.table_stems(name)]
    return called[0] if called else led[0] if len(led) == 1 else None
