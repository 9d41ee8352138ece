"""other_side: who stands at the other end of rows with two keys to one table ("who sent messages to Ada")."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from nodes.coverage.inquiry import Inquiry
from nodes.coverage.requirements.values import value_requirements
from nodes.coverage.rows import row_names
from nodes.lexical.utterance import stem
from nodes.plan import ColumnTerm, Join, Plan, Predicate, SubPlan, TableSource
from value_index.schema import ForeignKey

TO = frozenset(
    map(
        stem,
        [
            "receiver",
            "recipient",
            "to",
            "destination",
            "dest",
            "target",
            "payee",
            "arrival",
            "borrower",
            "buyer",
            "guest",
            "loser",
            "away",
            "end",
            "dropoff",
        ],
    )
)
FROM = frozenset(
    map(
        stem,
        [
            "sender",
            "from",
            "source",
            "origin",
            "src",
            "departure",
            "lender",
            "seller",
            "host",
            "winner",
            "home",
            "author",
            "caller",
            "start",
            "pickup",
        ],
    )
)
_WHO = frozenset(("who", "whom"))


def other_side(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan of those at one end of rows whose other end is named.

    "Who sent messages to Ada?": `id IN (SELECT sender_id FROM message JOIN person ON receiver_id = id WHERE name = 'Ada')`.
    """
    if not inquiry.utterance.words or not {word.text for word in inquiry.utterance.words[:2]} & _WHO:
        return
    values = [each for each in value_requirements(inquiry) if not each.excludes]
    if len(values) != 1 or inquiry.evidence.cues.count is not None:
        return
    value, words = values[0], inquiry.utterance.words
    before = words[value.start - 1].text if value.start else ""
    named = {m.table for m in inquiry.named_tables}
    keys = [key for key in inquiry.schema.foreign_keys if key.source.table in named]
    for one, other in permutations(keys, 2):
        named_is_target = before == "to" and is_end(inquiry, one, FROM) and is_end(inquiry, other, TO)
        named_is_source = (
            before in ("from", "by", "did", "does", "has") and is_end(inquiry, one, TO) and is_end(inquiry, other, FROM)
        )
        same = one.source.table == other.source.table and one.target == other.target
        if same and value.options[0].column.table == one.target.table and (named_is_target or named_is_source):
            yield _plan(inquiry, one, other, Predicate.model_validate(value.options[0].conditions[0].model_dump()))
            return


def is_end(inquiry: Inquiry, key: ForeignKey, stems: frozenset[str]) -> bool:
    """Tell whether a key leads to one end of its rows, by words for that end."""
    return bool(inquiry.column_stems(key.source) & stems)


def _plan(inquiry: Inquiry, asked: ForeignKey, named: ForeignKey, held: Predicate) -> Plan:
    target = asked.target.table
    on = Predicate(left=ColumnTerm.of(named.source), operator="=", right=(ColumnTerm.of(named.target),))
    inner = Plan(
        select=(ColumnTerm.of(asked.source),),
        tables=(TableSource(table=asked.source.table), TableSource(table=target)),
        joins=(Join(on=on),),
        where=held,
    )
    table = inquiry.schema.table(target)
    assert table is not None
    return Plan(
        select=row_names(table),
        tables=(TableSource(table=target),),
        where=Predicate(left=ColumnTerm.of(asked.target), operator="in", right=(SubPlan(plan=inner),)),
    )
