"""Behaviours that follow a list and change what it shows, its order or its length, or go back to an earlier one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from eval.conversations.making.conditions import NUMBER_WORDS
from eval.conversations.making.facts import Facts
from eval.conversations.making.openings import degree, figures, showable, things
from eval.conversations.making.query import Filter, column
from eval.conversations.making.talk import Behaviour, Step, Talk
from eval.conversations.making.words.nouns import possessive
from nodes.plan import Aggregate, ArithmeticOperator, Plan, TableSource
from value_index.schema import ForeignKey

MOST_SHOWN = 3
_QUANTITY = re.compile(r"\b(quantity|amount|count|seats|units|number|hours|days|nights|copies|pieces|items|tickets)\b")
_PRICE = re.compile(r"^(?!.*\btotal\b).*\b(price|cost|fee|rate|fare|wage)\b")


def projection_exchanged(talk: Talk) -> Step | None:
    """ "Show their country instead." """
    fact = talk.pick(showable(talk.thing))
    if fact is None or talk.query.measure != "rows" or talk.query.table != talk.thing.table.name:
        return None
    if talk.query.lists_values:
        return None
    query = talk.query.but(shown=(fact.ref,), links=())
    if talk.query.links and talk.rows(query) != talk.rows(query.but(links=talk.query.links)):
        return None
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
    if len(talk.rows(changed) or ()) != len(talk.rows(query) or ()):
        return None  # some have no parent: whether they are shown is open
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


def distinct(talk: Talk) -> Step | None:
    """ "Which different countries do they have?" """
    fact = talk.pick(talk.thing.categories)
    if fact is None or not talk.is_list or talk.query.table != talk.thing.table.name:
        return None
    query = talk.query.but(shown=(fact.ref,), distinct=True, links=())
    return Step(query, {"column": fact.name}, (query.but(distinct=False),))


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


def product_of_columns(talk: Talk) -> Step | None:
    """ "Show quantity times unit price for each.", or "times the product's unit price"."""
    thing = talk.thing
    many = [fact for fact in (*thing.numbers, *thing.numerals) if _QUANTITY.search(fact.name)]
    own = [_Pair(one, two) for one in many for two in (*thing.numbers, *thing.numerals) if _PRICE.search(two.name)]
    parents = (
        (key, role, parent) for key, role in thing.parents if role and (parent := talk.world.thing(key.target.table))
    )
    theirs = [
        _Pair(one, two, (key,), f"the {possessive(role)} {two.name}")
        for key, role, parent in parents
        for one in many
        for two in parent.numbers
        if _PRICE.search(two.name)
    ]
    return _combined(talk, own or theirs, "*")


def difference_of_columns(talk: Talk) -> Step | None:
    """ "Show maximum salary minus minimum salary for each." """
    pairs = [
        _Pair(one, two)
        for one in talk.thing.numbers
        for two in talk.thing.numbers
        if one != two and one.name.split()[-1] == two.name.split()[-1] and len(one.name.split()) > 1
    ]
    return _combined(talk, pairs, "-")


@dataclass(frozen=True)
class _Pair:
    """Two columns that a figure of each row is computed from."""

    one: Facts
    two: Facts
    links: tuple[ForeignKey, ...] = ()
    """Key to the table of the second, where it is another one."""
    said: str = ""
    """What the second is called, where its name alone would not do."""


def _combined(talk: Talk, pairs: list[_Pair], operator: ArithmeticOperator) -> Step | None:
    query = talk.query
    if not pairs or not talk.is_list or query.distinct or query.links or query.table != talk.thing.table.name:
        return None
    pair = talk.draw.choice(pairs)
    if pair.links and any(each.via for each in query.filters):
        return None
    texts = tuple(fact.ref for fact in (pair.one, pair.two) if isinstance(fact.lowest, str))
    shown = (talk.thing.shown[-1], pair.one.ref, pair.two.ref)
    changed = query.but(measure="product", operator=operator, shown=shown, links=pair.links, texts=texts)
    if pair.links and len(talk.rows(changed) or ()) != len(talk.rows(query) or ()):
        return None  # some have no parent: whether they are shown is open
    words = {**things(talk.thing), "shown": talk.thing.display.name, "column": pair.one.name}
    return Step(changed, {**words, "other": pair.said or pair.two.name}, changed.loosened)


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
    rivals = (query.but(descending=not descending), query.but(limit=size + 1), *query.loosened)
    words = {
        **things(talk.thing),
        **degree(talk.thing, fact, descending=descending),
        "n": size,
        "words": NUMBER_WORDS[size],
    }
    return Step(query, words, rivals)


RESHAPING: dict[str, Behaviour] = {
    "projection exchanged": projection_exchanged, "projection added": projection_added, "parent added": parent_added,
    "projection narrowed": projection_narrowed, "distinct": distinct, "order": order, "direction": direction,
    "top n": top_n, "bottom n": bottom_n, "top in words": top_in_words,
    "superlative over the result": superlative_over_the_result,
    "everything tied for the most": everything_tied_for_the_most, "product of columns": product_of_columns,
    "difference of columns": difference_of_columns,
    "ordinal": ordinal, "earlier turn": earlier_turn, "undo": undo,
}  # fmt: skip
"""Behaviours by name."""
