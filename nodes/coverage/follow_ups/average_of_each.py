"""average_of_each: what was summed, on average for each of the rows summed, or of the things that they belong to ("per reply")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.inquiry import NAMED
from nodes.plan import Aggregate, Arithmetic, ColumnTerm, LiteralTerm, Plan, Term
from nodes.plan.sources import source_tables

_PER = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|what|how|about|much|is|that|it|was|show|it|them|as|the|an?)\b\W*)*"
    r"(?P<average>(?:on )?average|mean|avg)?\W*(?:of (?:them|that|those) )?(?:per|for each|for every|by the|a|an|each) (?P<unit>\w+)\W*(?P<after>on average)?\W*$",
    re.IGNORECASE,
)


def average_of_each(demand: Demand) -> Iterator[Plan]:
    """Yield the sum before as an average, where the words ask for it per row of the table that was summed.

    "On average per reply?" after `SELECT name, sum(minutes) FROM reply ... GROUP BY agent_id`: `SELECT name, avg(minutes) ...`.
    """
    before, found = demand.previous, _PER.match(demand.inquiry.utterance.text)
    if before is None or found is None or demand.requirements:
        return
    at, _ = demand.inquiry.utterance.span(*found.span("unit"))
    named = [m.table for m in demand.evidence.mentions.tables if m.start <= at < m.end and m.score >= NAMED]
    sums = [term for term in before.select if isinstance(term, Aggregate) and term.function == "sum"]
    if not named or len(sums) != 1 or not isinstance(sums[0].argument, ColumnTerm) or before.limit is not None:
        return
    argument = sums[0].argument
    says_average = bool(found["average"] or found["after"])
    new = _average(argument, named[0], demand, says_average=says_average)
    if new is not None:
        select = tuple(new if term == sums[0] else term for term in before.select)
        yield before.model_copy(update={"select": select, "order_by": ()})


def _average(argument: ColumnTerm, unit: str, demand: Demand, *, says_average: bool) -> Term | None:
    if argument.table.lower() == unit.lower():
        return Aggregate(function="avg", argument=argument)
    keys = [
        key.source
        for key in demand.schema.foreign_keys
        if key.target.table.lower() == unit.lower() and key.source.table.lower() == argument.table.lower()
    ]
    before = demand.previous
    grouped = before is not None and any(
        isinstance(t, ColumnTerm) and t.table.lower() == unit.lower() for t in before.group_by
    )
    read = [table.lower() for table in source_tables(before)] if before is not None else []
    if not keys or grouped or not says_average or not read:
        return None
    total = Arithmetic(operator="*", left=LiteralTerm(value=1.0), right=Aggregate(function="sum", argument=argument))
    things = Aggregate(function="count", argument=ColumnTerm.of(keys[0]), distinct=True)
    return Arithmetic(operator="/", left=total, right=things)
