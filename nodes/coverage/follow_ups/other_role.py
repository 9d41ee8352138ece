"""other_role: the other end of ways whose first end chose them ("where did they go?", "how many of them ended up in Cork?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.rows import row_key, row_names
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, ColumnTerm, Condition, Join, Plan, PlanModel, Predicate, Star, TableSource, Term
from nodes.plan.sources import reads_tables_only, source_tables
from nodes.plan.traversal import columns, conjunction, conjuncts, rewrite
from value_index.schema import ForeignKey

_LEAD = r"^\W*(?:(?:and|so|ok|okay|now|then|but)\b\W*)*"
_THEY = r"(?:they|it|those|these|he|she|that|(?:those|these|the) \w+)"
_WHERE_TO = re.compile(
    rf"{_LEAD}where (?:to|(?:do|does|did|is|are|was|were|have|has|will) {_THEY}(?: all)? (?:go|going|gone|head|headed|heading|bound|end|ended|ending|arrive|arrived|land|landed|lead|get|got|travel|sail|fly|sent|delivered|shipped|returned|dropped)\b[\w ]*)\W*$"
    rf"|{_LEAD}(?:what|which) (?:is|are|was|were) (?:their|its|the) destinations?\W*$",
    re.IGNORECASE,
)
_WHERE_FROM = re.compile(
    rf"{_LEAD}(?:where (?:from|(?:do|does|did|is|are|was|were|have|has) {_THEY}(?: all)? (?:(?:come|coming|came|sent|shipped) from|start|started|begin|began|leave|left|depart|departed|originate|originated|set off|picked up)\b[\w ]*)"
    rf"|from where\b[\w ]*|(?:what|which) (?:is|are|was|were) (?:their|its|the) origins?)\W*$",
    re.IGNORECASE,
)
_GOES = re.compile(
    r"\b(?:went|go|goes|going|gone|headed|heading|bound|ended|ends|end|arrived|arrive|arrives|landed|land|lands|returned|delivered|dropped|sent) (?:up |off |back )*(?:to|in|at|for)\b",
    re.IGNORECASE,
)
_COMES = re.compile(
    r"\b(?:came|come|comes|started|start|starts|began|left|leave|leaves|departed|depart|departs|sent|set off|picked up|originated) (?:out )?(?:from|in|at)\b",
    re.IGNORECASE,
)
_TO = frozenset(
    map(
        stem,
        [
            "destination",
            "dest",
            "arrival",
            "arrive",
            "arriving",
            "to",
            "target",
            "end",
            "landing",
            "receiver",
            "recipient",
            "dropoff",
            "drop",
            "return",
        ],
    )
)
_FROM = frozenset(
    map(stem, ["origin", "source", "departure", "depart", "departing", "from", "start", "src", "sender", "pickup"])
)


def other_role(demand: Demand) -> Iterator[Plan]:
    """Yield the rows before with the place at their other end, or those whose other end is a named one.

    "Where did they go?" after voyages whose `origin_id` is Busan's: `... JOIN port AS T3 ON voyage.destination_id = T3.port_id`.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    if before is None or before.group_by or before.limit is not None or before.joins is None:
        return
    if not reads_tables_only(before):
        return
    asked = _TO if _WHERE_TO.match(text) else _FROM if _WHERE_FROM.match(text) else None
    narrowed = None if asked else _TO if _GOES.search(text) else _FROM if _COMES.search(text) else None
    key = _key_of(asked or narrowed, before, demand)
    if key is None:
        return
    if asked is not None and not demand.requirements:
        joined, place = _with_place(before, key)
        yield joined.model_copy(update={"select": (*_rows(before, key, demand), *_called(key, place, demand))})
    elif narrowed is not None:
        yield from _at_place(before, key, demand)


def _key_of(role: frozenset[str] | None, before: Plan, demand: Demand) -> ForeignKey | None:
    """Return the only key of a role from the rows before, where another key leads from them to the same table."""
    read = [table.lower() for table in source_tables(before)]
    keys = [k for k in demand.schema.foreign_keys if read.count(k.source.table.lower()) == 1]
    several = [k for k in keys if any(k.target == other.target and k.source != other.source and k.source.table == other.source.table for other in keys)]  # fmt: skip
    found = [k for k in several if role is not None and role & set(map(stem, name_words(k.source.column)))]
    return found[0] if len(found) == 1 else None


def _with_place(plan: Plan, key: ForeignKey) -> tuple[Plan, int]:
    """Return a plan that joins a table by a key, with the place of the table among its occurrences."""
    own = ColumnTerm.of(key.source)
    for join in plan.joins or ():
        for part in conjuncts(join.on):
            if isinstance(part, Predicate) and own in (part.left, *part.right):
                other = part.right[0] if part.left == own else part.left
                if isinstance(other, ColumnTerm) and other.ref == key.target:
                    return plan, other.occurrence
    names = [table.lower() for table in source_tables(plan)]
    place = names.count(key.target.table.lower())
    right = ColumnTerm(table=key.target.table, column=key.target.column, occurrence=place)
    join = Join(on=conjunction((Predicate(left=own, operator="=", right=(right,)),)))
    tables = (*plan.tables, TableSource(table=key.target.table))
    return plan.model_copy(update={"tables": tables, "joins": (*(plan.joins or ()), join)}), place


def _rows(before: Plan, key: ForeignKey, demand: Demand) -> tuple[Term, ...]:
    """Return what tells the rows before: what was shown of them, else their key."""
    shown = tuple(t for t in before.select if isinstance(t, ColumnTerm) and t.table == key.source.table)
    return shown or (row_key(ColumnTerm.of(key.source), demand.schema),)


def _called(key: ForeignKey, place: int, demand: Demand) -> tuple[ColumnTerm, ...]:
    table = demand.schema.table(key.target.table)
    names = row_names(table) if table is not None else ()
    return tuple(each.model_copy(update={"occurrence": place}) for each in names)


def _at_place(before: Plan, key: ForeignKey, demand: Demand) -> Iterator[Plan]:
    """Yield the rows whose other end a value names; how many they are, where that is asked. The code of a place needs no join."""
    named = [r for r in demand.requirements if r.kind in ("value", "name") and not r.excludes]
    if len(named) != 1 or len(demand.requirements) != 1:
        return
    ends = (key.source, key.target)
    options = [o for o in named[0].options if o.column in ends or o.column.table == key.target.table]
    if not options or any(term.occurrence for each in options[0].conditions for term in columns(each)):
        return
    coded = next((o for o in named[0].options if o.column in ends), None)
    option = coded or options[0]
    joined, place = (before, 0) if coded is not None else _with_place(before, key)
    own = ColumnTerm.of(key.source)
    new: tuple[Condition, ...] = tuple(
        rewrite(each, lambda part: _there(part, own if coded is not None else None, place))
        for each in option.conditions
    )
    counts = demand.evidence.cues.count is not None
    select = (Aggregate(function="count", argument=Star()),) if counts else joined.select
    order = () if counts else joined.order_by
    where = conjunction((*conjuncts(joined.where), *new))
    yield joined.model_copy(update={"select": select, "where": where, "order_by": order, "distinct": False})


def _there(part: PlanModel, own: ColumnTerm | None, place: int) -> PlanModel:
    """Return a column as that of the other end: the key itself, else that of the place which it leads to."""
    if not isinstance(part, ColumnTerm):
        return part
    return own or part.model_copy(update={"occurrence": place})
