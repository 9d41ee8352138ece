"""ended_requirements: whether the end that a column of times records has come ("still alive", "former trainers")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirement import Requirement
from nodes.coverage.requirements.no_value import DATED, LEFT_OUT, SPOKEN_OF, null_option, null_requirement
from nodes.lexical.utterance import stem
from nodes.plan import Operator
from value_index.schema import ColumnRef

_GONE = re.compile(r"\b(?:who|that|have|has|had|already) $", re.IGNORECASE)
_ENDS = frozenset(map(stem, ("left", "leave", "leaving", "end", "ended", "ending", "terminated", "termination", "quit", "resigned", "exit", "departed", "closed", "until", "term", "leaving")))  # fmt: skip
_DEATHS = frozenset(map(stem, ("died", "die", "death", "dead", "deceased")))
_LASTING: dict[str, tuple[frozenset[str], Operator]] = {
    "alive": (_DEATHS, "is null"), "living": (_DEATHS, "is null"), "dead": (_DEATHS, "is not null"),
    "deceased": (_DEATHS, "is not null"), "current": (_ENDS, "is null"), "currently": (_ENDS, "is null"),
    "employed": (_ENDS, "is null"), "former": (_ENDS, "is not null"), "ongoing": (_ENDS, "is null"), "unfinished": (_ENDS, "is null"),
    "finished": (_ENDS, "is not null"), "ended": (_ENDS, "is not null"), "left": (_ENDS, "is not null"), "quit": (_ENDS, "is not null"),
    "resigned": (_ENDS, "is not null"), "leavers": (_ENDS, "is not null"),
}  # fmt: skip
"""Words that say whether something has ended, with the stems of the columns of times that record it."""


def ended_requirements(inquiry: Inquiry) -> Iterator[Requirement]:
    """Yield whether the end that a column of times records has come.

    "Those who are still alive": `died_on IS NULL`; "former trainers": `left_on IS NOT NULL`.
    """
    for at, word in enumerate(inquiry.utterance.words):
        if word.text not in _LASTING or (
            word.text == "left" and not _GONE.search(inquiry.utterance.text[: word.start])
        ):
            continue
        stems, operator = _LASTING[word.text]
        if inquiry.is_denied(at) or inquiry.utterance.text[: word.start].endswith("no longer "):
            operator = "is not null" if operator == "is null" else "is null"
        if LEFT_OUT.search(inquiry.utterance.text[: word.start]):
            operator = "is null" if operator == "is not null" else operator
        refs = [ref for ref in inquiry.schema.columns if stems & inquiry.column_stems(ref) and _may_end(inquiry, ref)]
        refs = [ref for ref in refs if word.stem not in inquiry.column_stems(ref)]  # read by its own name already
        refs.sort(key=lambda ref: -inquiry.table_score(ref.table))
        if refs:
            yield null_requirement(inquiry, at, tuple(null_option(ref, operator, 1.0) for ref in refs[:2]), DATED)


def _may_end(inquiry: Inquiry, ref: ColumnRef) -> bool:
    profile = inquiry.profiles.of(ref)
    return inquiry.table_score(ref.table) >= SPOKEN_OF and profile.has_null and profile.date_form is not None
