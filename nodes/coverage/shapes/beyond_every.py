"""beyond_every: the things that exceed one, or every one, of some others ("bikes heavier than every helmet")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.order import ranked_down
from nodes.coverage.asked.shown_list import told_of
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.all_requirements import requirements
from nodes.coverage.rows import row_names
from nodes.coverage.shapes.measured_by import implied_measure
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.plan import ROW_COUNT, Aggregate, ColumnTerm, Plan, Predicate, SubPlan, TableSource
from nodes.plan.traversal import conjunction
from value_index.schema import ColumnRef

_THAN_ALL = re.compile(
    r"\b(?P<word>more|less|fewer|[a-z]{2,}er) (?P<what>(?:\w+ ){0,3}?)than (?:(?P<all>every|each|any|all)(?: of)?(?: the)?(?: other)?\b|the )?",
    re.IGNORECASE,
)
_ENDS = {
    "more": "most",
    "less": "least",
    "fewer": "fewest",
    "higher": "highest",
    "greater": "greatest",
    "lower": "lowest",
}


def beyond_every(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of the things whose figure lies beyond the extreme of those that the words behind tell apart.

    "Bikes heavier than every helmet": `weight > (SELECT max(weight) ... WHERE category = 'helmet')`.
    """
    match = _THAN_ALL.search(inquiry.utterance.text)
    thing = _thing(inquiry, match) if match else None
    if match is None or thing is None:
        return
    word = _superlative(match["word"].lower(), match["what"].lower().split())
    start, end = inquiry.utterance.span(*match.span())
    measure = _named(inquiry, start, end, thing) or implied_measure(inquiry, word, thing)
    descending = ranked_down(word, (measure,), inquiry) if measure else None
    if measure is None or descending is None:
        return
    found = [each for each in requirements(inquiry) if each.start >= end]
    if not match["all"] and not _is_one(found, end, thing, inquiry):
        return
    inner = _extreme(inquiry, measure, found, descending=descending)
    if inner is None:
        return
    held = Predicate(
        left=ColumnTerm.of(measure),
        operator="=" if inner.where is None else ">" if descending else "<",
        right=(SubPlan(plan=inner),),
    )
    table = inquiry.schema.table(thing)
    assert table is not None
    counted = inquiry.evidence.cues.count is not None
    yield Plan(
        select=(ROW_COUNT,) if counted else told_of(table, inquiry),
        tables=(TableSource(table=thing),),
        where=held,
    )


def _thing(inquiry: Inquiry, match: re.Match[str]) -> str | None:
    """Return the table whose rows are compared: the first named before the words."""
    start, _ = inquiry.utterance.span(*match.span())
    before = [m for m in inquiry.named_tables if m.start < start]
    return min(before, key=lambda m: (m.start, -m.score)).table if before else None


def _superlative(word: str, what: list[str]) -> str:
    """Return the superlative of a comparative: "heavier" to "heaviest", "more expensive" to "expensive"."""
    if word in ("more", "less", "fewer") and what and what[0] in SUPERLATIVES:
        return what[0]
    return _ENDS.get(word, f"{word[:-2]}est")


def _named(inquiry: Inquiry, start: int, end: int, table: str) -> ColumnRef | None:
    """Return the figure that is named between the comparative and what is compared with: "more seats than any"."""
    for mention in inquiry.evidence.mentions.columns:
        for ref, score in mention.candidates:
            if start < mention.start < end and score >= NAMED and ref.table == table and ref not in inquiry.keys:
                return ref if inquiry.evidence.is_ordered(ref) else None
    return None


def _is_one(told: list[Requirement], at: int, table: str, inquiry: Inquiry) -> bool:
    """Tell whether a thing of a table is named right behind "than": "longer than the Red Rose"."""
    found = inquiry.schema.table(table)
    called = {term.ref for term in row_names(found)} if found else set[ColumnRef]()
    return any(each.start == at and not each.excludes and each.options[0].column in called for each in told)


def _extreme(inquiry: Inquiry, measure: ColumnRef, told: list[Requirement], *, descending: bool) -> Plan | None:
    """Return the extreme of the figure among the rows that some requirements tell apart, or of all where there are none."""
    extreme = Aggregate(function="max" if descending else "min", argument=ColumnTerm.of(measure))
    plan: Plan | None = Plan(select=(extreme,), tables=(TableSource(table=measure.table),), joins=())
    for each in told:
        plan = with_table(plan, each.options[0].column.table, inquiry.schema) if plan else None
    where = conjunction(tuple(c for each in told for c in each.options[0].conditions))
    return plan.model_copy(update={"where": where}) if plan else None
