"""ranked_sum: the things whose rows of another table add up to most ("top 5 customers by freight charge")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.calculations.ranked_thing import RankedThing, limit_of, ranked_thing
from nodes.coverage.column_profile import NEVER_SUMMED
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.join_paths import key_path
from nodes.coverage.shapes.ranked_average import ranked_by
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Ordering, Plan
from value_index.schema import ColumnRef

_TOP_BY = re.compile(
    r"\b(?P<word>top|bottom|best|biggest|largest)\b(?! (?:average|mean)).* by (?:their |the |total )*(?=\w)",
    re.IGNORECASE,
)
_MOST = re.compile(r"\b(?P<word>most|least|fewest) (?:total )?(?=\w)", re.IGNORECASE)
_DOWN = frozenset(("top", "best", "biggest", "largest", "most"))
_OF_A_THING = NEVER_SUMMED - {stem("weight"), stem("size")}
"""Words of figures that add up to nothing, whatever they are of: what many parcels weigh together is a weight."""
NAMED = 0.5
"""Score of a figure that the words name by a part of its name, its unit left out: "weight" of weight_kg."""


def ranked_sum(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks things by what a figure of their rows adds up to.

    "Which pupil has missed the most hours?": `... FROM absence JOIN pupil GROUP BY pupil_id ORDER BY sum(hours) DESC LIMIT 1`.
    """
    match = _TOP_BY.search(inquiry.utterance.text) or _MOST.search(inquiry.utterance.text)
    averaged = any(function == "avg" for _, function in inquiry.evidence.aggregates)
    if match is None or averaged or inquiry.evidence.cues.count is not None:
        return
    _, end = inquiry.utterance.span(*match.span())
    for figure in _figures(inquiry, end):
        thing = ranked_thing(inquiry)
        if thing is None or not _has_many(inquiry, thing, figure):
            continue
        total = Aggregate(function="sum", argument=ColumnTerm.of(figure))
        order = Ordering(term=total, descending=match["word"].lower() in _DOWN)
        plan = ranked_by(inquiry, thing, figure.table, order)
        if plan is not None:
            yield plan.model_copy(update={"limit": limit_of(inquiry, thing)})
            return


def _figures(inquiry: Inquiry, end: int) -> Iterator[ColumnRef]:
    """Yield the numbers that are named right after some words and that can be added up."""
    for mention in inquiry.evidence.mentions.columns:
        ref, score = mention.candidates[0]
        is_number = inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys
        is_amount = inquiry.profiles.of(ref).flag is None and not inquiry.column_stems(ref) & _OF_A_THING
        if mention.start == end and score >= NAMED and is_number and is_amount:
            yield ref


def _has_many(inquiry: Inquiry, thing: RankedThing, figure: ColumnRef) -> bool:
    """Tell whether each thing has several rows of a figure: keys lead from these to it, or rows of one table share it."""
    if thing.column.table == figure.table:
        return not thing.is_table and not inquiry.profiles.is_unique(thing.column)
    path = key_path(inquiry.schema, frozenset((figure.table.lower(),)), thing.column.table.lower())
    return bool(path) and all(hop.up and not inquiry.profiles.is_unique(hop.left) for hop in path or ())
