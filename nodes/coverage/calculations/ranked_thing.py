"""RankedThing: what a figure ranks, a column or the rows of a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nodes.coverage.asked.group import is_whole
from nodes.coverage.asked.order import asked_order
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.lexical.evidence import display_columns
from value_index.schema import ColumnRef


@dataclass(frozen=True)
class RankedThing:
    """What a figure ranks."""

    column: ColumnRef
    is_table: bool
    """True if the column stands for the rows of its table."""
    plural: bool
    """True if many of them are spoken of."""


def ranked_thing(inquiry: Inquiry, without: Collection[str] = ()) -> RankedThing | None:
    """Return the first thing that the words name: "which carrier is the slowest", "our best selling toys".

    Args:
        inquiry: the turn.
        without: tables whose rows are what is reckoned, not what is ranked.
    """
    named: list[tuple[int, float, ColumnRef, bool]] = []
    for mention in inquiry.evidence.mentions.tables:
        table = inquiry.schema.table(mention.table)
        if mention.score >= NAMED and table is not None and mention.table not in without:
            named.append((mention.start, mention.score, display_columns(table)[0], True))
    for mention in inquiry.evidence.mentions.columns:
        ref, score = mention.candidates[0]
        if inquiry.utterance.words[mention.start].text in ("who", "whom"):
            continue  # "who are our best customers?" names the customers, not what anybody is called
        said = score >= NAMED or is_whole(inquiry, ref, mention.start, mention.end)
        if said and ref not in inquiry.keys and inquiry.schema.describe(ref).kind == "text":
            named.append((mention.start, score, ref, False))
    if not named:
        return None
    start, _, ref, is_table = min(named, key=lambda each: (each[0], -each[1], not each[3]))
    word = inquiry.utterance.words[start].text
    return RankedThing(ref, is_table, word.endswith("s") and not word.endswith("ss"))


def limit_of(inquiry: Inquiry, thing: RankedThing) -> int | None:
    """Return how many of the things that are ranked are asked for: the number that is said, else one, or all if many are spoken of."""
    asked = asked_order(inquiry)
    return asked.limit if asked and asked.limit else None if thing.plural else 1
