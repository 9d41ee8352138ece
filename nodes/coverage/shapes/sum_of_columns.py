"""columns_reckoned: two columns of a table reckoned together as the words say ("salary plus bonus", "pay including tips")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.group import asked_units
from nodes.coverage.asked.order import asked_order, ranked_down
from nodes.coverage.calculations.sale_figures import sales_asked
from nodes.coverage.edits.joining import with_table
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.rows import has_name, row_key, row_names
from nodes.coverage.shapes.measured_by import measures
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, AggregateFunction, Arithmetic, ColumnTerm, Ordering, Plan, TableSource, Term
from nodes.plan.model import ArithmeticOperator
from value_index.schema import ColumnRef

_SIGNS: dict[str, ArithmeticOperator] = {
    "plus": "+", "minus": "-", "times": "*", "multiplied by": "*", "divided by": "/", "+": "+", "*": "*", "×": "*", "/": "/", "less": "-",
}  # fmt: skip
NAMED = 0.5
"""Score of a column beside a sign, which may be called by a part of its name: "salary" of monthly_salary."""
_SIGN = re.compile(r"\s(?P<sign>plus|minus|times|multiplied by|divided by|less|[+*×/])\s", re.IGNORECASE)
_INCLUDING = re.compile(
    r"\s(?:including|incl\.?|inclusive of|counting)(?: (?:the|their|his|her|its|all|any))?\s", re.IGNORECASE
)
_TOGETHER = re.compile(
    r"\b(?:combined|together|added up|in sum|(?:sum|total) of (?:the |their )?\w+ and)\b", re.IGNORECASE
)
_AND = re.compile(r"\s(?P<sign>and)\s", re.IGNORECASE)
_PAY = frozenset(map(stem, ("salary", "sal", "wage", "wages", "pay", "income", "earnings")))
_MONEY = _PAY | frozenset(map(stem, ("amount", "amt", "total", "revenue", "price", "fee", "fare", "charge", "cost", "payment", "rent")))  # fmt: skip
"""Words of what something else may be added to, where no word names it: "revenue including cabin fees"."""
_OF_MONEY = _MONEY | frozenset(map(stem, ("earn", "earned", "earner", "paid", "income", "turnover", "takings", "spend", "spent", "expensive")))  # fmt: skip


def columns_reckoned(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that shows what two columns give together, of each row, as one figure, or as what ranks the rows.

    "Price times quantity of each line": `SELECT price * quantity`. "The total pay (salary plus bonus)": `sum(salary + bonus)`.
    "Who earns most including bonus?": `ORDER BY salary + bonus DESC LIMIT 1`.
    """
    for sign, ends in _reckoned(inquiry):
        left, right = ends
        term = Arithmetic(operator=_SIGNS[sign], left=left, right=ColumnTerm.of(right))
        yield _plan(inquiry, term, right.table)
        return


def _reckoned(inquiry: Inquiry) -> Iterator[tuple[str, tuple[Term, ColumnRef]]]:
    """Yield the sign with what stands on its left and the column on its right."""
    text = inquiry.utterance.text
    signs = [*_SIGN.finditer(text), *(_AND.finditer(text) if _TOGETHER.search(text) else ())]
    for match in signs:
        if ends := _ends(inquiry, match.start(), match.end()):
            sign = match["sign"].lower()
            yield ("plus" if sign == "and" else sign), (ColumnTerm.of(ends[0]), ends[1])
    for match in _INCLUDING.finditer(text):
        for other in _named_at(inquiry, match.end()):
            if (base := _base(inquiry, match.start(), other)) is not None:
                yield "plus", (base, other)


def _ends(inquiry: Inquiry, start: int, stop: int) -> tuple[ColumnRef, ColumnRef] | None:
    """Return the two columns of one table that are named right before and right after a sign."""
    words = inquiry.utterance.words
    left = [m for m in inquiry.evidence.mentions.columns if words[m.end - 1].end == start]
    for one in (ref for m in left for ref, score in m.candidates[:3] if score >= NAMED):
        for other in _named_at(inquiry, stop):
            if one.table == other.table and one != other and _is_number(inquiry, one):
                return one, other
    return None


def _named_at(inquiry: Inquiry, stop: int) -> Iterator[ColumnRef]:
    """Yield the columns of numbers that are named right after a sign."""
    words = inquiry.utterance.words
    right = [m for m in inquiry.evidence.mentions.columns if stop <= words[m.start].start <= stop + 4]
    yield from (ref for m in right for ref, score in m.candidates[:3] if score >= NAMED and _is_number(inquiry, ref))


def _base(inquiry: Inquiry, start: int, other: ColumnRef) -> Term | None:
    """Return what a column is added to: the figure named before it, else the only money of its table, where that is asked."""
    words = inquiry.utterance.words
    before = [m for m in inquiry.evidence.mentions.columns if words[m.end - 1].end <= start]
    named = [ref for m in before for ref, score in m.candidates[:3] if score >= NAMED and ref.table == other.table]
    named = [ref for ref in named if _is_number(inquiry, ref) and ref != other]
    if named:
        return ColumnTerm.of(named[-1])
    asked = sales_asked(inquiry)
    sold = next((f.term for f in asked.figures if f.table == other.table and f.term != ColumnTerm.of(other)), None) if asked else None  # fmt: skip
    if sold is not None:
        return sold
    said = {word.stem for word in words if word.end <= start}
    if not asked and not said & _OF_MONEY:
        return None
    kept = [ref for ref in measures(inquiry, other.table) if ref != other and _is_number(inquiry, ref)]
    money = [ref for ref in kept if inquiry.column_stems(ref) & (_MONEY if asked else _PAY | _MONEY)]
    return ColumnTerm.of(money[0]) if len(money) == 1 else None


def _is_number(inquiry: Inquiry, ref: ColumnRef) -> bool:
    return inquiry.schema.describe(ref).kind == "number" and ref not in inquiry.keys


def _plan(inquiry: Inquiry, term: Term, name: str) -> Plan:
    table = inquiry.schema.table(name)
    assert table is not None
    bare = Plan(tables=(TableSource(table=name),), joins=())
    for each in inquiry.evidence.superlatives[:1]:
        down = ranked_down(inquiry.utterance.words[each.position].text, (), inquiry)
        asked = asked_order(inquiry)
        order = (Ordering(term=term, descending=down is not False),)
        limit = asked.limit if asked and asked.limit else each.limit
        return bare.model_copy(update={"select": row_names(table), "order_by": order, "limit": limit})
    functions: list[AggregateFunction] = [function for _, function in inquiry.evidence.aggregates]
    total = Aggregate(function=functions[0] if functions else "sum", argument=term)
    for unit, is_table in asked_units(inquiry):
        joined = with_table(bare, unit.table, inquiry.schema)
        if is_table and unit.table == name:
            break
        if joined is not None:
            key = row_key(ColumnTerm.of(unit), inquiry.schema) if is_table else ColumnTerm.of(unit)
            return joined.model_copy(update={"select": (ColumnTerm.of(unit), total), "group_by": (key,)})
    words = {word.text for word in inquiry.utterance.words}
    if (functions or sales_asked(inquiry) is not None) and not words & {"each", "every", "per"}:
        return bare.model_copy(update={"select": (total,)})
    names = row_names(table)
    shown = names if has_name(table) else (row_key(names[0], inquiry.schema),)
    return bare.model_copy(update={"select": (*shown, term)})
