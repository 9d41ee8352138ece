"""Behaviours that narrow the question before to a time: days, months, quarters, years, and years stored as numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from eval.conversations.making.adding import MOST_FILTERS, narrowed
from eval.conversations.making.facts import Facts
from eval.conversations.making.query import Filter
from eval.conversations.making.talk import Behaviour, Said, Step, Talk
from nodes.plan import Operator

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
          "December")  # fmt: skip


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
    return _from_day(talk, "<", "before")


def since(talk: Talk) -> Step | None:
    """ "Only those with order date since 2024-03-01." """
    return _from_day(talk, ">=", "since")


def between_days(talk: Talk) -> Step | None:
    """ "Only those with order date between 2024-01-01 and 2024-02-15." """
    day = _day(talk)
    if day is None or any(len(value) > 10 for value in day[0].values):
        return None
    fact, value = day
    low, high = value.isoformat(), (value + timedelta(days=talk.draw.choice((30, 90, 400)))).isoformat()
    said = Said("between", {"column": fact.name, "low": low, "high": high})
    return narrowed(talk, Filter(fact.ref, "between", (low, high)), said)


def days_before_a_day(talk: Talk) -> Step | None:
    """ "Only those with order date in the 30 days before 2024-03-01." """
    day = _day(talk)
    if day is None:
        return None
    fact, value = day
    count = talk.draw.choice((7, 14, 30, 60, 90))
    low = (value - timedelta(days=count)).isoformat()
    return _days(talk, fact, low, value.isoformat(), "days before", value.isoformat(), n=count)


def in_a_year(talk: Talk) -> Step | None:
    """ "Only those of the model year 2005." where years are stored as numbers."""
    return _year(talk, "=", "in a year")


def since_a_year(talk: Talk) -> Step | None:
    """ "Only those since 2005." where years are stored as numbers."""
    return _year(talk, ">=", "since a year")


def before_a_year(talk: Talk) -> Step | None:
    """ "Only those before 2005." where years are stored as numbers."""
    return _year(talk, "<", "before a year")


def _year(talk: Talk, operator: Operator, kind: str) -> Step | None:
    fact = talk.pick(talk.thing.years)
    if fact is None:
        return None
    value = talk.draw.choice(fact.values[1:-1])
    return narrowed(talk, Filter(fact.ref, operator, (value,)), Said(kind, {"column": fact.name, "low": value}))


def _from_day(talk: Talk, operator: Operator, kind: str) -> Step | None:
    day = _day(talk)
    if day is None:
        return None
    fact, value = day[0], day[1].isoformat()
    return narrowed(talk, Filter(fact.ref, operator, (value,)), Said(kind, {"column": fact.name, "low": value}))


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
    step = narrowed(talk, Filter(fact.ref, ">=", (low,)), Said(kind, {"column": fact.name, "low": said, **words}))
    if step is None or step.query is None or len(step.query.filters) >= MOST_FILTERS + 1:
        return None
    upper = Filter(fact.ref, "<", (high,))
    query = step.query.but(filters=(*step.query.filters, upper))
    rivals = (*step.rivals, talk.query.but(filters=(*talk.query.filters, upper)), step.query)
    return replace(step, query=query, rivals=rivals)


DATED: dict[str, Behaviour] = {
    "year": year, "month": month, "quarter": quarter, "before": before, "since": since, "between days": between_days,
    "days before a day": days_before_a_day, "in a year": in_a_year, "since a year": since_a_year,
    "before a year": before_a_year,
}  # fmt: skip
"""Behaviours by name."""
