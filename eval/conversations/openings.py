"""Questions that a conversation begins with: lists, figures, groups, joins and superlatives, with conditions of any kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eval.conversations.conditions import NUMBER_WORDS, Drawn, among, draw_condition
from eval.conversations.phrases import MOST
from eval.conversations.query import Filter, Query
from eval.conversations.talk import Behaviour, Said, Step, Talk
from eval.conversations.world import Facts, Thing
from nodes.plan import AggregateFunction
from value_index.schema import ForeignKey

FUNCTIONS: dict[AggregateFunction, str] = {"avg": "average", "sum": "total", "max": "maximum", "min": "minimum"}


def things(thing: Thing) -> dict[str, Any]:
    """Return the words for a thing."""
    return {"many": thing.many, "one": thing.one, "shown": thing.called}


def figures(thing: Thing) -> tuple[Facts, ...]:
    """Return the numbers that a sum or an order makes sense of."""
    return tuple(fact for fact in thing.numbers if "year" not in fact.name.split())


def showable(thing: Thing) -> tuple[Facts, ...]:
    """Return the columns that a list may show."""
    return (*((thing.display,) if len(thing.shown) == 1 else ()), *thing.categories, *thing.numbers, *thing.days)


def figure_function(talk: Talk, fact: Facts) -> AggregateFunction:
    """Draw a function; what is no amount is not summed."""
    summable = {
        "amount",
        "price",
        "cost",
        "total",
        "quantity",
        "sales",
        "budget",
        "salary",
        "points",
        "credits",
        "count",
    }
    functions: tuple[AggregateFunction, ...] = tuple(
        name for name in FUNCTIONS if name != "sum" or summable & set(fact.name.split())
    )
    return talk.draw.choice(functions)


def _plain(thing: Thing, **changes: Any) -> Query:
    return Query(thing.table.name, thing.shown).but(**changes)


def _filtered(query: Query, *drawn: Drawn) -> Query:
    filters = tuple(each for one in drawn for each in one.filters)
    multiplied = any(one.is_multiplying for one in drawn) and query.measure == "rows"
    return query.but(filters=filters, distinct=query.distinct or multiplied)


def _forgotten(query: Query, *drawn: Drawn) -> tuple[Query, ...]:
    """Return the query without each of its conditions, and with what a failure would put in their place."""
    less = (tuple(each for other in drawn if other is not one for each in other.filters) for one in drawn)
    parts = (tuple(f for f in query.filters if f != each) for each in query.filters)
    swapped = (
        tuple(each for each in query.filters if each not in one.filters) + other
        for one in drawn
        for other in one.others
    )
    return tuple(query.but(filters=each) for each in dict.fromkeys((*less, *parts, *swapped)))


def first_list(talk: Talk) -> Step | None:
    """ "List the names of all airlines." """
    return Step(_plain(talk.thing), things(talk.thing))


def first_columns(talk: Talk) -> Step | None:
    """ "Show the name, the country and the capacity of each airport." """
    thing = talk.thing
    facts = [fact for fact in showable(thing) if fact.ref not in thing.shown]
    if not facts:
        return None
    facts = talk.draw.sample(facts, min(len(facts), talk.draw.choice((1, 1, 2))))
    query = _plain(thing, shown=(*thing.shown, *(fact.ref for fact in facts)))
    rivals = (_plain(thing), *(query.but(shown=query.shown[:-1]) for _ in facts[1:]))
    return Step(query, {**things(thing), "columns": listed(fact.name for fact in facts)}, rivals)


def first_filter(talk: Talk) -> Step | None:
    """ "Which airlines are from France?" """
    return _list_with(talk, 1)


def two_conditions(talk: Talk) -> Step | None:
    """ "Which airlines from France have a capacity above 100?" """
    return _list_with(talk, 2)


def _list_with(talk: Talk, number: int) -> Step | None:
    drawn = _conditions(talk, number)
    if drawn is None:
        return None
    query = _filtered(_plain(talk.thing), *drawn)
    return Step(query, things(talk.thing), _forgotten(query, *drawn), tuple(one.said for one in drawn))


def _conditions(talk: Talk, number: int, thing: Thing | None = None, *, joins: bool = True) -> tuple[Drawn, ...] | None:
    """Draw so many conditions on different columns."""
    found: list[Drawn] = []
    for place in range(number):
        drawn = draw_condition(talk, thing or talk.thing, joins=joins and place == 0)
        taken = {each.column for one in found for each in one.filters}
        if drawn is None or taken & {each.column for each in drawn.filters}:
            return None
        found.append(drawn)
    return tuple(found)


def columns_with_condition(talk: Talk) -> Step | None:
    """ "What are the country and the capacity of the airlines with alliance SkyBlue?" """
    drawn = _conditions(talk, 1)
    facts = [fact for fact in showable(talk.thing) if fact.ref not in talk.thing.shown]
    facts = [fact for fact in facts if drawn and fact.ref not in {each.column for each in drawn[0].filters}]
    if drawn is None or not facts:
        return None
    facts = talk.draw.sample(facts, min(len(facts), talk.draw.choice((1, 2))))
    query = _filtered(_plain(talk.thing, shown=tuple(fact.ref for fact in facts)), *drawn)
    words = {**things(talk.thing), "columns": listed(fact.name for fact in facts)}
    return Step(query, words, _forgotten(query, *drawn), (drawn[0].said,))


def count_all(talk: Talk) -> Step | None:
    """ "How many airlines are there?" """
    return Step(_plain(talk.thing, measure="count"), things(talk.thing), (_plain(talk.thing),))


def count_with_condition(talk: Talk) -> Step | None:
    """ "How many airlines from France are there?" """
    drawn = _conditions(talk, talk.draw.choice((1, 1, 1, 2)))
    if drawn is None or any(one.is_multiplying for one in drawn):
        return None
    query = _filtered(_plain(talk.thing, measure="count"), *drawn)
    said = tuple(one.said for one in drawn)
    wording = ("count with two conditions",) if len(said) > 1 else ()
    return Step(query, things(talk.thing), _forgotten(query, *drawn), said, wording)


def count_of_values(talk: Talk) -> Step | None:
    """ "How many different countries do the airlines have?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = _plain(talk.thing, shown=(fact.ref,), measure="values")
    return Step(query, {**things(talk.thing), "column": fact.name}, (query.but(measure="count"),))


def different_values(talk: Talk) -> Step | None:
    """ "Which different countries are the airlines from?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = _plain(talk.thing, shown=(fact.ref,), distinct=True)
    return Step(query, {**things(talk.thing), "column": fact.name}, (query.but(distinct=False),))


def first_aggregate(talk: Talk) -> Step | None:
    """ "What is the average capacity of all aircraft?" """
    return _figure_with(talk, 0)


def aggregate_with_condition(talk: Talk) -> Step | None:
    """ "What is the average salary of the employees in Sales?" """
    return _figure_with(talk, 1)


def _figure_with(talk: Talk, number: int) -> Step | None:
    drawn, free = _conditions(talk, number), figures(talk.thing)
    taken = {each.column for one in drawn or () for each in one.filters}
    free = tuple(fact for fact in free if fact.ref not in taken)
    if drawn is None or not free or any(one.is_multiplying for one in drawn):
        return None
    fact = talk.draw.choice(free)
    function = figure_function(talk, fact)
    query = _filtered(_plain(talk.thing, shown=(fact.ref,), measure="aggregate", function=function), *drawn)
    words = {**things(talk.thing), "function": FUNCTIONS[function], "column": fact.name}
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    return Step(query, words, (*_forgotten(query, *drawn), *others), tuple(one.said for one in drawn))


def first_group(talk: Talk) -> Step | None:
    """ "How many airlines are there in each country?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = _plain(talk.thing, measure="groups", group=fact.ref)
    return Step(query, {**things(talk.thing), "column": fact.name}, (query.but(measure="leaders"),))


def figure_by_group(talk: Talk) -> Step | None:
    """ "What is the average capacity per country?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    free = figures(talk.thing)
    if fact is None or not free:
        return None
    number = talk.draw.choice(free)
    function = figure_function(talk, number)
    query = _plain(talk.thing, shown=(number.ref,), measure="figures", group=fact.ref, function=function)
    words = {**things(talk.thing), "column": number.name, "other": fact.name, "function": FUNCTIONS[function]}
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    return Step(query, words, (query.but(measure="groups"), *others))


def groups_with_many(talk: Talk) -> Step | None:
    """ "Which countries have more than 3 airlines?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    least = talk.draw.choice((1, 2, 3, 5, 10))
    query = _plain(talk.thing, measure="leaders", group=fact.ref, at_least=least)
    words = {**things(talk.thing), "column": fact.name, "n": least, "words": _worded(least)}
    return Step(query, words, (query.but(at_least=None), query.but(at_least=least + 1)))


def most_common(talk: Talk) -> Step | None:
    """ "Which country has the most airlines?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = _plain(talk.thing, measure="leaders", group=fact.ref, by_figure=True, descending=True, limit=1)
    rivals = (query.but(descending=False), query.but(limit=2))
    return Step(query, {**things(talk.thing), "column": fact.name}, rivals)


def _links(talk: Talk) -> list[tuple[ForeignKey, str, Thing]]:
    found = ((key, role, talk.world.thing(key.target.table)) for key, role in talk.thing.parents)
    return [(key, role, parent) for key, role, parent in found if parent and role]


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
    query = _plain(talk.thing, shown=(*talk.thing.shown, fact.ref), links=(key,))
    others = tuple(query.but(links=(other,)) for other, _, _ in links if other != key and other.target == key.target)
    words = {**things(talk.thing), "role": role, "column": fact.name}
    return Step(query, words, (_plain(talk.thing), query.but(shown=(fact.ref,)), *others))


def count_per_parent(talk: Talk) -> Step | None:
    """ "How many orders has each customer?" """
    grouped = _per_parent(talk)
    if grouped is None:
        return None
    query, words = grouped
    return Step(query, words, (query.but(measure="leaders"),))


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
    return Step(query, {**words, "n": size, "words": _worded(size)}, rivals, wording=wording)


def parents_with_many(talk: Talk) -> Step | None:
    """ "Which customers have more than 3 orders?" """
    grouped = _per_parent(talk)
    if grouped is None:
        return None
    query, words = grouped
    least = talk.draw.choice((1, 2, 3, 5, 10))
    query = query.but(measure="leaders", at_least=least)
    return Step(
        query, {**words, "n": least, "words": _worded(least)}, (query.but(at_least=None), query.but(at_least=least + 1))
    )


def _per_parent(talk: Talk) -> tuple[Query, dict[str, Any]] | None:
    """Draw a thing that others refer to, called by one column; return their count for each, and the words."""
    links = [link for link in _links(talk) if len(link[2].shown) == 1]
    if not links:
        return None
    key, _, parent = talk.draw.choice(links)
    same = any(other.target.table == key.target.table for other, _ in talk.thing.parents if other != key)
    if same:
        return None
    query = _plain(talk.thing, measure="groups", group=parent.display.ref, group_key=key.target, links=(key,))
    if parent.display.ref == key.target:
        query = query.but(group=key.source, group_key=None, links=())
    words = {**things(talk.thing), "parent": parent.one, "parents": parent.many, "name": parent.called}
    return query, words


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
    query = _plain(talk.thing, measure="groups", group=fact.ref, links=(key,))
    return query, {**things(talk.thing), "role": role, "other": fact.name}


def first_superlative(talk: Talk) -> Step | None:
    """ "Which product is the most expensive?" """
    return _superlative(talk, 1, 0)


def first_top(talk: Talk) -> Step | None:
    """ "What are the 3 most expensive products?" """
    return _superlative(talk, talk.draw.choice((2, 3, 4, 5, 10)), 0)


def superlative_with_condition(talk: Talk) -> Step | None:
    """ "Which product with colour red is the most expensive?" """
    return _superlative(talk, 1, 1)


def _superlative(talk: Talk, size: int, conditions: int) -> Step | None:
    free, drawn = figures(talk.thing), _conditions(talk, conditions)
    if not free or drawn is None or any(one.is_multiplying for one in drawn):
        return None
    fact, descending = talk.draw.choice(free), talk.draw.random() < 0.6
    if fact.ref in {each.column for one in drawn for each in one.filters}:
        return None
    query = _filtered(_plain(talk.thing, order=fact.ref, descending=descending, limit=size), *drawn)
    rivals = (query.but(descending=not descending), query.but(limit=size + 1), *_forgotten(query, *drawn))
    words = {**things(talk.thing), **degree(talk.thing, fact, descending=descending), "n": size, "words": _worded(size)}
    wording = {(1, 0): "first superlative", (1, 1): "superlative with condition"}.get((size, conditions), "first top")
    if "degree" in words and talk.draw.random() < 0.5:
        wording += ", by adjective"
    return Step(query, words, rivals, tuple(one.said for one in drawn), (wording,))


def degree(thing: Thing, fact: Facts, *, descending: bool) -> dict[str, str]:
    """Return the words for the most or the least of a column: "highest", and "most expensive" where only it can be meant."""
    words = {"column": fact.name, "extreme": "highest" if descending else "lowest"}
    named = MOST.get(fact.name.split()[-1])
    alike = [other for other in thing.numbers if MOST.get(other.name.split()[-1]) == named]
    return {**words, "degree": named[0 if descending else 1]} if named and len(alike) == 1 else words


def listed_in_order(talk: Talk) -> Step | None:
    """ "List the products by price, highest first." """
    free = figures(talk.thing)
    if not free:
        return None
    fact, descending = talk.draw.choice(free), talk.draw.random() < 0.5
    query = _plain(talk.thing, order=fact.ref, descending=descending)
    words = {**things(talk.thing), "column": fact.name, "end": "highest" if descending else "lowest",
             "direction": "descending" if descending else "ascending"}  # fmt: skip
    return Step(query, words, (query.but(descending=not descending), query.but(order=None)))


def linked(talk: Talk) -> Step | None:
    """ "Show the name of the airlines that have a route with destination BOS." """
    found = child_category(talk)
    if found is None:
        return None
    child, key, fact = found
    value = talk.draw.choice(fact.values)
    query = _plain(talk.thing, filters=(Filter(fact.ref, "=", (value,), (key,)),), distinct=True)
    words = {"child": child.one, "children": child.many, "column": fact.name, "value": value}
    return Step(
        query, things(talk.thing), (query.but(distinct=False, filters=()),), (Said("child", words),), ("first filter",)
    )


def both(talk: Talk) -> Step | None:
    """ "Which airlines have both a route with destination BOS and one with destination JFK?" """
    found = child_category(talk)
    if found is None or len(found[2].values) < 2:
        return None
    child, key, fact = found
    one, two = talk.draw.sample(fact.values, 2)
    pair = (Filter(fact.ref, "=", (one,), (key,)), Filter(fact.ref, "=", (two,), (key,)))
    query = _plain(talk.thing, both=pair)
    rivals = tuple(query.but(both=None, filters=(each,), distinct=True) for each in pair)
    words = {**things(talk.thing), "child": child.one, "column": fact.name, "value": one, "second": two}
    return Step(query, words, rivals)


def never(talk: Talk) -> Step | None:
    """ "Which airlines have no route?" """
    children = talk.world.children(talk.thing)
    if not children:
        return None
    child, key = talk.draw.choice(children)
    query = _plain(talk.thing, filters=(among(key, "not in", ()),))
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
    query = _plain(talk.thing, filters=(among(key, "in", (holds,)), among(key, "not in", (other,))))
    words = {**things(talk.thing), "children": child.many, "column": fact.name, "value": value}
    return Step(query, words, (query.but(filters=query.filters[:1]),))


def child_category(talk: Talk) -> tuple[Thing, ForeignKey, Facts] | None:
    """Draw a category of what refers to the things."""
    options = [(child, key, fact) for child, key in talk.world.children(talk.thing) for fact in child.categories]
    return talk.draw.choice(options) if options else None


def listed(names: Iterable[str]) -> str:
    """Return names as a list in words.

    >>> listed(("name", "city", "age"))
    'name, city and age'
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _worded(number: int) -> str:
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else str(number)


OPENING: dict[str, Behaviour] = {
    "first list": first_list, "first columns": first_columns, "first filter": first_filter,
    "two conditions": two_conditions, "columns with condition": columns_with_condition, "count all": count_all,
    "count with condition": count_with_condition, "count of values": count_of_values, "different values": different_values,
    "first aggregate": first_aggregate, "aggregate with condition": aggregate_with_condition, "first group": first_group,
    "figure by group": figure_by_group, "groups with many": groups_with_many, "most common": most_common,
    "parent beside": parent_beside, "count per parent": count_per_parent, "figure per parent": figure_per_parent,
    "leading parents": leading_parents, "parents with many": parents_with_many,
    "count by parent column": count_by_parent_column, "figure by parent column": figure_by_parent_column,
    "first superlative": first_superlative, "first top": first_top,
    "superlative with condition": superlative_with_condition, "listed in order": listed_in_order,
    "linked": linked, "both": both, "never": never, "always": always,
}  # fmt: skip
"""Behaviours that a conversation can begin with."""
