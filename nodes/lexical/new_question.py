"""is_new_question: whether an utterance says itself that it goes on from nothing that was asked before."""

from __future__ import annotations

import re

_ANEW = re.compile(
    r"\b(?:new|different|separate|unrelated) (?:question|topic|subject)\b|\b(?:start|starting|begin|beginning) (?:over|afresh|anew|from scratch)\b"
    r"|\bforget (?:everything|all (?:of )?(?:that|this))\b",
    re.IGNORECASE,
)
_REST = 4
"""Words that the question itself has at least, beside those that announce it."""


def is_new_question(text: str) -> bool:
    """Tell whether an utterance announces a new question, and asks it.

    >>> is_new_question("Now a new question. List the months of all happy hours."), is_new_question("New question!")
    (True, False)
    >>> is_new_question("Which customers asked a new question in May?")
    False
    """
    found = _ANEW.search(text)
    if found is None or len(text[: found.start()].split()) >= _REST:
        return False
    return len(text[found.end() :].split()) >= _REST
