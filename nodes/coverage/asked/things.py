"""Things that the words ask for, where a plan may show a figure instead: "which of them", "the longest track"."""

from __future__ import annotations

from collections.abc import Mapping

from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.lexical.utterance import name_words, stem
from nodes.plan import Aggregate, Plan
from value_index.schema import ColumnRef

_ASKING = frozenset(("which", "who", "whom", "whose", "list", "show", "name"))
OPENING = frozenset(("and", "ok", "okay", "now", "so", "then", "but", "please", "also", "can", "could", "you", "just"))
_LISTING = frozenset(("list", "show", "give", "find"))
_ARTICLES = frozenset(("me", "us", "all", "of", "the", "every"))
_DENYING = frozenset(("never", "not", "haven't", "hasn't", "weren't", "wasn't"))
_RANKING = frozenset(("most", "least", "often"))
_DEEDS: dict[str, tuple[str, ...]] = {
    "borrowed": ("loan", "lending", "checkout"), "lent": ("loan", "lending"), "loaned": ("loan",), "bought": ("purchase", "order", "sale"),
    "sold": ("sale", "order"), "purchased": ("purchase", "order", "sale"), "paid": ("payment",), "booked": ("booking", "reservation"),
    "reserved": ("reservation", "booking"), "hired": ("hire", "rental"), "flown": ("flight",), "taught": ("teaching", "lesson"),
    "sent": ("message", "shipment"), "rated": ("rating", "review"), "reviewed": ("review", "rating"), "ordered": ("order", "purchase"),
    "enrolled": ("enrollment", "registration"), "played": ("game", "match"), "driven": ("trip", "drive"),
}  # fmt: skip
"""What was done, with the words of tables that record it under another root."""
SHORTEST_ROOT = 4
"""Letters that a verb and the table of what was done share."""
REACH = 2
"""Words from a superlative to the things that it ranks: "the most expensive wine"."""


def asks_which(inquiry: Inquiry) -> bool:
    """Tell whether the words ask which things there are, and for no figure: "Which of them spent more than 38?"."""
    words = inquiry.utterance.words
    first = next((word.text for word in words if word.text not in OPENING), "")
    evidence = inquiry.evidence
    rows = evidence.previous is None and not evidence.aggregates and _begins_with_rows(inquiry)
    return (first in _ASKING or rows) and evidence.cues.count is None


def _begins_with_rows(inquiry: Inquiry) -> bool:
    """Tell whether words begin with the rows of a table: "Chefs who have no recipe"."""
    words = inquiry.utterance.words
    named = any(m.start == 0 for m in inquiry.named_tables)
    return bool(words) and named and words[0].text.endswith("s")


def thing_ranked(inquiry: Inquiry) -> str | None:
    """Return the table whose rows a superlative ranks by a column that no word names: "What is the longest track?"."""
    evidence = inquiry.evidence
    for superlative in evidence.superlatives:
        places = range(superlative.position + 1, superlative.position + 1 + REACH)
        columns = [m for m in evidence.mentions.columns if m.start in places and m.candidates[0][1] >= NAMED]
        tables = [m for m in inquiry.named_tables if m.start in places]
        if tables and not columns and superlative.implied:
            return tables[0].table
    return None


def table_asked(inquiry: Inquiry) -> str | None:
    """Return the table whose rows the words ask for first of all: "What languages are they in?", "List the films of Ada"."""
    words, evidence = inquiry.utterance.words, inquiry.evidence
    at = next((at for at, word in enumerate(words) if word.text not in OPENING), 0)
    if at >= len(words) or words[at].text not in ("what", "which", *_LISTING) or evidence.cues.count is not None:
        return None
    if words[at].text in _LISTING:
        at = next((n for n in range(at + 1, len(words)) if words[n].text not in _ARTICLES), at + 1) - 1
    columns = [m for m in evidence.mentions.columns if m.start == at + 1 and m.candidates[0][1] >= NAMED]
    tables = [m.table for m in inquiry.named_tables if m.start == at + 1]
    return tables[0] if tables and not columns and not evidence.aggregates else None


def values_asked(inquiry: Inquiry) -> frozenset[ColumnRef]:
    """Return the columns of which it is asked which values there are: "Which countries do our customers come from?"."""
    words = inquiry.utterance.words
    at = next((at for at, word in enumerate(words) if word.text not in OPENING), 0)
    several = at + 1 < len(words) and words[at].text in ("which", "what") and words[at + 1].text.endswith("s")
    if not several or words[at + 1].text.endswith("ss"):
        return frozenset()
    named = (m for m in inquiry.evidence.mentions.columns if m.start == at + 1 and m.end == at + 2)
    return frozenset(ref for m in named for ref, score in m.candidates if score >= NAMED and ref not in inquiry.keys)


def tables_done(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the tables that record what was done most or least: rental for "the most rented films"."""
    words = inquiry.utterance.words
    return _tables_of_deeds(
        inquiry, {at + step for at, w in enumerate(words) if w.text in _RANKING for step in (1, 2, -1)}
    )


def tables_denied(inquiry: Inquiry) -> tuple[str, ...]:
    """Return the tables that record what was never done: rental for "films that were never rented"."""
    words = inquiry.utterance.words
    return _tables_of_deeds(inquiry, {at + step for at, w in enumerate(words) if w.text in _DENYING for step in (1, 2)})


def _tables_of_deeds(inquiry: Inquiry, places: set[int]) -> tuple[str, ...]:
    """Return the tables named for what a verb at one of some places says was done."""
    words = inquiry.utterance.words
    said = [words[at] for at in sorted(places) if 0 <= at < len(words)]
    roots = [word.stem for word in said if word.text.endswith("ed")]
    recorded = frozenset(stem(each) for word in said for each in _DEEDS.get(word.text, ()))
    found = [
        table.name
        for table in inquiry.schema.tables
        for word in name_words(table.natural_name)[-1:]
        if any(len(root) >= SHORTEST_ROOT and stem(word).startswith(root) for root in roots) or stem(word) in recorded
    ]
    return tuple(dict.fromkeys(found))


def shows_figures_only(plan: Plan, functions: frozenset[str]) -> bool:
    """Tell whether a plan shows nothing but figures of some functions, over all rows."""
    figures = [term for term in plan.select if isinstance(term, Aggregate) and term.function in functions]
    return len(figures) == len(plan.select) > 0 and not plan.group_by


def said_siblings(inquiry: Inquiry) -> Mapping[ColumnRef, frozenset[ColumnRef]]:
    """Return the columns whose own word no one says, with those of their kind whose own word is said.

    "the youngest winners": loser_name and loser_age, beside winner_name and winner_age. Their last word is the kind. Keys
    are left out; the name of the rows says no time of theirs: `invoice_date` of an invoice beside when it was paid.
    """
    said = {word.stem for word in inquiry.utterance.words}
    found: dict[ColumnRef, frozenset[ColumnRef]] = {}
    for table in inquiry.schema.tables:
        refs = [ColumnRef(table=table.name, column=column.name) for column in table.columns]
        named = {ref: tuple(map(stem, name_words(inquiry.schema.describe(ref).natural_name))) for ref in refs}
        for ref, words in named.items():
            rows = inquiry.table_stems(table.name) if inquiry.profiles.of(ref).date_form else frozenset[str]()
            beside = frozenset(
                other
                for other, others in named.items()
                if len(words) > 1 and len(others) > 1 and words[-1] == others[-1]
                and len({*others} - {*words}) == len({*words} - {*others}) == 1
                and {*others} - {*words} <= said - rows and not ({*words} - {*others}) & said
            )  # fmt: skip
            if beside and not {ref, *beside} & inquiry.keys:
                found[ref] = beside
    return found
