"""taken_back: the turn before without the condition that the words give up and nothing else ("drop the date filter")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.references import columns_given_up
from nodes.coverage.demand import Demand
from nodes.plan import Plan
from nodes.plan.traversal import columns, conjunction, conjuncts

_ONLY_THAT = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|please|can you|could you|let's|let us)\b\W*)*"
    r"(?:drop|remove|ignore|skip|lift|clear|forget|lose|undo|take (?:away|off|out))(?: about)? (?:the|that|this) \w+(?: (?:on|for|by|about)(?: the)?)?(?: \w+)?"
    r"(?:\W+(?:(?:but|and) )?(?:keep|leave|with) (?:(?:all )?the (?:rest|others?|other (?:ones|filters?|conditions?))|everything else|all else)(?: as (?:is|it is|it was|they are|before))?)?\W*(?:please|again)?\W*$",
    re.IGNORECASE,
)


def taken_back(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before without its conditions on the columns that are given up by name, both ends of a period alike.

    "Forget the year" after `WHERE town = 'Ely' AND day >= '2023-01-01' AND day < '2024-01-01'`: `WHERE town = 'Ely'`.
    """
    before = demand.previous
    if before is None or not _ONLY_THAT.match(demand.inquiry.utterance.text):
        return
    gone = columns_given_up(demand.inquiry)
    kept = tuple(each for each in conjuncts(before.where) if not {term.ref for term in columns(each)} & gone)
    if gone and kept != conjuncts(before.where):
        yield before.model_copy(update={"where": conjunction(kept)})
