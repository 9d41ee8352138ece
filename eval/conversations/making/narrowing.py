"""Behaviours that follow a question and change its conditions: added, exchanged, dropped, negated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from eval.conversations.making.conditions import (
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
from eval.conversations.making.openings import FUNCTIONS, things
from eval.conversations.making.query import GROUPED, Filter, Query
from eval.conversations.making.talk import Behaviour, Said, Step, Talk
from eval.conversations.making.world import Facts, yes_of
from nodes.plan import Operator

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip
MOST_FILTERS = 3


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
    if not all(names_one_column(thing, value, fact) for thing in talk.world.things if thing == talk.thing or last.via):
        return None
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
    if any(key.target.table == talk.query.table for key in last.via):
        return None  # "with no Boston flight" and "with a flight not to Boston" are both meant by it
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
    if fact is None:
        return None
    name = flag_name(fact)
    said = Said("flag" if name else "flag noun", {"column": name or fact.name})
    return _more(talk, Filter(fact.ref, "=", (yes_of(fact),)), said, wording="flag" if name else "narrowed")


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
    step = _more_of(talk, drawn) if drawn else None
    if step is None or step.wording or "column" in step.words:
        return step
    return replace(step, wording=("narrowed",))


def either(talk: Talk) -> Step | None:
    """ "Those with country France or Italy." """
    return _two(talk, "in")


def neither(talk: Talk) -> Step | None:
    """ "Those with neither France nor Italy as country." """
    return _two(talk, "not in")


def _more(talk: Talk, new: Filter, said: Said, rivals: tuple[Query, ...] = (), *, wording: str = "") -> Step | None:
    """Return the last question with one more condition; only a list, a count or a figure can have it."""
    drawn = Drawn((new,), said)
    step = _more_of(talk, drawn)
    if step is None:
        return None
    return replace(step, rivals=(*step.rivals, *rivals), wording=step.wording or ((wording,) if wording else ()))


def _more_of(talk: Talk, drawn: Drawn) -> Step | None:
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


def _with_category(talk: Talk) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None:
        return None
    value = talk.draw.choice(fact.values)
    said = Said(equality_kind(talk.thing, fact), {"column": fact.name, "value": value})
    step = _more(talk, Filter(fact.ref, "=", (value,)), said)
    if step and not step.wording and talk.draw.random() < 0.4 and names_one_column(talk.thing, value, fact):
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


NARROWING: dict[str, Behaviour] = {
    "filter added": filter_added, "filter exchanged": filter_exchanged, "filter dropped": filter_dropped,
    "filter negated": filter_negated, "value of another column": value_of_another_column, "comparison": comparison,
    "range": range_, "year": year, "month": month, "quarter": quarter, "before": before, "since": since,
    "between days": between_days, "days before a day": days_before_a_day, "number in words": number_in_words,
    "flag": flag, "missing": missing, "not missing": not_missing, "part of a text": part_of_a_text,
    "start of a text": start_of_a_text, "numeric text": numeric_text, "parent filter": parent_filter, "either": either,
    "neither": neither, "any condition": any_condition,
}  # fmt: skip
"""Behaviours by name."""
