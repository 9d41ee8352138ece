"""Words for generated questions: nouns in number, and several ways to say one thing."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from nodes.plan import AggregateFunction, Operator

SHOW = (
    "What are the {what} of {of}?",
    "List the {what} of {of}.",
    "Show the {what} of {of}.",
    "Give me the {what} of {of}.",
    "Find the {what} of {of}.",
    "Return the {what} for {of}.",
    "I need the {what} of {of}.",
    "For {of}, show the {what}.",
)
SHOW_ONCE = (
    "What are the different {what} of {of}?",
    "List the distinct {what} of {of}.",
    "Which different {what} do {of} have?",
    "Show all distinct {what} of {of}.",
)
COUNT = (
    "How many {of} are there?",
    "Count the {of}.",
    "What is the number of {of}?",
    "Find the total number of {of}.",
    "How many {of} do we have?",
)
AMOUNT: dict[AggregateFunction, tuple[str, ...]] = {
    "avg": ("average {what}", "mean {what}"),
    "sum": ("total {what}", "sum of the {what}"),
    "max": ("maximum {what}", "highest {what}", "largest {what}"),
    "min": ("minimum {what}", "lowest {what}", "smallest {what}"),
}
COMPARED: dict[Operator, tuple[str, ...]] = {
    "=": ("whose {what} is {value}", "with {what} {value}", "where the {what} is {value}", "having {what} {value}"),
    "!=": ("whose {what} is not {value}", "with a {what} other than {value}"),
    ">": ("with {what} greater than {value}", "whose {what} is above {value}", "with a {what} of more than {value}"),
    ">=": ("with {what} of at least {value}", "whose {what} is {value} or more"),
    "<": ("with {what} less than {value}", "whose {what} is below {value}", "with a {what} under {value}"),
    "<=": ("with {what} of at most {value}", "whose {what} is {value} or less"),
    "between": ("with {what} between {value} and {other}", "whose {what} is from {value} to {other}"),
    "like": ("whose {what} contains {value}", "with {value} in their {what}"),
}
EACH = (
    "How many {of} are there for each {what}?",
    "Count the {of} for each {what}.",
    "Show each {what} with the number of {of}.",
    "For each {what}, how many {of} are there?",
    "What is the number of {of} per {what}?",
)
MOST = (
    "Which {one} has the most {many}? Show its {what}.",
    "Show the {what} of the {one} with the most {many}.",
    "What is the {what} of the {one} that has the largest number of {many}?",
)
FEWEST = (
    "Show the {what} of the {one} with the fewest {many}.",
    "What is the {what} of the {one} that has the smallest number of {many}?",
)
TOP = (
    "Show the {what} of the {number} {of} with the {end} {by}.",
    "What are the {what} of the {number} {of} with the {end} {by}?",
    "List the {what} for the top {number} {of} by {end} {by}.",
)
EXTREME = (
    "What is the {what} of the {one} with the {end} {by}?",
    "Which {one} has the {end} {by}? Show its {what}.",
    "Find the {what} of the {one} with the {end} {by}.",
)
SORTED = (", sorted by {by} {way}", ", ordered by {by} {way}", " in {way} order of {by}")
LACKING = (
    "that have no {many}",
    "without any {many}",
    "that do not have any {many}",
)
MORE_THAN = (
    "that have more than {number} {many}",
    "with more than {number} {many}",
)


def pick(draw: random.Random, ways: Sequence[str], **words: object) -> str:
    """Say something in one of several ways."""
    return draw.choice(ways).format(**words)


def singular(name: str) -> str:
    """Return a noun in the singular, by the commonest rules.

    >>> singular("cities"), singular("boxes"), singular("address"), singular("players")
    ('city', 'box', 'address', 'player')
    """
    if re.search(r"[^aeiou]ies$", name):
        return name[:-3] + "y"
    if re.search(r"(x|ch|sh|ss)es$", name):
        return name[:-2]
    return name[:-1] if re.search(r"[^su]s$", name) and not name.endswith("is") else name


def plural(name: str) -> str:
    """Return a noun in the plural, by the commonest rules; one that is plural stays.

    >>> plural("city"), plural("box"), plural("address"), plural("players")
    ('cities', 'boxes', 'addresses', 'players')
    """
    if name != singular(name) or name.endswith(("people", "staff", "data", "series")):
        return name
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(x|ch|sh|s)$", name) else "s")


def a(noun: str) -> str:
    """Return a noun in the singular with its article.

    >>> a("airlines"), a("city")
    ('an airline', 'a city')
    """
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {singular(noun)}"


def listed(names: Sequence[str]) -> str:
    """Join names as people do.

    >>> listed(["name", "age", "city"])
    'name, age and city'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
