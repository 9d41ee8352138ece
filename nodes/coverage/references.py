"""Cues of how a turn refers to the one before: of each of its rows, there, instead, regardless."""

from __future__ import annotations

import re

from nodes.coverage.inquiry import Inquiry

OF_EACH = re.compile(
    r"\b(?:each|every one|all) of (?:them|those|these)\b|\bfor (?:each|every)\b(?! \w+ly)|\b(?:does|do|did|has|have) each\b"
    r"|\beach one\b",
    re.IGNORECASE,
)
"""Asks for something beside each row that was shown."""
_ANAPHOR = re.compile(
    r"\b(?:them|those|these|it|its|their|they|she|he|her|his|him)\b|(?<!are )(?<!is )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were))"
    r"|\b(?:which|the|what) ones?\b|\bis that\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"\binstead\b|\b(?:what|how) about\b|\bthe same (?:for|but|with|in)\b|^\s*(?:and|now)?,? ?(?:for|in|from|the ones)\b|^\s*and [A-Z]",
    re.IGNORECASE,
)
_REGARDLESS = re.compile(
    r"\b(?:regardless|irrespective) of\b|\bforget (?:about )?\b|\bno matter\b|\b(?:drop|remove|ignore|undo|clear) (?:the|that|this) (?:filter|condition|restriction|limit)"
    r"|\bfor any\b|\bnot only\b",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(
    r"\b(?:leave out|leaving out|exclude|excluding|without|except|remove|omit|drop|not)\b", re.IGNORECASE
)
_WHICH_OF = re.compile(r"\bwhich (?:of (?:them|those|these)|ones?)\b", re.IGNORECASE)


def points_at_rows(inquiry: Inquiry) -> bool:
    """Tell whether a turn speaks of the rows that the one before chose ("How many routes start there?")."""
    return bool(_ANAPHOR.search(inquiry.utterance.text))


def asks_of_each(inquiry: Inquiry) -> bool:
    """Tell whether a turn asks something of each row of the one before ("How many has each of them?")."""
    return bool(OF_EACH.search(inquiry.utterance.text))


def exchanges(inquiry: Inquiry) -> bool:
    """Tell whether a new value takes the place of one that was named ("And from Ireland instead?")."""
    return bool(_INSTEAD.search(inquiry.utterance.text))


def gives_up(inquiry: Inquiry) -> bool:
    """Tell whether a filter is to be given up ("Regardless of the city")."""
    return bool(_REGARDLESS.search(inquiry.utterance.text))


def leaves_out(inquiry: Inquiry) -> bool:
    """Tell whether some of the rows are to be left out ("Leave out the books that cost more than 20 pounds")."""
    return bool(_LEAVES_OUT.search(inquiry.utterance.text))


def chooses_among(inquiry: Inquiry) -> bool:
    """Tell whether a turn only asks which of the rows stay ("Which of them are not British?")."""
    return bool(_WHICH_OF.search(inquiry.utterance.text))
