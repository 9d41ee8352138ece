"""beside_superior: rows compared with the row that their key leads to ("who earns more than their manager")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.rows import row_names
from nodes.coverage.shapes.measured_by import measure_of
from nodes.coverage.shapes.other_row import of_other_row, with_other_row
from nodes.lexical.lexicon import SUPERIORS
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Operator, Plan, Predicate
from value_index.schema import ColumnRef, ForeignKey

_THAN = re.compile(
    r"\b(?P<word>more|less|fewer|higher|lower|older|younger|longer|shorter|larger|smaller|bigger|earlier|later|before|after|\w+er)"
    r"(?: \w+){0,3}? (?:than )?(?:its|their|the|his|her)(?: own| direct)? (?P<whom>\w+)",
    re.IGNORECASE,
)
_LESS = frozenset(("less", "fewer", "lower", "younger", "shorter", "smaller", "earlier", "before", "cheaper"))
_BY_BIRTH = {"older": True, "younger": False}


def beside_superior(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that reads a table twice, and holds a figure of a row against that of its superior.

    "Who earns more than their manager?": `staff AS s JOIN staff AS m ON s.manager_id = m.id WHERE s.salary > m.salary`.
    """
    for match in _THAN.finditer(inquiry.utterance.text):
        at, _ = inquiry.utterance.span(match.start("word"), match.end("word"))
        whom = stem(match["whom"].lower())
        for key in inquiry.schema.foreign_keys:
            if key.source.table != key.target.table:
                continue
            measure = measure_of(inquiry, match["word"].lower(), at, key.source.table)
            if measure is not None and (whom in inquiry.column_stems(key.source) or whom in SUPERIORS):
                yield _plan(inquiry, key, measure, match["word"].lower())
                return


def _plan(inquiry: Inquiry, key: ForeignKey, measure: ColumnRef, word: str) -> Plan:
    less = word in _LESS
    if word in _BY_BIRTH and stem("age") not in inquiry.column_stems(measure):
        less = _BY_BIRTH[word]
    operator: Operator = "<" if less else ">"
    table = inquiry.schema.table(measure.table)
    assert table is not None
    where = Predicate(left=ColumnTerm.of(measure), operator=operator, right=(of_other_row(measure),))
    return with_other_row(key).model_copy(update={"select": row_names(table), "where": where})
