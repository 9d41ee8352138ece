"""with_superior: rows beside the row that their key to the same table leads to ("employees with their manager's name")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.shapes.other_row import of_other_row, with_other_row
from nodes.lexical.evidence import display_columns
from nodes.lexical.lexicon import SUPERIORS
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Plan
from value_index.schema import ForeignKey

_BESIDE = re.compile(
    r"\b(?:with|and|along with|together with|next to|beside) (?:the )?(?:names? of )?(?:(?:their|its|his|her)(?: own| direct)? (?P<whom>\w+)"
    r"|(?:the )?(?:person|people|one|user|employee|member|\w+) (?:who|that|which) (?P<verb>\w+) (?:them|it|him|her))\b",
    re.IGNORECASE,
)
_IDLE = frozenset(map(stem, ("id", "no", "number", "code", "by", "to")))


def with_superior(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that shows each row beside the one that its key leads to.

    "List employees with their manager's name": `employee AS e JOIN employee AS m ON e.manager_id = m.id`.
    """
    match = _BESIDE.search(inquiry.utterance.text)
    if match is None or inquiry.evidence.aggregates or inquiry.evidence.cues.count is not None:
        return
    said = stem((match["whom"] or match["verb"]).lower())
    for key in inquiry.schema.foreign_keys:
        own = inquiry.column_stems(key.source) - _IDLE
        one = key.source.table == key.target.table
        if (
            one
            and inquiry.is_named(key.source.table)
            and (said in own or (said in SUPERIORS and bool(own & SUPERIORS or match["whom"])))
        ):
            yield _plan(inquiry, key)
            return


def _plan(inquiry: Inquiry, key: ForeignKey) -> Plan:
    table = inquiry.schema.table(key.source.table)
    assert table is not None
    names = display_columns(table)
    select = (*map(ColumnTerm.of, names), *map(of_other_row, names))
    return with_other_row(key, "left").model_copy(update={"select": select})
