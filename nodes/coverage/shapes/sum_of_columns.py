"""columns_reckoned: two columns of a table reckoned together as the words say ("salary plus bonus")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.rows import row_names
from nodes.plan import Aggregate, AggregateFunction, Arithmetic, ColumnTerm, Plan, TableSource, Term
from nodes.plan.model import ArithmeticOperator
from value_index.schema import ColumnRef

_SIGNS: dict[str, ArithmeticOperator] = {
    "plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/", "+": "+", "*": "*", "×": "*", "/": "/", "less": "-",
}  # fmt: skip
NAMED = 0.5
"""Score of a column beside a sign, which may be called by a part of its name: "salary" of monthly_salary."""
_SIGN = re.compile(r"\s(?P<sign>plus|minus|times|multiplied by|divided by|less|[+*×/])\s", re.IGNORECASE)


def columns_reckoned(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that shows what two columns give together, of each row or as one figure.

    "Price times quantity of each line": `SELECT price * quantity`. "The total pay (salary plus bonus)": `sum(salary + bonus)`.
    """
    for match in _SIGN.finditer(inquiry.utterance.text):
        ends = _ends(inquiry, match.start(), match.end())
        if ends is None:
            continue
        term = Arithmetic(
            operator=_SIGNS[match["sign"].lower()], left=ColumnTerm.of(ends[0]), right=ColumnTerm.of(ends[1])
        )
        yield _plan(inquiry, term, ends[0].table)
        return


def _ends(inquiry: Inquiry, start: int, stop: int) -> tuple[ColumnRef, ColumnRef] | None:
    """Return the two columns of one table that are named right before and right after a sign."""
    words = inquiry.utterance.words
    left = [m for m in inquiry.evidence.mentions.columns if words[m.end - 1].end == start]
    right = [m for m in inquiry.evidence.mentions.columns if stop <= words[m.start].start <= stop + 4]
    for one in (ref for m in left for ref, score in m.candidates[:3] if score >= NAMED):
        for other in (ref for m in right for ref, score in m.candidates[:3] if score >= NAMED):
            if one.table == other.table and one != other and _is_number(inquiry, one) and _is_number(inquiry, other):
                return one, other
    return None


def _is_number(inquiry: Inquiry, ref: ColumnRef) -> bool:
    return inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys


def _plan(inquiry: Inquiry, term: Term, name: str) -> Plan:
    table = inquiry.schema.table(name)
    assert table is not None
    functions: list[AggregateFunction] = [function for _, function in inquiry.evidence.cues.aggregates]
    words = {word.text for word in inquiry.utterance.words}
    if functions and not words & {"each", "every", "per"}:
        select: tuple[Term, ...] = (Aggregate(function=functions[0], argument=term),)
    else:
        select = (*row_names(table), term)
    return Plan(select=select, tables=(TableSource(table=name),))
