"""gone_back: the query of an earlier turn, where the words go back to it and ask nothing else ("undo that", "back to the first question")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nodes.coverage.asked.moves import goes_back_to, move_of
from nodes.coverage.demand import Demand
from nodes.plan import Plan

_BACK = re.compile(
    r"^\W*(?:(?:no|and|so|now|ok|okay|then|please|well|sorry|wait|actually|can you|could you|let's|let us|i want to|i'd like to)\b\W*)*"
    r"(?:(?:undo|revert|scratch|cancel|forget|reverse|take back) (?:that|it|this|the last (?:one|step|change|thing))(?: last (?:one|step|change))?|undo|take (?:that|it|this) back"
    r"|(?:(?:let's |let us )?(?:go|get|take me|switch|return)(?: back)? to|back to|(?:show|give|list)(?: me)?(?: again)?|what was) (?:the|my|our) "
    r"(?:very )?(?:first|original|initial|previous|last|earlier) (?:question|query|result|answer|list|one|table|thing)s?"
    r"|(?:go )?back (?:one|a) step|one step back|(?:go )?back(?: (?:one|once))?|(?:go )?back to (?:the )?(?:one before|start|beginning|what i (?:first )?asked(?: first)?))"
    r"(?: (?:again|please|now|then))*\W*$",
    re.IGNORECASE,
)  # fmt: skip


def gone_back(demand: Demand) -> Iterator[Plan]:
    """Yield the plan of the turn that the words go back to: the one before the last, or the first.

    "Undo that" after clients, then their count by country: the clients as they were.
    """
    text = demand.inquiry.utterance.text
    if not _BACK.match(text):
        return
    move = move_of(text)
    target = goes_back_to(move if move == "return" else "undo", demand.evidence.turn.earlier_plans)
    if target is not None and target != demand.previous:
        yield target
