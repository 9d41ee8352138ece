"""count_of_each: how many rows of a named table each of the things before did something with ("how many tickets has each closed?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.edits.conditions import completed
from nodes.coverage.edits.each import asked_of_each
from nodes.plan import Plan

_EACH_DID = re.compile(
    r"\bhow many (?:\w+ ){1,3}(?:has|have|had|did|does|do) each(?: one)?(?: of (?:them|those|these))? (?:\w+ed|\w+)\W*$",
    re.IGNORECASE,
)


def count_of_each(demand: Demand) -> Iterator[Plan]:
    """Yield the list before with a count beside each of its things, under what the verb says of the rows.

    "How many tickets has each closed?" after agents: `SELECT name, count(*) ... WHERE status = 'closed' GROUP BY agent_id`.
    """
    before = demand.previous
    if before is None or demand.units or not _EACH_DID.search(demand.inquiry.utterance.text):
        return
    for plan in asked_of_each(before, demand):
        whole = completed(plan, demand) if demand.requirements else plan
        if whole is not None:
            yield whole
            return
