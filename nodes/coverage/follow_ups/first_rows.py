"""first_rows: the first or last of the rows before, in the order that they stand in ("just the first two"), and the best of groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.lexical.comparisons import number_of
from nodes.plan import Ordering, Plan
from nodes.plan.traversal import is_figure

_LEAD = r"^\W*(?:(?:and|so|now|ok|okay|then|just|only|please|show|give|list|keep|me|us|let's see|i want|what are|who are|which are)\b\W*)*"
_FIRST = re.compile(
    rf"{_LEAD}(?:the )?(?P<end>first|top|last|bottom)(?: (?P<number>\w+))?(?: (?:rows|ones?|of (?:them|those|these)|in (?:the|that) list))?\W*$",
    re.IGNORECASE,
)
_BEST = re.compile(
    rf"{_LEAD}(?:who|which|what)(?: one| of (?:them|those|these))? (?:is|was|are|were|does|did|has|had)(?: it)? (?:the )?"
    r"(?P<word>best|highest|lowest|biggest|largest|smallest|most|fewest|least)(?: one| of all| overall)?\W*$",
    re.IGNORECASE,
)
_LOW = frozenset(("lowest", "smallest", "fewest", "least"))
_ENDS = frozenset(("last", "bottom"))


def first_rows(demand: Demand) -> Iterator[Plan]:
    """Yield the list before cut to its first rows, or groups cut to the one whose only figure is best.

    "The first five" after `ORDER BY birth_year DESC`: `ORDER BY birth_year DESC LIMIT 5`. "Which is best?" after
    `SELECT channel, avg(rating) ... GROUP BY channel`: `ORDER BY avg(rating) DESC LIMIT 1`.
    """
    before, text = demand.previous, demand.inquiry.utterance.text
    if before is None or demand.requirements:
        return
    figures = [term for term in before.select if is_figure(term)]
    first, best = _FIRST.match(text), _BEST.match(text)
    if first is not None and before.order_by and before.offset is None:
        number = _number(first["number"])
        timed = bool(figures) and first["end"].lower() in ("top", "bottom") and not is_figure(before.order_by[0].term)
        if number is None or timed or (before.limit is not None and before.limit <= number):
            return
        turned = tuple(each.model_copy(update={"descending": not each.descending}) for each in before.order_by)
        order = turned if first["end"].lower() in _ENDS and before.limit is None else before.order_by
        yield before.model_copy(update={"limit": number, "order_by": order})
    elif best is not None and before.group_by and len(figures) == 1 and len(before.select) > 1 and before.limit is None:
        order = (Ordering(term=figures[0], descending=best["word"].lower() not in _LOW),)
        yield before.model_copy(update={"limit": 1, "order_by": order})


def _number(word: str | None) -> int | None:
    """Return how many rows a word asks for: one where it says no number."""
    if word is None or word.lower() == "one":
        return 1
    number = number_of(word.lower())
    return number if isinstance(number, int) and number > 0 else None
