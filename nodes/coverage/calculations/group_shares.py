"""shares_of_groups: the part that each group of the turn before has in all ("which share of all sales has each of them?")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.coverage.inquiry import Inquiry
from nodes.plan import Arithmetic, ColumnTerm, LiteralTerm, Ordering, Plan, SubPlan, Term
from nodes.plan.sources import reads_tables_only
from nodes.plan.traversal import is_figure

_PART = re.compile(
    r"\b(?:what|which|the|as an?|in) (?P<word>part|share|fraction|proportion|percentage|percent) of (?:it )?(?:all|the (?:total|whole|sum)|total|everything)\b"
    r"|\b(?:as|in) (?P<alone>percentages?|percents?|shares)\W*$",
    re.IGNORECASE,
)
_HUNDREDTHS = frozenset(("percentage", "percent"))


def shares_of_groups(plan: Plan, demand: Demand) -> Iterator[Plan]:
    """Yield the figures of the turn before, each divided by that of all its rows.

    After takings by channel: `SELECT channel, sum(price) / (SELECT sum(price) FROM sale) FROM sale GROUP BY channel`.
    """
    word = part_asked(demand.inquiry)
    figures = [term for term in plan.select if is_figure(term)]
    if word is None or plan != demand.previous or len(figures) != 1 or plan.having is not None:
        return
    whole = plan.model_copy(
        update={"select": (figures[0],), "group_by": (), "order_by": (), "limit": None, "distinct": False}
    )
    factor = LiteralTerm(value=100.0 if word in _HUNDREDTHS else 1.0)
    share = Arithmetic(
        operator="/",
        left=Arithmetic(operator="*", left=factor, right=figures[0]),
        right=SubPlan(plan=whole),
    )
    yield plan.model_copy(
        update={
            "select": tuple(_instead(term, figures[0], share) for term in plan.select),
            "order_by": _order(plan, figures[0]),
        }
    )


def part_asked(inquiry: Inquiry) -> str | None:
    """Return the word by which the part of each group of the turn before in all is asked; None if it is not."""
    previous, found = inquiry.evidence.previous, _PART.search(inquiry.utterance.text)
    if previous is None or found is None or not previous.group_by or previous.set_operations:
        return None
    word = (found["word"] or found["alone"].rstrip("s")).lower()
    return word if reads_tables_only(previous) else None


def _instead(term: Term, figure: Term, share: Term) -> Term:
    return share if term == figure else term


def _order(plan: Plan, figure: Term) -> tuple[Ordering, ...]:
    """Return the order by the figure: its shares have the same."""
    return tuple(each for each in plan.order_by if each.term == figure or isinstance(each.term, ColumnTerm))
