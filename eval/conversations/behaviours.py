"""Behaviours of a turn that follows another: each takes what was asked so far, and gives the next question with its words.

A behaviour gives None where the things, their columns or the question before do not allow it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from eval.conversations.conditions import (
    NUMBER_WORDS,
    Drawn,
    among,
    draw_condition,
    draw_parent,
    equality_kind,
    flag_name,
    names_one_column,
    plain,
    rounded,
)
from eval.conversations.openings import FUNCTIONS, OPENING, degree, figure_function, figures, showable, things
from eval.conversations.query import Filter, Query, column
from eval.conversations.talk import Behaviour, Said, Step, Talk
from eval.conversations.templates import UNKNOWN
from eval.conversations.world import Facts, yes_of
from nodes.plan import Aggregate, AggregateFunction, Operator, Plan, TableSource

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
MOST_FILTERS = 3
MOST_SHOWN = 3


def topic_changed(talk: Talk) -> Step | None:
    """ "Something else: how many airports are there?" """
    others = [thing for thing in talk.world.things if thing != talk.thing]
    if not others or len(talk.queries) < 2:
        return None
    name = talk.draw.choice(tuple(OPENING))
    step = OPENING[name](Talk(talk.world, talk.draw.choice(others), (), talk.draw))
    return replace(step, wording=("topic changed", *(step.wording or (name,)))) if step else None


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
    low = rounded(talk, fact.values[len(fact.values) // 3 + talk.draw.randrange(len(fact.values) // 3 or 1)])
    operators: tuple[tuple[Operator, str], ...] = (
        (">", "above"),
        ("<", "below"),
        (">=", "at least"),
        ("<=", "at most"),
    )
    operator, kind = talk.draw.choice(operators)
    wording = "comparison" if kind == "above" else "narrowed"
    return _more(
        talk, Filter(fact.ref, operator, (low,)), Said(kind, {"column": fact.name, "low": low}), wording=wording
    )


def any_condition(talk: Talk) -> Step | None:
    """ "Only the ones that have a route from Boston." """
    drawn = draw_condition(talk, talk.thing)
    return None if drawn is None or drawn.is_multiplying else _more_of(talk, drawn)


def numeric_text(talk: Talk) -> Step | None:
    """ "Only those with price above 20." where prices are stored as texts."""
    fact = talk.pick(talk.thing.numerals)
    if fact is None:
        return None
    ordered = sorted(float(value) for value in fact.values)
    low = plain(ordered[len(ordered) // 2])
    new = Filter(fact.ref, ">", (low,), numeric=True)
    return _more(talk, new, Said("above", {"column": fact.name, "low": low}))


def range_(talk: Talk) -> Step | None:
    """ "Only those with capacity between 100 and 180." """
    fact = talk.pick(talk.thing.numbers)
    if fact is None:
        return None
    low, high = (rounded(talk, fact.values[place * len(fact.values) // 4]) for place in (1, 3))
    said = Said("between", {"column": fact.name, "low": low, "high": high})
    return _more(talk, Filter(fact.ref, "between", (low, high)), said)


def year(talk: Talk) -> Step | None:
    """ "Only those with founding day in 1998." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    return _days(talk, fact, f"{value.year}-01-01", f"{value.year + 1}-01-01", "year", value.year)


def month(talk: Talk) -> Step | None:
    """ "Only those with order date in March 2024." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    after = date(value.year + value.month // 12, value.month % 12 + 1, 1)
    return _days(
        talk,
        fact,
        value.replace(day=1).isoformat(),
        after.isoformat(),
        "year",
        f"{MONTHS[value.month - 1]} {value.year}",
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
    return _days(talk, fact, start.isoformat(), after.isoformat(), "quarter", f"{named} quarter of {value.year}")


def before(talk: Talk) -> Step | None:
    """ "Only those with order date before 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    said = Said("before", {"column": fact.name, "low": value.isoformat()})
    return _more(talk, Filter(fact.ref, "<", (value.isoformat(),)), said)


def since(talk: Talk) -> Step | None:
    """ "Only those with order date since 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    said = Said("since", {"column": fact.name, "low": value.isoformat()})
    return _more(talk, Filter(fact.ref, ">=", (value.isoformat(),)), said)


def between_days(talk: Talk) -> Step | None:
    """ "Only those with order date between 2024-01-01 and 2024-02-15." """
    day = _day(talk)
    if day is None or any(len(value) > 10 for value in day[0].values):
        return None
    fact, value = day
    low, high = value.isoformat(), (value + timedelta(days=talk.draw.choice((30, 90, 400)))).isoformat()
    said = Said("between", {"column": fact.name, "low": low, "high": high})
    return _more(talk, Filter(fact.ref, "between", (low, high)), said)


def days_before_a_day(talk: Talk) -> Step | None:
    """ "Only those with order date in the 30 days before 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    count = talk.draw.choice((7, 14, 30, 60, 90))
    low = (value - timedelta(days=count)).isoformat()
    return _days(talk, fact, low, value.isoformat(), "days before", value.isoformat(), n=count)


def number_in_words(talk: Talk) -> Step | None:
    """ "Only those with more than three routes." """
    children = talk.world.children(talk.thing)
    if not children or not talk.is_list:
        return None
    child, key = talk.draw.choice(children)
    count = talk.draw.choice((2, 3, 4, 5))
    words = {"child": child.one, "children": child.many, "words": NUMBER_WORDS[count], "n": count}
    rivals = (talk.query.but(filters=(*talk.query.filters, among(key, "in", ()))),)
    return _more(talk, among(key, "in", (), at_least=count), Said("many children", words), rivals)


def flag(talk: Talk) -> Step | None:
    """ "Only those that are active." """
    fact = talk.pick(talk.thing.flags)
    name = flag_name(fact) if fact else None
    return (
        _more(talk, Filter(fact.ref, "=", (yes_of(fact),)), Said("flag", {"column": name})) if fact and name else None
    )


def missing(talk: Talk) -> Step | None:
    """ "Which of them have no phone?" """
    fact = talk.pick(talk.thing.gaps)
    return _more(talk, Filter(fact.ref, "is null"), Said("missing", {"column": fact.name})) if fact else None


def not_missing(talk: Talk) -> Step | None:
    """ "Which of them do have a phone?" """
    fact = talk.pick(talk.thing.gaps)
    return _more(talk, Filter(fact.ref, "is not null"), Said("not missing", {"column": fact.name})) if fact else None


def part_of_a_text(talk: Talk) -> Step | None:
    """ "Only those whose name contains Air." """
    words = _parts(talk, r"[A-Z][a-z]{3,}")
    return _pattern(talk, "part", "%{}%", words)


def start_of_a_text(talk: Talk) -> Step | None:
    """ "Only those whose name starts with A." """
    names = [str(value) for value in talk.thing.display.values if re.match(r"[A-Z][a-z]{2}", str(value))]
    return _pattern(talk, "start", "{}%", [name[: talk.draw.choice((1, 1, 2))] for name in names])


def parent_filter(talk: Talk) -> Step | None:
    """ "Only those whose home team has city Leeds." """
    drawn = draw_parent(talk, talk.thing)
    return _more_of(talk, drawn) if drawn else None


def either(talk: Talk) -> Step | None:
    """ "Those with country France or Italy." """
    return _two(talk, "in")


def neither(talk: Talk) -> Step | None:
    """ "Those with neither France nor Italy as country." """
    return _two(talk, "not in")


def projection_exchanged(talk: Talk) -> Step | None:
    """ "Show their country instead." """
    fact = talk.pick(showable(talk.thing))
    if fact is None or talk.query.measure != "rows" or talk.query.table != talk.thing.table.name:
        return None
    query = talk.query.but(shown=(fact.ref,))
    single = talk.query.limit == 1
    words = {**things(talk.thing), "column": fact.name}
    rivals = (talk.query.but(shown=(*talk.query.shown, fact.ref)),)
    return Step(query, words, rivals, wording=("projection exchanged, of one",) if single else ())


def projection_added(talk: Talk) -> Step | None:
    """ "Also show the country." """
    fact = talk.pick(showable(talk.thing))
    query = talk.query
    if fact is None or query.measure != "rows" or len(query.shown) >= MOST_SHOWN or query.both or query.distinct:
        return None
    if query.table != talk.thing.table.name:
        return None
    words = {**things(talk.thing), "column": fact.name}
    return Step(query.but(shown=(*query.shown, fact.ref)), words, (query.but(shown=(fact.ref,)),))


def parent_added(talk: Talk) -> Step | None:
    """ "And the name of their customer, too." """
    options = [
        (key, role, fact)
        for key, role in talk.thing.parents
        if role and (parent := talk.world.thing(key.target.table))
        for fact in (*parent.categories, *((parent.display,) if len(parent.shown) == 1 else ()))
    ]
    query = talk.query
    if (
        not options
        or query.measure != "rows"
        or len(query.shown) >= MOST_SHOWN
        or query.both
        or query.links
        or query.distinct
    ):
        return None
    if query.table != talk.thing.table.name or any(each.via for each in query.filters):
        return None
    key, role, fact = talk.draw.choice(options)
    changed = query.but(shown=(*query.shown, fact.ref), links=(key,))
    others = tuple(
        changed.but(links=(other,)) for other, _ in talk.thing.parents if other != key and other.target == key.target
    )
    return Step(
        changed, {**things(talk.thing), "role": role, "column": fact.name}, (changed.but(shown=(fact.ref,)), *others)
    )


def projection_narrowed(talk: Talk) -> Step | None:
    """ "Just the country, please." where name and country are shown."""
    if talk.query.measure != "rows" or len(talk.query.shown) < 2 or talk.query.links:
        return None
    ref = talk.draw.choice(talk.query.shown)
    return Step(talk.query.but(shown=(ref,)), {"column": talk.world.said(ref)})


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


def distinct(talk: Talk) -> Step | None:
    """ "Which different countries do they have?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or not talk.is_list or talk.query.table != talk.thing.table.name:
        return None
    query = talk.query.but(shown=(fact.ref,), distinct=True, links=())
    return Step(query, {"column": fact.name}, (query.but(distinct=False),))


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
    others: list[AggregateFunction] = [name for name in names if name != talk.query.function]
    function: AggregateFunction = talk.draw.choice(others)
    query = talk.query.but(function=function)
    return Step(query, {"function": FUNCTIONS[function], "column": talk.world.said(query.shown[-1])}, _loosened(query))


def figure_for_each(talk: Talk) -> Step | None:
    """ "And their average capacity per country?" """
    fact, number = talk.pick(talk.thing.categories), talk.pick(figures(talk.thing))
    if fact is None or number is None or talk.query.distinct or not (talk.is_list or talk.query.measure == "aggregate"):
        return None
    if talk.query.table != talk.thing.table.name:
        return None
    function = figure_function(talk, number)
    query = talk.query.but(measure="figures", shown=(number.ref,), group=fact.ref, function=function)
    words = {**things(talk.thing), "function": FUNCTIONS[function], "column": number.name, "other": fact.name}
    return Step(query, words, (query.but(measure="groups"), *_loosened(query)))


def group(talk: Talk) -> Step | None:
    """ "How many are there for each country?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or talk.query.distinct or not (talk.is_list or talk.query.measure == "count"):
        return None
    if talk.query.table != talk.thing.table.name:
        return None
    query = talk.query.but(measure="groups", group=fact.ref)
    return Step(query, {**things(talk.thing), "column": fact.name}, _loosened(query))


def regroup(talk: Talk) -> Step | None:
    """ "And per alliance instead?" """
    taken = {talk.query.group, *(each.column for each in talk.query.filters)}
    others = [fact for fact in talk.thing.categories if fact.ref not in taken]
    if talk.query.measure not in ("groups", "figures") or not others or talk.query.table != talk.thing.table.name:
        return None
    fact = talk.draw.choice(others)
    return Step(talk.query.regrouped(fact.ref), {"column": fact.name}, _loosened(talk.query.regrouped(fact.ref)))


def group_dropped(talk: Talk) -> Step | None:
    """ "Not broken down, just the total number." """
    if talk.query.measure != "groups" or talk.query.by_figure:
        return None
    query = talk.query.regrouped(None, measure="count")
    return Step(query, things(talk.thing), _loosened(query))


def groups_in_order(talk: Talk) -> Step | None:
    """ "Most first." sorts groups by their count or figure."""
    if talk.query.measure not in ("groups", "figures") or talk.query.by_figure:
        return None
    descending = talk.draw.random() < 0.7
    query = talk.query.but(by_figure=True, descending=descending)
    words = {"end": "highest" if descending else "lowest"}
    return Step(query, words, (query.but(descending=not descending), *_loosened(query)))


def leading_group(talk: Talk) -> Step | None:
    """ "Which one has the most?" of groups that were counted."""
    if talk.query.measure != "groups" or talk.query.by_figure or talk.query.at_least is not None:
        return None
    query = talk.query.but(measure="leaders", by_figure=True, descending=True, limit=1)
    return Step(query, things(talk.thing), (query.but(descending=False), query.but(limit=2), *_loosened(query)))


def having(talk: Talk) -> Step | None:
    """ "Only those with more than 2." """
    if talk.query.measure != "groups" or talk.query.at_least is not None or talk.query.by_figure:
        return None
    least = talk.draw.choice((1, 2, 3))
    query = talk.query.but(at_least=least)
    return Step(query, {**things(talk.thing), "n": least}, (query.but(at_least=least + 1), *_loosened(query)))


def order(talk: Talk) -> Step | None:
    """ "Sort them by capacity, lowest first." """
    fact = _figure(talk)
    if fact is None:
        return None
    descending = talk.draw.random() < 0.5
    query = talk.query.but(order=fact.ref, descending=descending)
    words = {"column": fact.name, "end": "highest" if descending else "lowest", "other_end": "lowest" if descending else "highest",
             "direction": "descending" if descending else "ascending"}  # fmt: skip
    return Step(query, words, (query.but(descending=not descending), query.but(limit=1)))


def direction(talk: Talk) -> Step | None:
    """ "The other way round." """
    if talk.query.order is None or talk.query.limit is not None:
        return None
    ends = ("lowest", "smallest", "ascending") if talk.query.descending else ("highest", "largest", "descending")
    words: dict[str, Any] = dict(zip(("end", "size", "direction"), ends, strict=True))
    return Step(talk.query.but(descending=not talk.query.descending), words)


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
    """ "Which of them is the cheapest?" """
    if not talk.query.filters:
        return None
    step = _cut(talk, descending=talk.draw.random() < 0.6, number=1)
    if step and "degree" in step.words and talk.draw.random() < 0.6:
        return replace(step, wording=("superlative over the result, by adjective",))
    return step


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
    query = talk.query.but(measure="product", shown=(talk.thing.shown[-1], one.ref, two.ref))
    return Step(query, {**things(talk.thing), "column": one.name, "other": two.name})


def ordinal(talk: Talk) -> Step | None:
    """ "Only the second one." of a sorted list."""
    if talk.query.order is None or talk.query.limit is not None:
        return None
    query = talk.query.but(limit=1, offset=1)
    return Step(query, {}, (query.but(offset=None), query.but(filters=())))


def earlier_turn(talk: Talk) -> Step | None:
    """ "Back to the first list." """
    first = talk.queries[0]
    if len(talk.queries) < 3 or first == talk.query or first.table != talk.query.table:
        return None
    return Step(first, {}, wording=() if first.measure == "rows" else ("earlier question",))


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


FOLLOWING: dict[str, Behaviour] = {
    "filter added": filter_added, "filter exchanged": filter_exchanged, "filter dropped": filter_dropped,
    "filter negated": filter_negated, "value of another column": value_of_another_column, "comparison": comparison,
    "range": range_, "year": year, "month": month, "quarter": quarter, "before": before, "since": since,
    "between days": between_days, "days before a day": days_before_a_day, "number in words": number_in_words,
    "top in words": top_in_words, "flag": flag, "missing": missing, "not missing": not_missing,
    "part of a text": part_of_a_text, "start of a text": start_of_a_text, "numeric text": numeric_text,
    "projection exchanged": projection_exchanged, "projection added": projection_added,
    "projection narrowed": projection_narrowed, "count": count, "back to the list": back_to_the_list, "distinct": distinct,
    "aggregate": aggregate, "aggregate exchanged": aggregate_exchanged,
    "figure for each": figure_for_each, "group": group, "regroup": regroup, "group dropped": group_dropped, "having": having, "groups in order": groups_in_order,
    "leading group": leading_group,
    "order": order, "direction": direction, "top n": top_n, "bottom n": bottom_n,
    "superlative over the result": superlative_over_the_result,
    "everything tied for the most": everything_tied_for_the_most, "parent filter": parent_filter, "either": either,
    "neither": neither, "share of a total": share_of_a_total, "product of columns": product_of_columns, "ordinal": ordinal,
    "earlier turn": earlier_turn, "undo": undo, "topic changed": topic_changed, "any condition": any_condition,
    "parent added": parent_added, "unanswerable": unanswerable,
}  # fmt: skip
"""Behaviours of a turn that follows another."""


def _more(talk: Talk, new: Filter, said: Said, rivals: tuple[Query, ...] = (), *, wording: str = "") -> Step | None:
    """Return the last question with one more condition; only a list, a count or a figure can have it."""
    drawn = Drawn((new,), said)
    step = _more_of(talk, drawn)
    if step is None:
        return None
    return replace(step, rivals=(*step.rivals, *rivals), wording=step.wording or ((wording,) if wording else ()))


def _more_of(talk: Talk, drawn: Drawn) -> Step | None:
    query = talk.query
    if (
        len(query.filters) >= MOST_FILTERS
        or query.both
        or query.limit is not None
        or query.table != talk.thing.table.name
    ):
        return None
    if query.measure not in ("rows", "count", "groups", "aggregate", "figures") or query.at_least is not None:
        return None
    if any(each.column in {other.column for other in query.filters} for each in drawn.filters):
        return None
    changed = query.but(filters=(*query.filters, *drawn.filters))
    rivals = [query.but(filters=(*query.filters, *other)) for other in drawn.others]
    if query.filters:
        rivals.append(query.but(filters=drawn.filters))
    counted = {"count": ("counted",), "groups": ("grouped",), "figures": ("grouped",), "aggregate": ("figured",)}
    words = {**things(talk.thing), **drawn.said.words, "function": FUNCTIONS[query.function]}
    return Step(changed, words, tuple(rivals), (drawn.said,), counted.get(query.measure, ()))


def _with_category(talk: Talk) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None:
        return None
    value = talk.draw.choice(fact.values)
    said = Said(equality_kind(talk.thing, fact), {"column": fact.name, "value": value})
    step = _more(talk, Filter(fact.ref, "=", (value,)), said)
    if step and not step.wording and talk.draw.random() < 0.4 and names_one_column(talk.thing, value):
        return replace(step, wording=("value alone",))
    return step


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


def _days(talk: Talk, fact: Facts, low: str, high: str, kind: str, said: Any, **words: Any) -> Step | None:
    """Return the last question with a condition on days from low to the day before high."""
    step = _more(talk, Filter(fact.ref, ">=", (low,)), Said(kind, {"column": fact.name, "low": said, **words}))
    if step is None or step.query is None or len(step.query.filters) >= MOST_FILTERS + 1:
        return None
    upper = Filter(fact.ref, "<", (high,))
    query = step.query.but(filters=(*step.query.filters, upper))
    rivals = (*step.rivals, talk.query.but(filters=(*talk.query.filters, upper)), step.query)
    return replace(step, query=query, rivals=rivals)


def _parts(talk: Talk, pattern: str) -> list[str]:
    found = [re.findall(pattern, str(value)) for value in talk.thing.display.values]
    return [word for words in found if len(words) > 1 for word in words]


def _pattern(talk: Talk, kind: str, shape: str, words: list[str]) -> Step | None:
    fact = talk.thing.display
    if not words or any(each.column == fact.ref for each in talk.query.filters):
        return None
    word = talk.draw.choice(words)
    return _more(
        talk, Filter(fact.ref, "like", (shape.format(word),)), Said(kind, {"column": fact.name, "value": word})
    )


def _two(talk: Talk, operator: Operator) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None or len(fact.values) < 4:
        return None
    one, two = talk.draw.sample(fact.values, 2)
    rivals = tuple(
        talk.query.but(filters=(*talk.query.filters, Filter(fact.ref, operator, (value,)))) for value in (one, two)
    )
    words = {"column": fact.name, "value": one, "second": two}
    kind = "either" if operator == "in" else "neither"
    return _more(talk, Filter(fact.ref, operator, (one, two)), Said(kind, words), rivals)


def _figure(talk: Talk) -> Facts | None:
    """Draw a number of the things to sort a list by."""
    if not talk.is_list or talk.query.distinct or talk.query.table != talk.thing.table.name:
        return None
    free = figures(talk.thing)
    return talk.draw.choice(free) if free else None


def _cut(talk: Talk, *, descending: bool, number: int | None = None) -> Step | None:
    fact = _figure(talk)
    if fact is None:
        return None
    size = number or talk.draw.choice((2, 3, 4, 5))
    query = talk.query.but(order=fact.ref, descending=descending, limit=size)
    rivals = (query.but(descending=not descending), query.but(limit=size + 1), *_loosened(query))
    words = {
        **things(talk.thing),
        **degree(talk.thing, fact, descending=descending),
        "n": size,
        "words": NUMBER_WORDS[size],
    }
    return Step(query, words, rivals)


def _loosened(query: Query) -> tuple[Query, ...]:
    return (query.but(filters=()),) if query.filters else ()
