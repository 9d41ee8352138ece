"""What the other spans of a text say of one."""

from __future__ import annotations

from value_index.grounding.candidate import Candidate, ColumnFacts
from value_index.grounding.neighbours import neighbour_features
from value_index.grounding.spans import Mention
from value_index.matches import Provenance
from value_index.schema import ColumnRef

NAME = ColumnFacts(
    ColumnRef(table="city", column="name"), 9, is_key=False, is_reference=False, is_referred=False, is_display=True,
    is_time=False,
)  # fmt: skip


def candidate(first: int, last: int, kind: Provenance, likeness: float = 1.0) -> list[Candidate]:
    mention = Mention("x", first, last, first, last, "x", "words")
    return [Candidate(mention, NAME, "x", kind, likeness)]


def test_a_name_inside_a_longer_near_spelling() -> None:
    inner, outer = neighbour_features([candidate(2, 3, "exact"), candidate(2, 4, "fuzzy", 0.9)])
    assert inner == {"inside": 0.9, "holds_name": 0.0, "beside": 0.0}
    assert outer == {"inside": 0.0, "holds_name": 0.5, "beside": 0.0}


def test_values_of_one_column_beside_each_other() -> None:
    near, named, far = neighbour_features(
        [candidate(1, 2, "fuzzy", 0.8), candidate(3, 4, "exact"), candidate(9, 10, "fuzzy", 0.8)]
    )
    assert (near["beside"], named["beside"], far["beside"]) == (1.0, 0.0, 0.0)
