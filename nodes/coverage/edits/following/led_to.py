"""led_to: what the rows before lead to, where "what" asks for it by a verb alone ("what do they supply?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.following.shown_rows import keys_to, things_shown
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED
from nodes.coverage.rows import has_name, row_names
from nodes.plan import Plan
from value_index.schema import ColumnRef, Table

_WHAT = re.compile(
    r"^\W*(?:(?:and|so|ok|then|now|please)\b\W*)*(?:(?:show|tell|list|give)(?: me)?\W+)?(?:and )?what (?:things |else )?"
    r"(?:(?:do|does|did|have|has|had) )?(?:they|it|he|she|(?:those|these|the)(?: \w+)?) (?P<verb>[a-z]+)(?: (?:to|for|with|in|from))?\W*$",
    re.IGNORECASE,
)
_IDLE = frozenset(
    ("cost", "costs", "weigh", "weighs", "earn", "earns", "mean", "means", "say", "says", "look", "called", "named")
)
MOST_TABLES = 2


def led_to(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the rows that lead to those shown before, by what they are called, the nearest first.

    "What do they supply?" after suppliers: `SELECT product.name FROM supplier JOIN product ...`.
    """
    if plan != demand.previous or plan.set_operations or plan.group_by or plan.limit is not None:
        return
    for table in tables_led_to(demand)[:MOST_TABLES]:
        joined = with_table(plan, table.name, demand.schema)
        if joined is not None:
            for names in ((*row_names(table),), (*plan.select, *row_names(table))):
                yield joined.model_copy(update={"select": names, "distinct": False, "order_by": ()})


def tables_led_to(demand: Demand) -> tuple[Table, ...]:
    """Return the tables of things with names that "what do they ...?" may ask for, those with a key to the rows first."""
    before = things_shown(demand.previous, demand) if demand.previous is not None else None
    if before is None or asks_what_they_do(demand) is None:
        return ()
    near = [table for table in demand.schema.tables if keys_to(before, table.name, demand)]
    far = [
        other
        for link in near
        for key in demand.schema.foreign_keys
        if key.source.table == link.name and key.target.table != before.name
        if (other := demand.schema.table(key.target.table)) is not None and not has_name(link)
    ]
    people = {table.name for table in demand.people}
    return tuple(dict.fromkeys(t for t in (*near, *far) if has_name(t) and t.name not in people))


def asks_what_they_do(demand: Demand) -> str | None:
    """Return the verb by which alone a turn asks what the things before did something with; None if it asks otherwise."""
    found = _WHAT.match(demand.inquiry.utterance.text) if demand.previous is not None else None
    verb = found["verb"].lower() if found is not None else None
    return None if verb in _IDLE or _names_something(demand) else verb


def _names_something(demand: Demand) -> bool:
    """Tell whether the words name a column by more than the verb: "what do they pick" names no day of `picked_on`."""
    last = len(demand.inquiry.utterance.words) - 1
    named = (m for m in demand.evidence.named if m.candidates[0][1] >= NAMED)
    columns = any(m.start < last or _is_asked(m.candidates[0][0], demand) for m in named)
    return columns or bool(demand.requirements) or demand.evidence.cues.count is not None


def _is_asked(ref: ColumnRef, demand: Demand) -> bool:
    """Tell whether a column may be what the verb asks for: a number, or a text that is called so."""
    if ref in demand.inquiry.keys or demand.inquiry.profiles.of(ref).date_form is not None:
        return False
    return demand.schema.describe(ref).kind == "number" or demand.inquiry.stems[-1] in demand.inquiry.column_stems(ref)
