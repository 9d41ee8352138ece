"""AskedOrder: the order and the number of rows that the words of a turn ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.comparisons import number_of
from nodes.lexical.lexicon import SUPERLATIVES
from nodes.lexical.utterance import stem
from nodes.plan import Aggregate, ColumnTerm, Ordering, Term
from nodes.plan.traversal import walk
from value_index.schema import ColumnRef

_FIRST = re.compile(
    r"\b(?!the\b)(?P<word>[a-z]+) (?:ones? |values? |\w+ )?(?:first|on top|at the top)\b", re.IGNORECASE
)
_FROM = re.compile(r"\bfrom (?:the )?(?P<word>[a-z]+)(?: \w+)? to (?:the )?(?P<last>[a-z]+)\b", re.IGNORECASE)
_STARTING = re.compile(r"\b(?:start|begin)(?:s|ing|ning)? (?:with|from|at) (?:the )?(?P<word>[a-z]+)\b", re.IGNORECASE)
_LISTED = frozenset(
    ("lowest", "highest", "most", "least", "fewest", "a", "z", "high", "low", "best", "worst", "top", "bottom")
)
_GRADES = {
    "old": "oldest", "young": "youngest", "new": "newest", "early": "earliest", "late": "latest", "recent": "latest",
    "big": "biggest", "large": "largest", "small": "smallest", "long": "longest", "short": "shortest", "tall": "tallest",
    "heavy": "heaviest", "light": "lightest", "cheap": "cheapest", "fast": "fastest", "slow": "slowest", "rich": "richest",
    "many": "most", "few": "fewest", "good": "best", "bad": "worst",
}  # fmt: skip
"""Words between which an order runs, to the superlative at which it begins: "from old to young"."""
_BY_TIME = frozenset(map(stem, ("age",)))
_RACED = frozenset(map(stem, ("time", "duration", "seconds", "lap")))
_BY_SPEED = frozenset(("fastest", "slowest"))
_BORN = frozenset(map(stem, ("birth", "born", "birthday", "dob", "date", "year", "founded", "opened", "built")))
_TIMES = frozenset(map(stem, ("date",)))
_BIRTHS = frozenset(map(stem, ("birth", "born", "birthday", "dob", "died", "death")))
_AMOUNTS = frozenset(map(stem, ("amount", "amt", "total", "sum", "value", "price", "cost")))
"""Stems of words for what is paid or owed, which stand for one another where no column bears the one that is said."""
_UP = frozenset(("a", "low", "lowest", "smallest", "least", "fewest", "alphabetical", "ascending"))
_DOWN = frozenset(("z", "high", "descending", "reverse"))
MOST_ROWS = 100


@dataclass(frozen=True)
class AskedOrder:
    """How the rows are to be ordered and cut."""

    is_list: bool
    """True if all rows are to be shown in an order ("oldest first"), so that none is cut off."""
    descending: bool | None
    """None if no word tells the direction."""
    columns: tuple[ColumnRef, ...]
    """Columns that may be meant, best first; empty if no word tells."""
    limit: int | None
    """How many rows are asked for beside a superlative; None if no number says."""
    word: str = ""
    """The superlative that gives the direction."""


def asked_order(inquiry: Inquiry) -> AskedOrder | None:
    """Return the order that the words ask for; None if they ask for none.

    "Names of runners sorted by age, oldest first": a list, descending, by age. "six runners with the lowest time": limit 6.
    """
    text = inquiry.utterance.text
    word, is_list = _leading(text)
    cues = inquiry.evidence.cues
    superlatives = inquiry.evidence.superlatives
    limit = _limit(inquiry) if superlatives else None
    is_list = (is_list or cues.sort is not None) and limit is None
    if not is_list and limit is None:
        return None
    word = word or (inquiry.utterance.words[superlatives[0].position].text if superlatives else "")
    columns = ranked_columns(inquiry, word)
    descending = ranked_down(word, columns[:1], inquiry)
    if descending is None and cues.sort is not None:
        descending = cues.descending
    return AskedOrder(is_list, descending, columns, limit, word)


def runs_wrong_way(first: Ordering, inquiry: Inquiry) -> bool:
    """Tell whether an order by dates of birth, or the like, begins at the other end: the oldest were born first."""
    superlatives = inquiry.evidence.superlatives
    if len(superlatives) != 1 or "age" not in superlatives[0].implied or not isinstance(first.term, ColumnTerm):
        return False
    if inquiry.schema.column(first.term.table, first.term.column) is None:
        return False
    word = inquiry.utterance.words[superlatives[0].position].text
    return first.descending != ranked_down(word, (first.term.ref,), inquiry)


def is_other_extreme(term: Term, inquiry: Inquiry) -> bool:
    """Tell whether a figure is the extreme at the other end of the only superlative: "the oldest" and min(age)."""
    superlatives = inquiry.evidence.superlatives
    if len(superlatives) != 1 or not isinstance(term, Aggregate) or term.function not in ("max", "min"):
        return False
    figured = tuple(each.ref for each in walk(term) if isinstance(each, ColumnTerm))
    down = ranked_down(inquiry.utterance.words[superlatives[0].position].text, figured, inquiry)
    return down is not None and down != (term.function == "max")


def _leading(text: str) -> tuple[str, bool]:
    """Return the word that comes first in an order of all rows, and whether there is one."""
    for pattern in (_FROM, _STARTING, _FIRST):
        for match in pattern.finditer(text):
            word = match["word"].lower()
            word = _GRADES.get(word, word) if pattern is _FROM else word
            if word in SUPERLATIVES or word in _LISTED:
                return word, True
    return "", False


def _limit(inquiry: Inquiry) -> int | None:
    """Return the number of rows: next to a superlative, or before the things that are ranked."""
    cues, words = inquiry.evidence.cues, inquiry.utterance.words
    for superlative in inquiry.evidence.superlatives:
        if superlative.limit > 1:
            return superlative.limit
    taken = {c.position for c in cues.comparisons}
    dated = inquiry.dated
    starts = inquiry.evidence.table_starts
    for at, word in enumerate(words):
        number = number_of(word.text)
        ranks = {each.position for each in inquiry.evidence.superlatives}
        near = {at + 1, at + 2} & (starts | ranks)
        if number is not None and 1 < number <= MOST_ROWS and at not in taken | dated and near:
            return int(number)
    return None


def ranked_columns(inquiry: Inquiry, word: str) -> tuple[ColumnRef, ...]:
    """Return the columns to order by: named after "by" or beside the superlative, or implied by it."""
    sort, utterance = inquiry.evidence.cues.sort, inquiry.utterance
    at = next(iter(utterance.find(word)), None) if word else None
    found: dict[ColumnRef, float] = {}
    amount_said = sort is not None and bool({each.stem for each in utterance.words[sort : sort + 4]} & _AMOUNTS)
    implied = {stem(each) for each in SUPERLATIVES.get(word, (False, ()))[1]}
    for ref in inquiry.schema.columns:
        score = 0.0
        if sort is not None:
            score = max(score, _after(inquiry, ref, sort))
        if at is not None:
            score = max(score, 0.8 * _after(inquiry, ref, at))
        stems = inquiry.column_stems(ref)
        if implied & _TIMES and inquiry.table_score(ref.table) > 0 and inquiry.profiles.of(ref).date_form is not None:
            born = bool(_BIRTHS & stems)
            score = max(score, 0.5 + 0.4 * (ref in inquiry.evidence.previous_shown) - 0.3 * born)
        elif (
            implied & stems
            or (word in _BY_SPEED and _RACED & stems and inquiry.evidence.is_ordered(ref))
            or (implied & _BY_TIME and _BORN & stems and inquiry.evidence.is_ordered(ref))
        ):
            score = max(score, 0.6)
        if score < 0.4 and amount_said and stems & _AMOUNTS and inquiry.evidence.is_ordered(ref):
            score = 0.5
        if score >= 0.4:
            found[ref] = score + 0.3 * inquiry.table_score(ref.table)
    return tuple(sorted(found, key=lambda ref: -found[ref]))


def _after(inquiry: Inquiry, ref: ColumnRef, at: int) -> float:
    """Return how well a column is named in the words after a cue."""
    return max(
        (
            m.score(ref) * (1 - 0.1 * (m.start - at))
            for m in inquiry.evidence.mentions.columns
            if 0 <= m.start - at <= 6
        ),
        default=0.0,
    )


def ranked_down(word: str, columns: tuple[ColumnRef, ...], inquiry: Inquiry) -> bool | None:
    """Return whether an order goes down: the youngest have the latest dates of birth, the fastest the shortest times."""
    if word in _UP or word in _DOWN:
        return word in _DOWN
    if word not in SUPERLATIVES:
        return None
    descending, implied = SUPERLATIVES[word]
    turned = "age" in implied and any(_is_moment(inquiry, ref) for ref in columns)
    turned = turned or (word in _BY_SPEED and any(_RACED & inquiry.column_stems(ref) for ref in columns))
    return descending != turned


def _is_moment(inquiry: Inquiry, ref: ColumnRef) -> bool:
    """Tell whether a column says when something began, of which the oldest have the earliest."""
    return bool(_BORN & inquiry.column_stems(ref)) or inquiry.schema.describe(ref).kind == "time"
