"""asked_growth: by how much a figure grew from one time to another, in percent or as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.periods import Period

_GROWTH = re.compile(
    r"\b(?:growth|gr[eo]wn?|grows?|growing|increased?|increases|decreased?|decreases|rise|rose|risen|fell|fall|fallen|drop|dropped"
    r"|declined?|shrank|shrunk|shrink|chang(?:e|ed))\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"%|\b(?:percent|per cent|percentage|percentages|growth rate|rate of (?:growth|increase|change))\b", re.IGNORECASE
)
_MORE_THAN = re.compile(r"\bhow (?:many|much) (?P<way>more|fewer|less)\b.*\bthan\b", re.IGNORECASE)
_HOW_MUCH = re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Growth:
    """How a figure of one time is held against that of an earlier one."""

    before: Period
    after: Period
    in_percent: bool


def asked_growth(inquiry: Inquiry) -> Growth | None:
    """Return the two times whose figures are held against one another; None if no growth, or no number for it, is asked.

    "Growth of revenue from 2023 to 2024 in percent": 2023, 2024. "How did revenue grow?" asks for the figures themselves.
    "How many more orders in 2024 than in 2023?": 2023, 2024.
    """
    text = inquiry.utterance.text
    in_percent = bool(_RATE.search(text))
    if (more := _MORE_THAN.search(text)) and len(inquiry.periods) == 2:
        first, second = inquiry.periods
        return Growth(second, first, False) if more["way"].lower() == "more" else Growth(first, second, False)
    if not _GROWTH.search(text) or not (in_percent or _HOW_MUCH.search(text)):
        return None
    for period in inquiry.periods:
        if len(period.parts) == 2:
            return Growth(*period.parts, in_percent)
    return None
