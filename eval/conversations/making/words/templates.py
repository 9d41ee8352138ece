"""Words for each behaviour: several ways to say one thing, none copied from a data set.

Placeholders: `many` and `one` name the things, `column` and `other` columns, `value`, `second`, `low`, `high` values, `n` a
number in digits and `words` in words, `role` what a key refers to, `child` the rows that refer to a thing.
"""

from __future__ import annotations

from eval.conversations.making.words.filter_templates import FILTERS
from eval.conversations.making.words.opening_templates import OPENINGS
from eval.conversations.making.words.reshaping_templates import RESHAPINGS

FOLLOWING_TEMPLATES: dict[str, tuple[str, ...]] = {
    **FILTERS,
    **RESHAPINGS,
    "narrowed": (
        "Only those {that}.",
        "Just the ones {that}, please.",
        "Keep only the ones {that}.",
        "I only want the ones {that}.",
        "Of these, only those {that}.",
        "Show only the ones {that}.",
        "only the {many} {that}",
        "Narrow it down to the ones {that}.",
        "Limit that to {many} {that}.",
        "Just {many} {that}.",
        "From these, pick the ones {that}.",
        "Can you restrict that to those {that}?",
        "Only {many} {that}, please.",
        "Now just the {many} {that}.",
    ),
    "counted": (
        "How many of them are {many} {that}?",
        "And of those, how many are there {that}?",
        "Count only those {that}.",
        "Of those, just the number of {many} {that}?",
        "Only count the ones {that}.",
        "And how many {many} {that} are among those?",
        "Among these, how many {many} {that}?",
        "And if I only count the {many} {that}?",
    ),
    "grouped": (
        "Only counting {many} {that}.",
        "The same, but only for {many} {that}.",
        "Now just for the {many} {that}.",
        "Only for those {that}.",
        "Restrict that to {many} {that}.",
        "The same for only the {many} {that}.",
    ),
    "figured": (
        "And for only the {many} {that}?",
        "The same figure for the {many} {that} only.",
        "And what is it for just those {that}?",
        "Now only over the {many} {that}.",
        "And the {function} of only the {many} {that}?",
        "Limit that to the {many} {that}.",
    ),
    "any condition": (
        "Only those {that}.",
        "Which ones are {many} {that}?",
        "Just the {many} {that}, please.",
        "Of those, keep the ones {that}.",
        "Now only the ones {that}.",
        "Show me just the ones {that}.",
    ),
    "value alone": (
        "Only {value}.",
        "Just {value}, please.",
        "only the ones for {value}",
        "Just those with {value}.",
        "Only {value}, please.",
        "Limit it to {value}.",
    ),
    "projection exchanged, of one": (
        "What is its {column}?",
        "And what {column} does that {one} have?",
        "Just its {column}, please.",
        "Show the {column} of that one.",
        "What's the {column} of this {one}?",
        "Tell me its {column} instead.",
    ),
    "parent added": (
        "Also show the {column} of the {role}.",
        "Add the {column} of their {role}, please.",
        "And the {role}'s {column} next to it.",
        "Include the {column} of the {role} as well.",
        "With the {column} of each one's {role}, too.",
        "Can I see the {role}'s {column} as well?",
        "Put the {column} of the {role} beside it.",
        "and the {column} of the {role}, too",
    ),
    "aggregate exchanged": (
        "And the {function}?",
        "What about the {function} {column}?",
        "Now the {function}, please.",
        "The {function} {column} instead.",
        "and the {function} {column}?",
        "Show the {function} instead.",
    ),
    "figure for each": (
        "And their {function} {column} per {other}?",
        "What is their {function} {column} for each {other}?",
        "Show the {function} {column} by {other}.",
        "{function} {column} per {other}",
        "For each {other}, what is the {function} {column} of these?",
        "Break that down: the {function} {column} by {other}.",
        "Give me the {function} {column} of them for every {other}.",
        "Now the {function} {column} grouped by {other}.",
    ),
    "groups in order": (
        "Sort that by the last column, {end} first.",
        "With the {end} first, please.",
        "Order the list by that figure, {end} first.",
        "Put the {end} first.",
        "Can you sort it by the last column, {end} first?",
        "Arrange that from the {end} figure on.",
    ),
    "leading group": (
        "Which one has the most?",
        "Which of these has the most {many}?",
        "And which comes first, with the most?",
        "Just the one with the most {many}.",
        "Only the one with the highest number.",
        "Which has the largest number of {many}?",
    ),
    "superlative over the result, by adjective": (
        "Which one is the {degree}?",
        "Which of these is the {degree}?",
        "And the {degree} of them?",
        "Just the {degree} one.",
        "Show me only the {degree} one of these.",
        "What is the {degree} {one} among those?",
    ),
    "earlier question": (
        "Back to my first question.",
        "Go back to what I asked first.",
        "Show the first result again.",
        "Return to my first question.",
        "What was the answer to my first question again?",
        "The first answer again, please.",
    ),
    "valued": (
        "And only among the {many} {that}?",
        "How many is that for just the {many} {that}?",
        "Only counting {many} {that}.",
        "Now just for the {many} {that}.",
    ),
    "values narrowed": (
        "Only for {many} {that}.",
        "The same, but only for the {many} {that}.",
        "Now just those of the {many} {that}.",
        "And which ones do the {many} {that} have?",
    ),
    "having exchanged": (
        "And more than {n}?",
        "What about more than {n}?",
        "Make that more than {n}.",
        "Now those with over {n} {many}.",
        "And with more than {words} instead?",
        "Rather more than {n}.",
    ),
    "counts beside": (
        "And how many is that for each?",
        "Show the number of {many} next to it.",
        "With the number of {many} of each, please.",
        "How many {many} does each of them have?",
        "Also show how many {many}.",
        "Add the count.",
    ),
    "count beside": (
        "And how many is that?",
        "How many {many} is that?",
        "Also show how many {many}.",
        "Show the number of {many} next to it.",
        "With the number of {many}, please.",
        "and how many?",
    ),
    "the fewest": (
        "And the one with the fewest?",
        "Which one has the fewest {many}?",
        "Now the one with the least.",
        "And the one at the other end, with the fewest {many}?",
        "What about the fewest?",
        "And which has the smallest number of {many}?",
    ),
    "values listed": (
        "Which ones are they?",
        "Which {column}s are these?",
        "List them.",
        "Show me those {column}s.",
        "What are they?",
        "Name the different {column}s.",
    ),
    "difference of columns": (
        "Show {column} minus {other} for each, next to the {shown}.",
        "What is the difference between {column} and {other} for each of them? With the {shown}.",
        "For each, the {shown} and {column} minus {other}.",
        "Give me the {shown} and how much the {column} exceeds the {other}.",
        "Subtract {other} from {column} and show it beside the {shown}.",
        "With the {shown}, show {column} − {other}.",
    ),
    "unanswerable": (
        "And what is their {column}?",
        "Which of them has the best {column}?",
        "Also show the {column} of each.",
        "How do they compare by {column}?",
        "Sort them by {column}.",
        "Show the {column} as well.",
        "Show the {column} instead.",
        "What is their average {column}?",
    ),
}
"""Templates of turns that follow another, by behaviour."""
TEMPLATES = OPENINGS | FOLLOWING_TEMPLATES
"""All of them."""

UNKNOWN = (
    "shoe size",
    "blood pressure",
    "favourite colour",
    "carbon footprint",
    "star sign",
    "parking permit",
    "wifi signal",
)
"""What databases seldom hold: asked where no column has any of the words."""


def half(behaviour: str, which: str) -> tuple[str, ...]:
    """Return the templates of a behaviour: all of them, or one of two halves that share none.

    >>> set(half("count", "a")) & set(half("count", "b"))
    set()
    """
    templates = TEMPLATES[behaviour]
    return templates if which == "all" else templates[which == "b" :: 2]
