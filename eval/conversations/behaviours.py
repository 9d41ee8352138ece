"""Behaviours of a conversation: each takes what was asked so far, and gives the next question with its words.

A behaviour gives None where the things, their columns or the question before do not allow it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from eval.conversations.query import ROWS, Filter, Query, column
from eval.conversations.templates import UNKNOWN
from eval.conversations.world import Facts, Thing, World, yes_of
from nodes.plan import Aggregate, AggregateFunction, Junction, LiteralTerm, Plan, Predicate, TableSource
from value_index.schema import ColumnRef, ForeignKey

NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
FUNCTIONS: dict[AggregateFunction, str] = {"avg": "average", "sum": "total", "max": "maximum", "min": "minimum"}
MOST_FILTERS = 3
MOST_SHOWN = 3


@dataclass(frozen=True)
class Step:
    """The next question: its words are still to be chosen."""

    query: Query | None
    """None for a question that cannot be answered."""
    words: dict[str, Any]
    """What the placeholders of the templates stand for."""
    rivals: tuple[Query, ...] = ()
    """What typical failures would ask instead, beside the question before."""


@dataclass(frozen=True)
class Talk:
    """A conversation so far."""

    world: World
    thing: Thing
    queries: tuple[Query, ...]
    draw: random.Random
    used: frozenset[str] = field(default=frozenset())
    """Behaviours that it showed already."""

    @property
    def query(self) -> Query:
        """The last question."""
        return self.queries[-1]

    def pick(self, facts: tuple[Facts, ...]) -> Facts | None:
        """Draw a column that no filter is about and that is not shown; None where there is none."""
        taken = {each.column for each in self.query.filters} | set(self.query.shown)
        free = [fact for fact in facts if fact.ref not in taken]
        return self.draw.choice(free) if free else None

    @property
    def is_list(self) -> bool:
        """Whether the last answer lists things, whole and in no order."""
        query = self.query
        return query.measure == "rows" and query.limit is None and query.order is None and query.both is None


Behaviour = Callable[[Talk], Step | None]


def first_list(talk: Talk) -> Step | None:
    """ "List the names of all airlines." """
    thing = talk.thing
    return Step(Query(thing.table.name, (thing.display.ref,)), _things(thing))


def first_filter(talk: Talk) -> Step | None:
    """ "Which airlines have alliance SkyBlue?" """
    fact = talk.draw.choice(talk.thing.categories) if talk.thing.categories else None
    if fact is None:
        return None
    value = talk.draw.choice(fact.values)
    query = Query(talk.thing.table.name, (talk.thing.display.ref,), (Filter(fact.ref, "=", (value,)),))
    return Step(query, {**_things(talk.thing), "column": fact.name, "value": value})


def linked(talk: Talk) -> Step | None:
    """ "Show the name of the airlines that have a route with destination BOS." """
    found = _child_category(talk)
    if found is None:
        return None
    child, key, fact = found
    value = talk.draw.choice(fact.values)
    query = Query(
        talk.thing.table.name, (talk.thing.display.ref,), (Filter(fact.ref, "=", (value,), (key,)),), distinct=True
    )
    return Step(query, {**_things(talk.thing), "child": child.one, "column": fact.name, "value": value})


def both(talk: Talk) -> Step | None:
    """ "Which airlines have both a route with destination BOS and one with destination JFK?" """
    found = _child_category(talk)
    if found is None or len(found[2].values) < 2:
        return None
    child, key, fact = found
    one, two = talk.draw.sample(fact.values, 2)
    pair = (Filter(fact.ref, "=", (one,), (key,)), Filter(fact.ref, "=", (two,), (key,)))
    query = Query(talk.thing.table.name, (talk.thing.display.ref,), both=pair)
    rivals = tuple(query.but(both=None, filters=(each,), distinct=True) for each in pair)
    return Step(
        query, {**_things(talk.thing), "child": child.one, "column": fact.name, "value": one, "second": two}, rivals
    )


def never(talk: Talk) -> Step | None:
    """ "Which airlines have no route?" """
    children = talk.world.children(talk.thing)
    if not children:
        return None
    child, key = talk.draw.choice(children)
    query = Query(talk.thing.table.name, (talk.thing.display.ref,), (_among(key, "not in", ()),))
    return Step(query, {**_things(talk.thing), "child": child.one}, (query.but(filters=()),))


def always(talk: Talk) -> Step | None:
    """ "Which airlines have only routes with season summer?" """
    found = _child_category(talk)
    if found is None:
        return None
    child, key, fact = found
    value = talk.draw.choice(fact.values)
    other = Filter(fact.ref, "!=", (value,))
    holds = Filter(fact.ref, "=", (value,))
    query = Query(
        talk.thing.table.name, (talk.thing.display.ref,), (_among(key, "in", (holds,)), _among(key, "not in", (other,)))
    )
    words = {**_things(talk.thing), "children": child.many, "column": fact.name, "value": value}
    return Step(query, words, (query.but(filters=query.filters[:1]),))


def topic_changed(talk: Talk) -> Step | None:
    """ "Something else: list the names of all airports." """
    others = [thing for thing in talk.world.things if thing != talk.thing]
    if not others or len(talk.queries) < 2:
        return None
    thing = talk.draw.choice(others)
    return Step(Query(thing.table.name, (thing.display.ref,)), _things(thing))


def filter_added(talk: Talk) -> Step | None:
    """ "Only those with alliance SkyBlue." adds a condition to a list that has none."""
    return None if talk.query.filters else _with_category(talk)


def value_of_another_column(talk: Talk) -> Step | None:
    """ "And of those, the ones whose country is France." adds a condition beside others."""
    return _with_category(talk) if talk.query.filters else None


def filter_exchanged(talk: Talk) -> Step | None:
    """ "What about Italy?" takes the place of France."""
    found = _last_equality(talk)
    if found is None or found[1] is None:
        return None
    last, fact = found[0], found[1]
    value = talk.draw.choice([value for value in fact.values if value != last.values[0]])
    new = Filter(last.column, "=", (value,), last.via)
    query = talk.query.but(filters=(*talk.query.filters[:-1], new))
    rivals = (query.but(filters=(new,)),) if len(query.filters) > 1 else ()
    return Step(query, {"column": fact.name, "value": value}, rivals)


def filter_dropped(talk: Talk) -> Step | None:
    """ "Forget the country." leaves the other conditions in force."""
    found = _last_equality(talk)
    if found is None or found[1] is None or len(talk.query.filters) < 2:
        return None
    query = talk.query.but(filters=talk.query.filters[:-1])
    return Step(query, {"column": found[1].name}, (query.but(filters=()),))


def filter_negated(talk: Talk) -> Step | None:
    """ "And the ones whose country is not France?" """
    found = _last_equality(talk)
    if found is None or found[1] is None:
        return None
    last = found[0]
    query = talk.query.but(filters=(*talk.query.filters[:-1], Filter(last.column, "!=", last.values, last.via)))
    return Step(query, {"column": found[1].name, "value": last.values[0]})


def comparison(talk: Talk) -> Step | None:
    """ "Only those with capacity above 180." """
    fact = talk.pick(talk.thing.numbers)
    if fact is None:
        return None
    low = fact.values[len(fact.values) // 3 + talk.draw.randrange(len(fact.values) // 3 or 1)]
    return _more(talk, Filter(fact.ref, ">", (low,)), {"column": fact.name, "low": low})


def numeric_text(talk: Talk) -> Step | None:
    """ "Only those with price above 20." where prices are stored as texts."""
    fact = talk.pick(talk.thing.numerals)
    if fact is None:
        return None
    ordered = sorted(float(value) for value in fact.values)
    low = _plain(ordered[len(ordered) // 2])
    new = Filter(fact.ref, ">", (low,), numeric=True)
    return _more(talk, new, {"column": fact.name, "low": low})


def range_(talk: Talk) -> Step | None:
    """ "Only those with capacity between 100 and 180." """
    fact = talk.pick(talk.thing.numbers)
    if fact is None:
        return None
    low, high = fact.values[len(fact.values) // 4], fact.values[3 * len(fact.values) // 4]
    return _more(talk, Filter(fact.ref, "between", (low, high)), {"column": fact.name, "low": low, "high": high})


def year(talk: Talk) -> Step | None:
    """ "Only those with founding day in 1998." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    return _days(talk, fact, f"{value.year}-01-01", f"{value.year + 1}-01-01", value.year)


def month(talk: Talk) -> Step | None:
    """ "Only those with order date in March 2024." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    after = date(value.year + value.month // 12, value.month % 12 + 1, 1)
    return _days(
        talk, fact, value.replace(day=1).isoformat(), after.isoformat(), f"{MONTHS[value.month - 1]} {value.year}"
    )


def quarter(talk: Talk) -> Step | None:
    """ "Only those with order date in the first quarter of 2024." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    place = (value.month - 1) // 3
    start = date(value.year, 3 * place + 1, 1)
    after = date(value.year + place // 3, 3 * ((place + 1) % 4) + 1, 1)
    named = ("first", "second", "third", "fourth")[place]
    return _days(talk, fact, start.isoformat(), after.isoformat(), f"{named} quarter of {value.year}")


def before(talk: Talk) -> Step | None:
    """ "Only those with order date before 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    return _more(talk, Filter(fact.ref, "<", (value.isoformat(),)), {"column": fact.name, "low": value.isoformat()})


def since(talk: Talk) -> Step | None:
    """ "Only those with order date since 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    return _more(talk, Filter(fact.ref, ">=", (value.isoformat(),)), {"column": fact.name, "low": value.isoformat()})


def between_days(talk: Talk) -> Step | None:
    """ "Only those with order date between 2024-01-01 and 2024-02-15." """
    day = _day(talk)
    if day is None or any(len(value) > 10 for value in day[0].values):
        return None
    fact, value = day
    low, high = value.isoformat(), (value + timedelta(days=talk.draw.choice((30, 90, 400)))).isoformat()
    return _more(talk, Filter(fact.ref, "between", (low, high)), {"column": fact.name, "low": low, "high": high})


def days_before_a_day(talk: Talk) -> Step | None:
    """ "Only those with order date in the 30 days before 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    count = talk.draw.choice((7, 14, 30, 60, 90))
    return _days(talk, fact, (value - timedelta(days=count)).isoformat(), value.isoformat(), value.isoformat(), n=count)


def number_in_words(talk: Talk) -> Step | None:
    """ "Only those with more than three routes." """
    children = talk.world.children(talk.thing)
    if not children or not talk.is_list or len(talk.query.filters) >= MOST_FILTERS:
        return None
    child, key = talk.draw.choice(children)
    count = talk.draw.choice((2, 3, 4, 5))
    new = _among(key, "in", (), at_least=count)
    query = talk.query.but(filters=(*talk.query.filters, new))
    rivals = (talk.query.but(filters=(*talk.query.filters, _among(key, "in", ()))),)
    return Step(query, {"child": child.many, "words": NUMBER_WORDS[count]}, rivals)


def flag(talk: Talk) -> Step | None:
    """ "Only those that are active." """
    fact = talk.pick(talk.thing.flags)
    if fact is None:
        return None
    name = re.sub(r"^(is|are|was|has been) | (flag|yn|y n)$", "", fact.name)
    if name.startswith(("has ", "can ")):
        return None
    return _more(talk, Filter(fact.ref, "=", (yes_of(fact),)), {"column": name})


def missing(talk: Talk) -> Step | None:
    """ "Which of them have no phone?" """
    fact = talk.pick(talk.thing.gaps)
    return _more(talk, Filter(fact.ref, "is null"), {"column": fact.name}) if fact else None


def not_missing(talk: Talk) -> Step | None:
    """ "Which of them do have a phone?" """
    fact = talk.pick(talk.thing.gaps)
    return _more(talk, Filter(fact.ref, "is not null"), {"column": fact.name}) if fact else None


def part_of_a_text(talk: Talk) -> Step | None:
    """ "Only those whose name contains Air." """
    words = _parts(talk, r"[A-Z][a-z]{3,}")
    return _pattern(talk, "%{}%", words)


def start_of_a_text(talk: Talk) -> Step | None:
    """ "Only those whose name starts with Al." """
    return _pattern(
        talk, "{}%", [str(value)[:2] for value in talk.thing.display.values if re.match(r"[A-Z][a-z]{2}", str(value))]
    )


def parent_filter(talk: Talk) -> Step | None:
    """ "Only those whose home team has city Leeds." """
    used = {each.column.table for each in talk.query.filters}
    options = [
        (key, role, fact)
        for key, role in talk.thing.parents
        if role and key.target.table not in used and (parent := talk.world.thing(key.target.table))
        for fact in (*parent.categories, *((parent.display,) if len(parent.display.values) <= 200 else ()))
    ]
    if not options or talk.query.table != talk.thing.table.name:
        return None
    key, role, fact = talk.draw.choice(options)
    value = talk.draw.choice(fact.values)
    new = Filter(fact.ref, "=", (value,), (key,))
    others = tuple(
        talk.query.but(filters=(*talk.query.filters, Filter(fact.ref, "=", (value,), (other,))))
        for other, _ in talk.thing.parents
        if other != key and other.target == key.target
    )
    return _more(talk, new, {"role": role, "column": fact.name, "value": value}, others)


def either(talk: Talk) -> Step | None:
    """ "Those with country France or Italy." """
    return _two(talk, "in")


def neither(talk: Talk) -> Step | None:
    """ "Those with neither France nor Italy as country." """
    return _two(talk, "not in")


def projection_exchanged(talk: Talk) -> Step | None:
    """ "Show their country instead." """
    fact = talk.pick(_showable(talk.thing))
    if fact is None or talk.query.measure != "rows":
        return None
    return Step(
        talk.query.but(shown=(fact.ref,)), {"column": fact.name}, (talk.query.but(shown=(*talk.query.shown, fact.ref)),)
    )


def projection_added(talk: Talk) -> Step | None:
    """ "Also show the country." """
    fact = talk.pick(_showable(talk.thing))
    if fact is None or talk.query.measure != "rows" or len(talk.query.shown) >= MOST_SHOWN or talk.query.both:
        return None
    return Step(
        talk.query.but(shown=(*talk.query.shown, fact.ref)), {"column": fact.name}, (talk.query.but(shown=(fact.ref,)),)
    )


def projection_narrowed(talk: Talk) -> Step | None:
    """ "Just the country, please." where name and country are shown."""
    if talk.query.measure != "rows" or len(talk.query.shown) < 2:
        return None
    ref = talk.draw.choice(talk.query.shown)
    return Step(talk.query.but(shown=(ref,)), {"column": _name(talk, ref)})


def count(talk: Talk) -> Step | None:
    """ "How many are there?" """
    if not talk.is_list or talk.query.shown[0] != talk.thing.display.ref:
        return None
    return Step(talk.query.but(measure="count", distinct=False), {}, (talk.query.but(measure="count", filters=()),))


def back_to_the_list(talk: Talk) -> Step | None:
    """ "Which ones are they?" after a count."""
    if talk.query.measure not in ("count", "aggregate", "share"):
        return None
    query = talk.query.listed().but(shown=(talk.thing.display.ref,))
    if talk.query.measure == "share":
        query = query.but(filters=query.filters[:-1])
    return Step(query, _things(talk.thing))


def distinct(talk: Talk) -> Step | None:
    """ "Which different countries do they have?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or not talk.is_list:
        return None
    query = talk.query.but(shown=(fact.ref,), distinct=True)
    return Step(query, {"column": fact.name}, (query.but(distinct=False),))


def aggregate(talk: Talk) -> Step | None:
    """ "What is their average capacity?" """
    fact = talk.pick(talk.thing.numbers)
    if fact is None or not talk.is_list or talk.query.distinct:
        return None
    function = talk.draw.choice(tuple(FUNCTIONS))
    query = talk.query.but(measure="aggregate", function=function, shown=(*talk.query.shown, fact.ref))
    return Step(query, {"function": FUNCTIONS[function], "column": fact.name}, (query.but(filters=()),))


def group(talk: Talk) -> Step | None:
    """ "How many are there for each country?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or talk.query.distinct or not (talk.is_list or talk.query.measure == "count"):
        return None
    return Step(
        talk.query.but(measure="groups", group=fact.ref),
        {"column": fact.name},
        _unfiltered(talk, measure="groups", group=fact.ref),
    )


def regroup(talk: Talk) -> Step | None:
    """ "And per alliance instead?" """
    others = [fact for fact in talk.thing.categories if fact.ref != talk.query.group]
    if talk.query.measure != "groups" or not others:
        return None
    fact = talk.draw.choice(others)
    return Step(talk.query.but(group=fact.ref, at_least=None), {"column": fact.name})


def group_dropped(talk: Talk) -> Step | None:
    """ "Not broken down, just the total number." """
    if talk.query.measure != "groups":
        return None
    return Step(
        talk.query.but(measure="count", group=None, at_least=None), {}, _unfiltered(talk, measure="count", group=None)
    )


def having(talk: Talk) -> Step | None:
    """ "Only those with more than 2." """
    if talk.query.measure != "groups" or talk.query.at_least is not None:
        return None
    least = talk.draw.choice((1, 2, 3))
    return Step(talk.query.but(at_least=least), {"n": least}, _unfiltered(talk, at_least=least))


def order(talk: Talk) -> Step | None:
    """ "Sort them by capacity, lowest first." """
    fact = _figure(talk)
    if fact is None:
        return None
    query = talk.query.but(order=fact.ref)
    return Step(query, {"column": fact.name}, (query.but(descending=True), query.but(limit=1)))


def direction(talk: Talk) -> Step | None:
    """ "The other way round." """
    if talk.query.order is None or talk.query.limit is not None:
        return None
    return Step(talk.query.but(descending=not talk.query.descending), {})


def top_n(talk: Talk) -> Step | None:
    """ "Show the 3 with the highest capacity." """
    return _cut(talk, descending=True)


def bottom_n(talk: Talk) -> Step | None:
    """ "Show the 3 with the lowest capacity." """
    return _cut(talk, descending=False)


def top_in_words(talk: Talk) -> Step | None:
    """ "Show just the four with the highest capacity." """
    return _cut(talk, descending=True)


def superlative_over_the_result(talk: Talk) -> Step | None:
    """ "Which of them has the highest capacity?" """
    if not talk.query.filters:
        return None
    return _cut(talk, descending=True, number=1)


def everything_tied_for_the_most(talk: Talk) -> Step | None:
    """ "All of those with the highest capacity, ties included." """
    fact = _figure(talk)
    if fact is None or talk.query.filters or talk.query.table != talk.thing.table.name:
        return None
    most = Plan(
        select=(Aggregate(function="max", argument=column(fact.ref)),), tables=(TableSource(table=talk.query.table),)
    )
    query = talk.query.but(filters=(Filter(fact.ref, "=", among=most),))
    cut = talk.query.but(order=fact.ref, descending=True, limit=1)
    return Step(query, {"column": fact.name}, (cut,))


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


def product_of_columns(talk: Talk) -> Step | None:
    """ "Show quantity times unit price for each." """
    pairs = [
        (one, two)
        for one in talk.thing.numbers
        for two in talk.thing.numbers
        if re.search(r"quantity|amount|count|seats|units", one.name) and re.search(r"price|cost|fee|rate", two.name)
    ]
    if not pairs or not talk.is_list or talk.query.distinct:
        return None
    one, two = talk.draw.choice(pairs)
    query = talk.query.but(measure="product", shown=(talk.thing.display.ref, one.ref, two.ref))
    return Step(query, {**_things(talk.thing), "column": one.name, "other": two.name})


def ordinal(talk: Talk) -> Step | None:
    """ "Only the second one." of a sorted list."""
    if talk.query.order is None or talk.query.limit is not None:
        return None
    query = talk.query.but(limit=1, offset=1)
    return Step(query, {}, (query.but(offset=None), query.but(filters=())))


def earlier_turn(talk: Talk) -> Step | None:
    """ "Back to the first list." """
    if len(talk.queries) < 3 or talk.queries[0] == talk.query or talk.queries[0].table != talk.query.table:
        return None
    return Step(talk.queries[0], {})


def undo(talk: Talk) -> Step | None:
    """ "Undo that." """
    if len(talk.queries) < 3 or talk.queries[-2].table != talk.query.table:
        return None
    return Step(talk.queries[-2], {})


def unanswerable(talk: Talk) -> Step | None:
    """ "And what is their shoe size?" where no column could hold it."""
    known = " ".join(f"{t.natural_name} {c.natural_name}" for t in talk.world.database.schema.tables for c in t.columns)
    free = [each for each in UNKNOWN if not set(each.split()) & set(known.lower().split())]
    return Step(None, {"column": talk.draw.choice(free)}) if free and talk.is_list else None


OPENING: dict[str, Behaviour] = {
    "first list": first_list, "first filter": first_filter, "linked": linked, "both": both, "never": never, "always": always,
}  # fmt: skip
"""Behaviours that a conversation can begin with."""
FOLLOWING: dict[str, Behaviour] = {
    "filter added": filter_added, "filter exchanged": filter_exchanged, "filter dropped": filter_dropped,
    "filter negated": filter_negated, "value of another column": value_of_another_column, "comparison": comparison,
    "range": range_, "year": year, "month": month, "quarter": quarter, "before": before, "since": since,
    "between days": between_days, "days before a day": days_before_a_day, "number in words": number_in_words,
    "top in words": top_in_words, "flag": flag, "missing": missing, "not missing": not_missing,
    "part of a text": part_of_a_text, "start of a text": start_of_a_text, "numeric text": numeric_text,
    "projection exchanged": projection_exchanged, "projection added": projection_added,
    "projection narrowed": projection_narrowed, "count": count, "back to the list": back_to_the_list, "distinct": distinct,
    "aggregate": aggregate, "group": group, "regroup": regroup, "group dropped": group_dropped, "having": having,
    "order": order, "direction": direction, "top n": top_n, "bottom n": bottom_n,
    "superlative over the result": superlative_over_the_result,
    "everything tied for the most": everything_tied_for_the_most, "parent filter": parent_filter, "either": either,
    "neither": neither, "share of a total": share_of_a_total, "product of columns": product_of_columns, "ordinal": ordinal,
    "earlier turn": earlier_turn, "undo": undo, "topic changed": topic_changed, "unanswerable": unanswerable,
}  # fmt: skip
"""Behaviours of a turn that follows another."""


def _things(thing: Thing) -> dict[str, Any]:
    return {"many": thing.many, "one": thing.one, "shown": thing.display.name}


def _showable(thing: Thing) -> tuple[Facts, ...]:
    return (thing.display, *thing.categories, *thing.numbers, *thing.days)


def _name(talk: Talk, ref: ColumnRef) -> str:
    return " ".join(talk.world.database.schema.describe(ref).natural_name.lower().split())


def _more(talk: Talk, new: Filter, words: dict[str, Any], rivals: tuple[Query, ...] = ()) -> Step | None:
    """Return the last question with one more condition; only a list, a count or groups can have it."""
    query = talk.query
    if (
        len(query.filters) >= MOST_FILTERS
        or query.both
        or query.limit is not None
        or query.measure not in ("rows", "count", "groups")
    ):
        return None
    if query.table != talk.thing.table.name or (query.measure == "groups" and query.at_least is not None):
        return None
    return Step(
        query.but(filters=(*query.filters, new)),
        words,
        (query.but(filters=(new,)), *rivals) if query.filters else rivals,
    )


def _with_category(talk: Talk) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None:
        return None
    value = talk.draw.choice(fact.values)
    return _more(talk, Filter(fact.ref, "=", (value,)), {"column": fact.name, "value": value})


def _last_equality(talk: Talk) -> tuple[Filter, Facts | None] | None:
    """Return the last condition where it is an equality with a category, and the column's facts."""
    if not talk.query.filters or talk.query.limit is not None or talk.query.measure in ("share", "product"):
        return None
    last = talk.query.filters[-1]
    known = [fact for thing in talk.world.things for fact in thing.categories]
    fact = next((fact for fact in known if fact.ref == last.column), None)
    return (last, fact) if last.operator == "=" and last.among is None and fact and len(fact.values) > 1 else None


def _day(talk: Talk) -> tuple[Facts, date] | None:
    fact = talk.pick(talk.thing.days)
    if fact is None:
        return None
    try:
        return fact, date.fromisoformat(talk.draw.choice(fact.values[1:-1])[:10])
    except ValueError:
        return None


def _days(talk: Talk, fact: Facts, low: str, high: str, said: Any, **words: Any) -> Step | None:
    """Return the last question with a condition on days from low to the day before high."""
    step = _more(talk, Filter(fact.ref, ">=", (low,)), {"column": fact.name, "low": said, **words})
    if step is None or step.query is None or len(step.query.filters) >= MOST_FILTERS + 1:
        return None
    upper = Filter(fact.ref, "<", (high,))
    query = step.query.but(filters=(*step.query.filters, upper))
    return Step(query, step.words, (*step.rivals, talk.query.but(filters=(*talk.query.filters, upper)), step.query))


def _parts(talk: Talk, pattern: str) -> list[str]:
    found = [re.findall(pattern, str(value)) for value in talk.thing.display.values]
    return [word for words in found if len(words) > 1 for word in words]


def _pattern(talk: Talk, shape: str, words: list[str]) -> Step | None:
    if not words:
        return None
    word = talk.draw.choice(words)
    fact = talk.thing.display
    if any(each.column == fact.ref for each in talk.query.filters):
        return None
    return _more(talk, Filter(fact.ref, "like", (shape.format(word),)), {"column": fact.name, "value": word})


def _two(talk: Talk, operator: Any) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None or len(fact.values) < 4:
        return None
    one, two = talk.draw.sample(fact.values, 2)
    rivals = tuple(
        talk.query.but(filters=(*talk.query.filters, Filter(fact.ref, operator, (value,)))) for value in (one, two)
    )
    return _more(
        talk, Filter(fact.ref, operator, (one, two)), {"column": fact.name, "value": one, "second": two}, rivals
    )


def _figure(talk: Talk) -> Facts | None:
    """Draw a number of the things to sort a list by."""
    if not talk.is_list or talk.query.distinct or talk.query.table != talk.thing.table.name:
        return None
    figures = [fact for fact in talk.thing.numbers if not fact.name.startswith("year")]
    return talk.draw.choice(figures) if figures else None


def _cut(talk: Talk, *, descending: bool, number: int | None = None) -> Step | None:
    fact = _figure(talk)
    if fact is None:
        return None
    size = number or talk.draw.choice((2, 3, 4, 5))
    query = talk.query.but(order=fact.ref, descending=descending, limit=size)
    rivals = (query.but(descending=not descending), query.but(limit=size + 1), *_loosened(query))
    return Step(query, {**_things(talk.thing), "column": fact.name, "n": size, "words": NUMBER_WORDS[size]}, rivals)


def _loosened(query: Query) -> tuple[Query, ...]:
    return (query.but(filters=()),) if query.filters else ()


def _unfiltered(talk: Talk, **changes: Any) -> tuple[Query, ...]:
    return (talk.query.but(filters=(), **changes),) if talk.query.filters else ()


def _child_category(talk: Talk) -> tuple[Thing, ForeignKey, Facts] | None:
    options = [(child, key, fact) for child, key in talk.world.children(talk.thing) for fact in child.categories]
    return talk.draw.choice(options) if options else None


def _among(key: ForeignKey, operator: Any, filters: tuple[Filter, ...], at_least: int | None = None) -> Filter:
    """Return the condition that rows which refer to a thing exist, hold some filters, or are many."""
    source = column(key.source)
    conditions = [each.condition() for each in filters]
    there = Predicate(left=source, operator="is not null")
    where = Junction(kind="and", conditions=(there, *conditions)) if conditions else there
    rows = Plan(select=(source,), tables=(TableSource(table=key.source.table),), where=where)
    if at_least is not None:
        more = Predicate(left=ROWS, operator=">", right=(LiteralTerm(value=at_least),))
        rows = rows.model_copy(update={"group_by": (source,), "having": more})
    return Filter(key.target, operator, among=rows)


def _plain(number: float) -> int | float:
    return int(number) if number == int(number) else number
