"""A question's words: templates filled, its articles, verbs and plurals mended."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any


def fillable(templates: Sequence[str], words: Mapping[str, str]) -> list[str]:
    """Return the templates whose every placeholder has words, with `{column}s` read as a placeholder of its own.

    >>> fillable(("The {one}?", "The {one} by {column}?"), {"one": "airline"})
    ['The {one}?']
    """
    named = [(text, {field for _, field, _, _ in Formatter().parse(text)}) for text in map(_plurals, templates)]
    return [text for text, fields in named if fields - {None} <= words.keys()]


def _plurals(template: str) -> str:
    """Turn `{column}s` into the placeholder of the plural.

    >>> _plurals("Which {column}s do {many} have?")
    'Which {column_s} do {many} have?'
    """
    for name in ("column", "shown"):
        template = template.replace("{" + name + "}s", "{" + name + "_s}")
    return template


def grammatical(text: str) -> str:
    """Mend articles.

    >>> grammatical("For which cities is there a airline without a pages?")
    'For which cities is there an airline without pages?'
    """
    text = re.sub(r"\.\.$", ".", text).replace(" an other ", " other ").replace(" a other ", " other ")
    text = re.sub(r"\ba (?=\w*[^su]s\b[.,?!]?(?: |$))(?!\w+ing\b)", "", text)
    return re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)


def agreed(text: str, column: str) -> str:
    """Mend the verb after a column that is called by a plural."""
    if not column.endswith("s") or column.endswith(("ss", "us", "is")):
        return text
    text = text.replace(f"an above average {column}", f"above average {column}")
    text = re.sub(rf"\b([Ww])hat(?: is|'s) (the|their|its) {re.escape(column)}\b", rf"\1hat are \2 {column}", text)
    return text.replace(f"{column} is ", f"{column} are ").replace(f"{column} has ", f"{column} have ")


def of_one(phrase: str) -> str:
    """Mend the verb of a condition on one thing.

    >>> of_one("that have no dogs"), of_one("that do not have a dog"), of_one("which are active")
    ('that has no dogs', 'that does not have a dog', 'which is active')
    """
    verbs = {"have": "has", "do": "does", "are": "is", "belong": "belongs"}
    return re.sub(r"^(that|which) (have|do|are|belong)\b", lambda found: f"{found[1]} {verbs[found[2]]}", phrase)


def capital(text: str) -> str:
    """Begin a text with a capital."""
    return text[:1].upper() + text[1:]


def lowered(text: str) -> str:
    """Begin a text with a small letter, unless it begins with I or an acronym."""
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]


def written(value: Any) -> str:
    """Write a value as a question does: a number without the digits that floats add."""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def with_typo(text: str, draw: random.Random) -> str:
    """Leave one letter of a longer word out."""
    places = [
        i for i in range(1, len(text) - 1) if text[i - 1].islower() and text[i].islower() and text[i + 1].islower()
    ]
    place = draw.choice(places) if places else None
    return text if place is None else text[:place] + text[place + 1 :]
