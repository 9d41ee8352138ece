"""other_function: another figure of the same numbers ("and the highest?" after an average)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.plan import Aggregate, AggregateFunction, Plan

_FUNCTIONS: dict[str, AggregateFunction] = {
    **dict.fromkeys(("highest", "maximum", "max", "largest", "biggest"), "max"), **dict.fromkeys(("lowest", "minimum", "min", "smallest"), "min"),
    **dict.fromkeys(("average", "mean"), "avg"), **dict.fromkeys(("total", "sum"), "sum"),
}  # fmt: skip
_NAMED = re.compile(
    rf"^\W*(?:(?:and|so|now|ok|okay|then|what|how|about|is|was|show|give|me|instead|rather)\b\W*)*the (?P<word>{'|'.join(_FUNCTIONS)})(?: one)?(?: instead)?\W*$",
    re.IGNORECASE,
)


def other_function(demand: Demand) -> Iterator[Plan]:
    """Yield the figure before by another function, where a turn names nothing but that.

    "And the highest?" after `SELECT avg(fee) FROM loan WHERE ...`: `SELECT max(fee) FROM loan WHERE ...`.
    """
    before, found = demand.previous, _NAMED.match(demand.inquiry.utterance.text)
    if before is None or found is None or before.group_by or len(before.select) != 1:
        return
    (old,) = before.select
    if isinstance(old, Aggregate) and old.function in ("avg", "max", "min", "sum"):
        new = old.model_copy(update={"function": _FUNCTIONS[found["word"].lower()]})
        if new != old:
            yield before.model_copy(update={"select": (new,)})
