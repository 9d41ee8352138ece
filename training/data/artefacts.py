"""Turns of the data sets that hold something else in place of a question."""

from __future__ import annotations

ARTEFACTS = ("i am gpt", "expert:", "i have left the chat")
"""What the collection left where an utterance should stand: nothing can be learnt from such a turn."""


def is_artefact(utterance: str) -> bool:
    """Tell whether an utterance is none.

    >>> is_artefact("I have left the chat"), is_artefact("How many are there?")
    (True, False)
    """
    return any(mark in utterance.lower() for mark in ARTEFACTS)
