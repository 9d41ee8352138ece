"""What things can be grouped by: a category of their own, or what they refer to."""

from __future__ import annotations

from dataclasses import dataclass

from eval.conversations.making.facts import Facts
from eval.conversations.making.query import Query
from eval.conversations.making.talk import Talk
from eval.conversations.making.world import Thing
from value_index.schema import ColumnRef, ForeignKey


@dataclass(frozen=True)
class Grouping:
    """One way to group."""

    said: str
    """What a group is called: "country", "home team"."""
    group: ColumnRef
    key: ColumnRef | None = None
    """What tells groups apart where two may be called the same."""
    links: tuple[ForeignKey, ...] = ()

    def of(self, query: Query, measure: str = "groups") -> Query:
        """Group a query so."""
        return query.but(
            measure=measure, group=self.group, group_key=self.key, links=self.links, at_least=None, by_figure=False
        )


def groupings(talk: Talk) -> list[Grouping]:
    """Return the ways to group the things, those left out that a filter is about."""
    filtered = {each.column for query in talk.queries[-1:] for each in query.filters}
    return own_groupings(talk) + [each for each in parent_groupings(talk) if each.group not in filtered]


def own_groupings(talk: Talk) -> list[Grouping]:
    """Return the categories of the things that no filter is about."""
    filtered = {each.column for query in talk.queries[-1:] for each in query.filters}
    free = [fact for fact in groupable(talk.thing) if fact.ref not in filtered]
    return [Grouping(fact.name, fact.ref) for fact in free]


def groupable(thing: Thing) -> tuple[Facts, ...]:
    """Return the categories that rows are counted by: not a person's first or last name, nor what they are called themselves."""
    named = {"name", thing.one, thing.many}
    return tuple(fact for fact in thing.categories if not fact.name.endswith(" name") and fact.name not in named)


def parent_groupings(talk: Talk) -> list[Grouping]:
    """Return the ways to group the things by what they refer to."""
    found: list[Grouping] = []
    for key, role in talk.thing.parents:
        parent = talk.world.thing(key.target.table)
        if parent is None or len(parent.shown) != 1 or not role:
            continue
        if parent.display.ref == key.target:
            found.append(Grouping(role, key.source))
        else:
            found.append(Grouping(role, parent.display.ref, key.target, (key,)))
    return found


def least_of(talk: Talk, grouped: Query) -> int | None:
    """Draw a count that some groups have and others exceed, so that more than it is told from at least it."""
    rows = talk.rows(grouped.but(measure="groups", at_least=None, by_figure=False, limit=None, order=None))
    counts = sorted({row[-1] for row in rows or () if isinstance(row[-1], int)})
    return talk.draw.choice(counts[:-1][:8]) if len(counts) > 1 else None


def leaves_some_out(talk: Talk, query: Query) -> bool:
    """Tell whether some that rows are counted for have none: a join does not show them, and a person may expect a zero."""
    keys = query.links or tuple(key for key, _ in talk.thing.parents if key.source == query.group)
    if not keys:
        return False
    (key, *_) = keys
    every = talk.rows(Query(key.target.table, (key.target,), distinct=True))
    shown = talk.rows(Query(key.source.table, (key.source,), distinct=True))
    return every is None or shown is None or bool({row[0] for row in every} - {row[0] for row in shown})
