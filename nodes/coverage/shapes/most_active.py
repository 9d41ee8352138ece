"""most_active: those of whom most rows of what happens tell ("the busiest doctor", "our most active readers")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.calculations.ranked_thing import RankedThing, limit_of, ranked_thing
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.rows import row_key, row_names
from nodes.plan import Aggregate, ColumnTerm, Join, Junction, Ordering, Plan, Predicate, Star, TableSource
from value_index.schema import ForeignKey

_ACTIVE = re.compile(
    r"\b(?:(?P<way>most|least) (?:active|busy|productive|prolific|diligent)|(?P<word>busiest|quietest))\b"
    r"(?! (?:month|quarter|year|day|weekday|week|hour|time|season)\b)",
    re.IGNORECASE,
)
_DOWN = frozenset(("most", "busiest"))


def most_active(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks people or places by how many rows of the events that refer to them there are.

    "Who is the busiest doctor?": `... FROM visit JOIN doctor GROUP BY doctor_id ORDER BY count(*) DESC LIMIT 1`.
    """
    match = _ACTIVE.search(inquiry.utterance.text)
    if match is None or inquiry.evidence.cues.count is not None:
        return
    _, end = inquiry.utterance.span(*match.span())
    keys = _of_a_role(inquiry, end) or _of_things(inquiry)
    if not keys:
        return
    table = inquiry.schema.table(keys[0].target.table)
    assert table is not None
    shown = row_names(table)
    thing = RankedThing(shown[0].ref, is_table=True, plural=inquiry.utterance.words[-1].text.endswith("s"))
    joins = tuple(Predicate(left=ColumnTerm.of(k.source), operator="=", right=(ColumnTerm.of(k.target),)) for k in keys)
    on = joins[0] if len(joins) == 1 else Junction(kind="or", conditions=joins)
    order = Ordering(
        term=Aggregate(function="count", argument=Star()),
        descending=(match["way"] or match["word"]).lower() in _DOWN,
    )
    named = ranked_thing(inquiry)
    yield Plan(
        select=shown,
        tables=(TableSource(table=keys[0].source.table), TableSource(table=table.name)),
        joins=(Join(on=on),),
        group_by=(row_key(shown[0], inquiry.schema),),
        order_by=(order,),
        limit=limit_of(inquiry, named or thing),
    )


def _of_a_role(inquiry: Inquiry, at: int) -> list[ForeignKey]:
    """Return the key whose role is named right after the words: `voyage.captain_id` for "the busiest captain"."""
    said = inquiry.stems[at : at + 1]
    for key in inquiry.schema.foreign_keys:
        if (
            _role(inquiry, key) & set(said)
            and not any(m.start == at for m in inquiry.named_tables)
            and _happens(inquiry, key)
        ):
            return [key]
    return []


def _of_things(inquiry: Inquiry) -> list[ForeignKey]:
    """Return the keys to the thing named first from the table of events with most rows, that of the role said if one is."""
    thing = ranked_thing(inquiry)
    if thing is None or not thing.is_table:
        return []
    table = thing.column.table
    to_it = [k for k in inquiry.schema.foreign_keys if k.target.table == table != k.source.table]
    sources = {key.source.table for key in to_it if _happens(inquiry, key)}
    named = [source for source in sources if inquiry.is_named(source)] or list(sources)
    if not named:
        return []
    most = max(sorted(named), key=inquiry.profiles.row_count)
    keys = [key for key in to_it if key.source.table == most]
    said = [key for key in keys if _role(inquiry, key) & set(inquiry.stems)]
    return said[:1] or keys


def _role(inquiry: Inquiry, key: ForeignKey) -> frozenset[str]:
    """Return the words of a key that say as what it refers to its target: captain, of `captain_id` to a crew."""
    return inquiry.column_stems(key.source) - inquiry.table_stems(key.target.table)


def _happens(inquiry: Inquiry, key: ForeignKey) -> bool:
    """Tell whether the rows that a key leads from happen at a time, or tie several things."""
    refs = [ref for ref in inquiry.schema.columns if ref.table == key.source.table]
    dated = any(inquiry.profiles.of(ref).date_form == "iso" for ref in refs)
    led_to = {k.target.table for k in inquiry.schema.foreign_keys if k.source.table == key.source.table}
    return dated or len(led_to) > 1
