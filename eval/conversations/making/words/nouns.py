"""Nouns: what people call tables and columns, in full, in the singular and in the plural."""

from __future__ import annotations

import re
from typing import Any

from value_index.text.schema_words import ABBREVIATIONS, OWN_WORDS

_IN_FULL = {short: long for short, long in ABBREVIATIONS.items() if short not in OWN_WORDS} | {
    "cred": "credits", "dob": "date of birth", "info": "information", "lat": "latitude", "lng": "longitude",
    "max": "maximum", "min": "minimum", "ms": "milliseconds", "num": "number of", "pct": "percentage", "pop": "population",
    "prov": "province", "src": "source", "temp": "temperature",
}  # fmt: skip
"""What people write in full that a name shortens: the general list, and what sounds better in a sentence."""
_UNITS = frozenset(("cm", "mm", "km", "kg", "lb", "lbs", "usd", "eur", "gbp", "mph", "kmh", "sqft", "sqm", "mb", "gb"))
"""Units that people leave out."""
_IRREGULAR = {"person": "people", "child": "children", "man": "men", "woman": "women"}
_SINGULARS = {many: one for one, many in _IRREGULAR.items()}
_KINDS_OF_TABLE = ("all ", "ref ", "reference ", "tbl ", "dim ", "fact ")
"""What a table's name may begin with that says nothing of its rows."""


def spoken(name: str, values: tuple[Any, ...] = ()) -> str:
    """Return what a person calls a column whose name is no noun.

    >>> spoken("hired on"), spoken("founded", (1987, 1994)), spoken("is active", (0, 1)), spoken("city")
    ('hired on date', 'year founded', 'is active', 'city')
    """
    if name in ("date from", "date to"):
        return "start date" if name == "date from" else "end date"
    if name.endswith((" on", " at")):
        return f"{name} date"
    if re.fullmatch(r"\w+ed|born|built", name):
        years = all(isinstance(value, int) and 1000 <= value <= 2100 for value in values) and values
        return f"year {name}" if years else f"{name} date" if values and isinstance(values[0], str) else name
    return name


def said_of(name: str, noun: str) -> str:
    """Return what a column is called beside its thing, abbreviations in full.

    >>> said_of("department name", "department"), said_of("tot cred", "student"), said_of("building type", "apartment building")
    ('name', 'total credits', 'type')
    >>> said_of("airline", "airline"), said_of("invoice number", "invoice")
    ('name', 'invoice number')
    """
    words = in_full(name).split()
    if len(words) > 1 and words[-1] in _UNITS:
        words.pop()
    if len(words) > 1 and words[-1] == "no":
        words[-1] = "number"
    if len(words) == 1 and words[0] in (noun.split()[-1], f"{noun[:1]}name"):
        return "name"
    for own in (noun.split(), noun.split()[-1:]):
        if words[: len(own)] == own and len(words) > len(own) and words[len(own) :] != ["number"]:
            words = words[len(own) :]
    return " ".join(words)


def in_full(name: str) -> str:
    """Write abbreviations in full."""
    name = re.sub(r"\bl name\b", "last name", re.sub(r"\bf name\b", "first name", name))
    return " ".join(_IN_FULL.get(word, word) for word in name.split()).replace("of of", "of")


def noun_of(table: str) -> str:
    """Return what a row of a table is called.

    >>> noun_of("ref hotel types"), noun_of("people"), noun_of("acct")
    ('hotel type', 'person', 'account')
    """
    for kind in _KINDS_OF_TABLE:
        table = table.removeprefix(kind)
    return singular(in_full(table))


def possessive(noun: str) -> str:
    """Return the possessive of a noun.

    >>> possessive("product"), possessive("shoes")
    ("product's", "shoes'")
    """
    return f"{noun}'" if noun.endswith("s") else f"{noun}'s"


def plural(noun: str) -> str:
    """Return the plural of a noun.

    >>> [plural(noun) for noun in ("city", "bus route", "match", "staff", "airlines", "day")]
    ['cities', 'bus routes', 'matches', 'staff', 'airlines', 'days']
    >>> plural("status"), plural("diagnosis"), plural("sales person")
    ('statuses', 'diagnoses', 'sales people')
    >>> plural("member of club"), singular("campuses")
    ('members of club', 'campus')
    """
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{plural(head)} of {rest}"
    *first, last = noun.split(" ")
    if last in _IRREGULAR:
        return " ".join((*first, _IRREGULAR[last]))
    if noun.endswith(("us", "hero", "tomato", "potato", "cargo", "veto")):
        return noun + "es"
    if noun.endswith("is"):
        return noun[:-2] + "es"
    if noun.endswith(("staff", "people", "data", "media", "series", "children", "details")) or (
        noun.endswith("s") and not noun.endswith("ss")
    ):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("ss", "x", "ch", "sh", "z")) else "s")


def singular(noun: str) -> str:
    """Return the singular of a noun that may be a plural.

    >>> [singular(noun) for noun in ("cities", "airlines", "matches", "class", "bus", "addresses")]
    ['city', 'airline', 'match', 'class', 'bus', 'address']
    """
    head, of, rest = noun.partition(" of ")
    if of:
        return f"{singular(head)} of {rest}"
    *first, last = noun.split(" ")
    if last in _SINGULARS:
        return " ".join((*first, _SINGULARS[last]))
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("heroes", "tomatoes", "potatoes", "cargoes", "puses", "tuses", "ruses", "nuses", "cuses")):
        return noun[:-2]
    if noun.endswith(("sses", "xes", "ches", "shes")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith(("ss", "us", "is")) else noun
