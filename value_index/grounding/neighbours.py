"""Features of a span computed from the other spans of the text: nested in one, or next to one.

"books on New York" -> SELECT * FROM book WHERE subject = 'New York': the span "York" lies inside a longer name, so it is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from value_index.grounding.candidate import Candidate
from value_index.linear_model import Feature, Features

FEATURES = (
    Feature("inside", 'The likeness of a longer span around this one: of "New York" for "York".'),
    Feature("holds_name", "The share of this span that the very name of a value inside it takes up."),
    Feature("beside", 'True if the name of a value of the same column stands close by: "in Rome, Oslo or Paris".'),
)
BESIDE = 2
"""Words between two values of one column that are named together: "in Rome, Oslo or Paris"."""


@dataclass(frozen=True, slots=True)
class _Span:
    first: int
    last: int
    likeness: float
    columns: frozenset[str]
    is_named: bool
    """Whether it is the very name of a value, not a near spelling, a part or a number."""

    def holds(self, other: _Span) -> bool:
        return self.first <= other.first and other.last <= self.last and self != other


def neighbour_features(groups: Sequence[Sequence[Candidate]]) -> list[Features]:
    """Return, for the candidates of each span of a text, what speaks for or against it from the other spans."""
    spans = [_span(candidates) for candidates in groups]
    named = [span for span in spans if span.is_named]
    return [
        {
            "inside": max((other.likeness for other in spans if other.holds(span)), default=0.0),
            "holds_name": max((_share(other, span) for other in named if span.holds(other)), default=0.0),
            "beside": float(any(_beside(span, other) for other in named)),
        }
        for span in spans
    ]


def _span(candidates: Sequence[Candidate]) -> _Span:
    mention = candidates[0].mention
    text = [candidate for candidate in candidates if candidate.mention.kind != "number"]
    return _Span(
        mention.first,
        mention.last,
        max((candidate.likeness for candidate in text), default=0.0),
        frozenset(str(candidate.column.ref) for candidate in text),
        any(candidate.kind in ("exact", "folded", "alias") for candidate in text),
    )


def _share(inner: _Span, outer: _Span) -> float:
    return (inner.last - inner.first) / (outer.last - outer.first)


def _beside(span: _Span, other: _Span) -> bool:
    gap = max(other.first - span.last, span.first - other.last)
    return 0 <= gap <= BESIDE and bool(span.columns & other.columns)
