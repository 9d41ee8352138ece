"""measure_of: the column by which a word ranks or compares the rows of a table."""

from __future__ import annotations

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.lexicon import COMPARED, SUPERLATIVES
from nodes.lexical.utterance import stem
from value_index.schema import ColumnRef

REACH = 5
"""Words between a superlative and the column that it ranks by."""
_TIMES = frozenset(map(stem, ("date", "time", "year")))
_BORN = frozenset(map(stem, ("birth", "born", "birthday", "dob")))
_BEGUN = frozenset(
    map(stem, ("founded", "opened", "built", "established", "launched", "made", "released", "published"))
)
_LONG = frozenset(map(stem, ("duration", "length", "minutes", "hours", "seconds", "time", "page", "word")))
_SIZE = frozenset(map(stem, ("size", "area", "bytes", "weight", "population", "volume")))
_VIEWED = frozenset(map(stem, ("views", "hits", "clicks", "visits")))
"""Words of figures that say how often something was looked at, and nothing of its size: page_views."""
_SALARY = frozenset(map(stem, ("salary", "sal", "wage", "wages", "pay", "income", "earnings")))
_EARNING = frozenset(("earn", "earns", "earned", "paid", "pays"))
"""Words that compare what somebody is paid: "who earns more than their boss"."""
_CHARGED = frozenset(map(stem, ("rate", "fee", "fare", "tariff", "rent", "charge")))
_FURTHER = {"longest": _LONG, "shortest": _LONG, "longer": _LONG, "shorter": _LONG, "largest": _SIZE, "biggest": _SIZE,
            "larger": _SIZE, "bigger": _SIZE, "smaller": _SIZE, "smallest": _SIZE,
            "expensive": _CHARGED, "cheapest": _CHARGED, "costliest": _CHARGED, "dearest": _CHARGED, "priciest": _CHARGED}  # fmt: skip
"""Stems of columns that a word may mean where the lexicon says nothing closer."""


def measure_of(inquiry: Inquiry, word: str, at: int, table: str) -> ColumnRef | None:
    """Return the numbers or times of a table that a superlative or comparative at a place ranks by; None if none.

    "the longest recipe to cook": cook_minutes. "the highest salary": salary. "the oldest": birth_date.
    """
    implied = {stem(each) for each in (*SUPERLATIVES.get(word, (False, ()))[1], *COMPARED.get(word, ()))}
    said = set(inquiry.stems)
    found: list[tuple[float, ColumnRef]] = []
    for ref in measures(inquiry, table):
        stems = inquiry.column_stems(ref)
        near = [m.score(ref) for m in inquiry.evidence.mentions.columns if at - 2 <= m.start <= at + REACH]
        timed = bool(implied & _TIMES) and inquiry.profiles.of(ref).date_form is not None and not stems & _BORN
        fits = 0.6 * bool(implied & stems or timed or ("age" in implied and stems & _BORN))
        fits = fits or 0.6 * bool(stems & _SALARY and _EARNING & {word.text for word in inquiry.utterance.words})
        fits = fits or 0.4 * bool(_FURTHER.get(word, frozenset()) & stems)
        score = max((0.0, *near, fits)) + 0.1 * len(stems & said)
        if score >= 0.4:
            found.append((score, ref))
    meant = [
        pair for pair in found if implied & inquiry.column_stems(pair[1])
    ]  # "biggest": of a size, where there is one
    return max(meant or found, key=lambda pair: pair[0])[1] if found else None


def implied_measure(inquiry: Inquiry, word: str, table: str) -> ColumnRef | None:
    """Return the numbers or times of a table that a superlative speaks of by itself: weight, of "heaviest"; None if none."""
    implied = {stem(each) for each in SUPERLATIVES.get(word, (False, ()))[1]}
    found = [ref for ref in measures(inquiry, table) if not inquiry.column_stems(ref) & _VIEWED]
    closest = [ref for ref in found if implied & inquiry.column_stems(ref)]
    timed = [ref for ref in found if stem("date") in implied and inquiry.profiles.of(ref).date_form is not None]
    born = [ref for ref in found if "age" in implied and inquiry.column_stems(ref) & (_BORN | _BEGUN)]
    alike = [ref for ref in found if _FURTHER.get(word, frozenset()) & inquiry.column_stems(ref)]
    return next(iter((*closest, *timed, *born, *alike)), None)


def measures(inquiry: Inquiry, table: str) -> tuple[ColumnRef, ...]:
    """Return the columns of a table whose values have an order, keys and yes/no columns left out."""
    found = inquiry.schema.table(table)
    refs = [ColumnRef(table=found.name, column=column.name) for column in found.columns] if found else []
    return tuple(
        ref
        for ref in refs
        if ref not in inquiry.keys
        and inquiry.profiles.of(ref).flag is None
        and (inquiry.evidence.is_ordered(ref) or inquiry.profiles.of(ref).date_form is not None)
    )
