"""Cues of how a turn refers to the one before: of each of its rows, there, instead, regardless."""

from __future__ import annotations

import re

from nodes.coverage.inquiry import Inquiry
from nodes.lexical.utterance import stem
from nodes.plan.traversal import is_figure
from value_index.schema import ColumnRef

OF_EACH = re.compile(
    r"\b(?:each|every one|all) of (?:them|those|these)\b|\bfor (?:each|every)\b(?! \w+ly)|\b(?:does|do|did|has|have) each\b"
    r"|\beach one\b|\b(?:of|in|to|from|for|at|on) each\W*$|\bhow many (?:\w+ ){1,3}each\W*$"
    r"|^\W*(?:and )?(?:along |together )?with (?:how many|the number of|their number of) \w+(?: they (?:have|had|made|did|got))?(?: each)?\W*$",
    re.IGNORECASE,
)
"""Asks for something beside each row that was shown."""
_ANAPHOR = re.compile(
    r"\b(?:them|those|these|it|its|their|they|she|he|her|his|him)\b|(?<!are )(?<!is )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were))"
    r"|\b(?:which|the|what) ones?\b|\bis that\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\binstead\b|\bmake (?:it|that|this|them)\b|\bchange (?:it|that|this) to\b|\b(?:what|how) about\b|\bthe same (?:for|but|with|in)\b|^\s*(?:and|now)?,? ?(?:for|in|from|the ones)\b|^\s*and (?:the )?[A-Z0-9]",
    re.IGNORECASE,
)
_REGARDLESS = re.compile(
    r"\b(?:regardless|irrespective) of\b|\bforget (?:about )?\b|\bno matter\b|\b(?:drop|remove|ignore|undo|clear) (?:the|that|this) (?:filter|condition|restriction|limit)"
    r"|\bfor any\b|\bany (?:kind|type|sort)s? of\b|\bof any (?:kind|type|sort)\b|\bnot only\b",
    re.IGNORECASE,
)
_BESIDE = re.compile(r"\b(?:too|also|as well|in addition|include|including|add|adding|plus)\b", re.IGNORECASE)
_FILTER = r"(?:filter|condition|restriction|limit|constraint|cap|threshold|bound|cut-?off|criterion)s?"
_TAKING_BACK = (
    r"(?:drop|remove|ignore|skip|lift|clear|forget|lose|undo|take (?:away|off|out)) (?:about )?(?:the|that|this)"
)
_TAKEN_BACK = re.compile(
    rf"\b{_TAKING_BACK} (?P<what>\w+)\W*$"
    rf"|\b(?:{_TAKING_BACK}|without (?:the|that|this|any)|no) (?P<of>\w+)(?: \w+)? {_FILTER}\b"
    rf"|\b{_FILTER} (?:on|for|by|about) (?:the |its |their )?(?P<on>\w+)(?:\W+(?:(?:but|and) )?(?:keep|leave) (?:the rest|the others?|everything else|all else)\b.*)?\W*$"
    r"|\bwithout (?:the|that|this) (?P<time>year|month|date|day|period|quarter)s?\W*$"
    r"|\b(?:for|in|from|of|across|at|over) (?:all|any|every) (?:of )?(?:the )?(?P<all>\w+)\W*$",
    re.IGNORECASE,
)
_LIMIT_BACK = re.compile(
    rf"\b(?:{_TAKING_BACK}|without (?:the|that|this|any|a)|no) (?:row )?(?:limit|cap|cut-?off)\b|\bnot (?:just|only) the (?:top|first|best|last)\b",
    re.IGNORECASE,
)
_TIMES = frozenset(map(stem, ("year", "month", "date", "day", "period", "quarter", "time")))
_LEAVES_OUT = re.compile(
    r"\b(?:leave out|leaving out|exclude|excluding|without|except|remove|omit|ignore|ignoring|skip|skipping|hide|discard|drop|not)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"^\W*(?:(?:and|now|then|please|ok|okay|can you|could you) )*(?:sort|order|rank|arrange) (?:them|it|that|this|those|these|the list|the results?|by)\b",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    r"^\W*(?:and |but |or )?(?:of|by|from|in|on|at|for|under|over|above|below|before|after|since|between|during"
    r"|published|written|made|born|hired|opened|sold|sent|placed|booked|paid|delivered)\b(?! (?:each|every|which|what|all)\b)",
    re.IGNORECASE,
)
_SAYS_MORE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|how|why|show|list|give|tell|find|is|are|was|were|do|does|did|has|have|had|can|could)\b",
    re.IGNORECASE,
)
_THEM = re.compile(r"\b(?:they|them|their|those|these|he|him|his|she|her|each)\b", re.IGNORECASE)
_THEY = re.compile(r"\b(?:do|does|did|have|has|had|are|is|were|was|can|could|will) (?:they|he|she)\b", re.IGNORECASE)
_WITHOUT_EXCEPTION = re.compile(r"\b(?:anything|anyone|anybody|any|at all|ever)\b", re.IGNORECASE)
_NEVER = re.compile(r"\b(?:never|not|no|n't)\b", re.IGNORECASE)
_REGROUPS = re.compile(
    r"^\W*(?:(?:and|but|now|then|ok|okay|what about|how about|the same|please|instead|rather|same)\b\W*)*"
    r"(?:by|per|for (?:each|every)|in (?:each|every)|(?:grouped|split|broken down) by)\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"\bthe same (?:thing |list |question |again )?(?:for|with|but|in|from|of|by)\b", re.IGNORECASE)
_ABOUT = re.compile(r"^\W*(?:(?:and|so|now|then|ok|okay|but)\b\W*)*(?:what|how) about\b", re.IGNORECASE)
_WHICH_OF = re.compile(r"\bwhich (?:of (?:them|those|these)|ones?)\b", re.IGNORECASE)


def points_at_rows(inquiry: Inquiry) -> bool:
    """Tell whether a turn speaks of the rows that the one before chose ("How many routes start there?")."""
    return bool(_ANAPHOR.search(inquiry.utterance.text))


def asks_of_each(inquiry: Inquiry) -> bool:
    """Tell whether a turn asks something of each row of the one before ("How many has each of them?")."""
    return bool(OF_EACH.search(inquiry.utterance.text))


def regroups(inquiry: Inquiry) -> bool:
    """Tell whether the figures of the turn before are asked of other units ("And by region?")."""
    previous, text = inquiry.evidence.previous, inquiry.utterance.text
    found = _REGROUPS.match(text)
    if previous is None or found is None or _SAYS_MORE.search(text, found.end()):
        return False
    asks = inquiry.evidence.cues.count is not None or bool(inquiry.evidence.aggregates)
    return not asks and any(map(is_figure, previous.select))


def exchanges(inquiry: Inquiry) -> bool:
    """Tell whether a new value takes the place of one that was named ("And from Ireland instead?")."""
    return (bool(_INSTEAD.search(inquiry.utterance.text)) or inquiry.moves_time) and not adds_beside(inquiry)


def adds_beside(inquiry: Inquiry) -> bool:
    """Tell whether what is named comes beside what was there ("And Scania too")."""
    return bool(_BESIDE.search(inquiry.utterance.text))


def gives_up(inquiry: Inquiry) -> bool:
    """Tell whether a filter is to be given up ("Regardless of the city", "Drop the year")."""
    text = inquiry.utterance.text
    return bool(_REGARDLESS.search(text) or columns_given_up(inquiry))


def columns_given_up(inquiry: Inquiry) -> frozenset[ColumnRef]:
    """Return the columns of the conditions before that the words take back by name: "Drop the year"."""
    found = _TAKEN_BACK.search(inquiry.utterance.text)
    if found is None:
        return frozenset()
    word = next(each for each in found.groups() if each).lower()
    said, compared = stem(word), [each for each in inquiry.evidence.constraints_before if each.column is not None]
    return frozenset(
        ref
        for each in compared
        if (ref := each.column) is not None
        and (
            any(word == str(value).lower() for value in each.values)
            or said in inquiry.column_stems(ref)
            or said in inquiry.table_stems(ref.table)
            or (said in _TIMES and inquiry.profiles.of(ref).date_form is not None)
        )
    )


def limit_given_up(inquiry: Inquiry) -> bool:
    """Tell whether all rows are asked for where some were cut off ("now without the limit")."""
    return bool(_LIMIT_BACK.search(inquiry.utterance.text)) and not columns_given_up(inquiry)


def leaves_out(inquiry: Inquiry) -> bool:
    """Tell whether some of the rows are to be left out ("Leave out the books that cost more than 20 pounds")."""
    return bool(_LEAVES_OUT.search(inquiry.utterance.text))


def chooses_among(inquiry: Inquiry) -> bool:
    """Tell whether a turn only asks which of the rows stay ("Which of them are not British?")."""
    return bool(_WHICH_OF.search(inquiry.utterance.text))


def is_fragment(inquiry: Inquiry) -> bool:
    """Tell whether a turn is no sentence but one more condition ("of books by French authors")."""
    text = inquiry.utterance.text
    return bool(_FRAGMENT.match(text)) and not _SAYS_MORE.search(text)


def denies_everything(inquiry: Inquiry) -> bool:
    """Tell whether a turn that points at no rows asks for what has nothing at all ("Which shops never ordered anything?")."""
    text = inquiry.utterance.text
    return bool(_NEVER.search(text) and _WITHOUT_EXCEPTION.search(text)) and not points_at_rows(inquiry)


def asks_the_same(inquiry: Inquiry) -> bool:
    """Tell whether the turn before is asked again of something else ("The same for Leeds")."""
    return bool(_SAME.search(inquiry.utterance.text))


def orders_rows(inquiry: Inquiry) -> bool:
    """Tell whether a turn asks for nothing but another order of what was shown ("Sort them by amount")."""
    return bool(_ORDERS.search(inquiry.utterance.text))


def turns_to(inquiry: Inquiry) -> bool:
    """Tell whether a turn only turns to something else ("What about Germany?"): its "what" asks for nothing."""
    return bool(_ABOUT.search(inquiry.utterance.text))


def speaks_of_them(inquiry: Inquiry) -> bool:
    """Tell whether a turn goes on about the things that were shown, not about where or when they are."""
    return bool(_THEM.search(inquiry.utterance.text))


def goes_on_about(inquiry: Inquiry) -> bool:
    """Tell whether what was shown is the subject of a turn ("Which cities do they live in?")."""
    return bool(_THEY.search(inquiry.utterance.text))
