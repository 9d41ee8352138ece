"""turned_round: the rows before in the reverse order, or those of the other end ("the other way round")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Plan

_REVERSED = re.compile(
    r"^\W*(?:(?:and|so|now|ok|okay|then|no|but|please|show|give|list|sort|order|put|make|me|it|them|that|those|this|turn|i want|can you|could you)\b\W*)*"
    r"(?:the other way (?:a)?round|(?:the )?other way|other way (?:a)?round|(?:in )?(?:the )?(?:reverse|opposite|inverse)(?:d)?(?: (?:order|direction|way))?"
    r"|reverse(?:d)? (?:it|that|them|the (?:order|list|sort|sorting|ranking))|(?:flip|invert) (?:it|that|them|the (?:order|list|sort|sorting|ranking))|upside down|backwards)"
    r"(?: (?:please|instead|again|now|then))*\W*$",
    re.IGNORECASE,
)  # fmt: skip


def turned_round(demand: Demand) -> Iterator[Plan]:
    """Yield the plan before with its order turned; of rows that a LIMIT left those of the other end.

    "The other way round" after `ORDER BY sum(kg) DESC LIMIT 3`: `ORDER BY sum(kg) LIMIT 3`.
    """
    before = demand.previous
    if before is None or not before.order_by or not _REVERSED.match(demand.inquiry.utterance.text):
        return
    turned = tuple(each.model_copy(update={"descending": not each.descending}) for each in before.order_by)
    yield before.model_copy(update={"order_by": turned})
