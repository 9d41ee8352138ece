"""of_one_row: two values side by side that one table stores in two columns are meant of its rows: "Mary Smith"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from value_index.matches import ValueMatch

Span = tuple[int, int]
Matches = tuple[ValueMatch, ...]
KEPT = 0.2
"""What is left of the chance of a match in a table that does not store both values."""


def of_one_row(found: Mapping[Span, Matches]) -> dict[Span, Matches]:
    """Return the matches of spans, those of spans side by side in the tables that store both; a span's chance stays.

    "Mary Smith" where actors are called Mary and customers Mary and Smith: the customer is likelier.
    """
    out = dict(found)
    for one, two in pairwise(sorted(found)):
        shared = _shared(out[one], out[two]) if one[1] == two[0] else frozenset[str]()
        if shared:
            out[one], out[two] = _preferred(out[one], shared), _preferred(out[two], shared)
    return out


def _shared(one: Matches, two: Matches) -> frozenset[str]:
    """Return the tables of which each span names a value, of two columns."""
    return frozenset(
        a.column.table for a in one for b in two if a.column.table == b.column.table and a.column != b.column
    )


def _preferred(matches: Matches, tables: frozenset[str]) -> Matches:
    chosen = [match for match in matches if match.column.table in tables]
    rest = [match for match in matches if match.column.table not in tables]
    whole, moved = sum(match.score for match in chosen), (1.0 - KEPT) * sum(match.score for match in rest)
    if not whole:
        return matches
    more = [_scored(match, match.score * (1.0 + moved / whole)) for match in chosen]
    return _ranked([*more, *(_scored(match, KEPT * match.score) for match in rest)])


def _scored(match: ValueMatch, score: float) -> ValueMatch:
    return match.model_copy(update={"score": round(score, 4)})


def _ranked(matches: Sequence[ValueMatch]) -> Matches:
    ranked = sorted(matches, key=lambda match: -match.score)
    following = [*(match.score for match in ranked[1:]), 0.0]
    margins = [round(match.score - after, 4) for match, after in zip(ranked, following, strict=True)]
    return tuple(m.model_copy(update={"margin": margin}) for m, margin in zip(ranked, margins, strict=True))
