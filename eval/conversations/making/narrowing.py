"""Behaviours that follow a question and change its conditions: added, exchanged, dropped, negated."""

from __future__ import annotations

import re
from dataclasses import replace

from eval.conversations.making.adding import narrowed, narrowed_by
from eval.conversations.making.conditions import (
    NUMBER_WORDS,
    among,
    draw_condition,
    draw_parent,
    equality_kind,
    flag_name,
    gap_kind,
    names_one_column,
    plain,
    rounded,
)
from eval.conversations.making.facts import Facts, yes_of
from eval.conversations.making.query import Filter
from eval.conversations.making.talk import Behaviour, Said, Step, Talk
from nodes.plan import Operator


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
    if found[1].nulls:
        return None  # what has no country is not from France, and is not known to be from elsewhere
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
    return narrowed(
        talk, Filter(fact.ref, operator, (low,)), Said(kind, {"column": fact.name, "low": low}), wording=wording
    )


def any_condition(talk: Talk) -> Step | None:
    """ "Only the ones that have a route from Boston." """
    drawn = draw_condition(talk, talk.thing)
    return None if drawn is None or drawn.is_multiplying else narrowed_by(talk, drawn)


def numeric_text(talk: Talk) -> Step | None:
    """ "Only those with price above 20." where prices are stored as texts."""
    fact = talk.pick(talk.thing.numerals)
    if fact is None:
        return None
    ordered = sorted(float(value) for value in fact.values)
    low = plain(ordered[len(ordered) // 2])
    new = Filter(fact.ref, ">", (low,), numeric=True)
    return narrowed(talk, new, Said("above", {"column": fact.name, "low": low}))


def range_(talk: Talk) -> Step | None:
    """ "Only those with capacity between 100 and 180." """
    fact = talk.pick(talk.thing.numbers)
    if fact is None:
        return None
    low, high = (rounded(talk, fact.values[place * len(fact.values) // 4]) for place in (1, 3))
    said = Said("between", {"column": fact.name, "low": low, "high": high})
    return narrowed(talk, Filter(fact.ref, "between", (low, high)), said)


def number_in_words(talk: Talk) -> Step | None:
    """ "Only those with more than three routes." """
    children = talk.world.children(talk.thing)
    if not children or not talk.is_list:
        return None
    child, key = talk.draw.choice(children)
    count = talk.draw.choice((2, 3, 4, 5))
    words = {"child": child.one, "children": child.many, "words": NUMBER_WORDS[count], "n": count}
    rivals = (talk.query.but(filters=(*talk.query.filters, among(key, "in", ()))),)
    return narrowed(talk, among(key, "in", (), at_least=count), Said("many children", words), rivals)


def flag(talk: Talk) -> Step | None:
    """ "Only those that are active." """
    fact = talk.pick(talk.thing.flags)
    if fact is None:
        return None
    name = flag_name(fact)
    said = Said("flag" if name else "flag noun", {"column": name or fact.name})
    return narrowed(talk, Filter(fact.ref, "=", (yes_of(fact),)), said, wording="flag" if name else "narrowed")


def missing(talk: Talk) -> Step | None:
    """ "Which of them have no phone?" """
    return _gap(talk, "is null")


def not_missing(talk: Talk) -> Step | None:
    """ "Which of them do have a phone?" """
    return _gap(talk, "is not null")


def _gap(talk: Talk, operator: Operator) -> Step | None:
    fact = talk.pick(talk.thing.gaps)
    if fact is None:
        return None
    kind = gap_kind(fact, missing=operator == "is null")
    wording = kind if kind.endswith("number") else ""
    return narrowed(talk, Filter(fact.ref, operator), Said(kind, {"column": fact.name}), wording=wording)


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
    step = narrowed_by(talk, drawn) if drawn else None
    if step is None or step.wording or "column" in step.words:
        return step
    return replace(step, wording=("narrowed",))


def either(talk: Talk) -> Step | None:
    """ "Those with country France or Italy." """
    return _two(talk, "in")


def neither(talk: Talk) -> Step | None:
    """ "Those with neither France nor Italy as country." """
    return _two(talk, "not in")


def _with_category(talk: Talk) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None:
        return None
    value = talk.draw.choice(fact.values)
    said = Said(equality_kind(talk.thing, fact), {"column": fact.name, "value": value})
    step = narrowed(talk, Filter(fact.ref, "=", (value,)), said)
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


def _parts(talk: Talk, pattern: str) -> list[str]:
    found = [re.findall(pattern, str(value)) for value in talk.thing.display.values]
    return [word for words in found if len(words) > 1 for word in words]


def _pattern(talk: Talk, kind: str, shape: str, words: list[str]) -> Step | None:
    fact = talk.thing.display
    if not words or any(each.column == fact.ref for each in talk.query.filters):
        return None
    word = talk.draw.choice(words)
    return narrowed(
        talk, Filter(fact.ref, "like", (shape.format(word),)), Said(kind, {"column": fact.name, "value": word})
    )


def _two(talk: Talk, operator: Operator) -> Step | None:
    fact = talk.pick(talk.thing.categories)
    if fact is None or len(fact.values) < 4 or (operator == "not in" and fact.nulls):
        return None
    one, two = talk.draw.sample(fact.values, 2)
    rivals = tuple(
        talk.query.but(filters=(*talk.query.filters, Filter(fact.ref, operator, (value,)))) for value in (one, two)
    )
    words = {"column": fact.name, "value": one, "second": two}
    kind = "either" if operator == "in" else "neither"
    return narrowed(talk, Filter(fact.ref, operator, (one, two)), Said(kind, words), rivals)


NARROWING: dict[str, Behaviour] = {
    "filter added": filter_added, "filter exchanged": filter_exchanged, "filter dropped": filter_dropped,
    "filter negated": filter_negated, "value of another column": value_of_another_column, "comparison": comparison,
    "range": range_, "number in words": number_in_words,
    "flag": flag, "missing": missing, "not missing": not_missing, "part of a text": part_of_a_text,
    "start of a text": start_of_a_text, "numeric text": numeric_text, "parent filter": parent_filter, "either": either,
    "neither": neither, "any condition": any_condition,
}  # fmt: skip
"""Behaviours by name."""
