"""first_rows: the first or last of the rows before, in the order that they stand in ("just the first two"), and the best of groups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.lexical.comparisons import number_of
from nodes.lexical.utterance import name_words, stem
from nodes.plan import ColumnTerm, LiteralTerm, Ordering, Plan, Term
from nodes.plan.traversal import is_figure, walk

_LEAD = r"^\W*(?:(?:and|so|now|ok|okay|then|just|only|please|show|give|list|keep|me|us|let's see|i want|what are|who are|which are)\b\W*)*"
_FIRST = re.compile(
    rf"{_LEAD}(?:the )?(?P<end>first|top|last|bottom)(?: (?P<number>\w+))?(?: (?:rows|ones?|of (?:them|those|these)|in (?:the|that) list))?\W*$",
    re.IGNORECASE,
)
_BEST = re.compile(
    rf"{_LEAD}(?:who|which|what)(?: one| of (?:them|those|these))? (?:is|was|are|were|does|did|has|had)(?: it)? (?:the )?"
    r"(?P<word>best|highest|lowest|biggest|largest|smallest|most|fewest|least|worst)(?: one| of all| overall)?\W*$",
    re.IGNORECASE,
)
_ONE = re.compile(
    rf"{_LEAD}(?:(?:what|how) about )?(?:the )?(?:very )?(?P<word>best|worst|highest|lowest|biggest|largest|smallest|most|fewest|least|top|bottom|first|last)"
    r"(?: (?:one|of (?:them|those|these|all)|overall))?\W*$",
    re.IGNORECASE,
)
_LOW = frozenset(("lowest", "smallest", "fewest", "least", "worst", "bottom", "last"))
_JUDGES = frozenset(("best", "worst"))
_BAD = frozenset(map(stem, (
    "fail", "failed", "failure", "late", "overdue", "delayed", "delay", "cancelled", "canceled", "cancellation", "refused", "rejected", "returned", "refunded",
    "damaged", "broken", "spoiled", "lost", "missed", "missing", "absent", "error", "errors", "defect", "defective", "complaint", "complaints", "churned",
    "withdrew", "withdrawn", "penalty", "fine", "debt", "unpaid", "accident", "accidents", "injury", "injured", "death", "deaths", "crime", "wasted",
)))  # fmt: skip
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
    first, best, one = _FIRST.match(text), _BEST.match(text), _ONE.match(text)
    if one is not None and before.limit == 1 and before.order_by:
        yield from _other_end(before, one["word"].lower())
    elif first is not None and before.order_by and before.offset is None:
        yield from _cut(before, first)
    elif (end := best or one) is not None and before.group_by and len(figures) == 1 < len(before.select):
        yield from _end_of_groups(before, figures[0], end["word"].lower())


def _end_of_groups(before: Plan, figure: Term, word: str) -> Iterator[Plan]:
    """Yield groups cut to the one whose figure is best or worst: the worst share that failed is the highest."""
    if before.limit is None:
        descending = (word not in _LOW) != (word in _JUDGES and _is_bad(figure, before))
        yield before.model_copy(update={"limit": 1, "order_by": (Ordering(term=figure, descending=descending),)})


def _cut(before: Plan, first: re.Match[str]) -> Iterator[Plan]:
    """Yield an ordered list cut to as many rows as are asked for, of the end that is named."""
    number, figures = _number(first["number"]), any(map(is_figure, before.select))
    timed = figures and first["end"].lower() in ("top", "bottom") and not is_figure(before.order_by[0].term)
    if number is None or timed or (before.limit is not None and before.limit <= number):
        return
    turned = tuple(each.model_copy(update={"descending": not each.descending}) for each in before.order_by)
    order = turned if first["end"].lower() in _ENDS and before.limit is None else before.order_by
    yield before.model_copy(update={"limit": number, "order_by": order})


def _is_bad(figure: Term, before: Plan) -> bool:
    """Tell whether a figure is of what nobody wants: the share that failed, the number of the late ones."""
    told = (part for whole in (figure, before.where) if whole is not None for part in walk(whole))
    texts = (
        str(p.value) if isinstance(p, LiteralTerm) else p.column
        for p in told
        if isinstance(p, LiteralTerm | ColumnTerm)
    )
    return any(stem(word) in _BAD for text in texts for word in name_words(text))


def _other_end(before: Plan, word: str) -> Iterator[Plan]:
    """Yield the row at the other end, where it was the first or the last by a figure: "and the worst?" after the best."""
    first = before.order_by[0]
    if is_figure(first.term) and first.descending == (word in _LOW):
        turned = tuple(each.model_copy(update={"descending": not each.descending}) for each in before.order_by)
        yield before.model_copy(update={"order_by": turned})


def _number(word: str | None) -> int | None:
    """Return how many rows a word asks for: one where it says no number."""
    if word is None or word.lower() == "one":
        return 1
    number = number_of(word.lower())
    return number if isinstance(number, int) and number > 0 else None
