"""Openings about groups and about what things refer to: counts and figures for each, the leading ones, both, never, always."""

from __future__ import annotations

from typing import Any

from eval.conversations.making.conditions import among, child_category, draw_bridge
from eval.conversations.making.facts import Facts
from eval.conversations.making.groupings import Grouping, groupings, least_of, leaves_some_out, own_groupings
from eval.conversations.making.openings import (
    FUNCTIONS,
    figure_function,
    figures,
    first_query,
    in_words,
    showable,
    things,
)
from eval.conversations.making.query import Filter, Query
from eval.conversations.making.talk import Behaviour, Said, Step, Talk
from eval.conversations.making.words.nouns import plural
from eval.conversations.making.world import Thing
from value_index.schema import ForeignKey


def first_group(talk: Talk) -> Step | None:
    """ "How many airlines are there in each country?" """
    found = _grouped(talk)
    if found is None:
        return None
    by, query = found
    return Step(query, {**things(talk.thing), "column": by.said}, (query.but(measure="leaders"),))


def figure_by_group(talk: Talk) -> Step | None:
    """ "What is the average capacity per country?" """
    found, free = _grouped(talk), figures(talk.thing)
    if found is None or not free:
        return None
    by, query = found
    number = talk.draw.choice(free)
    function = figure_function(talk, number)
    query = query.but(measure="figures", shown=(number.ref,), function=function)
    words = {**things(talk.thing), "column": number.name, "other": by.said, "function": FUNCTIONS[function]}
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    return Step(query, words, (query.but(measure="groups"), *others))


def groups_with_many(talk: Talk) -> Step | None:
    """ "Which countries have more than 3 airlines?" """
    found = _grouped(talk, parents=False)
    least = least_of(talk, found[1]) if found else None
    if found is None or least is None:
        return None
    by, query = found
    query = query.but(measure="leaders", at_least=least)
    words = {**things(talk.thing), "column": by.said, "n": least, "words": in_words(least)}
    return Step(query, words, (query.but(at_least=None), query.but(at_least=least - 1)))


def most_common(talk: Talk) -> Step | None:
    """ "Which country has the most airlines?" """
    found = _grouped(talk, parents=False)
    if found is None:
        return None
    by, query = found
    query = query.but(measure="leaders", by_figure=True, descending=True, limit=1)
    return Step(query, {**things(talk.thing), "column": by.said}, (query.but(descending=False), query.but(limit=2)))


def _grouped(talk: Talk, *, parents: bool = True) -> tuple[Grouping, Query] | None:
    options = groupings(talk) if parents else own_groupings(talk)
    by = talk.draw.choice(options) if options else None
    query = by.of(first_query(talk.thing)) if by else None
    return (by, query) if by and query and not leaves_some_out(talk, query) else None


def parent_beside(talk: Talk) -> Step | None:
    """ "Show each order with the name of its customer." """
    links = _links(talk)
    if not links:
        return None
    key, role, parent = talk.draw.choice(links)
    facts = [fact for fact in showable(parent) if fact.ref.column != key.target.column]
    if not facts or talk.thing.display.ref == key.source:
        return None
    fact = parent.display if parent.display in facts and talk.draw.random() < 0.6 else talk.draw.choice(facts)
    query = first_query(talk.thing, shown=(*talk.thing.shown, fact.ref), links=(key,))
    if len(talk.rows(query) or ()) != len(talk.rows(first_query(talk.thing)) or ()):
        return None  # some have no parent: whether they are shown is open
    others = tuple(query.but(links=(other,)) for other, _, _ in links if other != key and other.target == key.target)
    words = {**things(talk.thing), "role": role, "column": fact.name}
    return Step(query, words, (first_query(talk.thing), query.but(shown=(fact.ref,)), *others))


def count_per_parent(talk: Talk) -> Step | None:
    """ "How many orders has each customer?" """
    grouped = _per_parent(talk)
    if grouped is None:
        return None
    query, words = grouped
    wording = ("count per parent, of those with any",) if leaves_some_out(talk, query) else ()
    return Step(query, words, (query.but(measure="leaders"),), wording=wording)


def figure_per_parent(talk: Talk) -> Step | None:
    """ "What is the total amount of the orders of each customer?" """
    grouped, free = _per_parent(talk), figures(talk.thing)
    if grouped is None or not free:
        return None
    fact = talk.draw.choice(free)
    function = figure_function(talk, fact)
    query = grouped[0].but(measure="figures", shown=(fact.ref,), function=function)
    words = {**grouped[1], "function": FUNCTIONS[function], "column": fact.name}
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    return Step(query, words, (grouped[0], *others))


def leading_parents(talk: Talk) -> Step | None:
    """ "Which 5 customers have the most orders?" """
    grouped = _per_parent(talk)
    if grouped is None:
        return None
    query, words = grouped
    size = talk.draw.choice((1, 1, 1, 2, 3, 5))
    query = query.but(measure="leaders", by_figure=True, descending=True, limit=size)
    rivals = (query.but(descending=False), query.but(limit=size + 1), query.but(limit=None))
    wording = () if size > 1 else ("leading parent",)
    return Step(query, {**words, "n": size, "words": in_words(size)}, rivals, wording=wording)


def parents_with_many(talk: Talk) -> Step | None:
    """ "Which customers have more than 3 orders?" """
    grouped = _per_parent(talk)
    least = least_of(talk, grouped[0]) if grouped else None
    if grouped is None or least is None:
        return None
    query = grouped[0].but(measure="leaders", at_least=least)
    rivals = (query.but(at_least=None), query.but(at_least=least - 1))
    return Step(query, {**grouped[1], "n": least, "words": in_words(least)}, rivals)


def _per_parent(talk: Talk) -> tuple[Query, dict[str, Any]] | None:
    """Draw a thing that others refer to, called by one column; return their count for each, and the words."""
    links = [link for link in _links(talk) if len(link[2].shown) == 1]
    if not links:
        return None
    key, role, parent = talk.draw.choice(links)
    query = first_query(talk.thing, measure="groups", group=parent.display.ref, group_key=key.target, links=(key,))
    if parent.display.ref == key.target:
        query = query.but(group=key.source, group_key=None, links=())
    return query, {**things(talk.thing), "parent": role, "parents": plural(role), "name": parent.called}


def count_per_linked(talk: Talk) -> Step | None:
    """ "How many superpowers has each hero?", over a link table."""
    linked_with = _over_a_link(talk)
    if linked_with is None:
        return None
    query, words = linked_with
    wording = "count per parent, of those with any" if leaves_some_out(talk, query) else "count per parent"
    return Step(query, words, (query.but(measure="leaders"),), wording=(wording,))


def leading_linked(talk: Talk) -> Step | None:
    """ "Which hero has the most superpowers?", over a link table."""
    linked_with = _over_a_link(talk)
    if linked_with is None:
        return None
    query = linked_with[0].but(measure="leaders", by_figure=True, descending=True, limit=1)
    return Step(query, linked_with[1], (query.but(descending=False), query.but(limit=2)), wording=("leading parent",))


def _over_a_link(talk: Talk) -> tuple[Query, dict[str, Any]] | None:
    bridges = [bridge for bridge in talk.world.bridges(talk.thing) if not bridge.repeats]  # else: rows, or things
    if not bridges or len(talk.thing.shown) > 1:
        return None
    bridge, thing = talk.draw.choice(bridges), talk.thing
    far = talk.world.thing(bridge.far.target.table)
    assert far
    query = Query(
        bridge.near.source.table, thing.shown, measure="groups", group=thing.display.ref, links=(bridge.near,)
    )
    query = query.but(group_key=bridge.near.target)
    words = {"many": far.many, "one": far.one, "parent": thing.one, "parents": thing.many, "name": thing.called}
    return query, words


def linked_over_a_table(talk: Talk) -> Step | None:
    """ "Which heroes have the superpower Flight?", over a link table."""
    drawn = draw_bridge(talk, talk.thing)
    if drawn is None or not talk.thing.is_unique:
        return None
    query = first_query(talk.thing, filters=drawn.filters, distinct=True)
    return Step(query, things(talk.thing), (query.but(filters=()),), (drawn.said,), ("first filter",))


def count_by_parent_column(talk: Talk) -> Step | None:
    """ "How many orders are there for each country of the customer?" """
    found = _by_parent_column(talk)
    return Step(found[0], found[1], (found[0].but(measure="leaders"),)) if found else None


def figure_by_parent_column(talk: Talk) -> Step | None:
    """ "Total amount of the orders by the customer's country." """
    found, free = _by_parent_column(talk), figures(talk.thing)
    if found is None or not free:
        return None
    fact = talk.draw.choice(free)
    function = figure_function(talk, fact)
    query = found[0].but(measure="figures", shown=(fact.ref,), function=function)
    words = {**found[1], "function": FUNCTIONS[function], "column": fact.name}
    return Step(query, words, (found[0], *(query.but(function=other) for other in FUNCTIONS if other != function)))


def _by_parent_column(talk: Talk) -> tuple[Query, dict[str, Any]] | None:
    links = [(key, role, fact) for key, role, parent in _links(talk) for fact in parent.categories]
    if not links:
        return None
    key, role, fact = talk.draw.choice(links)
    query = first_query(talk.thing, measure="groups", group=fact.ref, links=(key,))
    return query, {**things(talk.thing), "role": role, "other": fact.name}


def _links(talk: Talk) -> list[tuple[ForeignKey, str, Thing]]:
    found = ((key, role, talk.world.thing(key.target.table)) for key, role in talk.thing.parents)
    return [(key, role, parent) for key, role, parent in found if parent and role]


def linked(talk: Talk) -> Step | None:
    """ "Show the name of the airlines that have a route with destination BOS." """
    found = child_category(talk)
    if found is None or not talk.thing.is_unique:
        return None
    child, key, fact = found
    value = talk.draw.choice(fact.values)
    query = first_query(talk.thing, filters=(Filter(fact.ref, "=", (value,), (key,)),), distinct=True)
    words = {"child": child.one, "children": child.many, "column": fact.name, "value": value}
    return Step(
        query, things(talk.thing), (query.but(distinct=False, filters=()),), (Said("child", words),), ("first filter",)
    )


def both(talk: Talk) -> Step | None:
    """ "Which airlines have both a route with destination BOS and one with destination JFK?" """
    found = child_category(talk)
    pair = _together(talk, *found) if found else None
    if found is None or pair is None or not talk.thing.is_unique:
        return None
    child, key, fact = found
    one, two = pair
    filters = (Filter(fact.ref, "=", (one,), (key,)), Filter(fact.ref, "=", (two,), (key,)))
    query = first_query(talk.thing, both=filters)
    rivals = tuple(query.but(both=None, filters=(each,), distinct=True) for each in filters)
    words = {**things(talk.thing), "child": child.one, "column": fact.name, "value": one, "second": two}
    return Step(query, words, rivals)


def _together(talk: Talk, child: Thing, key: ForeignKey, fact: Facts) -> tuple[Any, Any] | None:
    """Draw two values that some thing has both, each through a row of its own."""
    rows = talk.rows(Query(child.table.name, (key.source, fact.ref), distinct=True))
    held: dict[Any, list[Any]] = {}
    for owner, value in rows or ():
        if value is not None:
            held.setdefault(owner, []).append(value)
    several = [values for values in held.values() if len(values) > 1]
    if not several:
        return None
    one, two = talk.draw.sample(talk.draw.choice(several), 2)
    return one, two


def never(talk: Talk) -> Step | None:
    """ "Which airlines have no route?" """
    children = talk.world.children(talk.thing)
    if not children:
        return None
    child, key = talk.draw.choice(children)
    query = first_query(talk.thing, filters=(among(key, "not in", ()),))
    words = {**things(talk.thing), "child": child.one, "children": child.many}
    return Step(query, words, (query.but(filters=()),))


def always(talk: Talk) -> Step | None:
    """ "Which airlines have only routes with season summer?" """
    found = child_category(talk)
    if found is None:
        return None
    child, key, fact = found
    value = talk.draw.choice(fact.values)
    holds, other = Filter(fact.ref, "=", (value,)), Filter(fact.ref, "!=", (value,))
    query = first_query(talk.thing, filters=(among(key, "in", (holds,)), among(key, "not in", (other,))))
    words = {**things(talk.thing), "children": child.many, "column": fact.name, "value": value}
    return Step(query, words, (query.but(filters=query.filters[:1]),))


GROUPED_OPENINGS: dict[str, Behaviour] = {
    "first group": first_group, "figure by group": figure_by_group, "groups with many": groups_with_many,
    "most common": most_common, "parent beside": parent_beside, "count per parent": count_per_parent,
    "figure per parent": figure_per_parent, "leading parents": leading_parents, "parents with many": parents_with_many,
    "count by parent column": count_by_parent_column, "figure by parent column": figure_by_parent_column,
    "linked": linked, "linked over a table": linked_over_a_table,
    "count per linked": count_per_linked, "leading linked": leading_linked, "both": both, "never": never, "always": always,
}  # fmt: skip
"""Behaviours that a conversation can begin with, by name."""
