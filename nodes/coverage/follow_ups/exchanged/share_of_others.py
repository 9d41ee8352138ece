"""share_of_others: the share that was told of some rows, told of others ("and finance?")."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from nodes.coverage.calculations.shares import exchanged, tells_share
from nodes.coverage.demand import Demand
from nodes.plan import Plan, Predicate
from nodes.plan.traversal import rewrite

_AND = re.compile(r"^\W*(?:(?:and|but|so|ok|okay|now|then)\b|(?:what|how) about\b|for\b|in\b)", re.IGNORECASE)
MOST_WORDS = 6
"""Words of a turn that only names other rows."""


def share_of_others(demand: Demand) -> Iterator[Plan]:
    """Yield the share before with its condition exchanged, where a short turn names one other value.

    "And finance?" after `sum(CASE WHEN industry = 'retail' THEN 1 ELSE 0 END) / count(*)`: `industry = 'finance'`.
    """
    before, named, cues = demand.previous, demand.requirements, demand.evidence.cues
    alone = len(named) == 1 and not named[0].excludes and not demand.units
    if before is None or not alone or not tells_share(before) or cues.count is not None:
        return
    if len(demand.inquiry.utterance.words) > MOST_WORDS or not _AND.match(demand.inquiry.utterance.text):
        return
    for option in named[0].options:
        for new in option.conditions:
            changed = rewrite(before, partial(exchanged, new=new)) if isinstance(new, Predicate) else before
            if changed != before:
                yield changed
                return
