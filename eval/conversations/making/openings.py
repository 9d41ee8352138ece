"""Questions that a conversation begins with: lists, counts, figures and superlatives, with conditions of any kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eval.conversations.making.conditions import NUMBER_WORDS, Drawn, draw_condition
from eval.conversations.making.facts import Facts
from eval.conversations.making.query import Query
from eval.conversations.making.talk import Behaviour, Step, Talk
from eval.conversations.making.words.phrases import MOST
from eval.conversations.making.world import Thing
from nodes.plan import AggregateFunction

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
    words = fact.name.split()
    ends = ("max", "min") if words[0] in ("maximum", "minimum") else ()  # nobody asks for a minimum maximum speed
    functions: tuple[AggregateFunction, ...] = tuple(
        name
        for name, said in FUNCTIONS.items()
        if said != words[0] and name not in ends and (name != "sum" or summable & set(words))
    )
    return talk.draw.choice(functions)


def first_query(thing: Thing, **changes: Any) -> Query:
    """Return the list of all things, changed."""
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
    return Step(first_query(talk.thing), things(talk.thing))


def first_columns(talk: Talk) -> Step | None:
    """ "Show the name, the country and the capacity of each airport." """
    thing = talk.thing
    facts = [fact for fact in showable(thing) if fact.ref not in thing.shown]
    if not facts:
        return None
    facts = talk.draw.sample(facts, min(len(facts), talk.draw.choice((1, 1, 2))))
    query = first_query(thing, shown=(*thing.shown, *(fact.ref for fact in facts)))
    rivals = (first_query(thing), *(query.but(shown=query.shown[:-1]) for _ in facts[1:]))
    names = [fact.name for fact in facts]
    words = {**things(thing), "columns": listed(names), "all_shown": listed((thing.called, *names))}
    return Step(query, words, rivals)


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
    query = _filtered(first_query(talk.thing), *drawn)
    return Step(query, things(talk.thing), _forgotten(query, *drawn), tuple(one.said for one in drawn))


def _conditions(talk: Talk, number: int, thing: Thing | None = None, *, joins: bool = True) -> tuple[Drawn, ...] | None:
    """Draw so many conditions on different columns."""
    found: list[Drawn] = []
    for place in range(number):
        drawn = draw_condition(talk, thing or talk.thing, joins=joins and place == 0)
        taken = {each.column for one in found for each in one.filters}
        if drawn is None or taken & {each.column for each in drawn.filters}:
            return None
        if number > 1 and drawn.said.kind == "above average":
            return None  # the average of all, or of those that the other condition leaves
        if drawn.is_multiplying and not (thing or talk.thing).is_unique:
            return None  # once a row, or once a name
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
    query = _filtered(first_query(talk.thing, shown=tuple(fact.ref for fact in facts)), *drawn)
    words = {**things(talk.thing), "columns": listed(fact.name for fact in facts)}
    return Step(query, words, _forgotten(query, *drawn), (drawn[0].said,))


def count_all(talk: Talk) -> Step | None:
    """ "How many airlines are there?" """
    return Step(first_query(talk.thing, measure="count"), things(talk.thing), (first_query(talk.thing),))


def count_with_condition(talk: Talk) -> Step | None:
    """ "How many airlines from France are there?" """
    drawn = _conditions(talk, talk.draw.choice((1, 1, 1, 2)))
    if drawn is None or any(one.is_multiplying for one in drawn):
        return None
    query = _filtered(first_query(talk.thing, measure="count"), *drawn)
    said = tuple(one.said for one in drawn)
    wording = ("count with two conditions",) if len(said) > 1 else ()
    return Step(query, things(talk.thing), _forgotten(query, *drawn), said, wording)


def count_of_values(talk: Talk) -> Step | None:
    """ "How many different countries do the airlines have?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = first_query(talk.thing, shown=(fact.ref,), measure="values")
    return Step(query, {**things(talk.thing), "column": fact.name}, (query.but(measure="count"),))


def different_values(talk: Talk) -> Step | None:
    """ "Which different countries are the airlines from?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    query = first_query(talk.thing, shown=(fact.ref,), distinct=True)
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
    query = _filtered(first_query(talk.thing, shown=(fact.ref,), measure="aggregate", function=function), *drawn)
    words = {**things(talk.thing), "function": FUNCTIONS[function], "column": fact.name}
    others = tuple(query.but(function=other) for other in FUNCTIONS if other != function)
    return Step(query, words, (*_forgotten(query, *drawn), *others), tuple(one.said for one in drawn))


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
    query = _filtered(first_query(talk.thing, order=fact.ref, descending=descending, limit=size), *drawn)
    rivals = (query.but(descending=not descending), query.but(limit=size + 1), *_forgotten(query, *drawn))
    words = {
        **things(talk.thing),
        **degree(talk.thing, fact, descending=descending),
        "n": size,
        "words": in_words(size),
    }
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
    query = first_query(talk.thing, order=fact.ref, descending=descending)
    words = {**things(talk.thing), "column": fact.name, "end": "highest" if descending else "lowest",
             "direction": "descending" if descending else "ascending"}  # fmt: skip
    return Step(query, words, (query.but(descending=not descending), query.but(order=None)))


def listed(names: Iterable[str]) -> str:
    """Return names as a list in words.

    >>> listed(("name", "city", "age"))
    'name, city and age'
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def in_words(number: int) -> str:
    """Write a number in words; a large one in digits."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else str(number)


LISTED_OPENINGS: dict[str, Behaviour] = {
    "first list": first_list, "first columns": first_columns, "first filter": first_filter,
    "two conditions": two_conditions, "columns with condition": columns_with_condition, "count all": count_all,
    "count with condition": count_with_condition, "count of values": count_of_values, "different values": different_values,
    "first aggregate": first_aggregate, "aggregate with condition": aggregate_with_condition,
    "first superlative": first_superlative, "first top": first_top,
    "superlative with condition": superlative_with_condition, "listed in order": listed_in_order,
}  # fmt: skip
"""Behaviours that a conversation can begin with, by name."""
