"""Behaviours that follow a question and ask for a figure: a count, an aggregate, a figure for each group, a share."""

from __future__ import annotations

from eval.conversations.making.groupings import groupings, least_of, leaves_some_out
from eval.conversations.making.openings import FUNCTIONS, figure_function, figures, in_words, things
from eval.conversations.making.query import Filter
from eval.conversations.making.talk import Behaviour, Step, Talk
from eval.conversations.making.world import Thing
from nodes.plan import AggregateFunction


def count(talk: Talk) -> Step | None:
    """ "How many are there?" """
    if not talk.is_list or talk.query.links or talk.query.shown[: len(talk.thing.shown)] != talk.thing.shown:
        return None
    return Step(talk.query.but(measure="count", distinct=False), {}, (talk.query.but(measure="count", filters=()),))


def back_to_the_list(talk: Talk) -> Step | None:
    """ "Which ones are they?" after a count."""
    if talk.query.measure not in ("count", "aggregate", "share"):
        return None
    query = talk.query.listed().but(shown=talk.thing.shown)
    if talk.query.measure == "share":
        query = query.but(filters=query.filters[:-1])
    return Step(query, things(talk.thing))


def aggregate(talk: Talk) -> Step | None:
    """ "What is their average capacity?" """
    fact = talk.pick(figures(talk.thing))
    if fact is None or not talk.is_list or talk.query.distinct or talk.query.table != talk.thing.table.name:
        return None
    function = figure_function(talk, fact)
    query = talk.query.but(measure="aggregate", function=function, shown=(*talk.query.shown, fact.ref))
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    words = {**things(talk.thing), "function": FUNCTIONS[function], "column": fact.name}
    return Step(query, words, (query.but(filters=()), *others))


def aggregate_exchanged(talk: Talk) -> Step | None:
    """ "And the maximum?" after an average."""
    if talk.query.measure not in ("aggregate", "figures"):
        return None
    names: tuple[AggregateFunction, ...] = ("avg", "max", "min")
    if talk.world.said(talk.query.shown[-1]).startswith(("maximum ", "minimum ")):
        return None
    others: list[AggregateFunction] = [name for name in names if name != talk.query.function]
    function: AggregateFunction = talk.draw.choice(others)
    query = talk.query.but(function=function)
    return Step(query, {"function": FUNCTIONS[function], "column": talk.world.said(query.shown[-1])}, query.loosened)


def figure_for_each(talk: Talk) -> Step | None:
    """ "And their average capacity per country?" """
    options, number = groupings(talk), talk.pick(figures(talk.thing))
    query = talk.query
    if not options or number is None or query.distinct or not (talk.is_list or query.measure == "aggregate"):
        return None
    if query.table != talk.thing.table.name:
        return None
    by, function = talk.draw.choice(options), figure_function(talk, number)
    changed = by.of(query.but(shown=(number.ref,), function=function), "figures")
    words = {**things(talk.thing), "function": FUNCTIONS[function], "column": number.name, "other": by.said}
    return Step(changed, words, (changed.but(measure="groups"), *changed.loosened))


def group(talk: Talk) -> Step | None:
    """ "How many are there for each country?" """
    options, query = groupings(talk), talk.query
    if not options or query.distinct or not (talk.is_list or query.measure == "count"):
        return None
    if query.table != talk.thing.table.name:
        return None
    by = talk.draw.choice(options)
    changed = by.of(query)
    return Step(changed, {**things(talk.thing), "column": by.said}, changed.loosened)


def regroup(talk: Talk) -> Step | None:
    """ "And per alliance instead?" """
    query = talk.query
    options = [by for by in groupings(talk) if by.group != query.group]
    if query.measure not in ("groups", "figures") or query.by_figure or query.at_least is not None or not options:
        return None
    if query.table != talk.thing.table.name:
        return None
    by = talk.draw.choice(options)
    changed = by.of(query, query.measure)
    return Step(changed, {"column": by.said}, changed.loosened)


def group_dropped(talk: Talk) -> Step | None:
    """ "Not broken down, just the total number." """
    query = talk.query
    if query.measure != "groups" or query.limit is not None or query.at_least is not None:
        return None
    if query.table != talk.thing.table.name:
        return None
    query = query.regrouped(None, measure="count", by_figure=False)
    return Step(query, things(talk.thing), query.loosened)


def groups_in_order(talk: Talk) -> Step | None:
    """ "Most first." sorts groups by their count or figure."""
    if talk.query.measure not in ("groups", "figures") or talk.query.by_figure:
        return None
    descending = talk.draw.random() < 0.7
    query = talk.query.but(by_figure=True, descending=descending)
    words = {"end": "highest" if descending else "lowest"}
    return Step(query, words, (query.but(descending=not descending), *query.loosened))


def leading_group(talk: Talk) -> Step | None:
    """ "Which one has the most?" of groups that were counted."""
    if talk.query.table != talk.thing.table.name:
        return None
    if talk.query.measure != "groups" or talk.query.by_figure or talk.query.at_least is not None:
        return None
    query = talk.query.but(measure="leaders", by_figure=True, descending=True, limit=1)
    return Step(query, things(talk.thing), (query.but(descending=False), query.but(limit=2), *query.loosened))


def having(talk: Talk) -> Step | None:
    """ "Only those with more than 2." """
    query = talk.query
    if query.table != talk.thing.table.name:
        return None
    if query.measure != "groups" or query.at_least is not None or query.by_figure:
        return None
    least = least_of(talk, query)
    if least is None:
        return None
    changed = query.but(at_least=least)
    return Step(changed, {**things(talk.thing), "n": least}, (changed.but(at_least=least - 1), *changed.loosened))


def having_exchanged(talk: Talk) -> Step | None:
    """ "And more than 5?" """
    query = talk.query
    if query.table != talk.thing.table.name:
        return None
    if query.at_least is None:
        return None
    least = least_of(talk, query)
    if least is None or least == query.at_least:
        return None
    changed = query.but(at_least=least)
    return Step(
        changed, {**things(talk.thing), "n": least, "words": in_words(least)}, (changed.but(at_least=least - 1),)
    )


def counts_beside(talk: Talk) -> Step | None:
    """ "And how many is that each?" after groups that were only named."""
    query, counted = talk.query, _counted(talk)
    if counted is None or query.measure != "leaders":
        return None
    changed = query.but(measure="figures" if query.figured else "groups")
    single = query.limit == 1
    return Step(changed, things(counted), (changed.but(limit=None),) if query.limit else (),
                wording=("count beside",) if single else ())  # fmt: skip


def the_fewest(talk: Talk) -> Step | None:
    """ "And the one with the fewest?" after the group with the most."""
    query, counted = talk.query, _counted(talk)
    if counted is None or query.measure != "leaders" or not query.by_figure or query.limit != 1:
        return None
    if not query.descending or leaves_some_out(talk, query) or (query.filters and query.links):
        return None
    return Step(query.but(descending=False), things(counted), (query.but(limit=2),))


def _counted(talk: Talk) -> Thing | None:
    """Return what the groups of the last question count: the things, or what they are linked with over a table."""
    if talk.query.table == talk.thing.table.name:
        return talk.thing
    over = (bridge for bridge in talk.world.bridges(talk.thing) if bridge.near.source.table == talk.query.table)
    return next((talk.world.thing(bridge.far.target.table) for bridge in over), None)


def values_listed(talk: Talk) -> Step | None:
    """ "Which ones are they?" after a count of different values."""
    query = talk.query
    if query.measure != "values":
        return None
    changed = query.but(measure="rows", distinct=True)
    words = {**things(talk.thing), "column": talk.world.said(query.shown[-1])}
    return Step(changed, words, (changed.but(distinct=False),))


def share_of_a_total(talk: Talk) -> Step | None:
    """ "What percentage of them has country France?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or not talk.is_list or talk.query.distinct:
        return None
    value = talk.draw.choice(fact.values)
    query = talk.query.but(measure="share", filters=(*talk.query.filters, Filter(fact.ref, "=", (value,))))
    return Step(
        query,
        {"column": fact.name, "value": value},
        (query.but(measure="count"), query.but(filters=query.filters[-1:]))
        if talk.query.filters
        else (query.but(measure="count"),),
    )


MEASURING: dict[str, Behaviour] = {
    "count": count, "back to the list": back_to_the_list, "aggregate": aggregate,
    "aggregate exchanged": aggregate_exchanged, "figure for each": figure_for_each, "group": group, "regroup": regroup,
    "group dropped": group_dropped, "having": having, "having exchanged": having_exchanged,
    "counts beside": counts_beside, "the fewest": the_fewest, "values listed": values_listed, "groups in order": groups_in_order,
    "leading group": leading_group, "share of a total": share_of_a_total,
}  # fmt: skip
"""Behaviours by name."""
