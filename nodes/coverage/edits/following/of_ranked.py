"""of_ranked: what another table holds of the rows that a rank chose ("the biggest one: list its orders")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.order import ranked_columns, ranked_down
from nodes.coverage.asked.references import points_at_rows
from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.listed_again import named_beside
from nodes.coverage.edits.following.shown_rows import (
    cuts_inside_in,
    key_term,
    keys_through,
    tables_named,
    things_shown,
)
from nodes.coverage.edits.joining import with_table
from nodes.coverage.rows import has_name, row_names
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Ordering, Plan, Predicate, Star, SubPlan, TableSource, Term
from nodes.plan.sources import folded_sources
from nodes.plan.traversal import conjunction
from value_index.schema import Table

_ONE = re.compile(r"\bthe (?:most |least )?(?P<word>\w+)(?: (?:one|of (?:them|those|these|all)))\b", re.IGNORECASE)
_AMONG = re.compile(r"\b(?:which|how many|any) of (?:them|those|these)\b", re.IGNORECASE)


def of_ranked(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the rows of a named table that belong to the rows which a rank chose before, or chooses now.

    "List its orders" after the best client: `SELECT ... FROM orders WHERE client_id = (SELECT client_id ... LIMIT 1)`.
    """
    if plan != demand.previous or not asks_of_ranked(demand):
        return
    chosen, things = _ranked(plan, demand), things_shown(plan, demand)
    if chosen is None or things is None:
        return
    inner = chosen.model_copy(update={"select": (key_term(things),), "distinct": False})
    if chosen.limit != 1 and not cuts_inside_in(demand.schema):
        return
    for name in tables_named(demand):
        table, keys = demand.schema.table(name), keys_through(things, name, demand)
        for key in keys[:1] if table is not None else ():
            operator = "=" if chosen.limit == 1 else "in"
            of_them = Predicate(left=ColumnTerm.of(key), operator=operator, right=(SubPlan(plan=inner),))
            own = with_table(Plan(tables=(TableSource(table=name),), joins=()), key.table, demand.schema)
            if own is not None and table is not None:
                for select in _told(table, demand):
                    yield own.model_copy(update={"select": select, "where": conjunction((of_them,))})


def asks_of_ranked(demand: Demand) -> bool:
    """Tell whether the words ask what a table holds of rows of another that a rank chose."""
    before = demand.previous
    things = things_shown(before, demand) if before is not None and not before.set_operations else None
    if before is None or things is None or demand.requirements or demand.units or demand.evidence.cues.negated:
        return False
    text, named = demand.inquiry.utterance.text, tables_named(demand)
    if not any(keys_through(things, name, demand) for name in named) or any(
        n.lower() == things.name.lower() for n in named
    ):
        return False
    leans = before.limit is not None and points_at_rows(demand.inquiry) and not _AMONG.search(text)
    return _word(demand) is not None or leans


def _word(demand: Demand) -> str | None:
    """Return the superlative that chooses a row before something is asked of it: "the heaviest one: ..."."""
    found = _ONE.search(demand.inquiry.utterance.text)
    return found["word"].lower() if found and found["word"].lower() in SUPERLATIVES else None


def _ranked(plan: Plan, demand: Demand) -> Plan | None:
    """Return the rows that the rank chooses; None if nothing says by what it ranks."""
    word = _word(demand)
    if word is None:
        return plan if plan.limit is not None else None
    if plan.order_by:
        first = plan.order_by[0].model_copy(update={"descending": _down(plan.order_by[0].term, word, demand)})
        return plan.model_copy(update={"order_by": (first,), "limit": 1})
    tables = folded_sources(plan)
    named: list[Term] = [
        ColumnTerm.of(ref) for ref in ranked_columns(demand.inquiry, word) if ref.table.lower() in tables
    ]
    figures: list[Term] = [term for term in plan.select if isinstance(term, Aggregate)]
    shown: list[Term] = [t for t in plan.select if isinstance(t, ColumnTerm) and demand.evidence.is_ordered(t.ref)]
    by = next(iter((*named, *figures, *shown)), None)
    order = (Ordering(term=by, descending=_down(by, word, demand)),) if by is not None else ()
    return plan.model_copy(update={"order_by": order, "limit": 1}) if order else None


def _down(term: Term, word: str, demand: Demand) -> bool:
    """Tell whether a superlative ranks a column downwards: the oldest were born first."""
    return bool(ranked_down(word, (term.ref,) if isinstance(term, ColumnTerm) else (), demand.inquiry))


def _told(table: Table, demand: Demand) -> Iterator[tuple[Term, ...]]:
    """Yield what may be told of the rows: how many they are, the columns named, what they are called by, all of them."""
    if demand.evidence.cues.count is not None:
        yield (ROW_COUNT,)
        return
    named = tuple(
        t for t in named_beside(demand) if isinstance(t, ColumnTerm) and t.table.lower() == table.name.lower()
    )
    if named:
        yield named
    if has_name(table):
        yield row_names(table)
    yield (Star(),)
