"""Behaviours of a conversation, by name: those that it can begin with, and those of a turn that follows another.

A behaviour takes what was asked so far, and gives the next question with its words; None where the things, their columns or
the question before do not allow it.
"""

from __future__ import annotations

from dataclasses import replace

from eval.conversations.making.dated import DATED
from eval.conversations.making.grouped_openings import GROUPED_OPENINGS
from eval.conversations.making.measuring import MEASURING
from eval.conversations.making.narrowing import NARROWING
from eval.conversations.making.openings import LISTED_OPENINGS
from eval.conversations.making.reshaping import RESHAPING
from eval.conversations.making.talk import Behaviour, Step, Talk
from eval.conversations.making.words.templates import UNKNOWN

OPENING: dict[str, Behaviour] = LISTED_OPENINGS | GROUPED_OPENINGS
"""Behaviours that a conversation can begin with."""


def topic_changed(talk: Talk) -> Step | None:
    """ "Something else: how many airports are there?" """
    others = [thing for thing in talk.world.things if thing != talk.thing]
    if not others or len(talk.queries) < 2:
        return None
    name = talk.draw.choice(tuple(OPENING))
    step = OPENING[name](Talk(talk.world, talk.draw.choice(others), (), talk.draw, talk.rows))
    return replace(step, wording=("topic changed", *(step.wording or (name,)))) if step else None


def unanswerable(talk: Talk) -> Step | None:
    """ "And what is their shoe size?" where no column could hold it."""
    known = " ".join(f"{t.natural_name} {c.natural_name}" for t in talk.world.database.schema.tables for c in t.columns)
    free = [each for each in UNKNOWN if not set(each.split()) & set(known.lower().split())]
    return Step(None, {"column": talk.draw.choice(free)}) if free and talk.is_list else None


FOLLOWING: dict[str, Behaviour] = {
    **NARROWING, **DATED, **RESHAPING, **MEASURING, "topic changed": topic_changed, "unanswerable": unanswerable,
}  # fmt: skip
"""Behaviours of a turn that follows another."""
