"""Moves of a conversation, read from the words of a turn: choosing among rows, showing more, going back, a new subject."""

from __future__ import annotations

import re
from typing import Literal

from nodes.coverage.inquiry import NAMED
from nodes.lexical.evidence import Evidence
from nodes.plan import ColumnTerm, Plan

Move = Literal["choose", "add", "swap", "undo", "return", "leave", "other"]

_CHATTER = (
    r"^\W*(?:(?:and|now|ok|okay|good|great|thanks|thank you|then|please|hmm+|yes|no|well|nice|but)\b[\s,.!:;-]*)*"
)
_UNDO = re.compile(
    r"\b(?:undo|revert|take (?:that|it|this) back|scratch that|one step back|(?:go )?back (?:one|a) step|as (?:it|they) (?:was|were) before"
    r"|back to (?:all|everything|the (?:full|whole|complete|entire) list)|(?:all (?:of )?them|them all|everything) again"
    r"|back to the (?:one before|previous|last)|the previous (?:result|answer|list|one)s?(?: again)?$)",
    re.IGNORECASE,
)
_RETURN = re.compile(
    r"\b(?:first|very first|original|initial) (?:result|answer|list|question|query|one|table)s?\b|\bat the (?:beginning|start)\b"
    r"|\bwhat i (?:first )?asked(?: you)?(?: at)? first\b|\bfirst asked\b",
    re.IGNORECASE,
)
_BACK_TO = re.compile(
    r"\b(?:go|going|get|switch|return|now) back to (?:the|those|these|our)\b|^\W*back to (?:the|those|these|our)\b",
    re.IGNORECASE,
)
_LEAVE = re.compile(
    r"\b(?:something else|(?:a )?(?:new|different|another|other) (?:question|subject|topic)|next (?:question|subject|topic)"
    r"|leave (?:that|this)(?: aside)?\b(?! out)|turn to|on to|start(?:ing)? (?:over|afresh))\b",
    re.IGNORECASE,
)
_ADD = re.compile(
    r"\b(?:also|as well|too|in addition|along with|together with|next to (?:it|them|that)|beside (?:it|them)|add|include|alongside|plus"
    r"|keep the rest|additionally)\b"
    r"|^\W*(?:and )?with (?:the|their|its|his|her)(?: (?!\w+est\b|most\b|least\b|same\b|other)[\w-]+){1,2}(?:,? and (?:the |their )?[\w-]+)?\W*$",
    re.IGNORECASE,
)
_SWAP = re.compile(r"\binstead\b|\brather\b|\bin place of\b|\bi meant?\b", re.IGNORECASE)
_CHOOSE = re.compile(
    _CHATTER + r"(?:i (?:only |just )?(?:want|need|would like|'d like)(?: to see)?\b\s*|(?:let me |can you |could you )?(?:show|list|give|keep|see|take|display)(?: me)?\b\s*)?"
    r"(?:only|just|(?:the|those|these) (?:ones?|\w+) (?:with|whose|where|that|who|which|in|from|of|for|not|having)\b"
    r"|those|these|ones|of (?:those|these|them)|among (?:those|these|them)|which (?:ones?|of (?:them|those|these))|with(?:out)?\b|whose|where"
    r"|leave out|exclud|except|all (?:but|except)|everything (?:but|except)|drop|remove|omit|filter|narrow|restrict|limit|cut\b|not )"
    r"|\bthe (?:first |top |last |bottom )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:\w+ )?(?:with|by)\b",
    re.IGNORECASE,
)  # fmt: skip


def move_of(text: str) -> Move:
    """Return how a turn that follows another goes on from it, as far as its words tell.

    >>> move_of("Undo that."), move_of("Thanks. Only those with a higher price"), move_of("Which books are there?")
    ('undo', 'choose', 'other')
    """
    for move, pattern in _PATTERNS:
        if pattern.search(text):
            return move
    return "other"


def things_gone_back_to(evidence: Evidence) -> str | None:
    """Return the table of the things that a turn goes back to: "go back to the products"; None if it does not."""
    if not _BACK_TO.search(evidence.turn.text):
        return None
    return next((m.table for m in evidence.mentions.tables if m.score >= NAMED), None)


def shows_rows_of(plan: Plan | None, table: str) -> bool:
    """Tell whether a plan shows columns of a table first."""
    first = plan.select[0] if plan is not None and plan.select else None
    return isinstance(first, ColumnTerm) and first.table.lower() == table.lower()


_PATTERNS: tuple[tuple[Move, re.Pattern[str]], ...] = (
    ("undo", _UNDO), ("return", _RETURN), ("leave", _LEAVE), ("add", _ADD), ("swap", _SWAP), ("choose", _CHOOSE),
)  # fmt: skip


def goes_back_to(move: Move, earlier: tuple[Plan | None, ...], things: str | None = None) -> Plan | None:
    """Return the plan that a turn goes back to: the one before the last, or the first; None if it goes nowhere.

    Args:
        earlier: the plans of the turns before, oldest first.
        things: the table whose rows the words go back to ("go back to the products").
    """
    if things is not None and earlier and not shows_rows_of(earlier[-1], things):
        return next((plan for plan in reversed(earlier) if shows_rows_of(plan, things)), None)
    if move == "undo":
        given = earlier.index(earlier[-1]) if earlier else 0  # undone once more: the turn before that was undone
        return earlier[given - 1] if given else earlier[-2] if len(earlier) > 1 else None
    return earlier[0] if move == "return" and len(earlier) > 1 else None
