"""unread_words: words that tell rows apart and that nothing in the database answers to ("the vegan albums")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.demand import Demand
from nodes.lexical.lexicon import AGGREGATE_CUES, COMPARED, STOPWORDS, SUPERLATIVES
from nodes.lexical.utterance import stem
from nodes.plan import Plan
from nodes.plan.constraints import constraints
from value_index.grounding.spans import FUNCTION_WORDS

NAMED, READ = 0.8, 0.4
"""Score of a mention that is sure to name a table, and of one that may name what a word says."""
SHORTEST = 4
"""Letters of a word that may tell rows apart."""
SHARED = 4
"""First letters by which a word is of the family of a name: the earner of earnings."""
_IDLE = frozenset(
    """different distinct unique various several other another same such available existing respective corresponding single
    whole entire full complete current actual specific certain particular individual given following previous above
    first second third last next recent total overall average number count amount name names sorted ordered listed
    kind kinds type types sort sorts new people person things thing items item ones there here left half both twice
    three four five six seven eight nine ten dozen least most more less fewer than each every together altogether
    please mine ours theirs original initial final main major overall separate remaining related associated
    records record entries entry once rows row results result data details detail values value times""".split()  # noqa: SIM905
)
_UNIT_WORDS = frozenset(("per", "across", "over", "within"))
_FIGURES = frozenset(("average", "avg", "mean", "total"))
_ARE = re.compile(r"^\W*(?:which|what) .*\b(?:is|are|was|were) (?P<word>[a-z]+)\W*$", re.IGNORECASE)
_ONES = re.compile(r"\b(?:the|only|just) (?P<word>[a-z]+) ones\b", re.IGNORECASE)

_LAST = re.compile(
    r"\b(?:on|in|under|with|for|from|at|about|without|during) (?:the |an? |their |its |any )?(?P<word>[a-z]+)\W*$",
    re.IGNORECASE,
)
_INCLUDING = re.compile(
    r"\b(?:including|inclusive of|excluding|plus|minus) (?:the |an? |their |its |any |all )?(?P<word>[a-z]+)\b",
    re.IGNORECASE,
)
"""What is to be added or taken away, wherever it stands: "the charge including insurance of each client"."""


def unread_words(plan: Plan, demand: Demand) -> tuple[str, ...]:
    """Return the words that choose among rows, where neither the database nor a new condition of the plan answers to them.

    "List the vegan albums" over albums without diets: ("vegan",).
    """
    before = frozenset(demand.evidence.constraints_before)
    if any(each not in before for each in constraints(plan)):
        return ()  # the plan's own condition may be the reading of any word
    words = demand.inquiry.utterance.words
    said = (*_before_tables(demand), *_said_of_rows(demand), *_units(plan, demand), *_figures(demand))
    places = dict.fromkeys(at for at in said if not _is_read(at, demand))
    return tuple(demand.inquiry.utterance.text[words[at].start : words[at].end] for at in places)


def unanswered(demand: Demand) -> int:
    """Return how many words of a turn nothing in the database answers to, wherever they stand.

    Few of them are told by name: of such turns half are answered rightly. "Which albums did they produce?": "produce" counts.
    """
    return sum(not _is_read(at, demand) for at in range(len(demand.inquiry.utterance.words)))


def _before_tables(demand: Demand) -> Iterator[int]:
    """Yield the words right before a named table: "the vegan albums"."""
    for mention in demand.inquiry.named_tables:
        if mention.start > 0:
            yield mention.start - 1


def _units(plan: Plan, demand: Demand) -> Iterator[int]:
    """Yield the words that name a unit, where none is found and nothing is grouped: "average fee per customer"."""
    words = demand.inquiry.utterance.words
    if not demand.units and demand.time_unit is None and not plan.group_by:
        yield from (at + 1 for at, word in enumerate(words[:-1]) if word.text == "per")


def _figures(demand: Demand) -> Iterator[int]:
    """Yield the last word of what is averaged or summed, if no word of it is read: "average stay length per hotel".

    One word alone may be another for what a column is called: "average pay" of salaries.
    """
    words = demand.inquiry.utterance.words
    if demand.sales is not None or demand.duration is not None:
        return
    for at, function in demand.evidence.aggregates:
        last = at
        while last + 1 < len(words) and words[last + 1].text not in STOPWORDS | FUNCTION_WORDS | _UNIT_WORDS:
            last += 1
        if function in ("avg", "sum") and last > at + 1 and words[at].text in _FIGURES:
            yield from () if any(_is_read(each, demand) for each in range(at + 1, last)) else (last,)


def _said_of_rows(demand: Demand) -> Iterator[int]:
    """Yield the words that are said of rows: "which tracks are explicit?", "only the signed ones"."""
    utterance = demand.inquiry.utterance
    for pattern in (_ARE, _ONES, _LAST, _INCLUDING):
        if match := pattern.search(utterance.text):
            start, end = utterance.span(match.start("word"), match.end("word"))
            if end > start:
                yield start


def _is_read(at: int, demand: Demand) -> bool:
    """Tell whether a word is idle, or something of the schema, a value, a time or a cue answers to it."""
    word, evidence = demand.inquiry.utterance.words[at], demand.evidence
    if len(word.text) < SHORTEST or not word.text.isalpha() or word.is_number or _is_cue(word.text):
        return True
    spans = [
        *((m.start, m.end) for m in evidence.mentions.columns if m.candidates[0][1] >= READ),
        *((m.start, m.start + 1) for m in evidence.mentions.tables if m.score >= READ),
        *((each.start, each.end) for each in demand.requirements),
        *(demand.inquiry.span(match.mention) for match in demand.inquiry.matches),
    ]
    if any(start <= at < end for start, end in spans) or at in demand.inquiry.dated:
        return True
    own = {word.stem, word.text[:SHARED]}
    called = (name for table in demand.schema.tables for name in (table, *table.columns))
    return any(own & {stem(part), part.lower()[:SHARED]} for name in called for part in name.natural_name.split())


def _is_cue(word: str) -> bool:
    known = (STOPWORDS, FUNCTION_WORDS, _IDLE, AGGREGATE_CUES.keys(), SUPERLATIVES.keys(), COMPARED.keys())
    return any(word in words for words in known)
