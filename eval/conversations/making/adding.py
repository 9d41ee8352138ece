"""One more condition on the question before, where it can have one, with what typical failures would ask instead."""

from __future__ import annotations

from dataclasses import replace

from eval.conversations.making.conditions import Drawn
from eval.conversations.making.openings import FUNCTIONS, things
from eval.conversations.making.query import GROUPED, Filter, Query
from eval.conversations.making.talk import Said, Step, Talk

MOST_FILTERS = 3


def narrowed(talk: Talk, new: Filter, said: Said, rivals: tuple[Query, ...] = (), *, wording: str = "") -> Step | None:
    """Return the last question with one more condition; only a list, a count or a figure can have it."""
    drawn = Drawn((new,), said)
    step = narrowed_by(talk, drawn)
    if step is None:
        return None
    return replace(step, rivals=(*step.rivals, *rivals), wording=step.wording or ((wording,) if wording else ()))


def narrowed_by(talk: Talk, drawn: Drawn) -> Step | None:
    """Return the last question with the conditions drawn; None where it cannot have them, or two readings would."""
    query = talk.query
    if len(query.filters) >= MOST_FILTERS or query.both or query.table != talk.thing.table.name:
        return None
    if query.measure in ("share", "product") or (query.limit is not None and query.measure != "leaders"):
        return None
    if query.at_least is not None and query.measure != "leaders":
        return None
    if any(each.column in {other.column for other in query.filters} for each in drawn.filters):
        return None
    if query.filters and drawn.said.kind == "above average":
        return None  # the average of all, or of those that are left
    if query.measure in GROUPED and any(e.column == query.group and e.operator == "=" for e in drawn.filters):
        return None
    changed = query.but(filters=(*query.filters, *drawn.filters))
    rivals = [query.but(filters=(*query.filters, *other)) for other in drawn.others]
    if query.filters:
        rivals.append(query.but(filters=drawn.filters))
    counted = {"count": ("counted",), "groups": ("grouped",), "figures": ("grouped",), "aggregate": ("figured",)}
    counted |= {"leaders": ("grouped",), "values": ("valued",)}
    words = {**things(talk.thing), **drawn.said.words, "function": FUNCTIONS[query.function]}
    wording = ("values narrowed",) if query.lists_values else counted.get(query.measure, ())
    return Step(changed, words, tuple(rivals), (drawn.said,), wording)
