"""most_active: those of whom most rows of what happens tell ("the busiest doctor", "our most active readers")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.people import people_tables
from nodes.coverage.asked.roles import role_place
from nodes.coverage.calculations.ranked_thing import RankedThing, limit_of, ranked_thing
from nodes.coverage.inquiry import Inquiry
from nodes.coverage.join_paths import key_path
from nodes.coverage.rows import row_key, row_names
from nodes.coverage.shapes.ranked_average import ranked_by
from nodes.plan import ROW_COUNT, ColumnTerm, Join, Junction, Ordering, Plan, Predicate, TableSource
from value_index.schema import ForeignKey

_ACTIVE = re.compile(
    r"\b(?:(?P<way>most|least) (?:active|busy|productive|prolific|diligent)|(?P<word>busiest|quietest))\b"
    r"(?! (?:month|quarter|year|day|weekday|week|hour|time|season)\b)",
    re.IGNORECASE,
)
_DONE_MOST = re.compile(
    r"\b(?:who|(?:which|what) \w+)(?: has| have)? (?P<verb>\w+) (?:the )?(?P<most>most|fewest|least) (?=\w)",
    re.IGNORECASE,
)
_DOWN = frozenset(("most", "busiest"))


def most_active(inquiry: Inquiry) -> Iterator[Plan]:
    """Yield the plan that ranks people or places by how many rows of the events that refer to them there are.

    "Who is the busiest doctor?": `... FROM visit JOIN doctor GROUP BY doctor_id ORDER BY count(*) DESC LIMIT 1`.
    "Who wrote the most articles?": those to whom `article.written_by` leads.
    """
    text = inquiry.utterance.text
    match = _ACTIVE.search(text)
    done = _DONE_MOST.search(text) if match is None else None
    if inquiry.evidence.cues.count is not None or (match is None and done is None):
        return
    if match is not None:
        _, end = inquiry.utterance.span(*match.span())
        keys = _of_a_role(inquiry, end) or _of_things(inquiry)
        word = (match["way"] or match["word"]).lower()
    else:
        assert done is not None
        keys, word = _of_a_deed(inquiry, done), done["most"].lower()
    if not keys:
        yield from _far(inquiry, descending=word in _DOWN) if match is not None else ()
        return
    named = ranked_thing(inquiry)
    plural = inquiry.utterance.words[-1].text.endswith("s") and match is not None
    yield _ranked(inquiry, keys, named if named and match else None, plural=plural, descending=word in _DOWN)


def _far(inquiry: Inquiry, *, descending: bool) -> Iterator[Plan]:
    """Yield the plan that ranks things by the nearest events that lead to them over others: hotels by bookings of their rooms."""
    thing = ranked_thing(inquiry)
    if thing is None or not thing.is_table:
        return
    goal, people = thing.column.table, {each.name for each in people_tables(inquiry)}
    dated = {key.source.table for key in inquiry.schema.foreign_keys if _happens(inquiry, key)} - people - {goal}
    paths = {name: key_path(inquiry.schema, frozenset((name.lower(),)), goal.lower()) for name in sorted(dated)}
    near = {name: len(path) for name, path in paths.items() if path and all(hop.up for hop in path)}
    if near:
        counted = min(near, key=lambda name: (near[name], -inquiry.profiles.row_count(name)))
        order = Ordering(term=ROW_COUNT, descending=descending)
        plan = ranked_by(inquiry, thing, counted, order)
        if plan is not None:
            yield plan.model_copy(update={"limit": limit_of(inquiry, thing)})


def _ranked(
    inquiry: Inquiry, keys: list[ForeignKey], named: RankedThing | None, *, plural: bool, descending: bool
) -> Plan:
    """Return the plan that ranks what keys refer to by how many rows do."""
    table = inquiry.schema.table(keys[0].target.table)
    assert table is not None
    shown = row_names(table)
    joins = tuple(Predicate(left=ColumnTerm.of(k.source), operator="=", right=(ColumnTerm.of(k.target),)) for k in keys)
    on = joins[0] if len(joins) == 1 else Junction(kind="or", conditions=joins)
    count = ROW_COUNT
    plan = Plan(
        select=shown,
        tables=(TableSource(table=keys[0].source.table), TableSource(table=table.name)),
        joins=(Join(on=on),),
        group_by=(row_key(shown[0], inquiry.schema),),
        order_by=(Ordering(term=count, descending=descending),),
    )
    thing = named or RankedThing(shown[0].ref, is_table=True, plural=plural)
    return plan.model_copy(update={"limit": limit_of(inquiry, thing)})


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


def _of_a_deed(inquiry: Inquiry, match: re.Match[str]) -> list[ForeignKey]:
    """Return the key to those who did what a verb says to the rows that are named behind it: `written_by` for "wrote"."""
    verb, _ = inquiry.utterance.span(*match.span("verb"))
    _, end = inquiry.utterance.span(*match.span())
    tables = {m.table for m in inquiry.named_tables if m.start == end}
    keys = (key for key in inquiry.schema.foreign_keys if key.source.table in tables)
    return [key for key in keys if role_place(key, inquiry) == verb][:1]


def _of_things(inquiry: Inquiry) -> list[ForeignKey]:
    """Return the keys to the thing named first from the table of events with most rows, that of the role said if one is."""
    thing = ranked_thing(inquiry)
    if thing is None or not thing.is_table:
        return []
    table, people = thing.column.table, {each.name for each in people_tables(inquiry)}
    to_it = [k for k in inquiry.schema.foreign_keys if k.target.table == table != k.source.table]
    sources = {key.source.table for key in to_it if _happens(inquiry, key)} - people
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
