"""nth_extreme: what comes second, third or later in an order ("the second highest salary")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.order import ranked_down
from nodes.coverage.inquiry import NAMED, Inquiry
from nodes.coverage.rows import row_names
from nodes.coverage.shapes.measured_by import measure_of
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.plan import ColumnTerm, Ordering, Plan, Predicate, TableSource
from value_index.schema import ColumnRef

_PLACES = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_NTH = re.compile(rf"\b(?P<place>{'|'.join(_PLACES)})[- ](?P<most>most |least )?(?P<word>\w+)\b", re.IGNORECASE)


def nth_extreme(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of a value, or of the thing that has it, that so many others come before.

    "What is the second highest salary?": `SELECT DISTINCT salary ... ORDER BY salary DESC LIMIT 1 OFFSET 1`.
    """
    for match in _NTH.finditer(inquiry.utterance.text):
        word = match["word"].lower()
        at, _ = inquiry.utterance.span(match.start("word"), match.end("word"))
        for table in _tables(inquiry) if word in SUPERLATIVES else ():
            measure = measure_of(inquiry, word, at, table)
            if measure is not None:
                down = ranked_down(word, (measure,), inquiry) != ((match["most"] or "").strip().lower() == "least")
                yield _plan(inquiry, measure, _PLACES[match["place"].lower()], at, descending=down)
                return


def _tables(inquiry: Inquiry) -> list[str]:
    """Return the tables that the words name, and those whose columns they name."""
    named = [m.table for m in inquiry.named_tables]
    columns = [ref.table for m in inquiry.evidence.mentions.columns for ref, score in m.candidates if score >= NAMED]
    return list(dict.fromkeys((*named, *columns)))


def _plan(inquiry: Inquiry, measure: ColumnRef, place: int, at: int, *, descending: bool) -> Plan:
    value = ColumnTerm.of(measure)
    asks_value = any(m.start == at + 1 and m.score(measure) >= NAMED for m in inquiry.evidence.mentions.columns)
    table = inquiry.schema.table(measure.table)
    assert table is not None
    things = any(m.start < at and m.table == measure.table for m in inquiry.evidence.mentions.tables)
    first = inquiry.utterance.words[0].text
    only_value = asks_value and not things and first not in ("who", "which", "whose")
    return Plan(
        select=(value,) if only_value else row_names(table),
        distinct=only_value,
        tables=(TableSource(table=measure.table),),
        where=Predicate(left=value, operator="is not null")
        if inquiry.profiles.of(measure).has_null and not descending
        else None,
        order_by=(Ordering(term=value, descending=descending),),
        limit=1,
        offset=place - 1,
    )
